/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/events.c - waiting under a deadline */
#include "cgroups/events.h"
#include "base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

enum { EVENTS_MAX = 256, TICK_NS = 1000 * 1000 };

static int64_t now_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t cgroup_deadline(int timeout_ms)
{
	return now_ms() + timeout_ms;
}

/* Lines are "populated 1"; the end of the key is a blank. */
int cgroup_events_read(int fd, const char *key)
{
	char text[EVENTS_MAX], *rest = text, *line;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		const char *value = str_after(line, key);

		if (value && *value == ' ')
			return value[1] == '1';
	}
	return -ENODATA;
}

int cgroup_events_get(int dir, const char *key)
{
	CLEANUP_FD int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : cgroup_events_read(fd, key);
}

static int poll_until(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = deadline - now_ms();
	int r = left > 0 ? poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left) : 0;

	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	return r == 0 ? -ETIMEDOUT : 0;
}

int cgroup_events_wait(int dir, const char *key, bool want, int64_t deadline)
{
	CLEANUP_FD int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	int value, r = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		value = cgroup_events_read(fd, key);
		if (value < 0 || value == want)
			return value < 0 ? value : 0;
		if (r < 0)
			return r;
		/* The kernel tells a change since the last read as POLLPRI. */
		r = poll_until(fd, POLLPRI, deadline);
	}
}

int cgroup_pidfd_wait(int pidfd, int64_t deadline)
{
	return poll_until(pidfd, POLLIN, deadline);
}

int cgroup_tick(int64_t deadline)
{
	CLEANUP_FD int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct itimerspec once = { .it_value.tv_nsec = TICK_NS };
	int r;

	if (timer < 0 || timerfd_settime(timer, 0, &once, NULL) < 0)
		return -errno;
	r = poll_until(timer, POLLIN, deadline);
	return r;
}
