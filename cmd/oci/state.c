/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/state.c - state: one container as JSON (runtime.md "State"), in runc's form: indented, no
 * line end */
#include "runtime/state.h"
#include "cmd/cmd.h"

struct state_values {
	bool unused;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	CLEANUP_FD int root = cmd_root(cmd);
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out, .indent = 2 };
	struct state *s;
	int r = root;

	(void)values;
	if (r >= 0)
		r = state_open_and_load(cmd->arena, root, args[0], false, NULL, &s);
	if (r < 0)
		return r;
	state_write_oci(&w, NULL, s, state_status(s, NULL), true);
	return cmd_print(&out);
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_oci_state = {
	.name = "state",
	.arguments = "ID",
	.summary = "print the state of a container as JSON",
	.opts = opts,
	.values_size = sizeof(struct state_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
