/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stop.c - stop: the stop signal, then SIGKILL */
#include "cmd/doboz.h"
#include "cmd/handle.h"
#include "cmd/signals.h"

struct stop_values {
	struct opt_i64 timeout;
	const char *signal;
};

struct stop_order {
	int signal;
	int64_t timeout_s;
};

static int stop_one(struct handle *h, void *arg)
{
	const struct stop_order *order = arg;

	return handle_stop(h, order->signal, order->timeout_s);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct stop_values *v = values;
	struct stop_order order = { .timeout_s = v->timeout.set ? v->timeout.value : -1 };

	if (v->signal) {
		order.signal = signals_parse(v->signal);
		if (order.signal < 0)
			return order.signal;
	}
	return handle_for_each(cmd, args, stop_one, &order);
}

static const struct opt opts[] = {
	{ 't', "time", OPT_SECONDS, offsetof(struct stop_values, timeout), "SECONDS",
	  "before SIGKILL (default: the container's, 10)" },
	{ 's', "signal", OPT_STRING, offsetof(struct stop_values, signal), "SIGNAL",
	  "instead of the container's stop signal" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_stop = {
	.name = "stop",
	.arguments = "[OPTIONS] CONTAINER...",
	.summary = "stop containers",
	.opts = opts,
	.values_size = sizeof(struct stop_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
