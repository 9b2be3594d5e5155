/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/reclaim.h - take memory back from a cgroup whose processes go on running
 * Sources: kernel admin-guide/cgroup-v2 "memory.reclaim" (Linux 5.19), admin-guide/cgroup-v1/memory. */
#pragma once

#include "base/attr.h"

#include <stdint.h>

/* What the memory controller counted, in bytes. */
struct cgroup_reclaimed {
	uint64_t before, after;
};

/**
 * cgroup_reclaim - make the kernel free (or swap out) this much of what the cgroup holds; records
 * No limit changes, so nothing is killed for it, and nothing stays behind when the caller is killed.
 * What is in use and cannot be swapped stays: less than was asked for is no error, *ret tells it.
 * Return: 0; -EOPNOTSUPP no memory controller, or a v2 without memory.reclaim; another negative errno
 */
int cgroup_reclaim(char *const *folders, uint64_t bytes, struct cgroup_reclaimed *ret) MUST_USE;
