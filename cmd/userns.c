/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/userns.c - fork into a user namespace and wait for its maps */
#include "cmd/userns.h"

#include "base/confine.h"
#include "base/error.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* In the child. The parent's end of the pipe closes without a word when the maps cannot be written. */
static int become_root(int go, pid_t parent)
{
	char word;
	ssize_t n;

	do
		n = read(go, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(1);
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return fail(-errno, "become root of the user namespace");
	/* behind setresuid(2), which may clear it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || parent != getppid())
		_exit(1);
	return 0;
}

/* In the parent: signals that end a program are for the child, which clears up; we follow it. */
static int follow(pid_t pid, int go)
{
	const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;
	int status = 0, r = confine_write_own_maps(pid);

	if (r < 0) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return r;
	}
	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		(void)sigaddset(&set, ending[i]);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if (write(go, "", 1) != 1)
		return fail(-errno, "start the child in the user namespace");
	while (waitpid(pid, &status, WNOHANG) == 0) {
		int signal = sigwaitinfo(&set, NULL);

		if (signal > 0 && signal != SIGCHLD)
			(void)kill(pid, signal);
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int userns_enter(void)
{
	CLEANUP_FD int reading = -EBADF;
	CLEANUP_FD int writing = -EBADF;
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid, parent = getpid();
	int ends[2];

	if (geteuid() == 0)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	reading = ends[0];
	writing = ends[1];
	pid = sys_clone3(&args, sizeof(args));
	if (pid < 0)
		return fail(pid, "make a user namespace");
	if (pid > 0)
		return follow(pid, writing);
	(void)close(TAKE_FD(writing));
	return become_root(reading, parent);
}
