/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/logs.c - logs: the output of what run -d started */
#include "base/error.h"
#include "base/str.h"
#include "cmd/container_log.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"

struct logs_values {
	bool follow, timestamps;
	const char *tail;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct logs_values *v = values;
	CLEANUP_HANDLE struct handle h = HANDLE_INIT;
	struct container_log_options opt = { .follow = v->follow,
					     .timestamps = v->timestamps,
					     .tail = -1 };
	int r;

	if (v->tail && !str_eq(v->tail, "all") && str_to_i64(v->tail, 0, INT64_MAX, &opt.tail) < 0)
		return refuse(-EINVAL, "option --tail: '%s' is neither a number of lines nor 'all'",
			      v->tail);
	r = handle_open(cmd, args[0], &h);
	return r < 0 ? r : container_log_print(h.dir, &opt);
}

static const struct opt opts[] = {
	{ 'f', "follow", OPT_FLAG, offsetof(struct logs_values, follow), NULL,
	  "go on until the container has ended" },
	{ 't', "timestamps", OPT_FLAG, offsetof(struct logs_values, timestamps), NULL,
	  "print the time of each line" },
	{ 'n', "tail", OPT_STRING, offsetof(struct logs_values, tail), "N", "the last N lines" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_logs = {
	.name = "logs",
	.arguments = "[OPTIONS] CONTAINER",
	.summary = "print what a container has printed",
	.opts = opts,
	.values_size = sizeof(struct logs_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
