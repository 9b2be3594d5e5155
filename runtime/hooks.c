/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/hooks.c - running the hooks of config.json
 * A hook is waited for by its pidfd, never by a timer signal, and is in a process group of its own, so
 * that a timeout takes its children too. Who waits is also who ends it: a hook whose runtime is killed would
 * go on without a timeout, in no cgroup that delete could look into. */
#include "runtime/hooks.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum { OUTPUT_MAX = 1024 };

int hooks_state(const struct state *s, enum state_status status)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	CLEANUP_FD int fd = memfd_create("state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return fail(-errno, "memfd_create");
	state_write_oci(&w, NULL, s, status, false);
	r = fd_write_all(fd, text.data, text.len);
	if (r < 0)
		return fail(r, "write the state for hooks");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return fail(-errno, "seal the state for hooks");
	return TAKE_FD(fd);
}

struct running {
	pid_t pid;
	int pidfd, output;
	char text[OUTPUT_MAX + 1];
	size_t len;
};

/* Before the hook's own limits, which may know no prctl. Return: false when @parent has ended already */
static bool die_with(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

static NORETURN void become_hook(const struct spec_hook *h, const struct hook_surroundings *around,
				 int state_fd, int output, pid_t parent)
{
	char *const own_name[] = { h->path, NULL };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)setpgid(0, 0);
	(void)signal(SIGPIPE,
		     SIG_DFL); /* ignored by us, and that outlives both clone3 and execve */
	if (!die_with(parent) || fd_cloexec_from(3) < 0 || dup3(state_fd, 0, 0) < 0 ||
	    dup3(output, 2, 0) < 0 || (null >= 0 && dup3(null, 1, 0) < 0))
		_exit(126);
	/* The bundle may be gone by poststop. */
	if (around->cwd && chdir(around->cwd) < 0 && chdir("/") < 0)
		_exit(126);
	if (around->confine && around->confine(around->child) < 0) {
		(void)!write(2, error_text(), strlen(error_text()));
		_exit(126);
	}
	(void)execve(h->path, h->args ? h->args : own_name, h->env ? h->env : around->env);
	const char *reason = error_reason(-errno);
	_exit(fd_write_all(2, reason, strlen(reason)) < 0 ? 126 : 127);
}

static int spawn(const struct spec_hook *h, const struct hook_surroundings *around, int state_fd,
		 struct running *ret)
{
	const pid_t parent = getpid();
	int pipe_ends[2];
	struct clone_args args = { .flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
				   .pidfd = (uintptr_t)&ret->pidfd,
				   .exit_signal = SIGCHLD };

	if (lseek(state_fd, 0, SEEK_SET) < 0)
		return fail(-errno, "rewind the state for hooks");
	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return fail(-errno, "make a pipe");
	ret->pid = sys_clone3(&args, sizeof(args));
	if (ret->pid == 0)
		become_hook(h, around, state_fd, pipe_ends[1], parent);
	(void)close(pipe_ends[1]);
	ret->output = pipe_ends[0];
	if (ret->pid < 0)
		return fail(ret->pid, "make a process for hook '%s'", h->path);
	(void)fcntl(ret->output, F_SETFL, O_NONBLOCK);
	(void)setpgid(ret->pid, ret->pid); /* whoever comes first */
	return 0;
}

/* Takes what is there; the tail beyond the buffer is thrown away. Return: false at end of file. */
static bool take_output(struct running *h)
{
	char more[512];
	ssize_t n = read(h->output, more, sizeof(more));

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	if ((size_t)n > OUTPUT_MAX - h->len)
		n = (ssize_t)(OUTPUT_MAX - h->len);
	memcpy(h->text + h->len, more, (size_t)n);
	h->len += (size_t)n;
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the hook itself has ended; children that it left behind may keep the pipe. @timeout_s: 0: none */
static int wait_for(struct running *h, int64_t timeout_s)
{
	int64_t end = timeout_s > 0 ? now_ms() + timeout_s * 1000 : -1;
	struct pollfd p[2] = { { .fd = h->pidfd, .events = POLLIN },
			       { .fd = h->output, .events = POLLIN } };

	for (;;) {
		int64_t left = end < 0 ? -1 : end - now_ms();
		int n;

		if (end >= 0 && left <= 0)
			return -ETIMEDOUT;
		n = poll(p, 2, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		if (p[1].revents && !take_output(h))
			p[1].fd = -1;
		if (p[0].revents)
			return 0;
	}
}

/* "bad system call": as Go says it, whose texts callers know. */
static const char *signal_words(int number, char words[32])
{
	const char *known = sigdescr_np(number);

	(void)snprintf(words, 32, "%s", known ? known : "unknown signal");
	words[0] = (char)tolower((unsigned char)words[0]);
	return words;
}

static int judge(const struct spec_hook *h, const struct running *run, int waited,
		 const siginfo_t *info)
{
	if (waited == -ETIMEDOUT)
		return refuse(waited, "hook '%s' was killed: it took longer than %lld s", h->path,
			      (long long)h->timeout.value);
	if (waited < 0)
		return fail(waited, "wait for hook '%s'", h->path);
	if (info->si_code == CLD_EXITED && info->si_status == 0)
		return 0;
	if (info->si_code == CLD_EXITED)
		return refuse(-EIO, "hook '%s' failed: exit status %d%s%s", h->path,
			      info->si_status, run->len ? ": " : "", run->text);
	return refuse(-EIO, "hook '%s' was killed by signal %d (%s)%s%s", h->path, info->si_status,
		      signal_words(info->si_status, (char[32]){ 0 }), run->len ? ": " : "",
		      run->text);
}

static int run_one(const struct spec_hook *h, const struct hook_surroundings *around, int state_fd)
{
	struct running run = { .pidfd = -EBADF, .output = -EBADF };
	siginfo_t info = { 0 };
	int waited, r = spawn(h, around, state_fd, &run);

	if (r >= 0) {
		waited = wait_for(&run, h->timeout.set ? h->timeout.value : 0);
		if (waited < 0)
			(void)kill(-run.pid, SIGKILL);
		while (waitid(P_PIDFD, (id_t)run.pidfd, &info, WEXITED) < 0 && errno == EINTR)
			;
		while (run.len < OUTPUT_MAX && read(run.output, run.text + run.len, 1) == 1)
			run.len++;
		while (run.len && run.text[run.len - 1] == '\n')
			run.len--;
		run.text[run.len] = '\0';
		r = judge(h, &run, waited, &info);
	}
	attr_closep(&run.pidfd);
	attr_closep(&run.output);
	return r;
}

int hooks_run(const struct spec_hooks *hooks, enum spec_hook_kind kind,
	      const struct hook_surroundings *around, int state_fd)
{
	for (size_t i = 0; i < hooks->n[kind]; i++) {
		int r = run_one(&hooks->list[kind][i], around, state_fd);

		if (r < 0)
			return error_is(fail_context(r, "error running %s hook #%zu",
						     spec_hook_names[kind], i),
					ERROR_HOOK);
	}
	return 0;
}
