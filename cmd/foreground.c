/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/foreground.c - the part of run and exec that is not detached */
#include "cmd/foreground.h"

#include "base/error.h"
#include "runtime/terminal.h"

#include <sys/socket.h>
#include <sys/wait.h>

int foreground_console(int *ret_ours, int *ret_theirs)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(-errno, "socketpair for the terminal");
	*ret_ours = pair[0];
	*ret_theirs = pair[1];
	return 0;
}

int foreground_wait(const struct container_process *process, int console, int signals)
{
	CLEANUP_FD int master = -EBADF;
	int r, status;

	if (console >= 0) {
		master = terminal_receive(console);
		if (master < 0)
			return master;
		r = terminal_proxy(master, STDIN_FILENO, STDOUT_FILENO, process->pidfd, signals);
		if (r < 0)
			return r;
	}
	r = container_wait(process, signals, &status);
	if (r < 0)
		return r;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
