/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/cgroup.h - the cgroup of one container, on v1, v2 and hybrid hosts
 *
 * Read the host (facts), decide every folder and write (pure plan), then act. What was made is a
 * list of folders that goes to the journal *before* it is made, so that destroy finds all of it.
 * Hybrid: v1 controllers plus a v2 tree; every container also gets a v2 folder, which is the source
 * of kill, freeze and populated. Sources: kernel admin-guide/cgroup-v1, cgroup-v2. */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "cgroups/resources.h"

#include <stdbool.h>
#include <sys/types.h>

/* ---- facts ---- */

/* One mounted hierarchy. v2: controllers is what cgroup.controllers offers. */
struct cgroup_hierarchy {
	bool v2;
	char *mount;        /* absolute mount point, as found in mountinfo */
	char *mount_root;   /* the folder of the hierarchy that is mounted there, mostly "/" */
	char **controllers; /* v1: of the mount, "name=systemd" included */
	char *own_path;     /* the caller's cgroup in it, from /proc/self/cgroup; may be NULL */
	char *base_path;    /* where a relative cgroupsPath starts: own_path; on v2 its parent where
			       that is ours, because own_path holds processes; NULL: not below the
			       mount, so that it has no folder */
	bool read_only;     /* mounted so: nobody can make a folder */
	bool ns_delegate;   /* v2: limits of a cgroup namespace's root are closed to those inside */
	bool writable;      /* the caller may make folders below base_path */
};

enum cgroup_layout { CGROUP_NONE, CGROUP_V1, CGROUP_V2, CGROUP_HYBRID };

struct cgroup_host {
	enum cgroup_layout layout;
	struct cgroup_hierarchy *hierarchies;
	size_t n_hierarchies;
	/* May the caller make (or take over) this folder and move itself there? A fact that depends on
	 * the path, so the plan asks for it; only an absolute cgroupsPath of an unprivileged caller
	 * needs it. NULL: no. */
	bool (*may_make)(const struct cgroup_hierarchy *h, const char *path);
	struct cgroup_systemd
		*systemd; /* the manager that makes the folders; NULL: we do (cgroupfs) */
};

/**
 * cgroup_host_read - which hierarchies are mounted, found through mountinfo (never by folder
 * existence: other tools make plain folders beside the mounts)
 * @proc: descriptor of /proc, or of a saved one in tests
 * @fs_prefix: "" or the prefix of a saved /sys in tests
 */
int cgroup_host_read(struct arena *a, int proc, const char *fs_prefix,
		     struct cgroup_host **ret) MUST_USE;

/** cgroup_hierarchy_of - the hierarchy that a folder lies in, or NULL */
const struct cgroup_hierarchy *cgroup_hierarchy_of(const struct cgroup_host *host,
						   const char *path);

/** cgroup_may_join - may the caller put a process of its own into this folder of v2? */
bool cgroup_may_join(const struct cgroup_hierarchy *h, const char *path);

/* ---- plan (pure) ---- */

/* A limit that must not be less than what is in use when it is written. */
struct cgroup_floor {
	const char *what; /* "memory limit" */
	uint64_t limit;
	const char *usage
		[2]; /* files of the folder that add up to what is in use; the second may be NULL */
};

/* One folder of the container: where, and what is written into it, in order. */
struct cgroup_write {
	const char *file, *value; /* relative to the folder */
	const char *why;          /* the field of the spec: "linux.resources.memory.limit" */
	const char *else_file, *else_value; /* used where file does not exist */
	const char *undo; /* keyed files ("8:0 1000"): removes the key again; else NULL */
	const struct cgroup_floor *floor; /* checkBeforeUpdate; else NULL */
	uint64_t granule;      /* read back: 0 no, 1 exactly, n rounded down to a multiple of n */
	const char *in_force;  /* read back: the file that says what of a list like "0-3,7" is in
				  force, which must be nothing beyond it; else NULL */
	bool keep_first;       /* cpu.max: value is the second word, the first one stays */
	bool coupled;          /* the kernel checks it against the other coupled writes: when it is
				  refused (EINVAL), it is tried again after them */
	bool after_clone;      /* v2 pids.max: so that with 0 the payload itself still runs */
	bool tolerate_missing; /* a file of an optional kernel feature */
};

struct cgroup_folder {
	const struct cgroup_hierarchy *hierarchy;
	const char *path;   /* absolute host path of the folder */
	const char *name;   /* path inside the hierarchy, as /proc/PID/cgroup shows it */
	char **controllers; /* v2: to be enabled from the mount down to here; NULL on v1 */
	struct cgroup_write *writes;
	size_t n_writes;
};

struct bpf_insn;
struct cgroup_device_list;
struct cgroup_systemd;
struct cgroup_unit;
struct cgroup_properties;
struct cgroup_plan {
	enum cgroup_layout layout;
	bool has_kill;
	bool v1_join;                  /* the child joins v1 folders by itself, through "tasks" */
	bool v2_join_after_v1;         /* always false on pure v2, where clone3 does it */
	struct cgroup_folder *folders; /* v2 first */
	size_t n_folders;
	bool delegate, leaf; /* as in struct cgroup_options */
	uint32_t delegate_uid;
	struct bpf_insn
		*device_program; /* BPF_PROG_TYPE_CGROUP_DEVICE of folders[0]; NULL: v1 rules */
	size_t n_device_insns;
	struct bpf_insn
		*program_before; /* of an update: what goes back with the rest; NULL: not known */
	size_t n_before_insns;
	/* Of an update on v1, where the writes depend on what is there: the folder, and the rules
	 * before (NULL: not known) and after. devices_folder is NULL: none are changed. */
	const struct cgroup_folder *devices_folder;
	const struct cgroup_device_list *devices_before, *devices_after;
	/* The systemd driver's, else NULL: the folders are those of a unit. Of an update only the name is
	 * known; properties are what changes, properties_before the same as they were. */
	struct cgroup_systemd *systemd;
	struct cgroup_unit *unit;
	struct cgroup_properties *properties, *properties_before;
};

struct cgroup_options {
	const char *cgroups_path; /* linux.cgroupsPath, or NULL: the default below. Absolute: below
				     the mounts; relative: below base_path, as runc does. With
				     systemd: "slice:prefix:name" */
	const char *default_name; /* path used when cgroups_path is NULL: "/doboz/ID" as root,
				     "doboz/ID" below the own cgroup for others */
	bool privileged;          /* CAP_SYS_ADMIN over the host: device rules can be set */
	bool disabled;            /* --cgroup-manager disabled */
	bool delegate;            /* the v2 folder becomes delegate_uid's */
	bool leaf; /* the container's processes start in a leaf below it, so that its controllers can
		      be handed on: a folder of v2 has either processes or children with limits */
	uint32_t delegate_uid; /* of the host */
	/* The systemd driver's: the container's id, and the annotations org.systemd.property.NAME. */
	const char *id;
	const struct json_map *annotations;
	size_t n_annotations;
};

/**
 * cgroup_plan_build - every folder and every write, decided; records
 * A limit that no mounted controller can hold is an error that names the field and the remedy
 * ("linux.resources.memory.limit: no memory controller that we may use; ..."), never ignored.
 * Where the caller may make no folder at all and no limit was asked for, the plan is empty.
 * After the config's device rules come those that runc and crun also add: mknod of any node, and the
 * devices that every container has.
 */
int cgroup_plan_build(struct arena *a, const struct cgroup_host *host,
		      const struct cgroup_resources *res, const struct cgroup_options *opt,
		      struct cgroup_plan **ret) MUST_USE;

/* What `update` changes. The spec's swap is memory and swap together, so that one of the two needs to
 * know the other: before and after are all that was and will be in force; NULL: not known. */
struct cgroup_update {
	const struct cgroup_resources *change, *before, *after;
	const char *unit; /* of systemd; NULL: none */
};

/** cgroup_plan_update - the writes of `update` for folders that exist already; same rules */
int cgroup_plan_update(struct arena *a, const struct cgroup_host *host,
		       const struct cgroup_update *update, char *const *folders,
		       struct cgroup_plan **ret) MUST_USE;

/* ---- act; all record ---- */

enum { CGROUP_FDS_MAX = 32 };

/* What the child needs to join: descriptors that the parent opened, O_CLOEXEC. */
struct cgroup_join {
	bool made[CGROUP_FDS_MAX]; /* of the plan's folders: it was not there before */
	bool unit;                 /* systemd has made the plan's */
	int v2_fd;                 /* folder, for CLONE_INTO_CGROUP; -EBADF when there is none */
	int tasks_fds[CGROUP_FDS_MAX]; /* v1 "tasks", freezer last */
	size_t n_tasks;
};
void cgroup_join_close(struct cgroup_join *join);

/** cgroup_create_v2 - make the folders, and before them let systemd make its unit; write the limits (read back where the kernel may round), attach
 *  the device program. A folder that holds processes (-EEXIST) or is frozen (-EBUSY) is refused.
 *  After a failure, cgroup_create_undo. A caller that is killed has a journal that lists all, and
 *  cgroup_leave for them: until it says that the container has a process, those that are in use are
 *  somebody else's. @join: set up by this */
int cgroup_create_v2(const struct cgroup_plan *plan, struct cgroup_join *join) MUST_USE;

/** cgroup_create_v1 - the same for those of v1, which the clone does not need, after cgroup_create_v2 */
int cgroup_create_v1(const struct cgroup_plan *plan, struct cgroup_join *join) MUST_USE;

/** cgroup_create_undo - the folders that both have made are gone, those that were there before are as they
 *  were. A child that was cloned meanwhile has been reaped. */
void cgroup_create_undo(const struct cgroup_plan *plan, struct cgroup_join *join);

/** cgroup_open - descriptors to join existing folders (exec) */
int cgroup_open(char *const *folders, struct cgroup_join *ret_join) MUST_USE;

/** cgroup_join_v1 - first act of the single-threaded child: move itself by writing "0" to each v1
 *  "tasks" (a write to cgroup.procs waits 10 ms for an RCU grace period) */
int cgroup_join_v1(const struct cgroup_join *join) MUST_USE;

/** cgroup_after_clone - the writes and the properties marked after_clone; then, of a plan with a leaf: whoever
 *  is in the v2 folder moves down to it, and all controllers are handed on. Not before: the cgroup
 *  namespace, which the child has by now, has the folder as its root, and not the leaf. */
int cgroup_after_clone(const struct cgroup_plan *plan) MUST_USE;

/** cgroup_release - let go of the helper that has held the unit so far; NULL, or no unit: nothing to do */
void cgroup_release(const struct cgroup_plan *plan);

/** cgroup_stop_unit - let systemd forget a unit whose folders are gone; records */
int cgroup_stop_unit(const char *unit, bool user) MUST_USE;

/** cgroup_open_systemd - connect to the manager that makes this caller's units; where only its own processes
 *  may join these, become one; records */
int cgroup_open_systemd(struct arena *a, struct cgroup_host *host) MUST_USE;

/** cgroup_enter_systemd - the same for folders of a unit of the user's manager that is there (exec); records */
int cgroup_enter_systemd(struct arena *a, const struct cgroup_host *host,
			 char *const *folders) MUST_USE;

/** cgroup_apply - the writes of an update plan. When one fails, or is not taken as written, all that
 *  were done before it are taken back, device rules too
 *  @finish: what belongs to the update behind its writes, and takes them back when it fails; or NULL */
int cgroup_apply(const struct cgroup_plan *plan, int (*finish)(void *arg), void *arg) MUST_USE;

/** cgroup_folders - the absolute paths for the journal, NULL-terminated */
char **cgroup_folders(struct arena *a, const struct cgroup_plan *plan) MUST_USE;

/** cgroup_pids - every process in the folders and their children, each once */
int cgroup_pids(struct arena *a, char *const *folders, pid_t **ret, size_t *ret_n) MUST_USE;

/** cgroup_open_kill - cgroup.kill of the v2 folder, for one write later: it stays this folder's, even when
 *  another of the same name has come. Return: descriptor, or -ENOENT (not recorded): there is none */
int cgroup_open_kill(char *const *folders) MUST_USE;

/** cgroup_open_freezer - the folder of the v1 freezer, for one cgroup_thaw_v1 later, as above */
int cgroup_open_freezer(char *const *folders) MUST_USE;

/** cgroup_thaw_v1 - thaw that folder and all below it, which may be frozen on their own; not recorded */
int cgroup_thaw_v1(int dir) MUST_USE;

/** cgroup_signal_all - signal every process; SIGKILL uses cgroup.kill where it exists and thaws
 *  v1-frozen members (a v1-frozen task does not die by SIGKILL) */
int cgroup_signal_all(char *const *folders, int signal) MUST_USE;

/** cgroup_freeze - freeze or thaw, and wait for it by events with a deadline */
int cgroup_freeze(char *const *folders, bool freeze, int timeout_ms) MUST_USE;

/** cgroup_is_frozen - 1, 0 or a negative errno */
int cgroup_is_frozen(char *const *folders) MUST_USE;

/**
 * cgroup_leave - remove the folders without a kill: for a container that never had a process
 * What is in them is a child that dies by itself, which is waited for, or somebody else's.
 * Return: how many folders stay because they are in use, or a negative errno; records
 */
int cgroup_leave(char *const *folders, int timeout_ms) MUST_USE;

/**
 * cgroup_destroy - kill what is left, wait until empty (cgroup.events populated by poll/inotify on v2
 * and hybrid; pidfds of the listed members on pure v1), then rmdir depth first, nested children too
 * Idempotent: missing folders are fine. Only folders of the list are touched; their parents that we
 * made ("/doboz") are left. @timeout_ms: for the wait; -EBUSY names what still holds it.
 */
int cgroup_destroy(char *const *folders, int timeout_ms) MUST_USE;
