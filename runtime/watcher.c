/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/watcher.c - a process that ends a container when the one that runs it in the foreground dies
 *
 * init asks to be killed with its parent (PR_SET_PDEATHSIG), but the kernel forgets that when ids change, as by
 * a set-id program or a payload that gives up root; any payload may take it back by prctl; without a pid
 * namespace init's death is not the death of all; and what is frozen by v1 does not die. So the watcher stands by. */
#include "runtime/watcher.h"

#include "base/error.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* Descriptors of the watcher, by number. */
enum { CALLER, INIT, KILL, FREEZER, DESCRIPTORS };

/* Cut off from the caller: its terminal, its folder, and above all its locks and its end of the pair, by
 * whose end of file init learns that the caller has died. */
static int become_watcher(const int *fds)
{
	int kept[DESCRIPTORS];
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "doboz-watcher");
	for (int i = 0; i < DESCRIPTORS; i++) /* the caller may have begun without 0, 1 and 2 */
		kept[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD, DESCRIPTORS);
	for (int i = 0; i < DESCRIPTORS; i++)
		if (kept[i] < 0)
			(void)close(i);
		else if (dup2(kept[i], i) < 0)
			return -errno;
	if (chdir("/") < 0)
		return -errno;
	return sys_close_range(DESCRIPTORS, ~0U, 0);
}

_Noreturn static void watch(const int *fds)
{
	struct pollfd caller = { .fd = CALLER, .events = POLLIN };

	if (become_watcher(fds) < 0)
		_exit(1);
	while (poll(&caller, 1, -1) < 0 && errno == EINTR)
		;
	(void)!sys_pidfd_send_signal(INIT, SIGKILL);
	(void)!write(KILL, "1", 1);
	_exit(cgroup_thaw_v1(FREEZER) < 0);
}

pid_t watcher_start(pid_t init, char *const *folders)
{
	struct clone_args args = { .exit_signal = 0 };
	CLEANUP_FD int caller = sys_pidfd_open(getpid(), 0);
	CLEANUP_FD int init_fd = sys_pidfd_open(init, 0);
	CLEANUP_FD int kill_fd = folders ? cgroup_open_kill(folders) : -EBADF;
	CLEANUP_FD int freezer = folders ? cgroup_open_freezer(folders) : -EBADF;
	pid_t pid;

	if (caller < 0 || init_fd < 0)
		return fail(caller < 0 ? caller : init_fd, "open a pidfd");
	pid = sys_clone3(&args, sizeof(args));
	if (pid == 0)
		watch((const int[]){
			[CALLER] = caller, [INIT] = init_fd, [KILL] = kill_fd, [FREEZER] = freezer });
	return pid < 0 ? fail(pid, "make the watcher of the container") : pid;
}

void watcher_end(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL); /* our child, not waited for: the number is still its own */
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}
