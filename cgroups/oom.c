/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/oom.c - be told when a container runs out of memory */
#include "cgroups/oom.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

enum { EVENTS_MAX = 4096 };

/* oom_kill of memory.events; reading it also tells poll what is known. */
static int read_kills(int fd, uint64_t *ret)
{
	char text[EVENTS_MAX], *rest = text, *line;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		const char *value = str_after(line, "oom_kill ");

		if (value)
			return str_to_u64(value, UINT64_MAX, ret);
	}
	return -ENODATA;
}

static int watch_v2(int dir, struct cgroup_oom *oom)
{
	oom->fd = openat(dir, "memory.events", O_RDONLY | O_CLOEXEC);
	oom->events = POLLPRI;
	return oom->fd < 0 ? -errno : read_kills(oom->fd, &oom->kills);
}

static int watch_v1(int dir, struct cgroup_oom *oom)
{
	CLEANUP_FD int control = openat(dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	char text[64];

	if (control < 0)
		return -errno;
	oom->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	oom->dir = openat(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	oom->events = POLLIN;
	if (oom->fd < 0 || oom->dir < 0)
		return -errno;
	snprintf(text, sizeof(text), "%d %d", oom->fd, control);
	return file_write_at(dir, "cgroup.event_control", text);
}

static const struct {
	const char *file;
	int (*watch)(int dir, struct cgroup_oom *oom);
} ways[] = {
	{ "memory.events", watch_v2 },
	{ "memory.oom_control", watch_v1 },
};

int cgroup_oom_watch(char *const *folders, struct cgroup_oom *ret)
{
	for (; folders && *folders; folders++) {
		CLEANUP_FD int dir = cgroup_tree_open(*folders);

		for (size_t i = 0; dir >= 0 && i < ARRAY_SIZE(ways); i++) {
			CLEANUP_OOM struct cgroup_oom oom = CGROUP_OOM_INIT;
			int r;

			if (faccessat(dir, ways[i].file, F_OK, 0) < 0)
				continue;
			r = ways[i].watch(dir, &oom);
			if (r < 0)
				return fail(r, "watch '%s/%s'", *folders, ways[i].file);
			*ret = oom;
			oom = (struct cgroup_oom)CGROUP_OOM_INIT;
			return 1;
		}
	}
	return 0;
}

static int take_v1(struct cgroup_oom *oom)
{
	uint64_t count;

	if (read(oom->fd, &count, sizeof(count)) != (ssize_t)sizeof(count))
		return 0;
	return faccessat(oom->dir, "cgroup.event_control", F_OK, 0) < 0 ? -ENODEV : 1;
}

int cgroup_oom_take(struct cgroup_oom *oom)
{
	uint64_t kills = 0, before = oom->kills;

	if (oom->fd < 0)
		return 0;
	if (oom->dir >= 0)
		return take_v1(oom);
	if (read_kills(oom->fd, &kills) < 0)
		return -ENODEV;
	oom->kills = kills;
	return kills > before;
}

void cgroup_oom_close(struct cgroup_oom *oom)
{
	attr_closep(&oom->fd);
	attr_closep(&oom->dir);
	*oom = (struct cgroup_oom)CGROUP_OOM_INIT;
}
