/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/reclaim.c - take memory back from a cgroup whose processes go on running
 *
 * v2 has a file for it. v1 has none: lowering the soft limit does nothing before the whole host is short
 * of memory, and memory.force_empty takes all that can be taken. A limit_in_bytes below the usage is
 * refused (EBUSY), but not before the kernel has tried to get there by reclaiming, and it does not kill
 * for it. A limit that can be reached would be set, and until it is set back a process that allocates
 * could be killed, or the container left with it when we are. So we ask for a limit of 0, which the usage
 * of a living container never reaches, and let an interval timer interrupt the write (EINTR) again and
 * again, until enough is free. A clean page cache goes at tens of gigabytes a second: the timer starts
 * short. It gets longer whenever it left no time to reclaim anything. */
#include "cgroups/reclaim.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

enum { NUMBER_MAX = 32, SLICE_US = 50, SLICE_MAX_US = 500 * 1000 };

static int read_number(int dir, const char *file, uint64_t *ret)
{
	char text[NUMBER_MAX];
	ssize_t n = cgroup_tree_read(dir, file, text, sizeof(text));

	if (n < 0)
		return (int)n;
	text[strcspn(text, "\n")] = '\0';
	return str_to_u64(text, UINT64_MAX, ret);
}

/* EAGAIN: less than that could be reclaimed. */
static int reclaim_v2(int dir, uint64_t bytes, struct cgroup_reclaimed *m)
{
	char text[NUMBER_MAX];
	int r = read_number(dir, "memory.current", &m->before);

	if (r < 0)
		return fail(r, "read memory.current");
	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	r = file_write_at(dir, "memory.reclaim", text);
	if (r < 0 && r != -EAGAIN)
		return fail(r, "write '%s' to memory.reclaim", text);
	r = read_number(dir, "memory.current", &m->after);
	return r < 0 ? fail(r, "read memory.current") : 0;
}

/* ---- v1 ---- */

static void on_alarm(int signal)
{
	(void)signal;
}

static int set_timer(long us)
{
	const struct timeval t = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
	const struct itimerval timer = { .it_interval = t, .it_value = t };

	return setitimer(ITIMER_REAL, &timer, NULL) < 0 ? -errno : 0;
}

/* One write that the timer interrupts. Return: 1 there may be more to reclaim; 0 there is not */
static int reclaim_slice(int dir, int limit, uint64_t limit_bytes, long us)
{
	char text[NUMBER_MAX];
	int r = set_timer(us);
	ssize_t n;

	if (r < 0)
		return r;
	n = pwrite(limit, "0", 1, 0);
	r = n < 0 ? -errno : 0;
	(void)set_timer(0);
	if (r == -EINTR)
		return 1;
	if (r == 0) {
		/* Nothing at all was charged any more: then 0 is the limit now. */
		snprintf(text, sizeof(text), "%" PRIu64, limit_bytes);
		r = file_write_at(dir, "memory.limit_in_bytes", text);
	}
	return r == -EBUSY ? 0 : r;
}

static int reclaim_slices(int dir, uint64_t target, struct cgroup_reclaimed *m)
{
	CLEANUP_FD int limit = openat(dir, "memory.limit_in_bytes", O_WRONLY | O_CLOEXEC);
	uint64_t limit_bytes, usage;
	long us = SLICE_US;
	int r = limit < 0 ? -errno : read_number(dir, "memory.limit_in_bytes", &limit_bytes);

	while (r >= 0 && m->after > target) {
		r = reclaim_slice(dir, limit, limit_bytes, us);
		usage = m->after;
		if (r >= 0 && read_number(dir, "memory.usage_in_bytes", &m->after) < 0)
			return -EIO;
		if (r == 0 || (m->after >= usage && us >= SLICE_MAX_US))
			break; /* no more, or the container takes it as fast as we give it back */
		us = m->after >= usage ? us * 2 : us;
	}
	return r < 0 ? r : 0;
}

static int reclaim_v1(int dir, uint64_t bytes, struct cgroup_reclaimed *m)
{
	const struct sigaction interrupt = { .sa_handler = on_alarm };
	struct sigaction before;
	sigset_t alarm, mask;
	int r = read_number(dir, "memory.usage_in_bytes", &m->before);

	if (r < 0)
		return fail(r, "read memory.usage_in_bytes");
	m->after = m->before;
	(void)sigemptyset(&alarm);
	(void)sigaddset(&alarm, SIGALRM);
	if (sigaction(SIGALRM, &interrupt, &before) < 0 ||
	    sigprocmask(SIG_UNBLOCK, &alarm, &mask) < 0)
		return fail(-errno, "be interrupted by a timer");
	r = reclaim_slices(dir, m->before > bytes ? m->before - bytes : 0, m);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)sigaction(SIGALRM, &before, NULL);
	return r < 0 ? fail(r, "reclaim by memory.limit_in_bytes") : 0;
}

static const struct {
	const char *file;
	int (*reclaim)(int dir, uint64_t bytes, struct cgroup_reclaimed *m);
} ways[] = {
	{ "memory.reclaim", reclaim_v2 },
	{ "memory.limit_in_bytes", reclaim_v1 },
};

int cgroup_reclaim(char *const *folders, uint64_t bytes, struct cgroup_reclaimed *ret)
{
	const char *missing = "the container has no memory controller";

	for (; folders && *folders; folders++) {
		CLEANUP_FD int dir = cgroup_tree_open(*folders);

		for (size_t i = 0; dir >= 0 && i < ARRAY_SIZE(ways); i++) {
			struct cgroup_reclaimed m = { 0 };
			int r;

			if (faccessat(dir, ways[i].file, F_OK, 0) < 0)
				continue;
			r = ways[i].reclaim(dir, bytes, &m);
			if (r < 0)
				return fail_context(r, "'%s'", *folders);
			*ret = m;
			return 0;
		}
		if (dir >= 0 && faccessat(dir, "memory.current", F_OK, 0) == 0)
			missing = "needs memory.reclaim (Linux 5.19)";
	}
	return refuse(-EOPNOTSUPP, "reclaim: %s", missing);
}
