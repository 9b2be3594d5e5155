/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/kill.c - kill: a signal to the first process of containers */
#include "base/error.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"
#include "cmd/signals.h"
#include "runtime/container.h"

struct kill_values {
	const char *signal;
};

static int kill_one(struct handle *h, void *arg)
{
	const int *signal = arg;

	if (h->pidfd < 0)
		return refuse(-ESRCH, "container %s is not running", h->meta->name);
	return container_kill(h->root, h->id, *signal, false);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct kill_values *v = values;
	int signal = signals_parse(v->signal ? v->signal : "KILL");

	return signal < 0 ? signal : handle_for_each(cmd, args, kill_one, &signal);
}

static const struct opt opts[] = {
	{ 's', "signal", OPT_STRING, offsetof(struct kill_values, signal), "SIGNAL",
	  "default: KILL" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_kill = {
	.name = "kill",
	.arguments = "[OPTIONS] CONTAINER...",
	.summary = "send a signal to containers",
	.opts = opts,
	.values_size = sizeof(struct kill_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
