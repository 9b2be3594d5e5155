/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/tree.h - a cgroup folder and all below it: the folders, and who is in them
 * The container makes the names and the depth below its folder, so nothing here recurses. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <sys/types.h>

/** cgroup_tree_open - open (O_DIRECTORY) a folder that must lie on a cgroup file system
 *  Return: descriptor; -ENOENT it is not there; -EXDEV a plain folder; quiet */
int cgroup_tree_open(const char *path) MUST_USE;

/** cgroup_tree_act - for one folder, by its name in its parent and open by itself. Return: 0, or a
 *  negative errno, which ends the walk */
typedef int (*cgroup_tree_act)(int parent, const char *name, int folder, void *arg);
/** cgroup_tree_walk - act on every folder below dir, each after what is below it; however deep; quiet */
int cgroup_tree_walk(int dir, cgroup_tree_act act, void *arg) MUST_USE;

/* Process ids, sorted, each once. Zero-initialise; the memory is an arena's. */
struct cgroup_pid_set {
	pid_t *list;
	size_t n, capacity;
};

/** cgroup_tree_pids - add every process in dir and below it; quiet */
int cgroup_tree_pids(struct arena *a, int dir, struct cgroup_pid_set *set) MUST_USE;
void cgroup_pid_set_sort(struct cgroup_pid_set *set);
bool cgroup_pid_set_has(const struct cgroup_pid_set *set, pid_t pid);

/** cgroup_tree_read - the text of a small file; quiet. Return: its length or a negative errno */
ssize_t cgroup_tree_read(int dir, const char *file, char *buf, size_t size) MUST_USE;
