/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/store.c - the store's folder, and running the image helper */
#include "cmd/store.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/helper.h"
#include "base/str.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELPER_OUTPUT_MAX = 8 * 1024 * 1024, HELPER_ERROR_MAX = 4096 };

const char *store_path(struct cmd *cmd)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME"),
		   *own = getenv("DOBOZ_STORE");

	if (own && own[0] == '/')
		return own;
	if (geteuid() == 0)
		return "/var/lib/doboz";
	if (data && data[0] == '/')
		return arena_printf(cmd->arena, "%s/doboz", data);
	if (home && home[0] == '/')
		return arena_printf(cmd->arena, "%s/.local/share/doboz", home);
	(void)refuse(-ENOENT,
		     "no place for images: neither $XDG_DATA_HOME nor $HOME is an absolute path");
	return NULL;
}

/* mkdir -p of our own folder on the host; the last one is private. */
static int make_folders(struct arena *a, const char *path)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/'))
		if (mkdir(arena_strndup(a, path, (size_t)(slash - path)), 0755) < 0 &&
		    errno != EEXIST)
			return -errno;
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* Whoever can write to the store decides what our containers run and what rm removes. */
static int check_owner(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(-errno, "stat the store '%s'", path);
	if (st.st_uid != geteuid())
		return refuse(-EPERM, "the store '%s' belongs to user %u", path,
			      (unsigned)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(-EPERM, "the store '%s' may be written by others", path);
	return 0;
}

int store_folder(struct cmd *cmd)
{
	const char *path = store_path(cmd);
	int r;

	if (!path)
		return -ENOENT;
	r = make_folders(cmd->arena, path);
	if (r < 0)
		return fail(r, "make the store '%s'", path);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(-errno, "open the store '%s'", path);
	r = check_owner(fd, path);
	return r < 0 ? r : TAKE_FD(fd);
}

/* Two pipes; the helper's ends are closed when it was started. */
struct pipes {
	int out[2], err[2];
};

static void pipes_close(struct pipes *p)
{
	for (int i = 0; i < 2; i++) {
		attr_closep(&p->out[i]);
		attr_closep(&p->err[i]);
	}
}

static int spawn_helper(const char *path, char *const *argv, int input, const struct pipes *p,
			pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int r = -posix_spawn_file_actions_init(&actions);

	if (r == 0 && input >= 0)
		r = -posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	else if (r == 0)
		r = -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
						      0);
	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(&actions, p->out[1], STDOUT_FILENO);
	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(&actions, p->err[1], STDERR_FILENO);
	if (r == 0)
		r = -posix_spawn(ret, path, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r < 0 ? fail(r, "run '%s'", path) : 0;
}

/* The helper's last word is one line; its output is small, so one pipe after the other does not block. */
static int collect(struct cmd *cmd, struct pipes *p, pid_t pid, char **ret_stdout)
{
	char *errors = NULL;
	size_t len = 0, errors_len = 0;
	int status, r;

	for (int *fd = (int[]){ p->out[1], p->err[1], -1 }; *fd >= 0; fd++)
		(void)close(*fd);
	p->out[1] = p->err[1] = -EBADF;
	r = fd_read_all(cmd->arena, p->out[0], HELPER_OUTPUT_MAX, ret_stdout, &len);
	if (r == 0)
		r = fd_read_all(cmd->arena, p->err[0], HELPER_ERROR_MAX, &errors, &errors_len);
	pipes_close(p);
	*p = (struct pipes){ { -EBADF, -EBADF }, { -EBADF, -EBADF } };
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return fail(r, "read the output of the image helper");
	while (errors_len > 0 && errors[errors_len - 1] == '\n')
		errors[--errors_len] = '\0';
	if (WIFSIGNALED(status))
		return refuse(-EPIPE, "the image helper was killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return refuse(-EINVAL, "%s",
			      errors_len > 0 ? errors : "the image helper failed without a word");
	if (errors_len > 0)
		warn("%s", errors);
	return 0;
}

int store_run_helper(struct cmd *cmd, char *const *args, int input, char **ret_stdout)
{
	const char *path = helper_path(cmd->arena, "doboz-image");
	const char *store = store_path(cmd);
	char *name[] = { "doboz-image", "--store", arena_strdup(cmd->arena, store ? store : ""),
			 NULL };
	struct pipes p = { { -EBADF, -EBADF }, { -EBADF, -EBADF } };
	pid_t pid;
	int r;

	if (!store)
		return -ENOENT;
	if (pipe2(p.out, O_CLOEXEC) < 0 || pipe2(p.err, O_CLOEXEC) < 0) {
		r = fail(-errno, "pipe");
		pipes_close(&p);
		return r;
	}
	r = spawn_helper(path, strv_concat(cmd->arena, name, args), input, &p, &pid);
	if (r < 0) {
		pipes_close(&p);
		return r;
	}
	return collect(cmd, &p, pid, ret_stdout);
}
