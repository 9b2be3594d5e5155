/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/mapped.c - a child that acts as root of the user's own ids, and tells what went wrong */
#include "cmd/mapped.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/containers.h"
#include "cmd/userns.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: become the namespace's root, act, tell. */
static int act_inside(int report, int (*act)(void *arg), void *arg)
{
	int r = userns_enter();

	if (r == 0)
		r = act(arg);
	if (r < 0)
		(void)!fd_write_all(report, error_text(), strlen(error_text()));
	return r < 0;
}

int mapped_run(struct cmd *cmd, int (*act)(void *arg), void *arg)
{
	CLEANUP_FD int ours = -EBADF, theirs = -EBADF;
	int pair[2], status = 0;
	char *text = NULL;
	size_t len = 0;
	pid_t pid;

	if (geteuid() == 0)
		return act(arg);
	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid < 0)
		return fail(-errno, "fork");
	if (pid == 0) {
		attr_closep(&ours);
		_exit(act_inside(theirs, act, arg));
	}
	attr_closep(&theirs);
	theirs = -EBADF;
	if (fd_read_all(cmd->arena, ours, ERROR_TEXT_MAX, &text, &len) < 0)
		len = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	return refuse(-EIO, "%s", len > 0 ? text : "the child with the container's id map failed");
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
