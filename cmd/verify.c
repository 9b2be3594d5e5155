/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify.c - verify and repair: is the store what it says, and what becomes of what is not */
#include "base/error.h"
#include "base/json.h"
#include "cmd/doboz.h"
#include "cmd/store.h"

#include <string.h>

struct verify_values {
	const char *format;
};

static int ask(struct cmd *cmd, const char *verb, const char *argument, struct json **ret)
{
	char *args[] = { arena_strdup(cmd->arena, verb),
			 argument ? arena_strdup(cmd->arena, argument) : NULL, NULL };
	char *text;
	int r = store_run_helper(cmd, args, -EBADF, &text);

	return r < 0 ? r :
		       json_parse(cmd->arena, "answer of the image helper", text, strlen(text),
				  ret);
}

static size_t print_problems(struct buf *out, const struct json *answer, const char *key,
			     const char *what)
{
	const struct json *list = json_get(answer, key);

	json_for_each(problem, list)
		buf_printf(out, "%s %s: %s\n", what, json_str(problem, "name"),
			   json_str(problem, "why"));
	return list ? list->count : 0;
}

static size_t print_names(struct buf *out, const struct json *answer, const char *key,
			  const char *what)
{
	const struct json *list = json_get(answer, key);

	json_for_each(name, list)
		buf_printf(out, "%s %s\n", what, name->text);
	return list ? list->count : 0;
}

static int print_answer(const struct json *answer, bool repaired, size_t *ret_bad)
{
	CLEANUP_BUF struct buf out = { 0 };
	size_t bad = print_problems(&out, answer, "badBlobs",
				    repaired ? "removed blob" : "bad blob");

	bad += print_problems(&out, answer, "badLayers", "bad layer");
	(void)print_names(&out, answer, "unproven",
			  "unproven: its blobs are not in the store: layer");
	*ret_bad = repaired ? print_names(&out, answer, "busy",
					  "not repaired: a container lies on it: layer") :
			      bad;
	buf_printf(&out, "%s blobs and %s layers are right, %zu %s not\n",
		   json_get(answer, "blobs")->text, json_get(answer, "layers")->text, bad,
		   repaired ? "were" : "are");
	return cmd_print(&out);
}

static int print_json(const struct json *answer)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out, .indent = 2 };

	json_w_value(&w, NULL, answer);
	buf_addc(&out, '\n');
	return cmd_print(&out);
}

static size_t count(const struct json *answer, const char *key)
{
	const struct json *list = json_get(answer, key);

	return list ? list->count : 0;
}

static int tell(const struct verify_values *v, const struct json *answer, bool repaired,
		size_t *ret_bad)
{
	if (!json_get(answer, "blobs") || !json_get(answer, "layers"))
		return refuse(-EPROTO, "the image helper's answer has no counts");
	if (!str_eq(v->format, "json"))
		return print_answer(answer, repaired, ret_bad);
	*ret_bad = repaired ? count(answer, "busy") :
			      count(answer, "badBlobs") + count(answer, "badLayers");
	return print_json(answer);
}

static int check_format(const struct verify_values *v)
{
	if (v->format && !str_eq(v->format, "text") && !str_eq(v->format, "json"))
		return refuse(-EINVAL, "unknown format '%s': text and json are known", v->format);
	return 0;
}

static int run_verify(struct cmd *cmd, const void *values, char **args)
{
	const struct verify_values *v = values;
	CLEANUP_FD int store = -EBADF;
	struct json *answer;
	size_t bad = 0;
	int r = check_format(v);

	(void)args;
	if (r == 0)
		r = store = store_folder(cmd);
	if (r >= 0)
		r = ask(cmd, "verify", NULL, &answer);
	if (r == 0)
		r = tell(v, answer, false, &bad);
	return r < 0 ? r : bad > 0;
}

/* The layers that went are unpacked again for every image that they belong to, if its blobs are good. */
static int run_repair(struct cmd *cmd, const void *values, char **args)
{
	const struct verify_values *v = values;
	CLEANUP_FD int store = -EBADF;
	struct json *answer, *unpacked;
	size_t bad = 0;
	int r = check_format(v);

	(void)args;
	if (r == 0)
		r = store = store_folder(cmd);
	if (r >= 0)
		r = ask(cmd, "repair", NULL, &answer);
	if (r < 0)
		return r;
	json_for_each(image, json_get(answer, "images")) {
		r = ask(cmd, "reunpack", image->text, &unpacked);
		if (r < 0)
			return r;
	}
	r = tell(v, answer, true, &bad);
	return r < 0 ? r : bad > 0;
}

static const struct opt opts[] = {
	{ 0, "format", OPT_STRING, offsetof(struct verify_values, format), "text|json",
	  "output format" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_verify = {
	.name = "verify",
	.arguments = "[OPTIONS]",
	.summary =
		"prove all blobs and unpacked layers of the store again; status 1: something is wrong",
	.opts = opts,
	.values_size = sizeof(struct verify_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 125,
	.run = run_verify,
};

const struct command cmd_doboz_repair = {
	.name = "repair",
	.arguments = "[OPTIONS]",
	.summary = "verify, remove bad blobs, and unpack bad layers again",
	.opts = opts,
	.values_size = sizeof(struct verify_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 125,
	.run = run_repair,
};
