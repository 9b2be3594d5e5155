/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats.h - what a container uses: the counters of its folders, on v1, v2 and hybrid hosts
 * Knows: which file holds which number.  Does not know: how a caller wants to see them.
 * Sources: kernel admin-guide/cgroup-v1 and cgroup-v2, accounting/psi. */
#pragma once

#include "base/arena.h"
#include "cgroups/stats_data.h"

/**
 * cgroup_stats_read - read all folders of a container into one zeroed struct; records
 * v1 speaks last, so that on a hybrid host its controllers count, and the v2 folder gives what v1
 * has not: pressure. A file that is not there leaves its number 0.
 * @details: also what no summary needs: each processor, cpuset, huge pages; a third of the work
 * Return: 0; -ENOENT none of the folders is there any more
 */
int cgroup_stats_read(struct arena *a, char *const *folders, bool details,
		      struct cgroup_stats *ret) MUST_USE;

/** cgroup_stats_folder - one folder, v1 or v2 as its files say; quiet */
void cgroup_stats_folder(struct arena *a, int dir, bool details, struct cgroup_stats *stats);
