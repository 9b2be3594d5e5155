/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/hooks.h - running the hooks of config.json (runtime-spec config.md "POSIX-platform Hooks") */
#pragma once

#include "runtime/spec.h"
#include "runtime/state.h"

/** hooks_state - the state JSON that hooks get on standard input, in a sealed memfd; records */
int hooks_state(const struct state *s, enum state_status status) MUST_USE;

struct child;

/* What a hook gets that says nothing itself; borrowed. */
struct hook_surroundings {
	char *const *env;
	const char *cwd; /* NULL: where the caller is */
	/* The last thing before execve, in the hook's process; 0 or a recorded error. NULL: nothing */
	int (*confine)(struct child *c);
	struct child *child;
};

/**
 * hooks_run - run all hooks of a kind, in order, in the caller's namespaces; records at the first failure
 * @state_fd: of hooks_state; borrowed
 * A hook that exceeds its timeout is killed with its process group, and the hook itself with its caller. What
 * it printed on standard error is in the error text; a hook that does not read its input is fine. As in runc,
 * hooks are in the bundle, createContainer in the root filesystem, startContainer where the payload will be;
 * the last has the payload's environment too, every other one the runtime's. createContainer runs a program of the host: it
 * must never see what the image says, LD_PRELOAD for one (CVE-2025-23266).
 */
int hooks_run(const struct spec_hooks *hooks, enum spec_hook_kind kind,
	      const struct hook_surroundings *around, int state_fd) MUST_USE;
