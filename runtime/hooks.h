/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/hooks.h - running the hooks of config.json (runtime-spec config.md "POSIX-platform Hooks") */
#pragma once

#include "runtime/spec.h"
#include "runtime/state.h"

/** hooks_state - the state JSON that hooks get on standard input, in a sealed memfd; records */
int hooks_state(const struct state *s, enum state_status status) MUST_USE;

/**
 * hooks_run - run all hooks of a kind, in order, in the caller's namespaces; records at the first failure
 * @bundle: absolute; hooks on the host's programs are in it, startContainer stays where the payload will be
 * @state_fd: of hooks_state; borrowed
 * A hook that exceeds its timeout is killed with its process group. What it printed on standard error is
 * in the error text; a hook that does not read its input is fine. One without `env` inherits, as in runc:
 * startContainer the payload's, every other one the runtime's. createContainer runs a program of the host,
 * so it must never see what the image says, LD_PRELOAD for one (CVE-2025-23266).
 */
int hooks_run(const struct spec *spec, enum spec_hook_kind kind, const char *bundle,
	      int state_fd) MUST_USE;
