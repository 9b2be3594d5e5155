/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/writes.h - the growing list of writes that v1 and v2 fill from the same resources */
#pragma once

#include "cgroups/cgroup.h"

struct cgroup_writes {
	struct arena *arena;
	struct cgroup_write *list;
	size_t n, capacity;
};

/** cgroup_writes_add - append; texts are borrowed. Return: the write, valid until the next one */
struct cgroup_write *cgroup_writes_add(struct cgroup_writes *w, const char *why, const char *file,
				       const char *value);
/** cgroup_writes_number - the same with a decimal value; -1 is written as unlimited */
struct cgroup_write *cgroup_writes_number(struct cgroup_writes *w, const char *why,
					  const char *file, int64_t value, const char *unlimited);

/** cgroup_writes_floor - checkBeforeUpdate: the write is refused below what the files show; texts are
 *  borrowed, usage2 may be NULL */
void cgroup_writes_floor(struct cgroup_writes *w, struct cgroup_write *write, const char *what,
			 int64_t limit, const char *usage, const char *usage2);

/* What one controller makes of the resources: nothing, when nothing of its own is set. Records. */
struct cgroup_part {
	const char *controller;
	int (*plan)(struct cgroup_writes *w, const struct cgroup_resources *res);
};

/** cgroup_writes_page_size - bytes of a huge page size that cgroup_resources_check has let through */
uint64_t cgroup_writes_page_size(const char *name);

/** cgroup_writes_rdma - rdma.max, which is the same file on v1 and v2 */
int cgroup_writes_rdma(struct cgroup_writes *w, const struct cgroup_resources *res);
