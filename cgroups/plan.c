/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/plan.c - every folder of a container, and every write into it, decided
 *
 * One folder in every hierarchy that we may use, v2 first, the v1 freezer last. Each controller's part
 * of the resources goes to the hierarchy that has it, v1 before v2; a part that finds none is an error
 * when it limits anything. Devices go to the v1 controller, or else become a program on the v2 folder.
 */
#include "base/error.h"
#include "base/str.h"
#include "cgroups/cgroup.h"
#include "cgroups/devices.h"
#include "cgroups/plan_unit.h"
#include "cgroups/v1.h"
#include "cgroups/v2.h"

#include <limits.h>
#include <string.h>

#define FIELD "linux.resources."

struct planner {
	struct arena *a;
	const struct cgroup_host *host;
	const struct cgroup_resources *res;
	struct cgroup_plan *plan;
	struct cgroup_writes *writes;       /* by folder */
	const struct cgroup_update *update; /* NULL: these are folders to be made */
};

/* On pure v2 these are enabled even without a limit: they count what the container uses. */
static const char *const v2_wanted[] = { "cpuset", "cpu", "io", "memory", "pids", NULL };

/* ---- where ---- */

static int normal_path(struct arena *a, const char *text, const char **ret)
{
	CLEANUP_BUF struct buf out = { 0 };
	size_t names = 0;

	for (size_t i = 0; text[i]; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return refuse(-EINVAL, "linux.cgroupsPath: holds a control character");
	for (char **part = str_split(a, text, '/'); *part; part++) {
		if (!**part || str_eq(*part, "."))
			continue;
		if (str_eq(*part, ".."))
			return refuse(-EINVAL, "linux.cgroupsPath: '%s' holds '..'", text);
		if (strlen(*part) > NAME_MAX)
			return refuse(-ENAMETOOLONG, "linux.cgroupsPath: '%s': name too long",
				      *part);
		buf_printf(&out, "/%s", *part);
		names++;
	}
	if (names == 0)
		return refuse(-EINVAL, "linux.cgroupsPath: '%s' is the root of the hierarchy",
			      text);
	if (out.len >= PATH_MAX / 2)
		return refuse(-ENAMETOOLONG, "linux.cgroupsPath: path too long");
	*ret = arena_strdup(a, out.data);
	return 0;
}

static const char *root_as_prefix(const char *path)
{
	return str_eq(path, "/") ? "" : path;
}

/* systemd makes it in every hierarchy that it knows of, we in the others. */
static bool place_unit(struct planner *p, const char *path, const struct cgroup_hierarchy *h,
		       struct cgroup_folder *f)
{
	const char *rest = str_after(path, root_as_prefix(h->mount_root));

	if (!rest || *rest != '/')
		return false;
	f->hierarchy = h;
	f->name = path;
	f->path = arena_printf(p->a, "%s%s", h->mount, rest);
	return true;
}

/* Fills the folder's path and name; false when we may not use the hierarchy. */
static bool place(struct planner *p, const struct cgroup_options *opt, bool relative,
		  const char *path, const struct cgroup_hierarchy *h, struct cgroup_folder *f)
{
	const char *base = relative ? h->base_path : h->mount_root;
	const char *root = root_as_prefix(h->mount_root);

	if (h->read_only || !base)
		return false;
	if (p->plan->unit)
		return place_unit(p, path, h, f);
	base = root_as_prefix(base);
	f->hierarchy = h;
	f->name = arena_printf(p->a, "%s%s", base, path);
	f->path = arena_printf(p->a, "%s%s%s", h->mount, *base ? base + strlen(root) : "", path);
	if (relative)
		return h->writable;
	return opt->privileged || (p->host->may_make && p->host->may_make(h, f->path));
}

static int rank(const struct cgroup_hierarchy *h)
{
	if (h->v2)
		return 0;
	return strv_has(h->controllers, "freezer") ? 2 : 1;
}

static int place_all(struct planner *p, const struct cgroup_options *opt)
{
	const char *text = opt->cgroups_path && *opt->cgroups_path ? opt->cgroups_path :
								     opt->default_name;
	bool relative = text[0] != '/';
	struct cgroup_plan *plan = p->plan;
	const char *path = NULL;
	int r = p->host->systemd ? cgroup_plan_unit(p->a, p->host, opt, &plan->unit, &path) :
				   normal_path(p->a, text, &path);

	if (r < 0)
		return r;
	plan->folders = arena_array(p->a, p->host->n_hierarchies, sizeof(*plan->folders));
	for (int turn = 0; turn <= 2; turn++)
		for (size_t i = 0; i < p->host->n_hierarchies; i++) {
			const struct cgroup_hierarchy *h = &p->host->hierarchies[i];

			if (rank(h) == turn &&
			    place(p, opt, relative, path, h, &plan->folders[plan->n_folders]))
				plan->n_folders++;
		}
	/* A place that cannot be used is left empty. */
	if (plan->n_folders > CGROUP_FDS_MAX)
		return refuse(-E2BIG, "more than %d cgroup hierarchies are mounted",
			      CGROUP_FDS_MAX);
	return 0;
}

/* ---- what ---- */

static ssize_t folder_with(const struct planner *p, bool v2, const char *controller)
{
	for (size_t i = 0; i < p->plan->n_folders; i++) {
		const struct cgroup_hierarchy *h = p->plan->folders[i].hierarchy;

		if (h->v2 == v2 && strv_has(h->controllers, controller))
			return (ssize_t)i;
	}
	return -1;
}

static bool is_limit(const struct cgroup_write *w)
{
	return !str_eq(w->value, "-1") && !str_eq(w->value, "max") && !w->tolerate_missing;
}

/* The controller is not in any folder of ours: say why, and what helps. */
static int refuse_missing(const struct planner *p, const char *why, const char *controller)
{
	for (size_t i = 0; i < p->host->n_hierarchies; i++) {
		const struct cgroup_hierarchy *h = &p->host->hierarchies[i];

		if (!strv_has(h->controllers, controller))
			continue;
		if (p->update)
			return refuse(-ENOENT, "%s: the container has no cgroup below '%s'", why,
				      h->mount);
		return refuse(-EACCES,
			      "%s: no %s cgroup that we may use below '%s'; let root make a folder "
			      "there, chown it, and name it by linux.cgroupsPath (doboz run: "
			      "--cgroup-parent), or drop the limit",
			      why, controller, h->mount);
	}
	return refuse(-ENOENT,
		      "%s: no %s controller is mounted on this host; mount it or drop the limit",
		      why, controller);
}

static void enable(struct planner *p, struct cgroup_folder *f, const char *controller)
{
	if (f->hierarchy->v2 && strv_has(f->hierarchy->controllers, controller) &&
	    !strv_has(f->controllers, controller))
		f->controllers = strv_append(p->a, f->controllers, controller);
}

static void append(struct cgroup_writes *to, const struct cgroup_writes *from)
{
	for (size_t i = 0; i < from->n; i++)
		*cgroup_writes_add(to, NULL, NULL, NULL) = from->list[i];
}

static const struct cgroup_part *find_part(const struct cgroup_part *parts, const char *controller)
{
	for (; parts->controller; parts++)
		if (str_eq(parts->controller, controller))
			return parts;
	return NULL;
}

/* v1's blkio is v2's io; net_cls and net_prio have no v2. */
static const struct {
	const char *v1, *v2;
} controllers[] = {
	{ "memory", "memory" }, { "cpu", "cpu" },  { "cpuset", "cpuset" },
	{ "pids", "pids" },     { "blkio", "io" }, { "hugetlb", "hugetlb" },
	{ "rdma", "rdma" },     { "net_cls", "" }, { "net_prio", "" },
};

static int plan_controller(struct planner *p, const char *v1, const char *v2)
{
	struct cgroup_writes w = { .arena = p->a };
	ssize_t at = folder_with(p, false, v1);
	const struct cgroup_part *part = find_part(cgroup_v1_parts, v1);
	int r;

	if (at < 0 && *v2 && (at = folder_with(p, true, v2)) >= 0)
		part = find_part(cgroup_v2_parts, v2);
	if (!part) /* a row of controllers without its row of parts: a mistake of ours */
		return refuse(-ENOSYS, "no limits are known for cgroup controller '%s'", v1);
	r = part->plan(&w, p->res);
	if (r < 0)
		return r;
	if (at >= 0) {
		if (w.n)
			enable(p, &p->plan->folders[at], v2);
		append(&p->writes[at], &w);
		return 0;
	}
	for (size_t i = 0; i < w.n; i++)
		if (is_limit(&w.list[i]))
			return refuse_missing(p, w.list[i].why,
					      p->host->layout == CGROUP_V2 && *v2 ? v2 : v1);
	return 0;
}

static int plan_unified(struct planner *p)
{
	struct cgroup_plan *plan = p->plan;

	for (size_t i = 0; i < p->res->n_unified; i++) {
		const char *key = p->res->unified[i].key;
		char *why = arena_printf(p->a, FIELD "unified.%s", key);
		char *controller = arena_strndup(p->a, key, strcspn(key, "."));

		if (plan->n_folders == 0 || !plan->folders[0].hierarchy->v2)
			return refuse(
				-EOPNOTSUPP,
				"%s: invalid configuration: needs cgroup v2, and a folder in it",
				why);
		if (str_eq(controller, "cgroup"))
			continue;
		if (!strv_has(plan->folders[0].hierarchy->controllers, controller))
			return refuse(-ENOENT,
				      "%s: invalid configuration: cgroup v2 does not offer the %s "
				      "controller here",
				      why, controller);
		enable(p, &plan->folders[0], controller);
	}
	if (p->res->n_unified)
		cgroup_v2_unified(&p->writes[0], p->res);
	return 0;
}

/* What is there now is asked when it is written; before only says what the kernel does not show. */
static int plan_device_change(struct planner *p, const struct cgroup_folder *f)
{
	struct cgroup_device_list *before = NULL, *after = NULL;
	int r = cgroup_devices_list(p->a, p->res, &after);

	if (r == 0 && p->update->before)
		r = cgroup_devices_list(p->a, p->update->before, &before);
	if (r < 0)
		return r;
	p->plan->devices_folder = f;
	p->plan->devices_before = before;
	p->plan->devices_after = after;
	return 0;
}

static int plan_devices(struct planner *p)
{
	ssize_t at = folder_with(p, false, "devices");

	if (at >= 0 && p->update)
		return plan_device_change(p, &p->plan->folders[at]);
	if (at >= 0)
		return cgroup_devices_v1(&p->writes[at], p->res);
	if (p->plan->n_folders && p->plan->folders[0].hierarchy->v2) {
		cgroup_devices_v2(p->a, p->res, &p->plan->device_program, &p->plan->n_device_insns);
		if (p->update && p->update->before)
			cgroup_devices_v2(p->a, p->update->before, &p->plan->program_before,
					  &p->plan->n_before_insns);
	} else if (p->res->n_devices)
		return refuse_missing(p, FIELD "devices", "devices");
	return 0;
}

static void warn_ignored(const struct cgroup_memory *m)
{
	if (m->kernel.set && m->kernel.value > 0)
		warn(FIELD "memory.kernel: Linux has no such limit since 5.16, ignoring");
	if (m->kernel_tcp.set && m->kernel_tcp.value > 0)
		warn(FIELD "memory.kernelTCP: the spec advises against it, ignoring");
	if (m->use_hierarchy.set && !m->use_hierarchy.value)
		warn(FIELD "memory.useHierarchy: is always on since Linux 5.11, ignoring");
}

static int fill(struct planner *p, bool devices)
{
	struct cgroup_plan *plan = p->plan;
	int r;

	p->writes = arena_array(p->a, plan->n_folders, sizeof(*p->writes));
	for (size_t i = 0; i < plan->n_folders; i++)
		p->writes[i].arena = p->a;
	warn_ignored(&p->res->memory);
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++) {
		r = plan_controller(p, controllers[i].v1, controllers[i].v2);
		if (r < 0)
			return r;
	}
	r = plan_unified(p);
	if (r == 0 && devices)
		r = plan_devices(p);
	for (size_t i = 0; r == 0 && i < plan->n_folders; i++) {
		plan->folders[i].writes = p->writes[i].list;
		plan->folders[i].n_writes = p->writes[i].n;
	}
	return r;
}

static struct planner planner(struct arena *a, const struct cgroup_host *host,
			      const struct cgroup_resources *res)
{
	struct planner p = { .a = a, .host = host, .res = res };

	p.plan = arena_new_of(a, struct cgroup_plan);
	p.plan->layout = host->layout;
	p.plan->systemd = host->systemd;
	return p;
}

int cgroup_plan_build(struct arena *a, const struct cgroup_host *host,
		      const struct cgroup_resources *res, const struct cgroup_options *opt,
		      struct cgroup_plan **ret)
{
	struct cgroup_resources rounded = *res;
	struct planner p = planner(a, host, res);
	int r = opt->disabled ? 0 : cgroup_resources_check(res);

	if (r < 0)
		return r;
	if (!opt->disabled) {
		r = place_all(&p, opt);
		if (r == 0 && p.plan->unit) {
			cgroup_plan_round(&rounded, NULL);
			p.res = &rounded;
		}
		if (r == 0)
			r = fill(&p, opt->privileged);
		if (r == 0 && p.plan->unit)
			r = cgroup_plan_properties(a, host, &rounded, opt, p.plan);
		if (r < 0)
			return r;
	}
	p.plan->delegate = opt->delegate;
	p.plan->delegate_uid = opt->delegate_uid;
	p.plan->leaf = opt->leaf;
	if (opt->leaf && (p.plan->n_folders == 0 || !p.plan->folders[0].hierarchy->v2))
		return refuse(-EOPNOTSUPP,
			      "--cgroup-delegate: needs a folder in cgroup v2: v1 cannot "
			      "be handed on safely");
	if (host->layout == CGROUP_V2 && p.plan->n_folders)
		for (size_t i = 0; v2_wanted[i]; i++)
			enable(&p, &p.plan->folders[0], v2_wanted[i]);
	*ret = p.plan;
	return 0;
}

/* Of memory alone, and memory and swap together, v2 needs both for either, and the sum has to hold. */
static struct cgroup_resources complete(const struct cgroup_update *update)
{
	struct cgroup_resources res = *update->change;
	const struct cgroup_memory *after = update->after ? &update->after->memory : NULL;

	if (!after || !(res.memory.limit.set || res.memory.swap.set))
		return res;
	res.memory.limit = after->limit;
	res.memory.swap = after->swap;
	return res;
}

int cgroup_plan_update(struct arena *a, const struct cgroup_host *host,
		       const struct cgroup_update *update, char *const *folders,
		       struct cgroup_plan **ret)
{
	struct cgroup_resources res = complete(update);
	struct planner p = planner(a, host, &res);
	int r = cgroup_resources_check(&res);

	if (r < 0)
		return r;
	p.update = update;
	if (update->unit)
		cgroup_plan_round(&res, update);
	p.plan->folders = arena_array(a, strv_len(folders), sizeof(*p.plan->folders));
	for (; folders && *folders; folders++) {
		struct cgroup_folder *f = &p.plan->folders[p.plan->n_folders];

		f->hierarchy = cgroup_hierarchy_of(host, *folders);
		f->path = f->name = arena_strdup(a, *folders);
		if (f->hierarchy)
			p.plan->n_folders++;
	}
	r = fill(&p, res.n_devices > 0);
	if (r == 0 && update->unit)
		r = cgroup_plan_property_change(a, host, update, p.plan);
	if (r == 0)
		*ret = p.plan;
	return r;
}

char **cgroup_folders(struct arena *a, const struct cgroup_plan *plan)
{
	char **list = arena_array(a, plan->n_folders + 1, sizeof(*list));

	for (size_t i = 0; i < plan->n_folders; i++)
		list[i] = arena_strdup(a, plan->folders[i].path);
	return list;
}
