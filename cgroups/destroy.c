/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/destroy.c - remove a container's folders, whatever is in them
 *
 * 1. rmdir each folder: all there is to do in the usual case, a container whose processes are dead.
 * 2. Where that says busy: kill everybody, and wait until nobody is left: by "populated" of the v2
 *    folder, or by a pidfd of one listed process after the other.
 * 3. rmdir again with everything nested, the deepest first. A process that has just died may hold a v1
 *    folder for a moment longer, which has no event: retried by a timerfd until the deadline. */
#include "base/error.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"
#include "cgroups/events.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static bool is_busy(int r)
{
	return r == -EBUSY || r == -ENOTEMPTY;
}

/* Return: 0 gone, 1 busy, negative errno (recorded) */
static int remove_folder(const char *path)
{
	int r = rmdir(path) < 0 ? -errno : 0;

	if (r == 0 || r == -ENOENT)
		return 0;
	return is_busy(r) ? 1 : fail(r, "remove cgroup '%s'", path);
}

static int remove_below(int parent, const char *name, int folder, void *arg)
{
	(void)folder;
	(void)arg;
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT && !is_busy(-errno) ?
		       -errno :
		       0;
}

static int remove_tree(const char *path)
{
	CLEANUP_FD int dir = cgroup_tree_open(path);
	int r = dir < 0 ? dir : cgroup_tree_walk(dir, remove_below, NULL);

	if (r == -ENOENT)
		return 0;
	if (r == -EXDEV)
		return refuse(r, "'%s' is a plain folder, not a cgroup", path);
	return r < 0 ? fail(r, "remove the folders below cgroup '%s'", path) : remove_folder(path);
}

/* Return: how many are busy, or negative errno (recorded) */
static int remove_all(char *const *folders, int (*remove_one)(const char *))
{
	int busy = 0;

	for (; *folders; folders++) {
		int r = remove_one(*folders);

		if (r < 0)
			return r;
		busy += r;
	}
	return busy;
}

/* Return: 0 nobody is left, -ENOENT there is no v2 folder, -ETIMEDOUT, another negative errno
 * (recorded) */
static int wait_v2(char *const *folders, int64_t deadline)
{
	for (; *folders; folders++) {
		CLEANUP_FD int dir = cgroup_tree_open(*folders);
		int r = dir < 0 ? dir : cgroup_events_wait(dir, "populated", false, deadline);

		/* Not there, or one of v1. */
		if (r == 0 || r == -ENODEV)
			return 0;
		if (r != -ENOENT)
			return r == -ETIMEDOUT ? r : fail(r, "wait for cgroup '%s'", *folders);
	}
	return -ENOENT;
}

/* Kills and waits for one process after the other; the others die meanwhile. */
static int wait_listed(char *const *folders, int64_t deadline)
{
	for (;;) {
		CLEANUP(arena) struct arena *a = arena_new();
		CLEANUP_FD int pidfd = -EBADF;
		pid_t *pids, *again;
		size_t n, n_again;
		int r = cgroup_pids(a, folders, &pids, &n);

		if (r < 0 || n == 0)
			return r;
		pidfd = sys_pidfd_open(pids[0], 0);
		r = cgroup_pids(a, folders, &again, &n_again);
		if (r < 0 || n_again == 0)
			return r;
		if (pidfd < 0 || again[0] != pids[0])
			continue; /* gone, or somebody else by now */
		r = sys_pidfd_send_signal(pidfd, SIGKILL);
		if (r < 0 && r != -ESRCH)
			return fail(r, "kill process %d", (int)pids[0]);
		r = cgroup_pidfd_wait(pidfd, deadline);
		if (r < 0)
			return r == -ETIMEDOUT ? r : fail(r, "wait for process %d", (int)pids[0]);
	}
}

static int tell_busy(char *const *folders)
{
	CLEANUP(arena) struct arena *a = arena_new();
	pid_t *pids;
	size_t n = 0;

	for (; *folders; folders++)
		if (access(*folders, F_OK) == 0)
			break;
	if (*folders && cgroup_pids(a, folders, &pids, &n) == 0 && n > 0)
		return refuse(-EBUSY, "cgroup '%s' is still held by %s, one of %zu", *folders,
			      proc_describe(a, pids[0]), n);
	return refuse(-EBUSY, "cgroup '%s' is still busy", *folders ? *folders : "");
}

int cgroup_leave(char *const *folders, int timeout_ms)
{
	int64_t deadline = cgroup_deadline(timeout_ms);
	int busy = remove_all(folders, remove_folder);
	int r = busy > 0 ? wait_v2(folders, deadline) : 0;

	while (busy > 0 && (r == 0 || r == -ENOENT)) {
		busy = remove_all(folders, remove_folder);
		if (busy > 0)
			r = cgroup_tick(deadline);
	}
	return r < 0 && r != -ENOENT && r != -ETIMEDOUT ? r : busy;
}

int cgroup_destroy(char *const *folders, int timeout_ms)
{
	int64_t deadline = cgroup_deadline(timeout_ms);
	int r = remove_all(folders, remove_folder);

	if (r <= 0)
		return r;
	r = cgroup_signal_all(folders, SIGKILL);
	if (r < 0)
		return r;
	r = wait_v2(folders, deadline);
	/* v1 folders may hold processes that somebody moved away from ours in v2. */
	if (r == 0 || r == -ENOENT)
		r = wait_listed(folders, deadline);
	while (r >= 0 && (r = remove_all(folders, remove_tree)) > 0) {
		r = cgroup_tick(deadline);
		if (r < 0 && r != -ETIMEDOUT)
			return fail(r, "wait on a timer");
	}
	return r == -ETIMEDOUT ? tell_busy(folders) : r;
}
