/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/ps.c - ps: the processes of a container
 * json: their host pids. table: the lines of the host's ps(1) that have one of these pids. */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"
#include "runtime/container.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

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

/* Output of the host's ps with the caller's arguments (-ef without any). */
static int run_host_ps(struct cmd *cmd, char **args, char **ret_text)
{
	static char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
					     NULL };
	char *first[] = { "ps", *args ? NULL : "-ef", NULL };
	char **argv = strv_concat(cmd->arena, first, args);
	CLEANUP_FD int out = -EBADF, in = -EBADF;
	posix_spawn_file_actions_t actions;
	int pair[2], status, r;
	size_t len;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	out = pair[0];
	in = pair[1];
	r = -posix_spawn_file_actions_init(&actions);
	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(&actions, in, STDOUT_FILENO);
	if (r == 0)
		r = -posix_spawn(&pid, "/bin/ps", &actions, NULL, argv, environment);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (r < 0)
		return fail(r, "run /bin/ps (use --format json where it is not installed)");
	attr_closep(&in);
	in = -EBADF;
	r = fd_read_all(cmd->arena, out, PS_OUTPUT_MAX, ret_text, &len);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return fail(r, "read the output of ps");
	return status == 0 ? 0 : refuse(-EINVAL, "ps failed with status %d", WEXITSTATUS(status));
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
		return refuse(-EINVAL, "the output of ps has no column PID");
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
		return refuse(-EINVAL, "ps: unknown format '%s': table and json are known",
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
