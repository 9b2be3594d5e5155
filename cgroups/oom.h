/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/oom.h - be told when a container runs out of memory
 * v1: an eventfd that the kernel counts up whenever memory.limit_in_bytes cannot be kept. v2: the
 * counter oom_kill of memory.events, whose change poll tells. Sources: admin-guide/cgroup-v1/memory
 * "OOM Control", admin-guide/cgroup-v2 "memory.events". */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct cgroup_oom {
	int fd;       /* to poll; -EBADF: there is nothing to be told */
	short events; /* what to poll it for */
	int dir;      /* of v1, where the eventfd is counted up for the end of the folder, too */
	uint64_t kills;
};
#define CGROUP_OOM_INIT                     \
	{                                   \
		.fd = -EBADF, .dir = -EBADF \
	}

/** cgroup_oom_watch - from now on; records
 *  Return: 1; 0 no folder has the memory controller; negative errno */
int cgroup_oom_watch(char *const *folders, struct cgroup_oom *ret) MUST_USE;

/** cgroup_oom_take - never waits. Return: 1 the memory ran out since the last call, 0 it did not,
 *  -ENODEV the folder is gone */
int cgroup_oom_take(struct cgroup_oom *oom) MUST_USE;

void cgroup_oom_close(struct cgroup_oom *oom);
#define CLEANUP_OOM __attribute__((cleanup(cgroup_oom_close)))
