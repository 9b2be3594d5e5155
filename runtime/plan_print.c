/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_print.c - a plan as text for people, and as JSON for programs
 * Both are made of the same list of named details, so that neither can say less than the other. */
#include "runtime/plan_print.h"

#include "base/json.h"
#include "base/sys.h"
#include "runtime/caps.h"
#include "runtime/rlimits.h"

#include <inttypes.h>
#include <string.h>

/* Named texts about one thing, in order. */
struct details {
	struct arena *a;
	struct json_map list[32];
	size_t n;
};

static void add(struct details *d, const char *key, const char *value)
{
	if (!value || d->n == ARRAY_SIZE(d->list))
		return;
	d->list[d->n++] = (struct json_map){ .key = arena_strdup(d->a, key),
					     .value = arena_strdup(d->a, value) };
}

static void add_list(struct details *d, const char *key, char *const *list)
{
	if (list && *list)
		add(d, key, str_join(d->a, list, ","));
}

static void add_number(struct details *d, const char *key, uint64_t value)
{
	add(d, key, arena_printf(d->a, "%" PRIu64, value));
}

/* ---- masks ---- */

struct bit {
	uint64_t value;
	const char *name;
};

static const struct bit attribute_bits[] = {
	{ MOUNT_ATTR_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NOATIME, "noatime" },
	{ MOUNT_ATTR_STRICTATIME, "strictatime" },
	{ MOUNT_ATTR_NODIRATIME, "nodiratime" },
	{ MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow" },
	{ 0, NULL },
};

static const struct bit namespace_bits[] = {
	{ CLONE_NEWUSER, "user" }, { CLONE_NEWPID, "pid" },     { CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWUTS, "uts" },   { CLONE_NEWNET, "network" }, { CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWTIME, "time" }, { CLONE_NEWNS, "mount" },    { 0, NULL },
};

static const struct bit propagation_bits[] = {
	{ MS_PRIVATE, "private" },       { MS_SLAVE, "slave" }, { MS_SHARED, "shared" },
	{ MS_UNBINDABLE, "unbindable" }, { 0, NULL },
};

static void add_bits(struct details *d, const char *key, const struct bit *bits, uint64_t mask)
{
	char **names = NULL;

	for (; bits->name; bits++)
		if ((mask & bits->value) == bits->value)
			names = strv_append(d->a, names, bits->name);
	add_list(d, key, names);
}

/* The access time is a field inside the mask: cleared whole, and then set to one value. */
static void add_cleared(struct details *d, const char *key, uint64_t mask)
{
	static const struct bit whole_atime[] = { { MOUNT_ATTR__ATIME, "atime" }, { 0, NULL } };
	uint64_t rest = mask & ~(uint64_t)MOUNT_ATTR__ATIME;
	size_t before = d->n;

	add_bits(d, key, attribute_bits, rest);
	if (!(mask & MOUNT_ATTR__ATIME))
		return;
	if (d->n == before)
		add_bits(d, key, whole_atime, mask);
	else
		d->list[before].value = arena_printf(d->a, "%s,atime", d->list[before].value);
}

static const char *propagation_name(struct arena *a, uint64_t flags)
{
	for (const struct bit *bit = propagation_bits; bit->name; bit++)
		if (flags & bit->value)
			return arena_printf(a, "%s%s", flags & MS_REC ? "r" : "", bit->name);
	return "?";
}

static const char *maps_text(struct arena *a, const struct id_map *maps, size_t n)
{
	char **list = NULL;

	for (size_t i = 0; i < n; i++)
		list = strv_append(a, list,
				   arena_printf(a, "%" PRIu32 ":%" PRIu32 ":%" PRIu32,
						maps[i].container_id, maps[i].host_id,
						maps[i].size));
	return list ? str_join(a, list, ",") : NULL;
}

/* ---- one step ---- */

static void describe_mount(struct details *d, const struct mount_step *m)
{
	static const char *const kinds[] = {
		[MOUNT_FS] = "fs",
		[MOUNT_BIND] = "bind",
		[MOUNT_REMOUNT] = "remount",
		[MOUNT_OVERLAY] = "overlay",
	};
	static const char *const idmaps[] = { NULL, "container", "own" };
	char **propagation = NULL;

	add(d, "mount", m->kind == MOUNT_BIND && m->recursive ? "rbind" : kinds[m->kind]);
	if (m->kind == MOUNT_FS)
		add(d, "type", m->type);
	add_bits(d, "set", attribute_bits, m->attr_set);
	add_cleared(d, "clear", m->attr_clear);
	add_bits(d, "rset", attribute_bits, m->rattr_set);
	add_cleared(d, "rclear", m->rattr_clear);
	add_list(d, "superblock", m->sb_flags);
	add_list(d, "data", m->data);
	for (uint64_t *p = m->propagation; p && *p; p++)
		propagation = strv_append(d->a, propagation, propagation_name(d->a, *p));
	add_list(d, "propagation", propagation);
	add(d, "copy-up", m->copy_up ? "yes" : NULL);
	add(d, "copy-symlink", m->copy_symlink ? "yes" : NULL);
	add(d, "source-nofollow", m->source_nofollow ? "yes" : NULL);
	add(d, "dest-nofollow", m->dest_nofollow ? "yes" : NULL);
	add(d, m->idmap_recursive ? "ridmap" : "idmap", idmaps[m->idmap]);
	add(d, "uids", maps_text(d->a, m->uid_maps, m->n_uid_maps));
	add(d, "gids", maps_text(d->a, m->gid_maps, m->n_gid_maps));
	if (m->rootfs) {
		add_list(d, "lowers", m->rootfs->lowers);
		add(d, "upper", m->rootfs->upper);
		add(d, "work", m->rootfs->work);
	}
}

static void describe_device(struct details *d, const struct device_step *device)
{
	add(d, "mode", arena_printf(d->a, "%o", device->mode));
	add(d, "device", arena_printf(d->a, "%u:%u", device->major, device->minor));
	add(d, "owner", arena_printf(d->a, "%" PRIu32 ":%" PRIu32, device->uid, device->gid));
	add(d, "bind", device->bind ? "yes" : NULL);
}

static const char *limit_text(struct arena *a, rlim_t limit)
{
	return limit == RLIM_INFINITY ? "unlimited" : arena_printf(a, "%" PRIu64, (uint64_t)limit);
}

static void describe_scheduler(struct details *d, const struct scheduler_step *s)
{
	add_number(d, "policy", s->policy);
	add_number(d, "flags", s->flags);
	add(d, "nice", arena_printf(d->a, "%d", s->nice));
	add_number(d, "priority", s->priority);
	add_number(d, "runtime", s->runtime);
	add_number(d, "deadline", s->deadline);
	add_number(d, "period", s->period);
}

static void describe(struct details *d, const struct step *s)
{
	add(d, "src", s->src);
	add(d, "dst", s->dst);
	switch (s->kind) {
	case STEP_ROOTFS:
	case STEP_MOUNT:
		describe_mount(d, s->mount);
		break;
	case STEP_DEVICE:
		describe_device(d, s->device);
		break;
	case STEP_PROPAGATION:
	case STEP_ROOT_PROPAGATION:
		add(d, "propagation", propagation_name(d->a, s->value));
		break;
	case STEP_RLIMIT:
		add(d, "limit", rlimits_name((int)s->value));
		add(d, "soft", limit_text(d->a, s->limit.rlim_cur));
		add(d, "hard", limit_text(d->a, s->limit.rlim_max));
		break;
	case STEP_HOOKS:
		add(d, "hooks", spec_hook_names[s->value]);
		break;
	case STEP_OOM_SCORE:
		add(d, "value", arena_printf(d->a, "%" PRId64, (int64_t)s->value));
		break;
	case STEP_SCHEDULER:
		describe_scheduler(d, s->scheduler);
		break;
	case STEP_MEMORY_POLICY:
		add(d, "mode", arena_printf(d->a, "0x%x", (unsigned)s->memory_policy->mode));
		break;
	default:
		if (s->value)
			add_number(d, "value", s->value);
	}
}

/* ---- the head: what is not a step ---- */

static void describe_namespaces(struct details *d, const struct plan *p)
{
	add_bits(d, "clone", namespace_bits, p->clone_flags);
	add_bits(d, "stage-unshare", namespace_bits, p->stage_unshare);
	add_bits(d, "unshare", namespace_bits, p->unshare_flags);
	add(d, "stage", p->needs_stage ? "yes" : NULL);
	for (size_t i = 0; i < p->n_joined; i++)
		for (const struct bit *bit = namespace_bits; bit->name; bit++)
			if ((uint64_t)p->joined[i].clone_flag == bit->value)
				add(d, arena_printf(d->a, "join-%s", bit->name), p->joined[i].path);
	add(d, "uids", maps_text(d->a, p->uid_maps, p->n_uid_maps));
	add(d, "gids", maps_text(d->a, p->gid_maps, p->n_gid_maps));
	if (p->time_offsets)
		add_list(d, "time-offsets", str_split(d->a, p->time_offsets, '\n'));
}

static void describe_process(struct details *d, const struct plan *p)
{
	const struct {
		const char *name;
		uint64_t mask;
	} sets[] = {
		{ "bounding", p->caps.bounding },   { "effective", p->caps.effective },
		{ "permitted", p->caps.permitted }, { "inheritable", p->caps.inheritable },
		{ "ambient", p->caps.ambient },
	};

	add_list(d, "args", p->args);
	add_list(d, "env", p->env);
	add(d, "user",
	    p->user.name ? p->user.name :
			   arena_printf(d->a, "%" PRIu32 ":%" PRIu32, p->user.uid, p->user.gid));
	if (p->user.umask_set)
		add(d, "umask", arena_printf(d->a, "%04o", p->user.umask));
	add(d, "setgroups", p->user.set_groups ? NULL : "no");
	add(d, "fill-home", p->user.fill_home ? "yes" : NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		add_list(d, sets[i].name, caps_names(d->a, sets[i].mask));
	add(d, "terminal",
	    p->terminal ? arena_printf(d->a, "%ux%u", p->console_width, p->console_height) : NULL);
	if (p->keep_fds)
		add_number(d, "keep-fds", p->keep_fds);
	if (p->seccomp.insns)
		add(d, "seccomp",
		    arena_printf(d->a, "%u instructions%s", p->seccomp.n,
				 p->seccomp.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ?
					 ", asks an agent" :
					 ""));
	add(d, "cpu-affinity-initial", p->cpu_affinity_initial);
}

static void describe_rdt(struct details *d, const struct plan *p)
{
	const struct rdt_config *rdt = p->rdt;

	if (!rdt)
		return;
	add(d, "rdt-class", rdt->clos_id && *rdt->clos_id ? rdt->clos_id : p->id);
	add_list(d, "rdt-schemata", rdt_config_lines(d->a, rdt));
	add(d, "rdt-monitoring", rdt->enable_monitoring ? "yes" : NULL);
}

static void describe_head(struct details *d, const struct plan *p)
{
	add(d, "id", p->id);
	add(d, "bundle", p->bundle);
	add(d, "root", p->root);
	describe_namespaces(d, p);
	describe_process(d, p);
	describe_rdt(d, p);
}

/* ---- text ---- */

static void print_steps(struct arena *a, const char *title, const struct step *steps, size_t n,
			struct buf *out)
{
	if (n)
		buf_printf(out, "%s\n", title);
	for (size_t i = 0; i < n; i++) {
		struct details d = { .a = a };

		describe(&d, &steps[i]);
		buf_printf(out, "%3zu %s", i + 1, step_kind_names[steps[i].kind]);
		for (size_t k = 0; k < d.n; k++)
			buf_printf(out, " %s=%s", d.list[k].key, str_printable(a, d.list[k].value));
		buf_printf(out, "  # %s\n", steps[i].why);
	}
}

static void print_cgroup(const struct cgroup_plan *cgroup, struct buf *out)
{
	for (size_t i = 0; cgroup && i < cgroup->n_folders; i++) {
		const struct cgroup_folder *f = &cgroup->folders[i];

		buf_printf(out, "cgroup %s\n", f->path);
		for (size_t k = 0; k < f->n_writes; k++)
			buf_printf(out, "    %s = %s  # %s\n", f->writes[k].file,
				   f->writes[k].value, f->writes[k].why);
	}
}

void plan_print_text(const struct plan *p, struct buf *out)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct details head = { .a = a };

	describe_head(&head, p);
	for (size_t i = 0; i < head.n; i++)
		buf_printf(out, "%s: %s\n", head.list[i].key, str_printable(a, head.list[i].value));
	print_cgroup(p->cgroup, out);
	print_steps(a, "steps", p->steps, p->n_steps, out);
	print_steps(a, "parent", p->parent_steps, p->n_parent_steps, out);
}

/* ---- JSON ---- */

static void write_steps(struct arena *a, struct json_writer *w, const char *key,
			const struct step *steps, size_t n)
{
	json_w_array(w, key);
	for (size_t i = 0; i < n; i++) {
		struct details d = { .a = a };

		describe(&d, &steps[i]);
		json_w_object(w, NULL);
		json_w_str(w, "step", step_kind_names[steps[i].kind]);
		json_w_str(w, "why", steps[i].why);
		for (size_t k = 0; k < d.n; k++)
			json_w_str(w, d.list[k].key, d.list[k].value);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

static void write_cgroup(struct json_writer *w, const struct cgroup_plan *cgroup)
{
	json_w_array(w, "cgroup");
	for (size_t i = 0; cgroup && i < cgroup->n_folders; i++) {
		const struct cgroup_folder *f = &cgroup->folders[i];

		json_w_object(w, NULL);
		json_w_str(w, "path", f->path);
		json_w_array(w, "writes");
		for (size_t k = 0; k < f->n_writes; k++) {
			json_w_object(w, NULL);
			json_w_str(w, "file", f->writes[k].file);
			json_w_str(w, "value", f->writes[k].value);
			json_w_str(w, "why", f->writes[k].why);
			json_w_end_object(w);
		}
		json_w_end_array(w);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

void plan_print_json(const struct plan *p, struct buf *out)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct json_writer w = { .out = out, .indent = 2, .first = true };
	struct details head = { .a = a };

	describe_head(&head, p);
	json_w_object(&w, NULL);
	for (size_t i = 0; i < head.n; i++)
		json_w_str(&w, head.list[i].key, head.list[i].value);
	write_cgroup(&w, p->cgroup);
	write_steps(a, &w, "steps", p->steps, p->n_steps);
	write_steps(a, &w, "parentSteps", p->parent_steps, p->n_parent_steps);
	json_w_end_object(&w);
	buf_addc(out, '\n');
}
