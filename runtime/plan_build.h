/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_build.h - how the files plan*.c share one plan in the making; for them alone */
#pragma once

#include "runtime/plan.h"

struct plan_builder {
	struct arena *a;
	struct plan *plan;
	const struct spec *spec;
	const struct spec_process *process;
	const struct facts *facts;
	const struct plan_options *options;           /* NULL for exec */
	const struct plan_exec_options *exec_options; /* NULL for create */
	uint64_t own_namespaces; /* CLONE_NEW* that are not the caller's: new or joined */
	bool foreign_userns; /* not the initial user namespace: no mknod, no new superblocks of what
				     belongs to shared namespaces */
	uint64_t rootfs_propagation;    /* MS_* | MS_REC of linux.rootfsPropagation; 0: not given */
	struct plan_deferred *deferred; /* mounts that become read-only when everything is in them */
	size_t n_deferred;
};

/* Where --init is bound: /dev is a tmpfs nearly always, so that no trace stays in the root. */
#define PLAN_INIT_PATH "/dev/doboz-init"

/* The highest memory node that the kernel can be built for (MAX_NUMNODES is 1 << 10). */
enum { PLAN_NODE_MAX = 1023 };

struct plan_deferred {
	const char *dst, *why;
};

/** plan_step - append a step; the pointer is valid until the next call */
struct step *plan_step(struct plan_builder *b, enum step_kind kind, const char *why);
/** plan_parent_step - the same in the parent's list */
struct step *plan_parent_step(struct plan_builder *b, enum step_kind kind, const char *why);
/** plan_mount_step - append a MOUNT of m on dst */
void plan_mount_step(struct plan_builder *b, struct mount_step *m, const char *dst,
		     const char *why);
/** plan_keep_atime - for binds of the host's own filesystems: leave access times as the host has them.
 *  They mean nothing there, and a user namespace may not change those of an inherited mount */
void plan_keep_atime(struct mount_step *m);
/** plan_hooks - append a HOOKS step when the config has hooks of this kind */
void plan_hooks(struct plan_builder *b, enum spec_hook_kind kind);
/** plan_privileged - has the caller this capability over the host? */
bool plan_privileged(const struct plan_builder *b, int capability);

/* The parts, in the order in which plan_build calls them. All record. */
/** plan_program - what to run: args, env, folder, terminal, kept descriptors */
int plan_program(struct plan_builder *b) MUST_USE;
int plan_namespaces(struct plan_builder *b) MUST_USE;
/** plan_userns - of the container only, for exec: own_namespaces, foreign_userns and maps */
void plan_userns(struct plan_builder *b);
int plan_mounts(struct plan_builder *b) MUST_USE;
/** plan_added_mounts - those of a container that runs; after plan_userns */
int plan_added_mounts(struct plan_builder *b, const struct spec_mount *mounts, size_t n) MUST_USE;
int plan_cgroup_mount(struct plan_builder *b, const struct mount_step *options, const char *type,
		      const char *dst, const char *why) MUST_USE;
int plan_devices(struct plan_builder *b) MUST_USE;
void plan_deferred_mounts(struct plan_builder *b);
/** plan_limits - rlimits, scheduling, OOM score, memory policy: by the child, or by the parent where
 *  only it has the right */
int plan_limits(struct plan_builder *b) MUST_USE;
/** plan_process - from the new session to execve: labels, user, capabilities, seccomp */
int plan_process(struct plan_builder *b) MUST_USE;
