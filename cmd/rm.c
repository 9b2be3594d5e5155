/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/rm.c - rm: remove containers and all that is kept of them */
#include "base/error.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"
#include "cmd/store.h"

struct rm_values {
	bool force, all;
};

struct rm_order {
	struct cmd *cmd;
	bool force;
};

static int remove_one(struct handle *h, void *arg)
{
	struct rm_order *order = arg;

	return handle_remove(order->cmd, h, order->force);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct rm_values *v = values;
	struct rm_order order = { .cmd = cmd, .force = v->force };
	CLEANUP_FD int store = -EBADF;
	int r;

	if (v->all == (args[0] != NULL))
		return refuse(-EINVAL, "rm: give containers, or --all");
	if (v->all) {
		store = store_folder(cmd);
		if (store < 0)
			return store;
		r = containers_list(cmd->arena, store, &args);
		if (r < 0)
			return r;
	}
	return handle_for_each(cmd, args, remove_one, &order);
}

static const struct opt opts[] = {
	{ 'f', "force", OPT_FLAG, offsetof(struct rm_values, force), NULL,
	  "kill running ones first" },
	{ 'a', "all", OPT_FLAG, offsetof(struct rm_values, all), NULL, "every container" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_rm = {
	.name = "rm",
	.arguments = "[OPTIONS] CONTAINER...",
	.summary = "remove containers",
	.opts = opts,
	.values_size = sizeof(struct rm_values),
	.min_args = 0,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
