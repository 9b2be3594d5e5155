/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/child.h - what a child stage works with: the plan, and the descriptors that it holds
 * Filled by the parent before clone; every step function gets it. Descriptors are -EBADF when there
 * is none. A child never frees: it ends in exec or _exit. */
#pragma once

#include "cgroups/cgroup.h"
#include "runtime/plan.h"

#include <limits.h>

/* A mount that is put at many places: attached itself first, cloned from there on (a detached mount
 * cannot be cloned before Linux 6.15). */
struct child_template {
	int fd;
	bool attached;
};

/* What the parent prepared for one mount step, because the child may not (its user namespace). */
struct child_source {
	int tree;   /* detached clone of the source, id-mapped already where that was asked for */
	int userns; /* user namespace for MOUNT_ATTR_IDMAP on a mount that the child makes */
};

struct child {
	const struct plan *plan;
	int sync;                   /* with the parent; from READY on, the connection of `start` */
	int parent_sync, state_dir; /* the parent's own descriptors, closed first of all */
	bool is_created; /* init of a container: READY, then it waits for a word; else (exec) it goes on */
	int listener; /* start.sock, to wait there for `start`; -EBADF: the word is SAVED */
	struct cgroup_join *join; /* NULL: no cgroup; what it says of v1 comes after the clone */

	/* Joining: by path (opened and verified by the parent), or a whole process (exec). */
	int joined[PLAN_NAMESPACES_MAX];
	int target;              /* pidfd of the init to join, or -EBADF */
	uint64_t target_flags;   /* CLONE_NEW* that differ from ours */
	bool staged;             /* a stage joins, then makes init */
	uint64_t own_namespaces; /* of clone_flags: init unshares them, while its cgroup is made */
	bool dies_with_parent;   /* not only until it is ready, but for good */

	struct child_source *sources; /* one per step, or NULL: the child opens all by itself */
	int stdio[3];
	int console_socket, console_slave;
	bool console_is_ours;   /* carried by a foreground run or exec, not by a caller's program */
	const char *notify_dir; /* host path of the folder of notify.sock, or NULL */

	mode_t umask; /* the caller's own */
	int oom;      /* oom_score_adj, opened while we were still allowed to */
	int root;     /* O_PATH of the container's root */
	int proc;     /* private procfs, processes only */
	int proc_sys; /* private procfs with sys/, only while sysctls are written */
	struct child_template null, empty; /* sources of masks */
	int hook_state;                    /* state JSON for hooks that run in here */

	struct plan_user user; /* plan->user, or user_name looked up in the container */
	bool user_known, in_cwd;
	char **env;
	char home[PATH_MAX + sizeof("HOME=")];
	char program[PATH_MAX];
};
