/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/update.c - new limits for a container that lives */
#include "base/error.h"
#include "runtime/container.h"

#include <fcntl.h>

/* When this fails too, the journal still names what delete has to remove. */
static int take_back(struct arena *a, int dir, struct state *s, const struct rdt_host *host, int r)
{
	const char *text = arena_strdup(a, error_text());

	if (s->rdt.class_name && rdt_remove(host, &s->rdt, s->id) >= 0) {
		s->rdt = (struct rdt_group){ 0 };
		if (state_save(dir, s) < 0)
			warn("%s, ignoring", error_text());
	}
	error_set(r, text);
	return r;
}

/* It was in the default class so far. */
static int give_class(struct arena *a, int dir, struct state *s, const struct rdt_host *host,
		      const struct rdt_config *rdt)
{
	pid_t *pids;
	size_t n = 0;
	int r = rdt_look(a, host, rdt, s->id, &s->rdt);

	if (r >= 0)
		r = state_save(dir, s);
	if (r >= 0)
		r = rdt_make(host, rdt, s->id, &s->rdt);
	if (r >= 0)
		r = cgroup_pids(a, s->cgroup_folders, &pids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = rdt_join(host, &s->rdt, s->id, pids[i]);
	return r < 0 ? take_back(a, dir, s, host, r) : r;
}

static int update_rdt(struct arena *a, int dir, struct state *s, const struct rdt_config *rdt)
{
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };
	int r = rdt_host_open(&host);

	if (r < 0)
		return r;
	return s->rdt.class_name ? rdt_update(&host, &s->rdt, rdt) :
				   give_class(a, dir, s, &host, rdt);
}

int container_update(int root, const char *id, const struct cgroup_resources *res,
		     const struct rdt_config *rdt)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int dir = state_open(root, id, true), proc = -EBADF;
	struct cgroup_host *host;
	struct cgroup_plan *plan;
	struct state *s;
	int r = dir < 0 ? dir : state_load(a, dir, &s);

	if (r < 0)
		return r;
	if (state_status(s, NULL) == STATE_STOPPED)
		return refuse(-ESRCH, "container not running");
	if (!s->cgroup_folders)
		return refuse(-EOPNOTSUPP, "cannot update a container without a cgroup");
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return fail(-errno, "open /proc");
	r = cgroup_host_read(a, proc, "", &host);
	if (r >= 0)
		r = cgroup_plan_update(a, host, res, s->cgroup_folders, &plan);
	if (r >= 0)
		r = cgroup_apply(plan);
	return r >= 0 && rdt ? update_rdt(a, dir, s, rdt) : r;
}
