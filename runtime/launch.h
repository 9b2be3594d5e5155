/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/launch.h - the parent's half of making a container process */
#pragma once

#include "runtime/child.h"
#include "runtime/spec.h"

#include <sys/types.h>

/* What launch asks of its caller (container.c, exec.c) while the child is at work. */
struct launch_callbacks {
	void *arg;
	/* fill in what c->join says of v1: make the folders. May be NULL */
	int (*on_cgroup)(void *arg);
	/* init exists; journal its pid. May be NULL */
	int (*on_init)(void *arg, pid_t pid);
	/* the child came to a HOOKS step: run the hooks of the runtime's namespaces, or hand out a memfd
	 * with the state for those that the child runs (owned by launch; -EBADF: none) */
	int (*on_hooks)(void *arg, enum spec_hook_kind kind, pid_t pid, int *ret_state_fd);
	/* exec only: the child's filter is loaded; hand its listener (borrowed) to the agent */
	int (*on_listener)(void *arg, int listener, pid_t pid);
};

struct launch_result {
	pid_t pid;
	int pidfd; /* owned by the caller */
	int sync;  /* owned by the caller; created: SYNC_SAVED goes there */
};

/** launch_prepare - a child with everything unset, for this plan */
void launch_prepare(struct child *c, const struct plan *plan);

/**
 * launch - clone, serve the child's messages, return when it is ready; records
 * @c: from launch_prepare, with what the caller wants different
 * With c->is_created the child is ready at SYNC_READY; without (exec) when its end of the pair closes,
 * which is execve. On failure the child is killed and reaped.
 */
int launch(struct child *c, const struct launch_callbacks *cb, struct launch_result *ret) MUST_USE;
