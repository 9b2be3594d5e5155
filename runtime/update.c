/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/update.c - new limits for a container that lives */
#include "base/error.h"
#include "runtime/container.h"

#include <fcntl.h>

int container_update(int root, const char *id, const struct cgroup_resources *res)
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
	return r < 0 ? r : cgroup_apply(plan);
}
