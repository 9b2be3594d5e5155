/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/images.c - images: what the store has, a line a name */
#include "base/error.h"
#include "cmd/doboz.h"
#include "cmd/stats_table.h"
#include "cmd/store.h"
#include "cmd/table.h"
#include "image/store_lookup.h"

#include <string.h>

enum { SHORT_ID = 12, COLUMNS_MAX = 6 };

struct images_values {
	bool all, quiet, digests, no_trunc;
	const char *format;
};

/* One line of the table. */
struct row {
	struct store_name name;
	struct store_image image;
	char *repository, *tag;
	bool is_damaged;
};

/* Room for a header and all names. */
struct listing {
	char **cells;
	size_t n_cells;
	char **ids; /* of -q: each once */
	size_t n_ids;
	struct buf json;
};

static void read_row(struct cmd *cmd, int store, const struct store_name *n,
		     const struct platform *host, struct row *ret)
{
	struct image_name name;
	struct row row = { .name = *n };

	row.repository = row.tag = arena_strdup(cmd->arena, "<none>");
	if (n->name && names_parse(cmd->arena, n->name, &name) == 0) {
		row.repository = names_repository(cmd->arena, &name, NAMES_LOCAL_HOST);
		row.tag = name.tag ? name.tag : row.tag;
	} else if (n->name) {
		row.repository = str_printable(cmd->arena, n->name);
	}
	error_clear();
	if (store_lookup_image(cmd->arena, store, n, host, &row.image) < 0) {
		warn("image %s: %s, ignoring", n->name ? n->name : n->digest, error_text());
		error_clear();
		row.is_damaged = true;
		row.image.id = n->digest;
	}
	*ret = row;
}

static const char *short_id(struct cmd *cmd, const struct images_values *v, const char *id)
{
	return v->no_trunc ? id : arena_printf(cmd->arena, "%.*s", SHORT_ID, strchr(id, ':') + 1);
}

static const char *created(struct cmd *cmd, const struct row *row)
{
	const char *text = json_str(row->image.config.tree, "created");

	return text ? str_printable(cmd->arena, text) : "";
}

static void add_cells(struct cmd *cmd, const struct images_values *v, const struct row *row,
		      struct listing *out)
{
	const char *texts[COLUMNS_MAX] = { row->repository, row->tag };
	size_t n = 2;

	if (v->digests)
		texts[n++] = row->name.digest;
	texts[n++] = short_id(cmd, v, row->image.id);
	texts[n++] = created(cmd, row);
	texts[n++] = row->is_damaged ? "damaged" : stats_size(cmd->arena, row->image.size, false);
	for (size_t i = 0; i < n; i++)
		out->cells[out->n_cells++] = arena_strdup(cmd->arena, texts[i]);
}

static void add_json(struct cmd *cmd, const struct row *row, struct json_writer *w)
{
	json_w_object(w, NULL);
	json_w_str(w, "Id", row->image.id);
	json_w_str(w, "Name", row->name.name);
	json_w_str(w, "Repository", row->repository);
	json_w_str(w, "Tag", row->tag);
	json_w_str(w, "Digest", row->name.digest);
	json_w_str(w, "Created", created(cmd, row));
	json_w_u64(w, "Size", row->image.size);
	json_w_bool(w, "Damaged", row->is_damaged);
	json_w_end_object(w);
}

/* NAME, or a repository, or nothing: all. */
static bool is_wanted(struct cmd *cmd, const struct row *row, const char *pattern)
{
	struct image_name name;
	char **forms;

	if (!pattern)
		return true;
	if (!row->name.name || names_parse(cmd->arena, pattern, &name) < 0) {
		error_clear();
		return false;
	}
	if (!name.tag && !name.digest)
		return str_eq(row->repository,
			      names_repository(cmd->arena, &name, NAMES_LOCAL_HOST)) ||
		       str_eq(row->repository,
			      names_repository(cmd->arena, &name, NAMES_DOCKER_HOST));
	forms = names_candidates(cmd->arena, &name);
	return strv_has(forms, row->name.name);
}

static bool is_listed(const struct listing *out, const char *id)
{
	for (size_t i = 0; i < out->n_ids; i++)
		if (str_eq(out->ids[i], id))
			return true;
	return false;
}

static void add_row(struct cmd *cmd, const struct images_values *v, const struct row *row,
		    struct listing *out, struct json_writer *w)
{
	const char *id = short_id(cmd, v, row->image.id);

	add_cells(cmd, v, row, out);
	add_json(cmd, row, w);
	if (v->quiet && !is_listed(out, id))
		out->ids[out->n_ids++] = arena_strdup(cmd->arena, id);
}

static int list(struct cmd *cmd, const struct images_values *v, const char *pattern,
		char *const *head, struct listing *out)
{
	CLEANUP_FD int store = store_folder(cmd);
	struct json_writer w = { .out = &out->json, .indent = 2 };
	struct store_names names;
	struct platform host;
	int r = store < 0 ? store : store_names_load(cmd->arena, store, &names);

	if (r >= 0)
		r = platform_parse(cmd->arena, NULL, &host);
	if (r < 0)
		return r;
	out->ids = arena_array(cmd->arena, names.n + 1, sizeof(*out->ids));
	out->cells = arena_array(cmd->arena, (names.n + 1) * COLUMNS_MAX, sizeof(*out->cells));
	for (; *head; head++)
		out->cells[out->n_cells++] = *head;
	json_w_array(&w, NULL);
	for (size_t i = 0; i < names.n; i++) {
		struct row row;

		read_row(cmd, store, &names.list[i], &host, &row);
		if (is_wanted(cmd, &row, pattern))
			add_row(cmd, v, &row, out, &w);
	}
	json_w_end_array(&w);
	buf_addc(&out->json, '\n');
	return 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	static char *const header[] = { "REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", NULL };
	static char *const with_digest[] = { "REPOSITORY", "TAG",  "DIGEST", "IMAGE ID",
					     "CREATED",    "SIZE", NULL };
	const struct images_values *v = values;
	char *const *head = v->digests ? with_digest : header;
	struct listing out = { 0 };
	CLEANUP_BUF struct buf text = { 0 };
	int r;

	if (v->format && !str_eq(v->format, "table") && !str_eq(v->format, "json"))
		return refuse(-EINVAL, "images: unknown format '%s': table and json are known",
			      v->format);
	r = list(cmd, v, args[0], head, &out);
	if (v->quiet)
		for (size_t i = 0; i < out.n_ids; i++)
			buf_printf(&text, "%s\n", out.ids[i]);
	else if (str_eq(v->format, "json"))
		buf_add(&text, out.json.data, out.json.len);
	else
		table_print(&text, out.cells, out.n_cells / strv_len(head), strv_len(head));
	buf_free(&out.json);
	return r < 0 ? r : cmd_print(&text);
}

static const struct opt opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct images_values, all), NULL,
	  "accepted: those without a name are listed anyway" },
	{ 'q', "quiet", OPT_FLAG, offsetof(struct images_values, quiet), NULL, "ids only" },
	{ 0, "digests", OPT_FLAG, offsetof(struct images_values, digests), NULL,
	  "with the digest of the manifest or index" },
	{ 0, "no-trunc", OPT_FLAG, offsetof(struct images_values, no_trunc), NULL, "whole ids" },
	{ 0, "format", OPT_STRING, offsetof(struct images_values, format), "table|json",
	  "output format" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_images = {
	.name = "images",
	.arguments = "[OPTIONS] [NAME]",
	.summary = "list the images of the store",
	.opts = opts,
	.values_size = sizeof(struct images_values),
	.min_args = 0,
	.max_args = 1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
