/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/watcher.h - a process that ends a container when the one that runs it in the foreground dies */
#pragma once

#include "runtime/plan.h"

#include <sys/types.h>

/** watcher_is_needed - can PR_SET_PDEATHSIG of init get lost by what a payload does in good faith, or does it not
 *  reach all of the container? */
bool watcher_is_needed(const struct plan *plan);

/**
 * watcher_start - make the watcher, a child of the caller; records
 * It holds a pidfd of the caller and of init, and cgroup.kill of the container's v2 folder where there is
 * one, and nothing else. When the caller has ended, init and whoever is in that folder get SIGKILL.
 * @init: our child, not waited for yet
 * @folders: of the container's cgroup, made already, or NULL
 * Return: its pid, or a negative errno
 */
pid_t watcher_start(pid_t init, char *const *folders) MUST_USE;

/** watcher_end - the container has ended, or is ended otherwise. @pid: 0: there is none */
void watcher_end(pid_t pid);
