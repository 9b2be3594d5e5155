/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/list.c - list: every container of the state root */
#include "base/error.h"
#include "base/passwd.h"
#include "cmd/cmd.h"
#include "cmd/table.h"
#include "runtime/state.h"

struct list_values {
	const char *format;
	bool quiet;
};

struct listed {
	struct state *state;
	enum state_status status;
};

/* A container that is deleted while we look is simply not listed; nor is one whose record cannot be read,
 * which the log tells. */
static int read_all(struct cmd *cmd, int root, struct listed **ret, size_t *ret_n)
{
	char **ids;
	struct listed *all;
	size_t n = 0;
	int r = state_list(cmd->arena, root, &ids);

	if (r < 0)
		return r;
	all = arena_array(cmd->arena, strv_len(ids) + 1, sizeof(*all));
	for (size_t i = 0; ids[i]; i++) {
		r = state_open_and_load(cmd->arena, root, ids[i], false, NULL, &all[n].state);
		if (r < 0) {
			if (r != -ENOENT)
				warn("load container %s: %s, ignoring", ids[i], error_text());
			error_clear();
			continue;
		}
		all[n].status = state_status(all[n].state, NULL);
		n++;
	}
	*ret = all;
	*ret_n = n;
	return 0;
}

static void print_table(struct cmd *cmd, const struct listed *all, size_t n, struct buf *out)
{
	static const char *const header[] = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" };
	size_t columns = ARRAY_SIZE(header);
	char **cells = arena_array(cmd->arena, (n + 1) * columns, sizeof(*cells));

	for (size_t i = 0; i < columns; i++)
		cells[i] = arena_strdup(cmd->arena, header[i]);
	for (size_t i = 0; i < n; i++) {
		const struct state *s = all[i].state;
		bool alive = all[i].status != STATE_STOPPED;
		char **row = cells + (i + 1) * columns;
		char *owner = passwd_name(cmd->arena, s->owner_uid);

		row[0] = s->id;
		row[1] = arena_printf(cmd->arena, "%d", alive ? s->pid : 0);
		row[2] = arena_strdup(cmd->arena, state_status_names[all[i].status]);
		row[3] = str_printable(cmd->arena, s->bundle ? s->bundle : "");
		row[4] = s->created ? s->created : arena_strdup(cmd->arena, "");
		row[5] = owner ? owner : arena_strdup(cmd->arena, "");
	}
	table_print(out, cells, n + 1, columns);
}

static void print_json(const struct listed *all, size_t n, struct buf *out)
{
	struct json_writer w = { .out = out };

	json_w_array(&w, NULL);
	for (size_t i = 0; i < n; i++)
		state_write_oci(&w, NULL, all[i].state, all[i].status, true);
	json_w_end_array(&w);
	buf_addc(out, '\n');
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct list_values *v = values;
	CLEANUP_FD int root = -EBADF;
	CLEANUP_BUF struct buf out = { 0 };
	struct listed *all;
	size_t n;
	int r;

	(void)args;
	if (v->format && !str_eq(v->format, "table") && !str_eq(v->format, "json"))
		return refuse(-EINVAL, "invalid format option '%s': table and json are known",
			      v->format);
	root = cmd_root(cmd);
	if (root < 0)
		return root;
	r = read_all(cmd, root, &all, &n);
	if (r < 0)
		return r;
	if (v->quiet)
		for (size_t i = 0; i < n; i++)
			buf_printf(&out, "%s\n", all[i].state->id);
	else if (str_eq(v->format, "json"))
		print_json(all, n, &out);
	else
		print_table(cmd, all, n, &out);
	return cmd_print(&out);
}

static const struct opt opts[] = {
	{ 'f', "format", OPT_STRING, offsetof(struct list_values, format), "table|json",
	  "output format" },
	{ 'q', "quiet", OPT_FLAG, offsetof(struct list_values, quiet), NULL, "ids only" },
	OPT_TABLE_END,
};

const struct command cmd_oci_list = {
	.name = "list",
	.arguments = "[OPTIONS]",
	.summary = "list the containers",
	.opts = opts,
	.values_size = sizeof(struct list_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
