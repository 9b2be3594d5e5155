/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/supervise.c - theory of operation
 *
 * Foreground: this process is init's parent; stdio is our own (or a terminal that we carry).
 * Detached: a child of ours becomes the monitor: own session, no terminal. It makes the container (so that
 * init is its child), reports over a pipe that the payload runs (or why not), then reads the payload's
 * output into the log until init has ended. The caller of `run -d` leaves when the report has come.
 * Both end in finish(): runtime state deleted, exit status on disk, folder removed with --rm; the lock, let
 * go by the end of the process, says that all of it is done. */
#include "cmd/supervise.h"

#include "base/error.h"
#include "base/fd.h"
#include "cmd/container_log.h"
#include "cmd/foreground.h"
#include "cmd/mapped.h"
#include "cmd/signals.h"
#include "runtime/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

/* Descriptors between the payload and whoever supervises it. */
struct stdio {
	int theirs[3];  /* -EBADF: inherit ours */
	int ours[2];    /* reading ends of stdout and stderr; a terminal is ours[0] alone */
	int input;      /* writing end of stdin, kept open for -i */
	int console[2]; /* ours, theirs */
};

static void stdio_close(struct stdio *s)
{
	for (int i = 0; i < 3; i++)
		attr_closep(&s->theirs[i]);
	for (int i = 0; i < 2; i++) {
		attr_closep(&s->ours[i]);
		attr_closep(&s->console[i]);
	}
	attr_closep(&s->input);
}
#define CLEANUP_STDIO __attribute__((cleanup(stdio_close)))
#define STDIO_INIT                                                                                 \
	{                                                                                          \
		.theirs = { -EBADF, -EBADF, -EBADF }, .ours = { -EBADF, -EBADF }, .input = -EBADF, \
		.console = {                                                                       \
			-EBADF,                                                                    \
			-EBADF                                                                     \
		}                                                                                  \
	}

/* After create the payload has its own copies. */
static void stdio_release(struct stdio *s)
{
	for (int i = 0; i < 3; i++) {
		attr_closep(&s->theirs[i]);
		s->theirs[i] = -EBADF;
	}
	attr_closep(&s->console[1]);
	s->console[1] = -EBADF;
}

static int open_null(int *ret)
{
	*ret = open("/dev/null", O_RDWR | O_CLOEXEC);
	return *ret < 0 ? fail(-errno, "open /dev/null") : 0;
}

static int open_pipe(int *ret_read, int *ret_write)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	*ret_read = pair[0];
	*ret_write = pair[1];
	return 0;
}

static int create(const struct supervise *s, struct stdio *io, bool dies_with_us,
		  struct container_process *ret)
{
	struct container_create_options opt = {
		.config_text = s->config_text,
		.config_len = strlen(s->config_text),
		.console_fd = io->console[1],
		.console_is_ours = dies_with_us,
		.dies_with_caller = dies_with_us,
		.pidfd_socket = -EBADF,
	};
	int r;

	memcpy(opt.stdio, io->theirs, sizeof(opt.stdio));
	r = container_run(s->root, s->plan, &opt, ret);
	stdio_release(io);
	return r;
}

/* The end of every container. A recorded failure stays the one that is told. */
static void finish(const struct supervise *s, int status)
{
	struct error_kept kept;

	error_keep(&kept);
	(void)!container_delete(s->root, s->meta->id, true);
	if (status >= 0)
		(void)!containers_save_exit(s->dir, status);
	if (s->meta->remove || status < 0)
		(void)!mapped_remove(s->cmd, s->store, s->meta->id, s->meta->name);
	error_restore(&kept);
}

static int foreground_stdio(const struct supervise *s, struct stdio *io)
{
	if (s->meta->terminal)
		return foreground_console(&io->console[0], &io->console[1]);
	return s->meta->open_stdin ? 0 : open_null(&io->theirs[0]);
}

int supervise_foreground(const struct supervise *s)
{
	CLEANUP_STDIO struct stdio io = STDIO_INIT;
	struct container_process process = { .pidfd = -EBADF };
	CLEANUP_FD int signals = signals_catch();
	int r = signals;

	if (r >= 0)
		r = foreground_stdio(s, &io);
	if (r >= 0)
		r = create(s, &io, true, &process);
	if (r >= 0)
		r = foreground_wait(&process, io.console[0], signals);
	container_process_close(&process);
	finish(s, r);
	return r;
}

/* ---- the monitor ---- */

static int detached_stdio(const struct supervise *s, struct stdio *io)
{
	int r;

	if (s->meta->terminal)
		return foreground_console(&io->console[0], &io->console[1]);
	r = s->meta->open_stdin ? open_pipe(&io->theirs[0], &io->input) : open_null(&io->theirs[0]);
	if (r == 0)
		r = open_pipe(&io->ours[0], &io->theirs[1]);
	if (r == 0)
		r = open_pipe(&io->ours[1], &io->theirs[2]);
	return r;
}

/* Read what is there into the log. Return: 1 more may come, 0 the end. */
static int drain(struct container_log *log, int stream, int fd)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	ssize_t n;

	if (!chunk)
		return 0;
	n = read(fd, chunk, CHUNK);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	/* a full disk must not stop the payload: the output is read, the log has a gap */
	if (n > 0)
		(void)!container_log_add(log, stream, chunk, (size_t)n);
	return n > 0;
}

static void forward_signals(int signals, int pidfd)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		(void)!sys_pidfd_send_signal(pidfd, (int)info.ssi_signo);
}

/* Copy output into the log until init has ended and the pipes are empty. */
static void watch(struct stdio *io, const struct container_process *process, int signals,
		  struct container_log *log)
{
	struct pollfd fds[] = {
		{ .fd = io->ours[0], .events = POLLIN },
		{ .fd = io->ours[1], .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = process->pidfd, .events = POLLIN },
	};
	bool ended = false;

	while (!ended || fds[0].revents || fds[1].revents) {
		/* once init has ended, one look without waiting finds whether its output is all read */
		if (poll(fds, ARRAY_SIZE(fds), ended ? 0 : -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (fds[i].revents && !drain(log, i, fds[i].fd)) {
				fds[i].fd = -1;
				fds[i].revents = 0;
			}
		if (fds[2].revents)
			forward_signals(signals, process->pidfd);
		if (fds[3].revents) {
			ended = true;
			fds[3].fd = -1;
		}
	}
}

static int open_log(const struct supervise *s)
{
	int fd = openat(s->dir, "log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
			0600);

	return fd < 0 ? fail(-errno, "make the log of container %s", s->meta->id) : fd;
}

/* The error's code and text, or nothing but code 0, to the `run -d` that waits. */
static void report(int fd, int r)
{
	CLEANUP_BUF struct buf out = { 0 };

	buf_add(&out, &r, sizeof(r));
	if (r < 0)
		buf_adds(&out, error_text());
	(void)!fd_write_all(fd, out.data, out.len);
}

/* No terminal, no folder of the caller is held by the monitor. */
static int become_daemon(void)
{
	CLEANUP_FD int null = -EBADF;
	int r = open_null(&null);

	for (int i = 0; r == 0 && i < 3; i++)
		r = dup2(null, i) < 0 ? -errno : 0;
	if (r == 0 && chdir("/") < 0)
		r = -errno;
	return r;
}

static int monitor(const struct supervise *s, int report_fd)
{
	CLEANUP_STDIO struct stdio io = STDIO_INIT;
	struct container_process process = { .pidfd = -EBADF };
	struct container_log log;
	CLEANUP_FD int signals = signals_catch(), log_fd = open_log(s);
	int r = signals < 0 ? signals : log_fd < 0 ? log_fd : 0, status;

	(void)setsid();
	if (r == 0)
		r = detached_stdio(s, &io);
	if (r == 0)
		r = create(s, &io, false, &process);
	if (r == 0 && s->meta->terminal)
		r = io.ours[0] = terminal_receive(io.console[0]);
	if (r >= 0)
		r = become_daemon();
	if (r < 0)
		finish(s, r);
	report(report_fd, r);
	attr_closep(&report_fd);
	if (r < 0)
		return r;
	container_log_init(&log, log_fd);
	watch(&io, &process, signals, &log);
	container_log_end(&log);
	r = container_wait(&process, -EBADF, &status);
	container_process_close(&process);
	if (r == 0)
		r = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	finish(s, r < 0 ? 255 : r);
	return 0;
}

/* The monitor's report: 0, or its error taken over as ours. */
static int read_report(int fd)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *data;
	size_t len;
	int code, r = fd_read_all(a, fd, ERROR_TEXT_MAX + sizeof(int), &data, &len);

	if (r < 0)
		return fail(r, "read the monitor's report");
	if (len < sizeof(code))
		return refuse(-EPIPE, "the monitor died before the container was started");
	memcpy(&code, data, sizeof(code));
	if (code < 0)
		error_set(code, data + sizeof(code), NULL);
	return code;
}

int supervise_detached(const struct supervise *s)
{
	CLEANUP_FD int in = -EBADF, out = -EBADF;
	int r = open_pipe(&in, &out);
	pid_t pid;

	if (r < 0)
		return r;
	pid = fork();
	if (pid < 0)
		return fail(-errno, "fork the monitor");
	if (pid == 0) {
		attr_closep(&in);
		_exit(monitor(s, TAKE_FD(out)) < 0 ? 1 : 0);
	}
	attr_closep(&out);
	out = -EBADF;
	return read_report(in);
}
