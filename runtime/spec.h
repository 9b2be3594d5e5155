/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/spec.h - config.json as plain structs: every field of runtime-spec 1.3 for Linux
 * Composes the slices of cgroups/, netns/ and seccomp/. Knows: the JSON.  Does not know: the host.
 * "Absent" is always explicit: a NULL pointer, a count of 0 or an unset opt_*. All memory belongs to
 * the spec's arena. Source: runtime-spec config.md, config-linux.md. */
#pragma once

#include "base/confine.h"
#include "base/json.h"
#include "cgroups/rdt_config.h"
#include "cgroups/resources.h"
#include "netns/device.h"
#include "seccomp/profile.h"

struct spec_mount {
	char *destination, *type, *source;
	char **options;
	struct id_map *uid_maps, *gid_maps;
	size_t n_uid_maps, n_gid_maps;
};

struct spec_rlimit {
	char *type; /* "RLIMIT_NOFILE" */
	uint64_t soft, hard;
};

/* The five sets; NULL: the set is absent (empty). Names as in the file ("CAP_CHOWN"). */
struct spec_capabilities {
	char **bounding, **effective, **inheritable, **permitted, **ambient;
};

struct spec_scheduler {
	char *policy; /* "SCHED_OTHER" */
	int64_t nice, priority;
	char **flags;
	uint64_t runtime, deadline, period;
};

struct spec_io_priority {
	char *class_name; /* "IOPRIO_CLASS_BE" */
	int64_t priority;
};

struct spec_cpu_affinity {
	char *initial, *final;
};

struct spec_user {
	uint32_t uid, gid;
	struct opt_u64 umask;
	uint64_t *additional_gids; /* each below 2^32 */
	size_t n_additional_gids;
};

/* Also the document of `exec --process FILE`. */
struct spec_process {
	bool terminal;
	uint64_t console_height, console_width;
	struct spec_user user;
	char **args, **env;
	char *cwd;
	struct spec_capabilities *capabilities; /* NULL: absent */
	struct spec_rlimit *rlimits;
	size_t n_rlimits;
	bool no_new_privileges;
	char *apparmor_profile, *selinux_label;
	struct opt_i64 oom_score_adj;
	struct spec_scheduler *scheduler;
	struct spec_io_priority *io_priority;
	struct spec_cpu_affinity *exec_cpu_affinity;
};

struct spec_hook {
	char *path;
	char **args, **env;
	struct opt_i64 timeout; /* seconds, > 0 */
};

enum spec_hook_kind {
	SPEC_HOOK_PRESTART,
	SPEC_HOOK_CREATE_RUNTIME,
	SPEC_HOOK_CREATE_CONTAINER,
	SPEC_HOOK_START_CONTAINER,
	SPEC_HOOK_POSTSTART,
	SPEC_HOOK_POSTSTOP,
	SPEC_HOOK_KINDS,
};

struct spec_hooks {
	struct spec_hook *list[SPEC_HOOK_KINDS];
	size_t n[SPEC_HOOK_KINDS];
};

enum spec_namespace_type {
	SPEC_NS_USER,
	SPEC_NS_PID,
	SPEC_NS_IPC,
	SPEC_NS_UTS,
	SPEC_NS_NETWORK,
	SPEC_NS_CGROUP,
	SPEC_NS_TIME,
	SPEC_NS_MOUNT,
	SPEC_NS_TYPES,
};

struct spec_namespace {
	int type;
	char *path;
};

struct spec_device {
	char *type; /* "c", "b", "u", "p" */
	char *path;
	int64_t major, minor;
	struct opt_u64 file_mode, uid, gid;
};

struct spec_time_offset {
	bool set;
	int64_t secs;
	uint64_t nanosecs;
};

struct spec_memory_policy {
	char *mode, *nodes;
	char **flags;
};

struct spec_linux {
	struct spec_namespace *namespaces;
	size_t n_namespaces;
	struct id_map *uid_maps, *gid_maps;
	size_t n_uid_maps, n_gid_maps;
	struct spec_time_offset monotonic, boottime;
	struct spec_device *devices;
	size_t n_devices;
	struct net_devices net_devices;
	char *cgroups_path;
	struct cgroup_resources resources;
	struct rdt_config *intel_rdt; /* NULL: absent */
	struct spec_memory_policy *memory_policy;
	struct json_map *sysctl;
	size_t n_sysctl;
	struct seccomp_profile *seccomp; /* NULL: absent */
	char *rootfs_propagation; /* NULL, "private", "slave", "shared", "unbindable" and their r forms */
	char **masked_paths, **readonly_paths;
	char *mount_label;
	char *personality_domain; /* NULL, "LINUX", "LINUX32" */
	char **personality_flags;
};

struct spec {
	struct arena *arena; /* owns everything below */
	char *oci_version;
	char *root_path; /* as written; relative to the bundle */
	bool root_readonly;
	struct spec_mount *mounts;
	size_t n_mounts;
	struct spec_process *process; /* NULL: absent (allowed until start) */
	struct spec_hooks hooks;
	char *hostname, *domainname;
	struct json_map *annotations;
	size_t n_annotations;
	struct spec_linux linux_;
};

/**
 * spec_load - read and decode BUNDLE/config.json (or the file of --config); records
 * @dirfd: the bundle; @name: file name relative to it
 * @ret_text: the exact bytes that were read, in the spec's arena (copied to the state folder, so that
 * later edits have no effect: runtime.md "create"); may be NULL
 * Wrong types, ranges, duplicate keys: -EINVAL with the JSON path. Known fields that are not executed:
 * "config.linux.netDevices: not supported yet".
 */
int spec_load(int dirfd, const char *name, struct spec **ret, const char **ret_text) MUST_USE;
/** spec_parse - the same from text. With on_problem set, every problem goes there, decoding goes on, and
 *  the spec comes back with -EINVAL (what could be decoded; doboz-oci check looks at the rest) */
int spec_parse(const char *text, size_t len, void (*on_problem)(void *, const char *), void *arg,
	       struct spec **ret) MUST_USE;
/** spec_load_process - decode a process document (exec --process FILE) into the arena */
int spec_load_process(struct arena *a, const char *path, struct spec_process **ret) MUST_USE;
/** spec_load_mounts - decode an array of config.mounts' objects (mounts add FILE) into the arena */
enum { SPEC_MOUNTS_AT_ONCE = 256 };
int spec_load_mounts(struct arena *a, const char *path, struct spec_mount **ret,
		     size_t *ret_n) MUST_USE;
void spec_free(struct spec *s);
DEFINE_FREEP(spec, spec_free)

/** spec_write_default - the default config.json of `spec`; rootless: for an ordinary user;
 *  cgroup_namespace: with one of its own, which runc's `spec` writes on pure v2 hosts only */
void spec_write_default(struct buf *out, bool rootless, bool cgroup_namespace);

/* The decode tables: of config.json, and of its process. */
extern const struct json_row spec_rows[], spec_process_rows[];

/* Names in config.json, by enum. */
extern const char *const spec_hook_names[SPEC_HOOK_KINDS + 1];
extern const char *const spec_namespace_names[SPEC_NS_TYPES + 1];
/* The highest spec version whose fields are all known here, and the lowest. */
#define SPEC_VERSION_MAX "1.3.0"
#define SPEC_VERSION_MIN "1.0.0"
