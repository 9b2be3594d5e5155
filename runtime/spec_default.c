/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/spec_default.c - the config.json that `spec` writes: a shell in an isolated container
 * What runc's and crun's `spec` give, with the longer lists of masked paths. For an
 * ordinary user: a user namespace with the ids that are the user's own, nothing that it cannot do. */
#include "base/confine.h"
#include "base/error.h"
#include "base/json.h"
#include "runtime/spec.h"

#include <sys/resource.h>

static void write_list(struct json_writer *w, const char *key, const char *const *list)
{
	json_w_array(w, key);
	for (; *list; list++)
		json_w_str(w, NULL, *list);
	json_w_end_array(w);
}
#define WRITE_LIST(w, key, ...) write_list(w, key, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- process ---- */

static void write_capabilities(struct json_writer *w)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };

	json_w_object(w, "capabilities");
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		WRITE_LIST(w, sets[i], "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
	json_w_end_object(w);
}

static void write_rlimits(struct json_writer *w)
{
	enum { NOFILE = 1024 };
	struct rlimit host;

	/* Raising the hard limit takes CAP_SYS_RESOURCE: never ask for more than there is. */
	if (getrlimit(RLIMIT_NOFILE, &host) < 0 || host.rlim_max < NOFILE)
		return;
	json_w_array(w, "rlimits");
	json_w_object(w, NULL);
	json_w_str(w, "type", "RLIMIT_NOFILE");
	json_w_u64(w, "hard", NOFILE);
	json_w_u64(w, "soft", NOFILE);
	json_w_end_object(w);
	json_w_end_array(w);
}

static void write_process(struct json_writer *w)
{
	json_w_object(w, "process");
	json_w_bool(w, "terminal", true);
	json_w_object(w, "user");
	json_w_u64(w, "uid", 0);
	json_w_u64(w, "gid", 0);
	json_w_end_object(w);
	WRITE_LIST(w, "args", "sh");
	WRITE_LIST(w, "env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		   "TERM=xterm");
	json_w_str(w, "cwd", "/");
	write_capabilities(w);
	write_rlimits(w);
	json_w_bool(w, "noNewPrivileges", true);
	json_w_end_object(w);
}

/* ---- mounts ---- */

struct default_mount {
	const char *destination, *type, *source;
	const char *options[10];
	bool rootless, root; /* for whom */
};

static const struct default_mount mounts[] = {
	{ "/proc", "proc", "proc", { "nosuid", "noexec", "nodev" }, true, true },
	{ "/dev",
	  "tmpfs",
	  "tmpfs",
	  { "nosuid", "strictatime", "mode=755", "size=65536k" },
	  true,
	  true },
	{ "/dev/pts",
	  "devpts",
	  "devpts",
	  { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" },
	  false,
	  true },
	/* Group tty is often not among the ids of an ordinary user. */
	{ "/dev/pts",
	  "devpts",
	  "devpts",
	  { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620" },
	  true,
	  false },
	{ "/dev/shm",
	  "tmpfs",
	  "shm",
	  { "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" },
	  true,
	  true },
	{ "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" }, true, true },
	{ "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev", "ro" }, true, true },
	{ "/sys/fs/cgroup",
	  "cgroup",
	  "cgroup",
	  { "nosuid", "noexec", "nodev", "relatime", "ro" },
	  true,
	  true },
};

static void write_mounts(struct json_writer *w, bool rootless)
{
	json_w_array(w, "mounts");
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		const struct default_mount *m = &mounts[i];

		if (!(rootless ? m->rootless : m->root))
			continue;
		json_w_object(w, NULL);
		json_w_str(w, "destination", m->destination);
		json_w_str(w, "type", m->type);
		json_w_str(w, "source", m->source);
		write_list(w, "options", m->options);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

/* ---- linux ---- */

static void write_maps(struct json_writer *w, bool gids)
{
	struct id_map maps[16];
	size_t n;

	if (confine_own_maps(gids, maps, ARRAY_SIZE(maps), &n) < 0) {
		/* Without a readable /etc/subuid the own id is all there is. */
		maps[0] = (struct id_map){ .host_id = gids ? getegid() : geteuid(), .size = 1 };
		n = 1;
		error_clear();
	}
	json_w_array(w, gids ? "gidMappings" : "uidMappings");
	for (size_t i = 0; i < n; i++) {
		json_w_object(w, NULL);
		json_w_u64(w, "containerID", maps[i].container_id);
		json_w_u64(w, "hostID", maps[i].host_id);
		json_w_u64(w, "size", maps[i].size);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

static void write_namespaces(struct json_writer *w, bool rootless, bool cgroup)
{
	const struct {
		int type;
		bool wanted;
	} rows[] = {
		{ SPEC_NS_PID, true },      { SPEC_NS_NETWORK, true }, { SPEC_NS_IPC, true },
		{ SPEC_NS_UTS, true },      { SPEC_NS_MOUNT, true },   { SPEC_NS_CGROUP, cgroup },
		{ SPEC_NS_USER, rootless },
	};

	json_w_array(w, "namespaces");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].wanted)
			continue;
		json_w_object(w, NULL);
		json_w_str(w, "type", spec_namespace_names[rows[i].type]);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

static void write_device_rules(struct json_writer *w)
{
	json_w_object(w, "resources");
	json_w_array(w, "devices");
	json_w_object(w, NULL);
	json_w_bool(w, "allow", false);
	json_w_str(w, "access", "rwm");
	json_w_end_object(w);
	json_w_end_array(w);
	json_w_end_object(w);
}

static void write_linux(struct json_writer *w, bool rootless, bool cgroup_namespace)
{
	json_w_object(w, "linux");
	if (rootless) {
		write_maps(w, false);
		write_maps(w, true);
	} else {
		write_device_rules(w);
	}
	write_namespaces(w, rootless, cgroup_namespace);
	WRITE_LIST(w, "maskedPaths", "/proc/acpi", "/proc/asound", "/proc/interrupts",
		   "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
		   "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware",
		   "/sys/devices/virtual/powercap");
	WRITE_LIST(w, "readonlyPaths", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
		   "/proc/sysrq-trigger");
	json_w_end_object(w);
}

void spec_write_default(struct buf *out, bool rootless, bool cgroup_namespace)
{
	struct json_writer w = { .out = out, .indent = 2, .first = true };

	json_w_object(&w, NULL);
	/* Nothing in it is newer, and crun 1.8 refuses versions that it does not know. */
	json_w_str(&w, "ociVersion", "1.0.2");
	write_process(&w);
	json_w_object(&w, "root");
	json_w_str(&w, "path", "rootfs");
	json_w_bool(&w, "readonly", true);
	json_w_end_object(&w);
	json_w_str(&w, "hostname", "doboz");
	write_mounts(&w, rootless);
	write_linux(&w, rootless, cgroup_namespace);
	json_w_end_object(&w);
	buf_addc(out, '\n');
}
