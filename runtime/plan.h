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
	const char *user_name; /* "nginx" or "1000:app": resolved in the child in the container's
					passwd and group; NULL: process.user as it is */
	bool no_pivot, no_new_keyring;
	unsigned preserve_fds; /* descriptors 3 .. 3+n-1 stay open */
	unsigned listen_fds;   /* LISTEN_FDS of the caller, counted in front of preserve_fds */
	bool has_console;      /* somebody receives the pty; without it terminal is refused */
	const char *init_path; /* --init: host path of a small init, bound into the container */
	bool notify_socket;    /* the caller has a NOTIFY_SOCKET: see step NOTIFY_SOCKET */
	bool cgroup_disabled;
	bool cgroup_delegate; /* init in a leaf of its cgroup, whose controllers it may hand on */
};

/* ---- mounts ---- */

enum mount_kind {
	MOUNT_FS, /* fsopen(type); "cgroup" and "cgroup2" are planned as binds of the own folders */
	MOUNT_BIND,    /* open_tree(source) */
	MOUNT_REMOUNT, /* change what is mounted at dst: attributes, and sb_flags and data by fspick */
	MOUNT_OVERLAY, /* struct rootfs */
};

enum mount_idmap { MOUNT_IDMAP_NONE, MOUNT_IDMAP_CONTAINER, MOUNT_IDMAP_OWN };

struct mount_step {
	enum mount_kind kind;
	const char *type, *source; /* source of a bind: absolute host path */
	bool recursive;            /* rbind */
	bool optional;             /* a missing source is skipped in silence */
	uint64_t attr_set,
		attr_clear; /* MOUNT_ATTR_*, this mount; atime: clear has MOUNT_ATTR__ATIME */
	uint64_t rattr_set, rattr_clear; /* the same, whole tree (AT_RECURSIVE) */
	char **sb_flags; /* fsconfig flags: "ro", "sync", "dirsync", "lazytime", ...; NULL: none */
	char **data;     /* fsconfig "key" or "key=value"; NULL: none */
	uint64_t *propagation; /* MS_SHARED ... | MS_REC, in order, 0-terminated; NULL: leave it.
					    A bind always has one, so that no clone stays a peer of the host's */
	bool copy_up;          /* tmpcopyup */
	bool source_nofollow, dest_nofollow, copy_symlink;
	enum mount_idmap idmap;
	bool idmap_recursive;
	const struct id_map *uid_maps, *gid_maps; /* MOUNT_IDMAP_OWN */
	size_t n_uid_maps, n_gid_maps;
	const struct rootfs *rootfs; /* MOUNT_OVERLAY */
};

struct scheduler_step { /* the fields of sched_setattr(2) */
	unsigned policy;
	uint64_t flags;
	int nice;
	unsigned priority;
	uint64_t runtime, deadline, period; /* ns */
};

struct memory_policy_step {   /* set_mempolicy(2) */
	int mode;             /* MPOL_* with its MPOL_F_* bits */
	unsigned long *nodes; /* bit mask; NULL: none */
	unsigned long max_node;
};

struct device_step {
	mode_t mode; /* type | permissions */
	unsigned major, minor;
	uint32_t uid, gid;
	bool bind; /* in a user namespace: bind the host's node, verified to be this device */
};

/* ---- steps ---- */

/* Everything that a child stage can do. The order of a whole list: plan_build.c. Paths of
 * the container are absolute and resolved in its root. What src, dst, value and the union mean:
 *   PROC_OPEN        private procfs descriptors, never the container's; value 1: a full one too
 *                    (sysctl)
 *   LOOPBACK_UP      lo up in a new network namespace
 *   NET_DEVICES      the parent moves linux.netDevices in here; src: their names, for people
 *   SESSION_KEYRING  join a new anonymous one
 *   PROPAGATION      of "/" in the new mount namespace, before anything; value: MS_* | MS_REC
 *   ROOTFS           mount: detached clone (recursive bind) or overlay of the root, attached on "/" or
 *                    (value 1: hooks look for it there) on its own folder; src: its host
 *                    path. What it is attached on is made private first, so that it stays ours
 *   MOUNT            mount on dst; src: as mount->source, for people
 *   DEVICE           device at dst: an equal node is fine, another file is an error
 *   SYMLINK          dst -> src, exclusively; an existing entry is left alone
 *   NOTIFY_SOCKET    the state folder's notify/ bound on dst (env names the socket in it)
 *   HOOKS            value: enum spec_hook_kind; the parent runs prestart and createRuntime, the
 *                    child the others
 *   CONSOLE          pty from the container's devpts, its peer bound on dst (when given), the
 *                    master sent away
 *   SYSCTL           write src to dst below /proc/sys ("net/ipv4/ip_forward") of the full private
 *                    procfs
 *   PIVOT            pivot_root(".", "."), old root made rec-slave and detached; value 1: MS_MOVE
 *                    and chroot
 *   MASK             dst: a file by the host's /dev/null, a folder by one shared empty tmpfs;
 *                    missing is fine
 *   READONLY         dst bound on itself and read-only; missing is fine
 *   ROOT_READONLY    the mount of "/" alone
 *   ROOT_PROPAGATION of "/" in the container; value: MS_* | MS_REC
 *   HOSTNAME         src; DOMAINNAME: src
 *   RLIMIT           value: RLIMIT_*; limit
 *   OOM_SCORE        value: (int64_t) oom_score_adj
 *   SCHEDULER        scheduler
 *   IO_PRIORITY      value: as ioprio_set(2) takes it
 *   CPU_AFFINITY     src: CPU list; NULL: all that the cgroup allows, not those of the runtime
 *   MEMORY_POLICY    memory_policy
 *   PERSONALITY      value: as personality(2) takes it
 *   SETSID           new session; value 1: standard input becomes its controlling terminal
 *   LSM_LABEL        write src to dst ("attr/exec") below self/ of the private procfs
 *   STDIO_OWNER      fchown of verified own descriptors 0-2 to the user
 *   CWD              make dst when it is missing (as root), before the user is set
 *   USER             bounding set, setgroups, setresgid, setresuid with kept capabilities, umask;
 *                    then effective = caps.effective. value 1: CAPABILITIES comes behind SECCOMP,
 *                    permitted stays whole until then
 *   CAPABILITIES     capset of all sets, then ambient
 *   CHDIR            to dst; getcwd must begin with '/' (CVE-2024-21626). It is tried with the rights of
 *                    the runtime (value 1: no permission is no error) and, if those were not enough (a
 *                    FUSE mount of the user), again as the user
 *   FIND_PROGRAM     src: name, looked up by PATH of env, for the early "not found"; nothing is
 *                    kept
 *   READY            tell the parent (it does parent_steps), wait for start
 *   CLOSE_FDS        close all behind 3 + keep_fds but the connection; no more dying with the parent
 *   SECCOMP          raises CAP_SYS_ADMIN for itself when no_new_privs is not set; with NEW_LISTENER the
 *                    parent, or whoever starts, hands the listener to the agent meanwhile
 *   EXEC             args, env
 * What a step does not name is NULL or 0. RLIMIT, OOM_SCORE, SCHEDULER and IO_PRIORITY can also stand
 * in plan->parent_steps: then the parent does them by init's pid, because only it has the right. */
#define PLAN_STEPS(X)                           \
	X(PROC_OPEN, "proc-open")               \
	X(LOOPBACK_UP, "loopback-up")           \
	X(NET_DEVICES, "net-devices")           \
	X(SESSION_KEYRING, "session-keyring")   \
	X(PROPAGATION, "propagation")           \
	X(ROOTFS, "rootfs")                     \
	X(MOUNT, "mount")                       \
	X(DEVICE, "device")                     \
	X(SYMLINK, "symlink")                   \
	X(NOTIFY_SOCKET, "notify-socket")       \
	X(HOOKS, "hooks")                       \
	X(CONSOLE, "console")                   \
	X(SYSCTL, "sysctl")                     \
	X(PIVOT, "pivot")                       \
	X(MASK, "mask")                         \
	X(READONLY, "readonly")                 \
	X(ROOT_READONLY, "root-readonly")       \
	X(ROOT_PROPAGATION, "root-propagation") \
	X(HOSTNAME, "hostname")                 \
	X(DOMAINNAME, "domainname")             \
	X(RLIMIT, "rlimit")                     \
	X(OOM_SCORE, "oom-score")               \
	X(SCHEDULER, "scheduler")               \
	X(IO_PRIORITY, "io-priority")           \
	X(CPU_AFFINITY, "cpu-affinity")         \
	X(MEMORY_POLICY, "memory-policy")       \
	X(PERSONALITY, "personality")           \
	X(SETSID, "setsid")                     \
	X(LSM_LABEL, "lsm-label")               \
	X(STDIO_OWNER, "stdio-owner")           \
	X(CWD, "cwd")                           \
	X(USER, "user")                         \
	X(CAPABILITIES, "capabilities")         \
	X(CHDIR, "chdir")                       \
	X(NO_NEW_PRIVS, "no-new-privs")         \
	X(FIND_PROGRAM, "find-program")         \
	X(READY, "ready")                       \
	X(CLOSE_FDS, "close-fds")               \
	X(SECCOMP, "seccomp")                   \
	X(EXEC, "exec")

#define PLAN_STEP_ENUM(name, text) STEP_##name,
enum step_kind { PLAN_STEPS(PLAN_STEP_ENUM) STEP_KINDS };
#undef PLAN_STEP_ENUM
extern const char *const step_kind_names[STEP_KINDS];

struct step {
	enum step_kind kind;
	const char *why; /* where it comes from: "config.mounts[2]", "default device", "PID 1" */
	const char *src, *dst; /* by kind */
	uint64_t value;        /* by kind */
	union {
		struct mount_step *mount;
		struct device_step *device;
		struct rlimit limit; /* RLIMIT: value is the resource */
		struct scheduler_step *scheduler;
		struct memory_policy_step *memory_policy;
	};
};

struct plan_user {
	const char *name; /* "nginx", "1000:app": resolved in the child; NULL: the numbers below */
	uint32_t uid, gid;
	uint32_t *additional_gids;
	size_t n_additional_gids;
	bool umask_set;
	mode_t umask;
	bool set_groups; /* false where setgroups is denied (single-id user namespace) */
	bool fill_home;  /* HOME is not in env: from the container's passwd */
};

/* By capability number. No capabilities object in the config means none at all, as runc has it. What
 * the caller cannot grant is masked already. */
struct plan_caps {
	uint64_t bounding, effective, permitted, inheritable, ambient;
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

	/* How init is made. needs_stage: pid, user or time is joined by path, time offsets are set, or
	 * anything is joined while a user namespace is made (afterwards the right to join is gone). Then a
	 * short-lived stage joins all, unshares stage_unshare (a user namespace is mapped by the parent at
	 * that point), writes time_offsets, and makes init with clone_flags | CLONE_PARENT. */
	uint64_t clone_flags; /* CLONE_NEW* of the clone that makes init; CLONE_NEWCGROUP never with v1 */
	uint64_t stage_unshare; /* CLONE_NEWTIME with offsets, and then CLONE_NEWUSER when it is new; these
				   are not in clone_flags */
	uint64_t unshare_flags; /* by init after the v1 join: CLONE_NEWCGROUP on v1 and hybrid */
	bool needs_stage;
	struct plan_namespace
		joined[PLAN_NAMESPACES_MAX]; /* in joining order, user first, mount last;
							      without needs_stage by init, at once */
	size_t n_joined;
	struct id_map *uid_maps, *gid_maps; /* of a new user namespace */
	size_t n_uid_maps, n_gid_maps;
	bool new_userns;
	const char *time_offsets; /* text for timens_offsets, or NULL */

	struct cgroup_plan *cgroup;
	const struct rdt_config *rdt; /* NULL: no class of service */
	struct step *steps;
	size_t n_steps;
	struct step *
		parent_steps; /* by the parent on init's pid, when init is READY, before it is let go */
	size_t n_parent_steps;
	const char *
		cpu_affinity_initial; /* exec only: CPU list set by the parent before anything; NULL: none */

	/* What several steps use. */
	struct plan_user user;
	struct plan_caps caps;
	bool no_new_privs;
	struct seccomp_program seccomp;
	char **args, **env;
	const char *cwd;
	bool terminal;
	unsigned short console_height, console_width; /* 0: leave it */
	unsigned keep_fds;                            /* 3 .. 3+n-1 */
	const struct plan_options *options;           /* NULL for exec */
	const struct spec *spec; /* hooks and annotations are taken from here */
};

/**
 * plan_build - decide everything; pure, records
 * Return: 0; -EINVAL a contradiction of config and host, named by the JSON path
 */
int plan_build(const struct spec *spec, const struct facts *facts, const struct plan_options *opt,
	       struct plan **ret) MUST_USE;

/**
 * plan_build_added - MOUNT steps alone, for a container of this spec that runs; pure, records
 * A REMOUNT among them means the mount of an earlier step with the same dst (the same pointer).
 */
int plan_build_added(const struct spec *spec, const struct spec_mount *mounts, size_t n,
		     const struct facts *facts, const struct plan_options *opt,
		     struct plan **ret) MUST_USE;
/** plan_check - every part of the plan on its own, each refusal handed over (`check BUNDLE`) */
void plan_check(const struct spec *spec, const struct facts *facts,
		void (*on_problem)(void *, const char *), void *arg);
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
		    const struct facts *facts, const struct plan_exec_options *opt,
		    struct plan **ret) MUST_USE;
