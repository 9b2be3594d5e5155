/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/life.c - who is in a container's folders: list, signal, freeze
 *
 * The v2 folder, where there is one, speaks for all hierarchies, because a process is in all of them at
 * once. A v1 freezer is thawed whenever SIGKILL is sent: its frozen tasks do not die of it. */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"
#include "cgroups/events.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- list ---- */

static int collect(struct arena *a, char *const *folders, struct cgroup_pid_set *set)
{
	for (; folders && *folders; folders++) {
		CLEANUP_FD int dir = cgroup_tree_open(*folders);
		int r;

		if (dir == -ENOENT)
			continue;
		r = dir < 0 ? dir : cgroup_tree_pids(a, dir, set);
		if (r < 0)
			return fail(r, "list the processes of cgroup '%s'", *folders);
	}
	cgroup_pid_set_sort(set);
	return 0;
}

int cgroup_pids(struct arena *a, char *const *folders, pid_t **ret, size_t *ret_n)
{
	struct cgroup_pid_set set = { 0 };
	int r = collect(a, folders, &set);

	if (r < 0)
		return r;
	*ret = set.n ? set.list : arena_array(a, 1, sizeof(**ret));
	*ret_n = set.n;
	return 0;
}

/* ---- freeze ---- */

/* The descriptor of the folder, when it has the file. Only that one is opened. */
static int open_having(const char *folder, const char *file)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, file) >= sizeof(path) ||
	    access(path, F_OK) < 0)
		return -ENOENT;
	return cgroup_tree_open(folder);
}

/* A container has about ten folders, and each look costs: that of the v1 freezer is the last of them, and
 * that of v2 among the first (cgroups/plan.c). */
static int open_file(char *const *folders, const char *file, char **ret_folder)
{
	size_t n = folders ? strv_len(folders) : 0;

	for (size_t i = 0; i < n; i++) {
		char *folder = folders[i == 0 ? n - 1 : i - 1];
		int dir = open_having(folder, file);

		if (dir < 0)
			continue;
		*ret_folder = folder;
		return dir;
	}
	return -ENOENT;
}

static int is_frozen_v1(int dir)
{
	char state[16];
	ssize_t n = cgroup_tree_read(dir, "freezer.state", state, sizeof(state));

	return n < 0 ? (int)n : str_eq(state, "FROZEN\n");
}

/* A folder that is gone meanwhile is thawed. */
static int thaw_below(int parent, const char *name, int folder, void *arg)
{
	int r = file_write_at(folder, "freezer.state", "THAWED");

	(void)parent;
	(void)name;
	(void)arg;
	return r == -ENOENT || r == -ENODEV ? 0 : r;
}

int cgroup_thaw_v1(int dir)
{
	int r = file_write_at(dir, "freezer.state", "THAWED");

	return r < 0 ? r : cgroup_tree_walk(dir, thaw_below, NULL);
}

static int freeze_v1(int dir, int64_t deadline)
{
	int r = file_write_at(dir, "freezer.state", "FROZEN");

	/* The state goes on from FREEZING when it is read; there is no event to wait for. */
	while (r == 0) {
		r = is_frozen_v1(dir);
		if (r != 0)
			return r < 0 ? r : 0;
		r = cgroup_tick(deadline);
	}
	return r;
}

static int freeze_v2(int dir, bool freeze, int64_t deadline)
{
	int r = file_write_at(dir, "cgroup.freeze", freeze ? "1" : "0");

	return r < 0 ? r : cgroup_events_wait(dir, "frozen", freeze, deadline);
}

int cgroup_freeze(char *const *folders, bool freeze, int timeout_ms)
{
	int64_t deadline = cgroup_deadline(timeout_ms);
	char *v2_path = NULL, *v1_path = NULL;
	CLEANUP_FD int v2 = open_file(folders, "cgroup.freeze", &v2_path);
	CLEANUP_FD int v1 = open_file(folders, "freezer.state", &v1_path);
	const char *what = freeze ? "freeze" : "thaw";
	int r = 0;

	if (v2 < 0 && v1 < 0)
		return refuse(-EOPNOTSUPP, "cannot %s: the container has no cgroup with a freezer",
			      what);
	/* On hybrid the v1 freezer is only ever thawed: somebody else may have frozen it. */
	if (v1 >= 0 && !freeze)
		r = cgroup_thaw_v1(v1);
	else if (v2 < 0)
		r = freeze_v1(v1, deadline);
	if (r < 0)
		return fail(r, "%s cgroup '%s'", what, v1_path);
	r = v2 >= 0 ? freeze_v2(v2, freeze, deadline) : 0;
	return r < 0 ? fail(r, "%s cgroup '%s'", what, v2_path) : 0;
}

int cgroup_is_frozen(char *const *folders)
{
	char *path = NULL;
	CLEANUP_FD int v2 = open_file(folders, "cgroup.freeze", &path);
	CLEANUP_FD int v1 = open_file(folders, "freezer.state", &path);
	int r = v2 >= 0 ? cgroup_events_get(v2, "frozen") : 0;

	if (r == 0 && v1 >= 0)
		r = is_frozen_v1(v1);
	return r < 0 ? fail(r, "read the freezer of cgroup '%s'", path) : r;
}

/* ---- signal ---- */

/* Between the list and the pidfd a process may end and its id be given anew. What is in a second list,
 * made after the pidfds, was theirs while the pidfd was held. */
static int signal_listed(char *const *folders, int signal)
{
	enum { BATCH = 128 };
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_pid_set first = { 0 };
	int r = collect(a, folders, &first);

	for (size_t at = 0; r == 0 && at < first.n; at += BATCH) {
		struct cgroup_pid_set second = { 0 };
		int pidfds[BATCH];
		size_t n = first.n - at < BATCH ? first.n - at : BATCH;

		for (size_t i = 0; i < n; i++)
			pidfds[i] = sys_pidfd_open(first.list[at + i], 0);
		r = collect(a, folders, &second);
		for (size_t i = 0; i < n; i++) {
			int sent = -ESRCH;

			if (pidfds[i] < 0)
				continue;
			if (r == 0 && cgroup_pid_set_has(&second, first.list[at + i]))
				sent = sys_pidfd_send_signal(pidfds[i], signal);
			(void)close(pidfds[i]);
			if (sent < 0 && sent != -ESRCH && r == 0)
				r = fail(sent, "signal process %d", (int)first.list[at + i]);
		}
	}
	return r;
}

/* Return: 1 all of them are told, or there are none; 0 there is no v2 folder that could */
static int kill_v2(char *const *folders)
{
	char *path = NULL;
	CLEANUP_FD int dir = open_file(folders, "cgroup.kill", &path);
	int r = dir < 0 ? dir : cgroup_events_get(dir, "populated");

	if (r == 1)
		r = file_write_at(dir, "cgroup.kill", "1");
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	return r < 0 ? fail(r, "kill the processes of cgroup '%s'", path) : 1;
}

int cgroup_open_kill(char *const *folders)
{
	char *path = NULL;
	CLEANUP_FD int dir = open_file(folders, "cgroup.kill", &path);
	int fd = dir < 0 ? -1 : openat(dir, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -ENOENT : fd;
}

int cgroup_open_freezer(char *const *folders)
{
	char *path = NULL;

	return open_file(folders, "freezer.state", &path);
}

int cgroup_signal_all(char *const *folders, int signal)
{
	char *path = NULL;
	CLEANUP_FD int freezer = -EBADF;
	int r = 0;

	if (signal != SIGKILL)
		return signal_listed(folders, signal);
	r = kill_v2(folders);
	if (r < 0)
		return r;
	freezer = open_file(folders, "freezer.state", &path);
	/* Frozen, nobody can fork away from the list. */
	if (r == 0 && freezer >= 0 && file_write_at(freezer, "freezer.state", "FROZEN") < 0)
		warn("cannot freeze cgroup '%s' before the kill, ignoring", path);
	if (r == 0)
		r = signal_listed(folders, SIGKILL);
	if (freezer >= 0) {
		int thawed = cgroup_thaw_v1(freezer);

		if (thawed < 0 && thawed != -ENOENT && thawed != -ENODEV && r >= 0)
			r = fail(thawed, "thaw cgroup '%s'", path);
	}
	return r < 0 ? r : 0;
}
