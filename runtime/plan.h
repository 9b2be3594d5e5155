/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan.h - every decision about one container, as data
 *
 * plan_build is pure: (spec, facts, options) in, struct plan out. The parent and the child stages
 * only execute it: the child's whole life is plan->steps, in order, run by one switch. So the
 * privileged vocabulary is the enum below, --dry-run can print what will happen, golden tests
 * need no root, and every error names its step. */
#pragma once

#include "base/rootfs.h"
#include "cgroups/cgroup.h"
#include "runtime/facts.h"
#include "runtime/spec.h"
#include "seccomp/compile.h"

#include <linux/filter.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

/* What comes from the command line or from cmd/, not from config.json. Borrowed, outlives the plan. */
struct plan_options {
	const char *id;
	const char *bundle;          /* absolute */
	const struct rootfs *rootfs; /* NULL: root.path of the spec */
	const char *user_name;       /* "nginx" or "1000:app": resolved in the child in the container's
					passwd and group; NULL: process.user as it is */
	bool no_pivot, no_new_keyring;
	unsigned preserve_fds;       /* descriptors 3 .. 3+n-1 stay open */
	unsigned listen_fds;         /* LISTEN_FDS of the caller, counted in front of preserve_fds */
	bool has_console;            /* somebody receives the pty; without it terminal is refused */
	const char *init_path;       /* --init: host path of a small init, bound into the container */
	bool cgroup_disabled;
};

/* ---- mounts ---- */

enum mount_kind {
	MOUNT_FS,      /* fsopen(type) */
	MOUNT_BIND,    /* open_tree(source) */
	MOUNT_REMOUNT, /* option "remount": change what is mounted at dst */
	MOUNT_CGROUP,  /* type "cgroup"/"cgroup2": v2 a cgroup2 or bind, v1 a tmpfs of binds */
	MOUNT_OVERLAY, /* struct rootfs */
};

enum mount_idmap { MOUNT_IDMAP_NONE, MOUNT_IDMAP_CONTAINER, MOUNT_IDMAP_OWN };

struct mount_step {
	enum mount_kind kind;
	const char *type, *source;
	bool recursive;              /* rbind */
	bool create_file;            /* the destination of a bind of a file is a file (known at run time when not here) */
	uint64_t attr_set, attr_clear;   /* MOUNT_ATTR_*, this mount; atime: clear has MOUNT_ATTR__ATIME */
	uint64_t rattr_set, rattr_clear; /* the same, whole tree (AT_RECURSIVE) */
	bool sb_flags_set;               /* any of the next three */
	const char **sb_flags;           /* fsconfig flags: "ro", "sync", "dirsync", "lazytime", ...; NULL-terminated */
	char **data;                     /* fsconfig "key" or "key=value"; NULL-terminated */
	uint64_t *propagation;           /* MS_SHARED ... | MS_REC, in order, 0-terminated; NULL: none */
	bool copy_up;                    /* tmpcopyup */
	bool source_nofollow, dest_nofollow, copy_symlink;
	enum mount_idmap idmap;
	bool idmap_recursive;
	const struct id_map *uid_maps, *gid_maps; /* MOUNT_IDMAP_OWN */
	size_t n_uid_maps, n_gid_maps;
	const struct rootfs *rootfs; /* MOUNT_OVERLAY */
};

struct device_step {
	mode_t mode; /* type | permissions */
	unsigned major, minor;
	uint32_t uid, gid;
	bool bind; /* in a user namespace: bind the host's node, verified to be this device */
};

/* ---- steps ---- */

/* Everything that a child stage can do. Order of a whole list: SECURITY.md "Recommended order". */
#define PLAN_STEPS(X)                                                                                    \
	X(PROC_OPEN, "proc-open")         /* private procfs descriptors: fsopen(proc), never the container's */ \
	X(LOOPBACK_UP, "loopback-up")     /* lo up in a new network namespace */                                \
	X(SESSION_KEYRING, "session-keyring")                                                                 \
	X(PROPAGATION, "propagation")     /* of "/" in the new mount namespace, before anything: flags */      \
	X(ROOTFS, "rootfs")               /* detached clone or overlay of the root: mount */                    \
	X(MOUNT, "mount")                                                                                     \
	X(DEVICE, "device")               /* mknodat or bind */                                                 \
	X(SYMLINK, "symlink")             /* dst -> src, O_EXCL; an existing equal link is fine */              \
	X(NOTIFY_SOCKET, "notify-socket")                                                                     \
	X(HOOKS, "hooks")                 /* value: enum spec_hook_kind; run by the parent (prestart,           \
					     createRuntime) or by the child (createContainer, startContainer) */ \
	X(CONSOLE, "console")             /* pty from the container's devpts, sent to the console socket */    \
	X(SYSCTL, "sysctl")               /* dst = src, by the private procfs */                               \
	X(PIVOT, "pivot")                 /* pivot_root(".", "."), old root detached; or MS_MOVE + chroot */    \
	X(MASK, "mask")                   /* a file by the host's /dev/null, a folder by one shared empty tmpfs */ \
	X(READONLY, "readonly")           /* a path bound on itself, read-only */                              \
	X(ROOT_READONLY, "root-readonly")                                                                     \
	X(ROOT_PROPAGATION, "root-propagation")                                                               \
	X(HOSTNAME, "hostname")                                                                               \
	X(DOMAINNAME, "domainname")                                                                           \
	X(RLIMIT, "rlimit")                                                                                   \
	X(OOM_SCORE, "oom-score")                                                                             \
	X(SCHEDULER, "scheduler")                                                                             \
	X(IO_PRIORITY, "io-priority")                                                                         \
	X(MEMORY_POLICY, "memory-policy")                                                                     \
	X(PERSONALITY, "personality")                                                                         \
	X(SETSID, "setsid")               /* new session; controlling terminal when there is a console */       \
	X(LSM_LABEL, "lsm-label")         /* attr/exec by the private procfs */                                \
	X(STDIO_OWNER, "stdio-owner")     /* fchown verified own descriptors 0-2 to the user */                \
	X(CWD, "cwd")                     /* make it when it is missing (as root), before the user is set */   \
	X(USER, "user")                   /* bounding set, setgroups, setresgid, setresuid, umask */            \
	X(CAPABILITIES, "capabilities")   /* capset and ambient */                                             \
	X(CHDIR, "chdir")                 /* as the user; getcwd must begin with '/' (CVE-2024-21626) */        \
	X(NO_NEW_PRIVS, "no-new-privs")                                                                       \
	X(FIND_PROGRAM, "find-program")   /* PATH of the container's env; early "not found" errors */          \
	X(READY, "ready")                 /* tell the parent, wait for start */                                \
	X(CLOSE_FDS, "close-fds")         /* close_range CLOEXEC behind the preserved ones; verify 0-2 */       \
	X(SECCOMP, "seccomp")                                                                                 \
	X(EXEC, "exec")

#define PLAN_STEP_ENUM(name, text) STEP_##name,
enum step_kind { PLAN_STEPS(PLAN_STEP_ENUM) STEP_KINDS };
#undef PLAN_STEP_ENUM
extern const char *const step_kind_names[STEP_KINDS];

struct step {
	enum step_kind kind;
	const char *why;       /* where it comes from: "config.mounts[2]", "default device", "PID 1" */
	const char *src, *dst; /* by kind */
	uint64_t value;        /* by kind */
	union {
		struct mount_step *mount;
		struct device_step *device;
		struct rlimit limit; /* RLIMIT: value is the resource */
	};
};

struct plan_user {
	uint32_t uid, gid;
	uint32_t *additional_gids;
	size_t n_additional_gids;
	bool umask_set;
	mode_t umask;
	bool set_groups; /* false where setgroups is denied (single-id user namespace) */
	bool fill_home;  /* HOME is not in env: from the container's passwd */
};

struct plan_caps {
	uint64_t bounding, effective, permitted, inheritable, ambient;
	bool present; /* false: the config has no capabilities object; nothing is changed but the user's loss */
};

/* One namespace: made new, joined by path, or inherited (not in the list). */
struct plan_namespace {
	int clone_flag;   /* CLONE_NEWPID, ... */
	const char *path; /* NULL: new */
};

enum { PLAN_NAMESPACES_MAX = 8 };

struct plan {
	struct arena *arena;
	const char *id, *bundle;
	const char *root; /* absolute host path of root.path; NULL with an overlay */

	/* How init is made. needs_stage: pid, user or time is joined by path, or time offsets are set, so
	 * a short-lived stage joins first and makes init with CLONE_PARENT. */
	uint64_t clone_flags;   /* CLONE_NEW* of the clone that makes init; CLONE_NEWCGROUP never with v1 */
	uint64_t unshare_flags; /* by init after the v1 join: CLONE_NEWCGROUP on v1 and hybrid */
	bool needs_stage;
	struct plan_namespace joined[PLAN_NAMESPACES_MAX]; /* in joining order, user first, mount last */
	size_t n_joined;
	struct id_map *uid_maps, *gid_maps; /* of a new user namespace */
	size_t n_uid_maps, n_gid_maps;
	bool new_userns;
	const char *time_offsets; /* text for timens_offsets, or NULL */

	struct cgroup_plan *cgroup;
	struct step *steps;
	size_t n_steps;

	/* What several steps use. */
	struct plan_user user;
	struct plan_caps caps;
	bool no_new_privs;
	struct seccomp_program seccomp;
	char **args, **env;
	const char *cwd;
	bool terminal;
	unsigned short console_height, console_width; /* 0: leave it */
	unsigned keep_fds; /* 3 .. 3+n-1 */
	const struct plan_options *options;
	const struct spec *spec; /* hooks and annotations are taken from here */
};

/**
 * plan_build - decide everything; pure, records
 * Return: 0; -EINVAL a contradiction of config and host, named by the JSON path
 */
int plan_build(const struct spec *spec, const struct facts *facts, const struct plan_options *opt,
	       struct plan **ret) MUST_USE;
void plan_free(struct plan *p);
DEFINE_FREEP(plan, plan_free)

/**
 * plan_build_exec - the plan of one more process in a running container (verb exec)
 * No ROOTFS, MOUNT, PIVOT...: joins by pidfd, then user, capabilities, seccomp and exec as init had.
 */
struct plan_exec_options {
	const char *user_name; /* -u */
	unsigned preserve_fds;
	bool has_console;
};
int plan_build_exec(const struct spec *spec, const struct spec_process *process,
		    const struct facts *facts, const struct plan_exec_options *opt, struct plan **ret) MUST_USE;
