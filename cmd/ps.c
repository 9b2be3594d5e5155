/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/ps.c - ps: the containers of the store */
#include "base/error.h"
#include "base/str.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"
#include "cmd/store.h"
#include "cmd/table.h"

enum { SHORT_ID = 12 };

struct ps_values {
	bool all, quiet, no_trunc;
	const char *format;
};

static bool is_alive(const struct handle *h)
{
	return h->status == STATE_RUNNING || h->status == STATE_PAUSED ||
	       h->status == STATE_CREATED;
}

static char *short_id(struct cmd *cmd, const struct ps_values *v, const char *id)
{
	return arena_printf(cmd->arena, "%.*s", v->no_trunc ? INT32_MAX : SHORT_ID, id);
}

static void add_row(struct cmd *cmd, const struct ps_values *v, const struct handle *h,
		    char ***cells)
{
	const struct container_meta *m = h->meta;
	const char *row[] = { short_id(cmd, v, h->id),        m->image ? m->image : "",
			      m->command ? m->command : "",   m->created ? m->created : "",
			      handle_describe(cmd->arena, h), m->name };

	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		*cells = strv_append(cmd->arena, *cells, str_printable(cmd->arena, row[i]));
}

static void add_json(struct cmd *cmd, const struct handle *h, struct json_writer *w)
{
	json_w_object(w, NULL);
	json_w_str(w, "Id", h->id);
	json_w_str(w, "Name", h->meta->name);
	json_w_str(w, "Image", h->meta->image);
	json_w_str(w, "Command", h->meta->command);
	json_w_str(w, "Created", h->meta->created);
	json_w_str(w, "Status", handle_describe(cmd->arena, h));
	json_w_i64(w, "Pid", h->pidfd >= 0 ? h->state->pid : 0);
	json_w_end_object(w);
}

/* What is printed, in all three forms at once; one of them is used. */
struct listing {
	char **cells;
	struct buf quiet, json;
};

static int list(struct cmd *cmd, const struct ps_values *v, struct listing *out)
{
	static char *const header[] = { "CONTAINER ID", "IMAGE", "COMMAND", "CREATED",
					"STATUS",       "NAMES", NULL };
	CLEANUP_FD int store = store_folder(cmd);
	struct json_writer w = { .out = &out->json, .indent = 2 };
	char **ids;
	int r = store < 0 ? store : containers_list(cmd->arena, store, &ids);

	if (r < 0)
		return r;
	out->cells = strv_concat(cmd->arena, header, NULL);
	json_w_array(&w, NULL);
	for (size_t i = 0; ids[i]; i++) {
		CLEANUP_HANDLE struct handle h = HANDLE_INIT;

		/* removed while we look, or half made: not listed */
		if (handle_open(cmd, ids[i], &h) < 0) {
			error_clear();
			continue;
		}
		if (!v->all && !is_alive(&h))
			continue;
		add_row(cmd, v, &h, &out->cells);
		add_json(cmd, &h, &w);
		buf_printf(&out->quiet, "%s\n", short_id(cmd, v, h.id));
	}
	json_w_end_array(&w);
	buf_addc(&out->json, '\n');
	return 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct ps_values *v = values;
	struct listing out = { 0 };
	CLEANUP_BUF struct buf table = { 0 };
	int r;

	(void)args;
	if (v->format && !str_eq(v->format, "table") && !str_eq(v->format, "json"))
		return refuse(-EINVAL, "ps: unknown format '%s': table and json are known",
			      v->format);
	r = list(cmd, v, &out);
	if (r == 0)
		table_print(&table, out.cells, strv_len(out.cells) / 6, 6);
	if (r == 0)
		r = cmd_print(v->quiet                  ? &out.quiet :
			      str_eq(v->format, "json") ? &out.json :
							  &table);
	buf_free(&out.quiet);
	buf_free(&out.json);
	return r;
}

static const struct opt opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct ps_values, all), NULL,
	  "also those that have ended" },
	{ 'q', "quiet", OPT_FLAG, offsetof(struct ps_values, quiet), NULL, "ids only" },
	{ 0, "no-trunc", OPT_FLAG, offsetof(struct ps_values, no_trunc), NULL, "whole ids" },
	{ 0, "format", OPT_STRING, offsetof(struct ps_values, format), "table|json",
	  "output format" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_ps = {
	.name = "ps",
	.arguments = "[OPTIONS]",
	.summary = "list containers",
	.opts = opts,
	.values_size = sizeof(struct ps_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
