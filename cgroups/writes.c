/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/writes.c - a growing list of writes */
#include "cgroups/writes.h"

#include <inttypes.h>
#include <string.h>

struct cgroup_write *cgroup_writes_add(struct cgroup_writes *w, const char *why, const char *file,
				       const char *value)
{
	if (w->n == w->capacity) {
		size_t capacity = w->capacity ? w->capacity * 2 : 8;
		struct cgroup_write *list = arena_array(w->arena, capacity, sizeof(*list));

		if (w->n)
			memcpy(list, w->list, w->n * sizeof(*list));
		w->list = list;
		w->capacity = capacity;
	}
	w->list[w->n] = (struct cgroup_write){ .file = file, .value = value, .why = why };
	return &w->list[w->n++];
}

struct cgroup_write *cgroup_writes_number(struct cgroup_writes *w, const char *why,
					  const char *file, int64_t value, const char *unlimited)
{
	if (value == -1)
		return cgroup_writes_add(w, why, file, unlimited);
	return cgroup_writes_add(w, why, file, arena_printf(w->arena, "%" PRId64, value));
}

void cgroup_writes_floor(struct cgroup_writes *w, struct cgroup_write *write, const char *what,
			 int64_t limit, const char *usage, const char *usage2)
{
	struct cgroup_floor *floor;

	if (limit < 0)
		return;
	floor = arena_new_of(w->arena, struct cgroup_floor);
	*floor = (struct cgroup_floor){ what, (uint64_t)limit, { usage, usage2 } };
	write->floor = floor;
}

uint64_t cgroup_writes_page_size(const char *name)
{
	uint64_t size = strtoull(name, NULL, 10);

	switch (name[strlen(name) - 2]) {
	case 'G':
		return size << 30;
	case 'M':
		return size << 20;
	default:
		return size << 10;
	}
}

static const char *rdma_amount(struct arena *a, const struct opt_u64 *v)
{
	return v->set ? arena_printf(a, "%" PRIu64, v->value) : "max";
}

int cgroup_writes_rdma(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_rdma; i++) {
		const struct cgroup_rdma *d = &res->rdma[i];

		cgroup_writes_add(w, "linux.resources.rdma", "rdma.max",
				  arena_printf(w->arena, "%s hca_handle=%s hca_object=%s",
					       d->device, rdma_amount(w->arena, &d->hca_handles),
					       rdma_amount(w->arena, &d->hca_objects)))
			->undo = arena_printf(w->arena, "%s hca_handle=max hca_object=max",
					      d->device);
	}
	return 0;
}
