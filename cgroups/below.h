/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/below.h - which folders one more process of a container joins
 * Texts of refusals are runc's, which callers know. */
#pragma once

#include "cgroups/cgroup.h"

/**
 * cgroup_below - the folders that `exec --cgroup` names; records
 * @names: each "path" (one alone, for every hierarchy) or "controller[,controller]:path"; what no name
 *         says anything about is joined as it is. On a hybrid host the path of a v1 folder need not be
 *         in the v2 folder, which is there for our sake.
 * @ret: absolute paths; the caller's cgroup_open tells of one that is not there
 */
int cgroup_below(struct arena *a, const struct cgroup_host *host, char *const *folders,
		 char *const *names, char ***ret) MUST_USE;

/** cgroup_takes_processes - may a process join the container's v2 folder? Return: false: it is gone, or
 *  it has handed its controllers on, and takes none any more; true also where there is no v2 folder */
bool cgroup_takes_processes(char *const *folders);

/** cgroup_of_process - the same folders, but that of v2 is where this process is; records
 *  @proc: descriptor of /proc */
int cgroup_of_process(struct arena *a, const struct cgroup_host *host, int proc, pid_t pid,
		      char *const *folders, char ***ret) MUST_USE;
