/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/mapped.c - a child in a user namespace, told to go on when its maps are written */
#include "cmd/mapped.h"

#include "base/confine.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/containers.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: wait for the maps, become the namespace's root, act, tell. */
static int act_inside(int sock, int (*act)(void *arg), void *arg)
{
	char go;
	int r;

	if (read(sock, &go, 1) != 1)
		return 1;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return 1;
	r = act(arg);
	if (r < 0)
		(void)!fd_write_all(sock, error_text(), strlen(error_text()));
	return r < 0;
}

int mapped_run(struct cmd *cmd, int (*act)(void *arg), void *arg)
{
	CLEANUP_FD int ours = -EBADF, theirs = -EBADF;
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	int pair[2], status = 0, r;
	char *text = NULL;
	size_t len = 0;
	pid_t pid;

	if (geteuid() == 0)
		return act(arg);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(-errno, "socketpair");
	ours = pair[0];
	theirs = pair[1];
	pid = sys_clone3(&args, sizeof(args));
	if (pid < 0)
		return fail(pid, "make a user namespace");
	if (pid == 0) {
		attr_closep(&ours);
		_exit(act_inside(theirs, act, arg));
	}
	attr_closep(&theirs);
	theirs = -EBADF;
	r = confine_write_own_maps(pid);
	if (r == 0)
		r = fd_write_all(ours, "", 1);
	(void)shutdown(ours, SHUT_WR);
	if (fd_read_all(cmd->arena, ours, ERROR_TEXT_MAX, &text, &len) < 0)
		len = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return r;
	return status == 0 ?
		       0 :
		       refuse(-EIO, "%s",
			      len > 0 ? text : "the child with the container's id map failed");
}

struct removal {
	int store;
	const char *id, *name;
};

static int remove_container(void *arg)
{
	const struct removal *r = arg;

	return containers_remove(r->store, r->id, r->name);
}

int mapped_remove(struct cmd *cmd, int store, const char *id, const char *name)
{
	return mapped_run(cmd, remove_container, &(struct removal){ store, id, name });
}

struct folder_removal {
	const char *folder, *name;
};

static int remove_folder(void *arg)
{
	const struct folder_removal *removal = arg;
	CLEANUP_FD int dir = open(removal->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = dir < 0 ? -errno : dir_remove_all(dir, removal->name);

	return r < 0 ? fail(r, "remove '%s/%s'", removal->folder, removal->name) : 0;
}

void mapped_discard(struct cmd *cmd, const char *folder, const char *name)
{
	struct error_kept kept;

	error_keep(&kept);
	(void)!mapped_run(cmd, remove_folder, &(struct folder_removal){ folder, name });
	error_restore(&kept);
}
