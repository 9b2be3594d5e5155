/* SPDX-License-Identifier: Apache-2.0 */
/* image/confined.c - the child that parses foreign bytes, and the parent that waits for its report */
#include "image/confined.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/report.h"
#include "image/unpack_confine.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

/* Should: confine itself, act, write one report. Must not: return. */
static void NORETURN stage_act(const struct confined_task *t, int report, pid_t parent)
{
	CLEANUP_BUF struct buf out = { 0 };
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(1);
	warnings_clear(); /* the parent has its own copy */
	r = unpack_confine(&t->confine);
	if (r == 0)
		r = t->act(t->arg, &out);
	report_finish(&out, r);
	_exit(fd_write_all(report, out.data, out.len) < 0);
}

/* Read the report to its end; a signal ends the child, and with it the report. */
static int read_report(struct arena *a, int report, int signals, pid_t pid, char **ret)
{
	struct pollfd fds[2] = { { .fd = report, .events = POLLIN },
				 { .fd = signals, .events = POLLIN } };
	CLEANUP_BUF struct buf text = { 0 };
	bool interrupted = false;
	char piece[4096];
	ssize_t n;

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return fail(-errno, "poll");
		if (fds[1].revents && !interrupted) {
			interrupted = true;
			fds[1].fd = -1;
			(void)kill(pid, SIGKILL); /* ours, and not reaped yet */
		}
		if (!fds[0].revents)
			continue;
		n = read(report, piece, sizeof(piece));
		if (n < 0 && errno != EINTR)
			return fail(-errno, "read the report of the confined process");
		if (n == 0 || text.len > REPORT_MAX)
			break;
		if (n > 0)
			buf_add(&text, piece, (size_t)n);
	}
	*ret = arena_strndup(a, text.data ? text.data : "", text.len);
	return interrupted ? refuse(-EINTR, "interrupted") : 0;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(-errno, "wait for the confined process");
	if (WIFSIGNALED(status))
		return refuse(-EPROTO, "the confined process was killed by signal %d (%s)",
			      WTERMSIG(status), strsignal(WTERMSIG(status)));
	return 0;
}

static int run_child(struct arena *a, const struct confined_task *t, int signals,
		     const sigset_t *outside, char **ret)
{
	CLEANUP_FD int reading = -EBADF;
	CLEANUP_FD int writing = -EBADF;
	pid_t pid, parent = getpid();
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	reading = ends[0];
	writing = ends[1];
	pid = fork();
	if (pid < 0)
		return fail(-errno, "fork");
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, outside, NULL);
		stage_act(t, writing, parent);
	}
	(void)close(TAKE_FD(writing));
	r = read_report(a, reading, signals, pid, ret);
	if (r < 0) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return r;
	}
	return wait_for(pid);
}

int confined_run(struct arena *a, const struct confined_task *task, char **ret_report)
{
	CLEANUP_FD int signals = -EBADF;
	sigset_t ending, outside;

	(void)sigemptyset(&ending);
	(void)sigaddset(&ending, SIGINT);
	(void)sigaddset(&ending, SIGTERM);
	(void)sigaddset(&ending, SIGHUP);
	signals = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return fail(-errno, "signalfd");
	/* They stay blocked: what comes later, while the caller commits or clears up, waits. */
	(void)sigprocmask(SIG_BLOCK, &ending, &outside);
	return run_child(a, task, signals, &outside, ret_report);
}

/* ---- unpacking ---- */

struct unpacking {
	struct arena *arena;
	struct layout *layout;
	const struct platform *platform;
	const struct unpack_target *target;
};

static int act_unpack(void *arg, struct buf *out)
{
	const struct unpacking *u = arg;
	struct unpacked result = { 0 };
	int r = unpack_image(u->arena, u->layout, u->platform, u->target, &result);

	if (r == 0)
		report_unpacked(out, &result);
	return r;
}

int confined_unpack(struct arena *a, struct layout *l, const struct platform *platform,
		    const struct unpack_target *target, struct unpacked *ret)
{
	struct unpacking unpacking = { a, l, platform, target };
	int read_only[2];
	struct confined_task task = {
		.confine = { .rw_dirs = &target->staging,
			     .n_rw = 1,
			     .ro_dirs = read_only,
			     .keep_devices = target->keep_devices },
		.act = act_unpack,
		.arg = &unpacking,
	};
	char *report;
	int r;

	if (!l->is_archive)
		read_only[task.confine.n_ro++] = l->fd;
	if (target->stored_layers >= 0)
		read_only[task.confine.n_ro++] = target->stored_layers;
	r = confined_run(a, &task, &report);
	if (r == 0)
		r = report_read(a, report, ret);
	return r < 0 ? fail_context(r, "image '%s'", l->ref->text) : 0;
}
