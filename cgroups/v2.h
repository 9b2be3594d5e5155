/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/v2.h - what each v2 controller is told
 * Knows: memory.max, cpu.weight, ...  Does not know: folders, hosts, devices (devices.h).
 * Source: kernel admin-guide/cgroup-v2. */
#pragma once

#include "cgroups/writes.h"

/* By controller; the end has no controller. */
extern const struct cgroup_part cgroup_v2_parts[];

/** cgroup_v2_unified - linux.resources.unified, one write a line, in the order of the keys */
void cgroup_v2_unified(struct cgroup_writes *w, const struct cgroup_resources *res);

/** cgroup_v2_swap - memory.swap.max out of the spec's limits: -1 none. Return: is it to be set? */
bool cgroup_v2_swap(const struct cgroup_memory *m, int64_t *ret);

/** cgroup_v2_cpu_weight - cpu.weight (1..10000) for cpu.shares (2..262144)
 *  The curve that runc 1.3.2 and crun 1.23 use: 10^((l^2 + 125 l) / 612 - 7/34), l = log2(shares),
 *  rounded up; 2 is 1, 1024 is 100 (both defaults), 262144 is 10000. */
unsigned cgroup_v2_cpu_weight(uint64_t shares);
