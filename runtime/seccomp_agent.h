/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/seccomp_agent.h - telling the seccomp agent of linux.seccomp.listenerPath of a process */
#pragma once

#include "runtime/state.h"
#include "seccomp/profile.h"

/** seccomp_agent_check - before anything is made: is there a socket where an agent will be needed? Not
 *  connected to: a connection that brings no state would be a wrong one. NULL: no profile. Records. */
int seccomp_agent_check(const struct seccomp_profile *p) MUST_USE;

/**
 * seccomp_agent_tell - send the container process state with the listener, on a connection of its own
 * @status: of the container; @pid: the process that the filter binds; @listener: borrowed
 * Records: "failed to connect with seccomp agent"; also when it does not take connections
 * (fd_connect_unix).
 * Source: runtime-spec config-linux.md "The Container Process State"
 */
int seccomp_agent_tell(const struct seccomp_profile *p, const struct state *s,
		       enum state_status status, pid_t pid, int listener) MUST_USE;
