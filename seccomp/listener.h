/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/listener.h - loading a filter that asks an agent, without a system call that it could hold up */
#pragma once

#include "base/attr.h"
#include "seccomp/program.h"

/** seccomp_deliver - give the listener away; borrowed, closed afterwards. Records; 0 or a negative errno */
typedef int (*seccomp_deliver)(void *arg, int listener);

/**
 * seccomp_listener_load - load the filter into the calling process and have its listener delivered
 * @p: with SECCOMP_FILTER_FLAG_NEW_LISTENER
 * The process must have one thread. deliver runs in another one, which the filter does not bind, while the
 * caller waits; between the load and the return, the caller makes no system call.
 * Return: 0; what loading or delivering failed with; -EOPNOTSUPP a kernel without userfaultfd(2). Records.
 * Source: seccomp_unotify(2); userfaultfd(2), UFFD_USER_MODE_ONLY (Linux 5.11)
 */
int seccomp_listener_load(const struct seccomp_program *p, seccomp_deliver deliver,
			  void *arg) MUST_USE;
