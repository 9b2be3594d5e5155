/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/namespaces.h - entering namespaces that exist, by verified descriptors */
#pragma once

#include "runtime/child.h"

/** namespaces_open - open every plan->joined path and prove that it is a namespace of that kind; records
 *  @ret_fds: PLAN_NAMESPACES_MAX descriptors, the rest is left alone; owned by the caller */
int namespaces_open(const struct plan *p, int *ret_fds) MUST_USE;

/** namespaces_of_process - which namespaces of a process differ from the caller's own, as CLONE_NEW*;
 *  records. @pid: held by a pidfd of the caller, so that it cannot be another process */
int namespaces_of_process(pid_t pid, uint64_t *ret_flags) MUST_USE;

/** namespaces_join - (child) setns into child->joined and child->target; records
 *  A whole target is the container, so its "/" becomes child->root. */
int namespaces_join(struct child *c) MUST_USE;

/** namespaces_set_clocks - (stage) a new time namespace with these offsets, for the next child; records
 *  @offsets_fd: /proc/self/timens_offsets. Source: time_namespaces(7) */
int namespaces_set_clocks(int offsets_fd, const char *offsets) MUST_USE;
