/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/state_lock.c - the lock of a container's state folder, under a deadline
 * flock(2) has no timeout, but a signal whose handler is not restarted ends it. */
#include "runtime/state_lock.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>

enum { DEADLINE_S = 10, LOCKS_MAX = 4 * 1024 * 1024 };

static void wake(int signal)
{
	(void)signal;
}

static time_t now_s(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* The process of a line "3: FLOCK ADVISORY WRITE 812 fe:01:2359 0 EOF" of /proc/locks; 0: not seen. */
static pid_t holder(struct arena *a, int dir)
{
	struct stat st;
	char *text, *line, inode[64];
	int pid;

	if (fstat(dir, &st) < 0 ||
	    file_read_at(a, AT_FDCWD, "/proc/locks", LOCKS_MAX, &text, NULL) < 0)
		return 0;
	(void)snprintf(inode, sizeof(inode), " %02x:%02x:%ju ", major(st.st_dev), minor(st.st_dev),
		       (uintmax_t)st.st_ino);
	while ((line = strsep(&text, "\n")))
		if (strstr(line, inode) && sscanf(line, "%*d: FLOCK %*s %*s %d", &pid) == 1)
			return pid;
	return 0;
}

static int tell_held(int dir, const char *id)
{
	CLEANUP(arena) struct arena *a = arena_new();
	pid_t pid = holder(a, dir);

	return refuse(-EBUSY, "container '%s' is held by another command%s%s", id,
		      pid > 0 ? ": " : "", pid > 0 ? proc_describe(a, pid) : "");
}

static int wait_for_lock(int dir, const char *id)
{
	time_t end = now_s() + DEADLINE_S;

	while (flock(dir, LOCK_EX) < 0) {
		if (errno != EINTR)
			return fail(-errno, "lock the container's state");
		if (now_s() >= end)
			return tell_held(dir, id);
	}
	return 0;
}

int state_lock(int dir, const char *id)
{
	/* Again and again: the first one may come just before the wait. */
	const struct itimerval alarm = { { DEADLINE_S, 0 }, { DEADLINE_S, 0 } }, off = { 0 };
	struct sigaction act = { .sa_handler = wake }, before;
	sigset_t set, mask;
	int r;

	if (flock(dir, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return fail(-errno, "lock the container's state");
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	if (sigaction(SIGALRM, &act, &before) < 0 || sigprocmask(SIG_UNBLOCK, &set, &mask) < 0 ||
	    setitimer(ITIMER_REAL, &alarm, NULL) < 0)
		return fail(-errno, "set an alarm");
	r = wait_for_lock(dir, id);
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)sigaction(SIGALRM, &before, NULL);
	return r;
}
