/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/ps.c - ps: the processes of a container
 * json: their host pids. table: the lines of the host's ps(1) that have one of these pids. */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"
#include "runtime/container.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PS_OUTPUT_MAX = 16 * 1024 * 1024 };

struct ps_values {
	const char *format;
};

static void print_json(const pid_t *pids, size_t n, struct buf *out)
{
	struct json_writer w = { .out = out };

	json_w_array(&w, NULL);
	for (size_t i = 0; i < n; i++)
		json_w_i64(&w, NULL, pids[i]);
	json_w_end_array(&w);
	buf_addc(out, '\n');
}

/* The host's own: never one of a folder that a caller, or a container, could choose. */
static const char *find_ps(void)
{
	static const char *const places[] = { "/usr/bin/ps", "/bin/ps", "/usr/local/bin/ps" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* With the default signals: we ignore SIGPIPE. Its messages come with its lines, as runc has them. */
static int spawn_ps(const char *path, char *const *argv, int out, pid_t *ret)
{
	char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all;
	int r;

	(void)sigfillset(&all);
	r = -posix_spawn_file_actions_init(&actions);
	if (r < 0)
		return r;
	r = -posix_spawnattr_init(&attributes);
	if (r == 0) {
		r = -posix_spawnattr_setsigdefault(&attributes, &all);
		if (r == 0)
			r = -posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
		if (r == 0)
			r = -posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
		if (r == 0)
			r = -posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
		if (r == 0)
			r = -posix_spawn(ret, path, &actions, &attributes, argv, environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status;
}

/* Output of the host's ps with the caller's arguments (-ef without any). */
static int run_host_ps(struct cmd *cmd, char **args, char **ret_text)
{
	char *first[] = { "ps", *args ? NULL : "-ef", NULL };
	char **argv = strv_concat(cmd->arena, first, args);
	CLEANUP_FD int out = -EBADF, in = -EBADF;
	const char *path = find_ps();
	int pair[2], status, r;
	size_t len;
	pid_t pid;

	if (!path)
		return refuse(-ENOENT, "the host has no ps(1); use --format json");
	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	out = pair[0];
	in = pair[1];
	r = spawn_ps(path, argv, in, &pid);
	if (r < 0)
		return fail(r, "run '%s'", path);
	attr_closep(&in);
	in = -EBADF;
	r = fd_read_all(cmd->arena, out, PS_OUTPUT_MAX, ret_text, &len);
	/* What it still wants to say, nobody reads. */
	attr_closep(&out);
	out = -EBADF;
	status = wait_for(pid);
	if (r < 0)
		return fail(r, "read the output of ps");
	if (status < 0)
		return fail(status, "wait for ps");
	(*ret_text)[len - (len && (*ret_text)[len - 1] == '\n')] = '\0';
	if (WIFSIGNALED(status))
		return refuse(-EIO, "ps: signal %d: %s", WTERMSIG(status), *ret_text);
	return status == 0 ?
		       0 :
		       refuse(-EINVAL, "ps: exit status %d: %s", WEXITSTATUS(status), *ret_text);
}

/* Index of the column called PID in the header line, or -1. */
static int pid_column(struct arena *a, const char *header)
{
	char **words = str_split(a, header, ' ');
	int column = 0;

	for (size_t i = 0; words[i]; i++) {
		if (str_eq(words[i], "PID"))
			return column;
		column += words[i][0] != '\0';
	}
	return -1;
}

static bool line_has_pid(struct arena *a, const char *line, int column, const pid_t *pids, size_t n)
{
	char **words = str_split(a, line, ' ');
	uint64_t pid;

	for (size_t i = 0; words[i]; i++) {
		if (words[i][0] == '\0' || column-- > 0)
			continue;
		if (str_to_u64(words[i], INT32_MAX, &pid) < 0)
			return false;
		for (size_t k = 0; k < n; k++)
			if ((uint64_t)pids[k] == pid)
				return true;
		return false;
	}
	return false;
}

static int print_table(struct cmd *cmd, char **ps_args, const pid_t *pids, size_t n,
		       struct buf *out)
{
	char **lines, *text;
	int column, r = run_host_ps(cmd, ps_args, &text);

	if (r < 0)
		return r;
	lines = str_split(cmd->arena, text, '\n');
	column = lines[0] ? pid_column(cmd->arena, lines[0]) : -1;
	if (column < 0)
		return refuse(-EINVAL, "couldn't find PID field in ps output");
	buf_printf(out, "%s\n", lines[0]);
	for (size_t i = 1; lines[i]; i++)
		if (line_has_pid(cmd->arena, lines[i], column, pids, n))
			buf_printf(out, "%s\n", lines[i]);
	return 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct ps_values *v = values;
	CLEANUP_FD int root = -EBADF;
	CLEANUP_BUF struct buf out = { 0 };
	pid_t *pids;
	size_t n;
	int r;

	if (v->format && !str_eq(v->format, "table") && !str_eq(v->format, "json"))
		return refuse(-EINVAL, "invalid format option '%s': table and json are known",
			      v->format);
	root = cmd_root(cmd);
	if (root < 0)
		return root;
	r = container_pids(cmd->arena, root, args[0], &pids, &n);
	if (r < 0)
		return r;
	if (str_eq(v->format, "json"))
		print_json(pids, n, &out);
	else
		r = print_table(cmd, args + 1, pids, n, &out);
	return r < 0 ? r : cmd_print(&out);
}

static const struct opt opts[] = {
	{ 'f', "format", OPT_STRING, offsetof(struct ps_values, format), "table|json",
	  "output format" },
	OPT_TABLE_END,
};

const struct command cmd_oci_ps = {
	.name = "ps",
	.arguments = "[OPTIONS] ID [PS-OPTION...]",
	.summary = "list the processes of a container",
	.opts = opts,
	.values_size = sizeof(struct ps_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = 1,
	.failure = 1,
	.run = run,
};
