/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/watcher.h - a process that ends a container when the one that runs it in the foreground dies */
#pragma once

#include "base/attr.h"

#include <sys/types.h>

/**
 * watcher_start - make the watcher, a child of the caller; records
 * It holds a pidfd of the caller and of init, and, where there is one, cgroup.kill of the container's v2 folder
 * and its folder of the v1 freezer, and nothing else. When the caller has ended, init and whoever is in that
 * folder get SIGKILL, and what is frozen is thawed to die of it.
 * @init: our child, not waited for yet
 * @folders: of the container's cgroup, made already, or NULL
 * Return: its pid, or a negative errno
 */
pid_t watcher_start(pid_t init, char *const *folders) MUST_USE;

/** watcher_end - the container has ended, or is ended otherwise. @pid: 0: there is none */
void watcher_end(pid_t pid);
