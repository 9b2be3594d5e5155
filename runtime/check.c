/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/check.c - the rules of the spec beyond types, as a table of clause and function
 * A rule tells every problem it sees; the caller decides whether the first one is enough. */
#include "runtime/check.h"

#include "base/error.h"
#include "base/ranges.h"
#include "base/str.h"
#include "cgroups/rdt.h"
#include "runtime/plan.h"
#include "runtime/seccomp_agent.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

struct checker {
	const struct spec *spec;
	int bundle;
	struct arena *a;
	const char *clause; /* of the rule that runs */
	void (*on_problem)(void *, const char *);
	void *arg;
	size_t n;
};

static void problem(struct checker *c, const char *fmt, ...) PRINTF(2, 3);
static void problem(struct checker *c, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(c->a, fmt, ap);
	va_end(ap);
	if (c->on_problem)
		c->on_problem(c->arg,
			      c->clause ? arena_printf(c->a, "%s (%s)", text, c->clause) : text);
	else if (c->n == 0)
		refuse(-EINVAL, "%s", text);
	c->n++;
}

/* A slice of the spec has its own check, which records. */
static void take_problem(struct checker *c)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = arena_strdup(a, error_text());

	error_clear();
	problem(c, "%s", text);
}

/* ---- top level ---- */

/* Numbers without leading zeros, three of them, then "-pre" and "+build" (semver.org 2.0). */
static bool parse_semver(const char *s, unsigned ret[3])
{
	int end = 0;

	for (size_t i = 0; i < 3; i++) {
		size_t digits = strspn(s, "0123456789");

		if (digits == 0 || digits > 9 || (*s == '0' && digits > 1) ||
		    sscanf(s, "%u%n", &ret[i], &end) != 1)
			return false;
		s += end;
		if (i < 2 && *s++ != '.')
			return false;
	}
	return *s == '\0' || ((*s == '-' || *s == '+') && s[1] != '\0');
}

static void check_version(struct checker *c)
{
	unsigned version[3];

	if (!c->spec->oci_version)
		return;
	if (!parse_semver(c->spec->oci_version, version))
		problem(c, "config.ociVersion: '%s' is not a version", c->spec->oci_version);
	else if (version[0] != 1)
		problem(c, "config.ociVersion: '%s' is not compatible with " SPEC_VERSION_MAX,
			c->spec->oci_version);
}

static void check_root(struct checker *c)
{
	const char *path = c->spec->root_path;
	struct stat st;

	if (c->bundle < 0 || !path)
		return;
	if (fstatat(c->bundle, path, &st, 0) < 0)
		problem(c, "invalid rootfs: stat %s: %s", path, error_reason(-errno));
	else if (!S_ISDIR(st.st_mode))
		problem(c, "invalid rootfs: %s is not a directory", path);
}

static void check_annotations(struct checker *c)
{
	for (size_t i = 0; i < c->spec->n_annotations; i++)
		if (!*c->spec->annotations[i].key)
			problem(c, "config.annotations: a key is empty");
}

/* ---- namespaces ---- */

static const struct spec_namespace *find(const struct spec *s, int type)
{
	for (size_t i = 0; i < s->linux_.n_namespaces; i++)
		if (s->linux_.namespaces[i].type == type)
			return &s->linux_.namespaces[i];
	return NULL;
}

static void check_namespaces(struct checker *c)
{
	const struct spec_linux *l = &c->spec->linux_;

	for (size_t i = 0; i < l->n_namespaces; i++) {
		const struct spec_namespace *ns = &l->namespaces[i];

		if (find(c->spec, ns->type) != ns)
			problem(c,
				"malformed spec file: duplicated ns: config.linux.namespaces[%zu] is a second '%s'",
				i, spec_namespace_names[ns->type]);
		if (ns->path && *ns->path && *ns->path != '/')
			problem(c,
				"config.linux.namespaces[%zu].path: expected an absolute path, not '%s'",
				i, ns->path);
	}
}

static void check_hostname(struct checker *c)
{
	enum { NAME_BYTES = 64 }; /* __NEW_UTS_LEN */
	const struct {
		const char *name, *value;
	} names[] = {
		{ "hostname", c->spec->hostname },
		{ "domainname", c->spec->domainname },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!names[i].value || !*names[i].value)
			continue;
		if (!find(c->spec, SPEC_NS_UTS))
			problem(c, "config.%s: unable to set %s without a private UTS namespace",
				names[i].name, names[i].name);
		if (strlen(names[i].value) > NAME_BYTES)
			problem(c, "config.%s: is longer than %d bytes", names[i].name, NAME_BYTES);
	}
}

static void check_time(struct checker *c)
{
	const struct spec_linux *l = &c->spec->linux_;
	const struct spec_namespace *ns = find(c->spec, SPEC_NS_TIME);

	if (!l->monotonic.set && !l->boottime.set)
		return;
	if (!ns)
		problem(c,
			"config.linux.timeOffsets: time namespace offsets specified, but time namespace isn't "
			"enabled in the config");
	else if (ns->path && *ns->path)
		problem(c,
			"config.linux.timeOffsets: offsets of a joined time namespace cannot be set");
}

static void check_net_devices(struct checker *c)
{
	const struct net_devices *devices = &c->spec->linux_.net_devices;

	if (devices->n && !find(c->spec, SPEC_NS_NETWORK))
		problem(c,
			"config.linux.netDevices: unable to move network devices without a NET namespace");
	if (net_devices_check(devices) < 0)
		take_problem(c);
}

/* ---- id maps ---- */

static bool overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return (uint64_t)a < (uint64_t)b + b_size && (uint64_t)b < (uint64_t)a + a_size;
}

static void check_map(struct checker *c, const char *where, const struct id_map *maps, size_t n)
{
	enum { LINES_MAX = 340 }; /* user_namespaces(7) */

	if (n > LINES_MAX) {
		problem(c, "%s: has more than %d entries", where, LINES_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct id_map *m = &maps[i];

		if (m->size == 0)
			problem(c, "%s[%zu].size: must be positive", where, i);
		if ((uint64_t)m->container_id + m->size > UINT32_MAX ||
		    (uint64_t)m->host_id + m->size > UINT32_MAX)
			problem(c, "%s[%zu]: goes beyond the highest id", where, i);
		for (size_t k = 0; k < i; k++)
			if (overlap(m->container_id, m->size, maps[k].container_id, maps[k].size) ||
			    overlap(m->host_id, m->size, maps[k].host_id, maps[k].size))
				problem(c, "%s[%zu]: overlaps [%zu]", where, i, k);
	}
}

static void check_maps(struct checker *c)
{
	const struct spec_linux *l = &c->spec->linux_;

	if ((l->n_uid_maps || l->n_gid_maps) && !find(c->spec, SPEC_NS_USER))
		problem(c,
			"config.linux.%s: user namespace mappings specified, but user namespace isn't enabled "
			"in the config",
			l->n_uid_maps ? "uidMappings" : "gidMappings");
	check_map(c, "config.linux.uidMappings", l->uid_maps, l->n_uid_maps);
	check_map(c, "config.linux.gidMappings", l->gid_maps, l->n_gid_maps);
	for (size_t i = 0; i < c->spec->n_mounts; i++) {
		const struct spec_mount *m = &c->spec->mounts[i];

		check_map(c, arena_printf(c->a, "config.mounts[%zu].uidMappings", i), m->uid_maps,
			  m->n_uid_maps);
		check_map(c, arena_printf(c->a, "config.mounts[%zu].gidMappings", i), m->gid_maps,
			  m->n_gid_maps);
	}
}

/* ---- process ---- */

static void check_rlimits(struct checker *c)
{
	const struct spec_process *p = c->spec->process;

	for (size_t i = 0; p && i < p->n_rlimits; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(p->rlimits[i].type, p->rlimits[k].type))
				problem(c, "config.process.rlimits[%zu].type: '%s' is listed twice",
					i, p->rlimits[i].type);
}

static void check_scheduler(struct checker *c)
{
	const struct spec_scheduler *s = c->spec->process ? c->spec->process->scheduler : NULL;
	bool realtime, deadline;

	if (!s)
		return;
	realtime = str_eq(s->policy, "SCHED_FIFO") || str_eq(s->policy, "SCHED_RR");
	deadline = str_eq(s->policy, "SCHED_DEADLINE");
	if (s->priority && !realtime)
		problem(c,
			"config.process.scheduler.priority: is for SCHED_FIFO and SCHED_RR only");
	if (!s->priority && realtime)
		problem(c, "config.process.scheduler.priority: required with %s", s->policy);
	if ((s->runtime || s->deadline || s->period) && !deadline)
		problem(c,
			"config.process.scheduler: runtime, deadline and period are for SCHED_DEADLINE only");
}

static void check_affinity(struct checker *c)
{
	enum { CPU_MAX = 8191 };
	const struct spec_cpu_affinity *affinity = c->spec->process ?
							   c->spec->process->exec_cpu_affinity :
							   NULL;
	const struct {
		const char *name, *value;
	} lists[] = {
		{ "initial", affinity ? affinity->initial : NULL },
		{ "final", affinity ? affinity->final : NULL },
	};
	unsigned long *mask, bits;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (lists[i].value && ranges_parse(c->a, lists[i].value, CPU_MAX, &mask, &bits) < 0)
			problem(c, "config.process.execCPUAffinity.%s: not a list of CPUs: '%s'",
				lists[i].name, lists[i].value);
}

/* ---- the host (check BUNDLE only) ---- */

static void check_hook_programs(struct checker *c)
{
	const struct spec_hooks *hooks = &c->spec->hooks;

	for (int kind = 0; kind < SPEC_HOOK_KINDS; kind++) {
		/* The path of a startContainer hook is one inside the container. */
		for (size_t i = 0; kind != SPEC_HOOK_START_CONTAINER && i < hooks->n[kind]; i++)
			if (access(hooks->list[kind][i].path, X_OK) < 0)
				problem(c, "config.hooks.%s[%zu].path: '%s': %s",
					spec_hook_names[kind], i, hooks->list[kind][i].path,
					error_reason(-errno));
	}
}

static bool is_bind(const struct spec_mount *m)
{
	return strv_has(m->options, "bind") || strv_has(m->options, "rbind") ||
	       str_eq(m->type, "bind");
}

static void check_bind_sources(struct checker *c)
{
	for (size_t i = 0; i < c->spec->n_mounts; i++) {
		const struct spec_mount *m = &c->spec->mounts[i];

		if (!m->source || !is_bind(m) || (*m->source != '/' && c->bundle < 0))
			continue;
		if (faccessat(c->bundle, m->source, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			problem(c, "config.mounts[%zu].source: stat %s: %s", i, m->source,
				error_reason(-errno));
	}
}

static void check_namespace_paths(struct checker *c)
{
	static const int flags[SPEC_NS_TYPES] = {
		[SPEC_NS_USER] = CLONE_NEWUSER,   [SPEC_NS_PID] = CLONE_NEWPID,
		[SPEC_NS_IPC] = CLONE_NEWIPC,     [SPEC_NS_UTS] = CLONE_NEWUTS,
		[SPEC_NS_NETWORK] = CLONE_NEWNET, [SPEC_NS_CGROUP] = CLONE_NEWCGROUP,
		[SPEC_NS_TIME] = CLONE_NEWTIME,   [SPEC_NS_MOUNT] = CLONE_NEWNS,
	};
	const struct spec_linux *l = &c->spec->linux_;

	for (size_t i = 0; i < l->n_namespaces; i++) {
		const struct spec_namespace *ns = &l->namespaces[i];
		CLEANUP_FD int fd = -EBADF;

		if (!ns->path || *ns->path != '/')
			continue;
		fd = open(ns->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			problem(c, "config.linux.namespaces[%zu].path: open '%s': %s", i, ns->path,
				error_reason(-errno));
		else if (ioctl(fd, NS_GET_NSTYPE) != flags[ns->type])
			problem(c, "config.linux.namespaces[%zu].path: '%s' is not a %s namespace",
				i, ns->path, spec_namespace_names[ns->type]);
	}
}

static void check_process_present(struct checker *c)
{
	if (!c->spec->process)
		problem(c, "config.process: required when start is called");
	else if (!c->spec->process->args)
		problem(c, "config.process.args: required, but missing");
}

/* ---- the tables ---- */

struct rule {
	const char *clause;
	void (*check)(struct checker *c);
};

static const struct rule spec_rules[] = {
	{ "config.md \"Specification version\"", check_version },
	{ "config.md \"Root\"", check_root },
	{ "config.md \"Annotations\"", check_annotations },
	{ "config-linux.md \"Namespaces\"", check_namespaces },
	{ "config.md \"Hostname\"", check_hostname },
	{ "config-linux.md \"Offset for Time Namespace\"", check_time },
	{ "config-linux.md \"User namespace mappings\"", check_maps },
	{ "config-linux.md \"Network Devices\"", check_net_devices },
};

static const struct rule process_rules[] = {
	{ "config.md \"POSIX process\": rlimits", check_rlimits },
	{ "config.md \"Linux Process\": scheduler", check_scheduler },
	{ "config.md \"Linux Process\": execCPUAffinity", check_affinity },
};

static void check_rdt(struct checker *c)
{
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };

	if (!c->spec->linux_.intel_rdt || rdt_host_open(&host) >= 0)
		return;
	problem(c, "config.linux.%s", error_text());
	error_clear();
}

static void check_agent(struct checker *c)
{
	if (seccomp_agent_check(c->spec->linux_.seccomp) >= 0)
		return;
	problem(c, "config.%s", error_text());
	error_clear();
}

static const struct rule host_rules[] = {
	{ "config.md \"Process\"", check_process_present },
	{ "config.md \"POSIX-platform Hooks\"", check_hook_programs },
	{ "config.md \"Mounts\"", check_bind_sources },
	{ "config-linux.md \"Namespaces\"", check_namespace_paths },
	{ "config-linux.md \"IntelRdt\"", check_rdt },
	{ "config-linux.md \"Seccomp\"", check_agent },
};

static void run(struct checker *c, const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		c->clause = rules[i].clause;
		rules[i].check(c);
	}
	c->clause = NULL;
}

int spec_check(const struct spec *s, int bundle_dirfd)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct checker c = { .spec = s, .bundle = bundle_dirfd, .a = a };

	run(&c, spec_rules, ARRAY_SIZE(spec_rules));
	run(&c, process_rules, ARRAY_SIZE(process_rules));
	return c.n ? -EINVAL : 0;
}

int spec_check_process(const struct spec_process *p)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct spec whole = { .process = (struct spec_process *)p };
	struct checker c = { .spec = &whole, .bundle = -EBADF, .a = a };

	run(&c, process_rules, ARRAY_SIZE(process_rules));
	return c.n ? -EINVAL : 0;
}

static void plan_problem(void *arg, const char *text)
{
	problem(arg, "%s", text);
}

/* A spec may have come back half decoded: its plan would tell of what is missing again. */
static bool can_be_planned(const struct spec *s)
{
	return s->root_path && s->process && s->process->args && s->process->cwd;
}

size_t spec_check_all(const struct spec *s, int bundle_dirfd, const struct facts *f,
		      void (*on_problem)(void *, const char *), void *arg)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct checker c = {
		.spec = s, .bundle = bundle_dirfd, .a = a, .on_problem = on_problem, .arg = arg
	};

	run(&c, spec_rules, ARRAY_SIZE(spec_rules));
	run(&c, process_rules, ARRAY_SIZE(process_rules));
	if (!f)
		return c.n;
	run(&c, host_rules, ARRAY_SIZE(host_rules));
	if (can_be_planned(s))
		plan_check(s, f, plan_problem, &c);
	return c.n;
}
