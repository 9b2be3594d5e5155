/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/history.c - history: how an image was made, the latest step first */
#include "base/error.h"
#include "cmd/doboz.h"
#include "cmd/stats_table.h"
#include "cmd/store.h"
#include "cmd/table.h"
#include "image/store_lookup.h"

#include <string.h>

enum { COLUMNS = 4, COMMAND_MAX = 45 };

struct history_values {
	bool no_trunc;
	const char *format;
};

static uint64_t size_of(const struct json *layer)
{
	const struct json *size = json_get(layer, "size");
	uint64_t n = 0;

	if (size && size->type == JSON_NUMBER)
		(void)!str_to_u64(size->text, INT64_MAX, &n);
	return n;
}

static const char *text_of(struct cmd *cmd, const struct json *step, const char *key)
{
	const char *text = json_str(step, key);

	return text ? str_printable(cmd->arena, text) : "";
}

/* A command is one line of the table, whole characters of it. */
static const char *command_of(struct cmd *cmd, const struct json *step, bool whole)
{
	const char *text = text_of(cmd, step, "created_by");

	if (whole || strlen(text) <= COMMAND_MAX)
		return text;
	return arena_printf(cmd->arena, "%.*s...", (int)str_utf8_prefix(text, COMMAND_MAX), text);
}

static void add_step(struct cmd *cmd, const struct history_values *v, const struct json *step,
		     uint64_t size, char **cells, struct json_writer *w)
{
	cells[0] = arena_strdup(cmd->arena, text_of(cmd, step, "created"));
	cells[1] = arena_strdup(cmd->arena, command_of(cmd, step, v->no_trunc));
	cells[2] = stats_size(cmd->arena, size, false);
	cells[3] = arena_strdup(cmd->arena, text_of(cmd, step, "comment"));
	json_w_object(w, NULL);
	json_w_str(w, "Created", text_of(cmd, step, "created"));
	json_w_str(w, "CreatedBy", text_of(cmd, step, "created_by"));
	json_w_u64(w, "Size", size);
	json_w_str(w, "Comment", text_of(cmd, step, "comment"));
	json_w_end_object(w);
}

/* A step that made no layer is marked; the others take the layers in turn (config.md "history"). */
static void list(struct cmd *cmd, const struct history_values *v, const struct store_image *image,
		 struct buf *table, struct buf *json)
{
	static char *const header[COLUMNS] = { "CREATED", "CREATED BY", "SIZE", "COMMENT" };
	const struct json *history = json_get(image->config.tree, "history");
	const struct json *layers = json_get(image->manifest.tree, "layers");
	const struct json *layer = layers ? layers->first : NULL;
	size_t n = history ? history->count : 0, i = 0;
	char **cells = arena_array(cmd->arena, (n + 1) * COLUMNS, sizeof(*cells));
	const struct json **steps = arena_array(cmd->arena, n, sizeof(*steps));
	uint64_t *sizes = arena_array(cmd->arena, n, sizeof(*sizes));
	struct json_writer w = { .out = json, .indent = 2 };

	memcpy(cells, header, sizeof(header));
	json_for_each(step, history) {
		const struct json *empty = json_get(step, "empty_layer");

		steps[i] = step;
		if (!(empty && empty->type == JSON_BOOL && empty->boolean) && layer) {
			sizes[i] = size_of(layer);
			layer = layer->next;
		}
		i++;
	}
	json_w_array(&w, NULL);
	for (; i > 0; i--)
		add_step(cmd, v, steps[i - 1], sizes[i - 1], cells + (n + 1 - i) * COLUMNS, &w);
	json_w_end_array(&w);
	buf_addc(json, '\n');
	table_print(table, cells, n + 1, COLUMNS);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct history_values *v = values;
	CLEANUP_FD int store = store_folder(cmd);
	CLEANUP_BUF struct buf table = { 0 }, json = { 0 };
	struct store_name found;
	struct store_image image;
	struct platform host;
	int r = store < 0 ? store : platform_parse(cmd->arena, NULL, &host);

	if (v->format && !str_eq(v->format, "table") && !str_eq(v->format, "json"))
		return refuse(-EINVAL, "history: unknown format '%s': table and json are known",
			      v->format);
	if (r == 0)
		r = store_lookup_name(cmd->arena, store, args[0], &found);
	if (r == -ENOENT && !*error_text())
		r = refuse(r, "no such image: %s", args[0]);
	if (r == 0)
		r = store_lookup_image(cmd->arena, store, &found, &host, &image);
	if (r < 0)
		return r;
	list(cmd, v, &image, &table, &json);
	return cmd_print(str_eq(v->format, "json") ? &json : &table);
}

static const struct opt opts[] = {
	{ 0, "no-trunc", OPT_FLAG, offsetof(struct history_values, no_trunc), NULL,
	  "whole commands" },
	{ 0, "format", OPT_STRING, offsetof(struct history_values, format), "table|json",
	  "output format" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_history = {
	.name = "history",
	.arguments = "[OPTIONS] IMAGE",
	.summary = "how an image was made",
	.opts = opts,
	.values_size = sizeof(struct history_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
