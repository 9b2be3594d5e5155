/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_build.c - the order of everything: plan_build and plan_build_exec
 * Each part is a file of its own (plan_*.c); here they are put into their order. */
#include "runtime/plan.h"

#include "base/error.h"
#include "base/str.h"
#include "runtime/plan_build.h"
#include "runtime/sysctl.h"

#include <linux/capability.h>
#include <string.h>

#define PLAN_STEP_NAME(name, text) [STEP_##name] = text,
const char *const step_kind_names[STEP_KINDS] = { PLAN_STEPS(PLAN_STEP_NAME) };
#undef PLAN_STEP_NAME

/* ---- what the parts share ---- */

/* Appends to a list whose room doubles: it is full when its length is 0 or a power of two. */
static struct step *append(struct arena *a, struct step **list, size_t *n)
{
	if ((*n & (*n - 1)) == 0) {
		struct step *larger = arena_array(a, *n ? *n * 2 : 1, sizeof(*larger));

		if (*n)
			memcpy(larger, *list, *n * sizeof(*larger));
		*list = larger;
	}
	return &(*list)[(*n)++];
}

struct step *plan_step(struct plan_builder *b, enum step_kind kind, const char *why)
{
	struct step *s = append(b->a, &b->plan->steps, &b->plan->n_steps);

	*s = (struct step){ .kind = kind, .why = why };
	return s;
}

struct step *plan_parent_step(struct plan_builder *b, enum step_kind kind, const char *why)
{
	struct step *s = append(b->a, &b->plan->parent_steps, &b->plan->n_parent_steps);

	*s = (struct step){ .kind = kind, .why = why };
	return s;
}

void plan_hooks(struct plan_builder *b, enum spec_hook_kind kind)
{
	if (b->spec->hooks.n[kind] == 0)
		return;
	plan_step(b, STEP_HOOKS, arena_printf(b->a, "config.hooks.%s", spec_hook_names[kind]))
		->value = kind;
}

bool plan_privileged(const struct plan_builder *b, int capability)
{
	return b->facts->in_initial_userns && (b->facts->capabilities >> capability & 1);
}

/* ---- the parts that have no file of their own ---- */

#define DELEGATE "--cgroup-delegate: "

/* The mount that shows a container its own cgroups writable, in a cgroup namespace of its own; or NULL. */
static const struct spec_mount *writable_cgroup(const struct plan_builder *b)
{
	for (size_t i = 0; i < b->spec->n_mounts; i++) {
		const struct spec_mount *m = &b->spec->mounts[i];

		if (str_eq(m->source, "cgroup") && str_eq(m->destination, "/sys/fs/cgroup") &&
		    !strv_has(m->options, "ro"))
			return (b->plan->clone_flags | b->plan->unshare_flags) & CLONE_NEWCGROUP ?
				       m :
				       NULL;
	}
	return NULL;
}

/* What would let root inside change its own limits is refused: a v1 folder that is writable, and one of
 * v2 whose files root inside owns and the kernel does not close. */
static int check_delegation(const struct plan_builder *b, const struct spec_mount *m,
			    bool known_user)
{
	const struct cgroup_host *host = b->facts->cgroups;
	bool closed = b->own_namespaces & CLONE_NEWUSER;

	for (size_t i = 0; host && i < host->n_hierarchies; i++)
		closed = closed || host->hierarchies[i].ns_delegate;
	if (b->options->cgroup_disabled || !host)
		return refuse(-EINVAL, DELEGATE "there is no cgroup");
	if (!m)
		return refuse(-EINVAL, DELEGATE "needs a cgroup namespace, and a writable mount of "
						"type cgroup2 at /sys/fs/cgroup");
	if (host->layout != CGROUP_V2 && !str_eq(m->type, "cgroup2"))
		return refuse(-EOPNOTSUPP,
			      DELEGATE "cgroup v1 cannot be handed on safely: the mount "
				       "at /sys/fs/cgroup must be of type cgroup2");
	if (!closed)
		return refuse(-EPERM, DELEGATE "needs a user namespace, or cgroup2 mounted with "
					       "nsdelegate: root inside would own its own limits");
	return known_user ?
		       0 :
		       refuse(-EINVAL, DELEGATE "needs a user that the id maps know, by number");
}

/* @id: of the container. Return: is it known which user of the host that is? */
static bool host_user(const struct plan_builder *b, uint32_t id, uint32_t *ret)
{
	const struct plan *p = b->plan;

	*ret = id;
	if (!(b->own_namespaces & CLONE_NEWUSER))
		return true;
	for (size_t i = 0; i < p->n_uid_maps; i++) {
		const struct id_map *m = &p->uid_maps[i];

		if (id >= m->container_id && id - m->container_id < m->size) {
			*ret = m->host_id + (id - m->container_id);
			return true;
		}
	}
	return false;
}

static int plan_cgroup(struct plan_builder *b)
{
	const struct plan_options *o = b->options;
	bool privileged = plan_privileged(b, CAP_SYS_ADMIN);
	struct cgroup_options options = {
		.cgroups_path = b->spec->linux_.cgroups_path,
		.default_name = arena_printf(b->a, "%sdoboz/%s", privileged ? "/" : "", o->id),
		.privileged = privileged,
		.id = o->id,
		.annotations = b->spec->annotations,
		.n_annotations = b->spec->n_annotations,
		.leaf = o->cgroup_delegate,
	};
	const struct spec_mount *writable = writable_cgroup(b);
	bool known = !o->user_name && host_user(b, b->process->user.uid, &options.delegate_uid);
	int r = o->cgroup_delegate ? check_delegation(b, writable, known) : 0;

	if (r < 0)
		return r;
	/* config-linux.md "Cgroup ownership" */
	options.delegate = privileged && writable && known;
	if (o->cgroup_disabled || !b->facts->cgroups)
		return 0;
	return cgroup_plan_build(b->a, b->facts->cgroups, &b->spec->linux_.resources, &options,
				 &b->plan->cgroup);
}

static int plan_rdt(struct plan_builder *b)
{
	b->plan->rdt = b->spec->linux_.intel_rdt;
	return b->plan->rdt ? rdt_config_check(b->plan->rdt, b->plan->id) : 0;
}

static int plan_sysctls(struct plan_builder *b)
{
	const struct spec_linux *l = &b->spec->linux_;

	for (size_t i = 0; i < l->n_sysctl; i++) {
		struct step *s;
		char *path;
		int r;

		r = sysctl_path(b->a, l->sysctl[i].key, b->own_namespaces, &path);
		if (r < 0)
			return r;
		s = plan_step(b, STEP_SYSCTL,
			      arena_printf(b->a, "config.linux.sysctl.%s", l->sysctl[i].key));
		s->dst = path;
		s->src = l->sysctl[i].value;
	}
	return 0;
}

/* The parent's work, which is the only one that has rights over the host's devices. */
static int plan_net_devices(struct plan_builder *b)
{
	const struct net_devices *devices = &b->spec->linux_.net_devices;
	char **names = NULL;

	if (devices->n == 0)
		return 0;
	if (!plan_privileged(b, CAP_NET_ADMIN) || !plan_privileged(b, CAP_SYS_ADMIN))
		return refuse(-EPERM, "config.linux.netDevices: network devices are not supported "
				      "for rootless containers");
	for (size_t i = 0; i < devices->n; i++)
		names = strv_append(b->a, names,
				    arena_printf(b->a, "%s:%s", devices->list[i].host_name,
						 net_device_name(&devices->list[i])));
	plan_step(b, STEP_NET_DEVICES, "config.linux.netDevices")->src = str_join(b->a, names, ",");
	return 0;
}

static int plan_setup(struct plan_builder *b)
{
	plan_step(b, STEP_PROC_OPEN, "writes go to a private procfs")->value =
		b->spec->linux_.n_sysctl > 0;
	plan_step(b, STEP_CPU_AFFINITY, "not the runtime's own CPUs");
	if (b->plan->clone_flags & CLONE_NEWNET)
		plan_step(b, STEP_LOOPBACK_UP, "new network namespace");
	if (!b->options->no_new_keyring)
		plan_step(b, STEP_SESSION_KEYRING, "the caller's keys stay outside");
	return plan_net_devices(b);
}

static int plan_hooks_before_pivot(struct plan_builder *b)
{
	plan_hooks(b, SPEC_HOOK_PRESTART);
	plan_hooks(b, SPEC_HOOK_CREATE_RUNTIME);
	plan_hooks(b, SPEC_HOOK_CREATE_CONTAINER);
	return 0;
}

/* One mask for a path is enough; the list comes from callers that add to each other's. */
static void plan_masks(struct plan_builder *b)
{
	char *const *paths = b->spec->linux_.masked_paths;
	char **done = NULL;

	for (size_t i = 0; paths && paths[i]; i++) {
		if (strv_has(done, paths[i]))
			continue;
		done = strv_append(b->a, done, paths[i]);
		plan_step(b, STEP_MASK, arena_printf(b->a, "config.linux.maskedPaths[%zu]", i))
			->dst = paths[i];
	}
}

/* Inside the container's root from PIVOT on. */
static int plan_root(struct plan_builder *b)
{
	const struct spec_linux *l = &b->spec->linux_;

	plan_deferred_mounts(b);
	plan_step(b, STEP_PIVOT, b->options->no_pivot ? "--no-pivot" : "config.root")->value =
		b->options->no_pivot;
	/* A payload's folder is made in a root that is read-only later, as runc does it. */
	plan_step(b, STEP_CWD, "process.cwd")->dst = b->spec->process->cwd;
	plan_masks(b);
	for (size_t i = 0; l->readonly_paths && l->readonly_paths[i]; i++)
		plan_step(b, STEP_READONLY,
			  arena_printf(b->a, "config.linux.readonlyPaths[%zu]", i))
			->dst = l->readonly_paths[i];
	if (b->spec->root_readonly)
		plan_step(b, STEP_ROOT_READONLY, "config.root.readonly");
	if (b->rootfs_propagation)
		plan_step(b, STEP_ROOT_PROPAGATION, "config.linux.rootfsPropagation")->value =
			b->rootfs_propagation;
	if (b->spec->hostname && *b->spec->hostname)
		plan_step(b, STEP_HOSTNAME, "config.hostname")->src = b->spec->hostname;
	if (b->spec->domainname && *b->spec->domainname)
		plan_step(b, STEP_DOMAINNAME, "config.domainname")->src = b->spec->domainname;
	return 0;
}

static int plan_console(struct plan_builder *b)
{
	if (b->plan->terminal)
		plan_step(b, STEP_CONSOLE, "config.process.terminal")->dst = "/dev/console";
	return 0;
}

static struct plan *plan_new(void)
{
	struct arena *a = arena_new();
	struct plan *p = arena_new_of(a, struct plan);

	p->arena = a;
	return p;
}

void plan_free(struct plan *p)
{
	if (p)
		arena_free(p->arena);
}

/* ---- the order ---- */

typedef int (*plan_part)(struct plan_builder *b);

static const plan_part parts[] = {
	plan_program, plan_namespaces,         plan_cgroup,  plan_rdt,     plan_setup, plan_mounts,
	plan_devices, plan_hooks_before_pivot, plan_console, plan_sysctls, plan_root,  plan_limits,
	plan_process,
};

static struct plan_builder builder(struct plan *p, const struct spec *spec,
				   const struct facts *facts, const struct plan_options *opt)
{
	p->id = opt->id;
	p->bundle = opt->bundle;
	p->options = opt;
	p->spec = spec;
	return (struct plan_builder){
		.a = p->arena,
		.plan = p,
		.spec = spec,
		.process = spec->process,
		.facts = facts,
		.options = opt,
	};
}

int plan_build(const struct spec *spec, const struct facts *facts, const struct plan_options *opt,
	       struct plan **ret)
{
	CLEANUP(plan) struct plan *p = plan_new();
	struct plan_builder b = builder(p, spec, facts, opt);

	if (!spec->process)
		return refuse(-EINVAL, "config.process: required, but missing");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int r = parts[i](&b);

		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(p);
	return 0;
}

int plan_build_added(const struct spec *spec, const struct spec_mount *mounts, size_t n,
		     const struct facts *facts, const struct plan_options *opt, struct plan **ret)
{
	CLEANUP(plan) struct plan *p = plan_new();
	struct plan_builder b = builder(p, spec, facts, opt);
	int r;

	plan_userns(&b);
	r = plan_added_mounts(&b, mounts, n);
	if (r >= 0)
		*ret = TAKE_PTR(p);
	return r;
}

void plan_check(const struct spec *spec, const struct facts *facts,
		void (*on_problem)(void *, const char *), void *arg)
{
	CLEANUP(plan) struct plan *p = plan_new();
	const struct plan_options options = {
		.id = "check",
		.bundle = "/",
		.has_console = spec->process->terminal,
	};
	struct plan_builder b = builder(p, spec, facts, &options);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i](&b) < 0)
			on_problem(arg, error_text());
	error_clear();
}

/* What the process document of exec leaves out is as init has it (runc does the same). */
static struct spec_process *with_defaults(struct arena *a, const struct spec_process *given,
					  const struct spec_process *init)
{
	struct spec_process *p = arena_new_of(a, struct spec_process);

	*p = *given;
	if (!init)
		return p;
	if (!p->capabilities)
		p->capabilities = init->capabilities;
	if (!p->apparmor_profile)
		p->apparmor_profile = init->apparmor_profile;
	if (!p->selinux_label)
		p->selinux_label = init->selinux_label;
	if (!p->n_rlimits) {
		p->rlimits = init->rlimits;
		p->n_rlimits = init->n_rlimits;
	}
	if (!p->oom_score_adj.set)
		p->oom_score_adj = init->oom_score_adj;
	if (!p->scheduler)
		p->scheduler = init->scheduler;
	if (!p->io_priority)
		p->io_priority = init->io_priority;
	if (!p->exec_cpu_affinity)
		p->exec_cpu_affinity = init->exec_cpu_affinity;
	return p;
}

static void plan_affinity(struct plan_builder *b)
{
	const struct spec_cpu_affinity *affinity = b->process->exec_cpu_affinity;

	if (!affinity || (!affinity->initial && !affinity->final)) {
		plan_step(b, STEP_CPU_AFFINITY, "not the runtime's own CPUs");
		return;
	}
	b->plan->cpu_affinity_initial = affinity->initial;
	if (affinity->final)
		plan_step(b, STEP_CPU_AFFINITY, "process.execCPUAffinity.final")->src =
			affinity->final;
}

int plan_build_exec(const struct spec *spec, const struct spec_process *process,
		    const struct facts *facts, const struct plan_exec_options *opt,
		    struct plan **ret)
{
	CLEANUP(plan) struct plan *p = plan_new();
	struct plan_builder b = {
		.a = p->arena,
		.plan = p,
		.spec = spec,
		.process = with_defaults(p->arena, process, spec->process),
		.facts = facts,
		.exec_options = opt,
	};
	int r;

	p->spec = spec;
	plan_userns(&b);
	r = plan_program(&b);
	if (r < 0)
		return r;
	plan_step(&b, STEP_PROC_OPEN, "writes go to a private procfs");
	plan_step(&b, STEP_SESSION_KEYRING, "the caller's keys stay outside");
	plan_affinity(&b);
	/* The container has a /dev/console already; this terminal is the process's own. */
	if (p->terminal)
		plan_step(&b, STEP_CONSOLE, "process.terminal");
	r = plan_limits(&b);
	if (r < 0)
		return r;
	r = plan_process(&b);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(p);
	return 0;
}
