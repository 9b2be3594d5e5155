/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/kill.c - kill: send a signal to a container's init, or to all of its processes */
#include "cmd/cmd.h"
#include "cmd/signals.h"
#include "runtime/container.h"

struct kill_values {
	bool all;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct kill_values *v = values;
	CLEANUP_FD int root = -EBADF;
	int signal = signals_parse(args[1] ? args[1] : "TERM");

	if (signal < 0)
		return signal;
	root = cmd_root(cmd);
	return root < 0 ? root : container_kill(root, args[0], signal, v->all);
}

static const struct opt opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct kill_values, all), NULL,
	  "every process of the container" },
	OPT_TABLE_END,
};

const struct command cmd_oci_kill = {
	.name = "kill",
	.arguments = "[OPTIONS] ID [SIGNAL]",
	.summary = "send a signal (default: TERM)",
	.opts = opts,
	.values_size = sizeof(struct kill_values),
	.min_args = 1,
	.max_args = 2,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
