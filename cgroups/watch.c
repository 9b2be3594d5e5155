/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/watch.c - be told what happens in a container's cgroup
 *
 * A pressure is told by poll itself, once: so these descriptors go into the caller's own poll, for an epoll
 * inside another one would swallow it. That a folder is gone is told to its parent: descriptors inside it,
 * which we hold, keep its own inotify silent. */
#include "cgroups/watch.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/events.h"
#include "cgroups/stats_files.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>

static const struct {
	const char *resource, *file;
} pressures[] = {
	{ "cpu", "cpu.pressure" },
	{ "memory", "memory.pressure" },
	{ "io", "io.pressure" },
};

/* us of waiting, us of the window */
static const char trigger[] = "some 150000 2000000";

int cgroup_watch_removals(void)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	return fd < 0 ? fail(-errno, "watch for removals") : fd;
}

void cgroup_watch_removals_take(int removals)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (read(removals, events, sizeof(events)) > 0)
		;
}

/* A kernel without PSI has no file, or one that says EOPNOTSUPP. */
static int open_trigger(int dir, const char *file)
{
	CLEANUP_FD int fd = openat(dir, file, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || write(fd, trigger, sizeof(trigger)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static void open_events(int dir, struct cgroup_watch *w)
{
	w->populated = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (w->populated >= 0)
		w->was_populated = cgroup_events_read(w->populated, "populated") == 1;
	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++)
		w->psi[i] = open_trigger(dir, pressures[i].file);
}

int cgroup_watch_open(char *const *folders, int removals, bool all, struct cgroup_watch *ret)
{
	CLEANUP_CGROUP_WATCH struct cgroup_watch w = CGROUP_WATCH_INIT;
	CLEANUP(arena) struct arena *a = arena_new();
	char *parent = arena_strdup(a, *folders);
	int r;

	*strrchr(parent, '/') = '\0';
	if (inotify_add_watch(removals, parent, IN_DELETE | IN_ONLYDIR) < 0)
		return fail(-errno, "watch '%s'", parent);
	w.dir = cgroup_tree_open(*folders);
	if (w.dir < 0)
		return fail(w.dir, "open cgroup '%s'", *folders);
	r = cgroup_oom_watch(folders, &w.oom);
	if (r < 0)
		return r;
	if (all)
		open_events(w.dir, &w);
	*ret = w;
	w = (struct cgroup_watch)CGROUP_WATCH_INIT;
	return 0;
}

void cgroup_watch_close(struct cgroup_watch *w)
{
	cgroup_oom_close(&w->oom);
	attr_closep(&w->dir);
	attr_closep(&w->populated);
	for (size_t i = 0; i < ARRAY_SIZE(w->psi); i++)
		attr_closep(&w->psi[i]);
	*w = (struct cgroup_watch)CGROUP_WATCH_INIT;
}

bool cgroup_watch_has_pressure(const struct cgroup_watch *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(w->psi); i++)
		if (w->psi[i] >= 0)
			return true;
	return false;
}

bool cgroup_watch_is_gone(const struct cgroup_watch *w)
{
	return faccessat(w->dir, "cgroup.procs", F_OK, 0) < 0;
}

void cgroup_watch_polls(const struct cgroup_watch *w, struct pollfd ret[CGROUP_WATCH_FDS])
{
	ret[CGROUP_WATCH_OOM] = (struct pollfd){ .fd = w->oom.fd, .events = w->oom.events };
	ret[CGROUP_WATCH_POPULATED] = (struct pollfd){ .fd = w->populated, .events = POLLPRI };
	for (size_t i = 0; i < ARRAY_SIZE(w->psi); i++)
		ret[CGROUP_WATCH_PSI + i] = (struct pollfd){ .fd = w->psi[i], .events = POLLPRI };
}

/* What has an error is always ready: it is not waited for any more. */
static void give_up(int *fd)
{
	attr_closep(fd);
	*fd = -EBADF;
}

/* The file is about more than this. A folder that is gone was empty before, however fast that went. */
static int take_populated(struct cgroup_watch *w, struct cgroup_event *ret)
{
	int value = cgroup_events_read(w->populated, "populated");

	if (value < 0) {
		give_up(&w->populated);
		value = 0;
	}
	if (value == w->was_populated)
		return 0;
	w->was_populated = value;
	*ret = (struct cgroup_event){ .kind = CGROUP_EVENT_POPULATED, .populated = value };
	return 1;
}

static int take_pressure(struct arena *a, struct cgroup_watch *w, size_t i, short revents,
			 struct cgroup_event *ret)
{
	struct cgroup_stats_reader rd = { .arena = a, .dir = w->dir };

	if (revents & POLLERR)
		give_up(&w->psi[i]);
	if (!(revents & POLLPRI) || revents & POLLERR)
		return 0;
	*ret = (struct cgroup_event){ .kind = CGROUP_EVENT_PRESSURE,
				      .resource = pressures[i].resource };
	cgroup_stats_psi(&rd, pressures[i].file, &ret->psi);
	return 1;
}

int cgroup_watch_take(struct arena *a, struct cgroup_watch *w,
		      const struct pollfd polls[CGROUP_WATCH_FDS],
		      struct cgroup_event ret[CGROUP_WATCH_FDS])
{
	bool gone = cgroup_watch_is_gone(w);
	int n = 0, r = 0;

	if (polls[CGROUP_WATCH_OOM].revents)
		r = cgroup_oom_take(&w->oom);
	if (r < 0)
		cgroup_oom_close(&w->oom);
	if (r > 0)
		ret[n++] = (struct cgroup_event){ .kind = CGROUP_EVENT_OOM };
	for (size_t i = 0; i < ARRAY_SIZE(pressures); i++)
		n += take_pressure(a, w, i, polls[CGROUP_WATCH_PSI + i].revents, &ret[n]);
	/* The word of the removal may be faster than that of the end before it. */
	if (w->populated >= 0 && (gone || polls[CGROUP_WATCH_POPULATED].revents))
		n += take_populated(w, &ret[n]);
	return n == 0 && gone ? -ENODEV : n;
}
