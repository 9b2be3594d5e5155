/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/gc.c - gc: remove blobs, unpacked images and layers that no name and no container needs */
#include "base/error.h"
#include "base/json.h"
#include "cmd/doboz.h"
#include "cmd/stats_table.h"
#include "cmd/store.h"

#include <string.h>

struct gc_values {
	bool unused;
};

static uint64_t number(const struct json *answer, const char *key)
{
	const struct json *value = json_get(answer, key);
	uint64_t n = 0;

	if (value && value->type == JSON_NUMBER)
		(void)!str_to_u64(value->text, UINT64_MAX, &n);
	return n;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	char *verb[] = { "gc", "", NULL }, *text;
	CLEANUP_BUF struct buf out = { 0 };
	CLEANUP_FD int store = store_folder(cmd);
	struct json *answer;
	int r = store < 0 ? store : store_run_helper(cmd, verb, -EBADF, &text);

	(void)values;
	(void)args;
	if (r == 0)
		r = json_parse(cmd->arena, "answer of the image helper", text, strlen(text),
			       &answer);
	if (r < 0)
		return r;
	buf_printf(&out, "Deleted: %ju blobs, %ju layers, %ju unpacked images\n",
		   (uintmax_t)number(answer, "blobs"), (uintmax_t)number(answer, "layers"),
		   (uintmax_t)number(answer, "images"));
	buf_printf(&out, "Total reclaimed space: %s, and that of the layers\n",
		   stats_size(cmd->arena, number(answer, "bytes"), false));
	return cmd_print(&out);
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_doboz_gc = {
	.name = "gc",
	.arguments = "",
	.summary = "remove what no image's name and no container needs",
	.opts = opts,
	.values_size = sizeof(struct gc_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
