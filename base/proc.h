/* SPDX-License-Identifier: Apache-2.0 */
/* base/proc.h - what /proc says of the host: mounts, cgroups, boot, processes
 * Every function takes the descriptor of a proc folder ("/proc", or a saved fake one in tests). */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A line of mountinfo (proc(5)); strings are unescaped. */
struct proc_mount {
	unsigned id, parent;
	char *root, *target, *options, *type, *source, *super_options;
};
int proc_mountinfo(struct arena *a, int proc, struct proc_mount **ret, size_t *ret_n) MUST_USE;

/* A line of /proc/PID/cgroup: v1 "8:pids:/x" (controllers "pids"), v2 "0::/x" (controllers ""). */
struct proc_cgroup {
	char *controllers, *path;
};
int proc_cgroups(struct arena *a, int proc, const char *pid, struct proc_cgroup **ret,
		 size_t *ret_n) MUST_USE;

/** proc_start_time - field 22 of /proc/PID/stat in clock ticks since boot; -ESRCH when gone.
 *  @ret_state: the process's state letter (field 3), may be NULL */
int proc_start_time(int proc, pid_t pid, uint64_t *ret_ticks, char *ret_state) MUST_USE;

/** proc_has_executed - did it ever succeed with execve, or is it still a fork of whoever made it? True of a
 *  zombie too. Field 9 of /proc/PID/stat. Return: 1, 0; -ESRCH when gone */
int proc_has_executed(int proc, pid_t pid) MUST_USE;

/** proc_describe - "process 812 (sleep, state D)" for messages; of our own /proc */
const char *proc_describe(struct arena *a, pid_t pid);

/** proc_boot_id - the 36 characters of sys/kernel/random/boot_id */
int proc_boot_id(struct arena *a, int proc, char **ret) MUST_USE;

/** proc_in_initial_userns - are our user ids those of the host? Return: 1, 0; negative errno. self/uid_map of
 *  the initial user namespace maps everything to itself (user_namespaces(7)). */
int proc_in_initial_userns(int proc) MUST_USE;
