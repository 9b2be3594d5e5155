/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/wait.c - wait: until containers have ended; prints the exit status of each */
#include "base/error.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"

struct wait_values {
	bool unused;
};

static int wait_one(struct cmd *cmd, const char *name, struct buf *out)
{
	CLEANUP_HANDLE struct handle h = HANDLE_INIT;
	struct container_exit *e;
	int r;

	r = handle_open(cmd, name, &h);
	if (r == 0)
		r = containers_wait_exit(cmd->arena, h.dir, &e);
	if (r == -ENOENT && !*error_text())
		return refuse(r,
			      "container %s has no exit status: whoever looked after it was killed",
			      name);
	if (r == 0)
		buf_printf(out, "%lld\n", (long long)e->exit_code);
	return r;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	CLEANUP_BUF struct buf out = { 0 };
	int r = 0;

	(void)values;
	for (size_t i = 0; r == 0 && args[i]; i++)
		r = wait_one(cmd, args[i], &out);
	return r < 0 ? r : cmd_print(&out);
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_doboz_wait = {
	.name = "wait",
	.arguments = "CONTAINER...",
	.summary = "wait for the end of containers and print their exit status",
	.opts = opts,
	.values_size = sizeof(struct wait_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
