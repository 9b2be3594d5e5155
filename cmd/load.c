/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/load.c - load: the images of an archive or a folder into the store */
#include "base/error.h"
#include "base/json.h"
#include "cmd/doboz.h"
#include "cmd/store.h"

#include <string.h>

struct load_values {
	const char *input;
	bool quiet;
};

static int print_images(struct cmd *cmd, const char *answer, bool quiet)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json *tree;
	int r = json_parse(cmd->arena, "answer of the image helper", answer, strlen(answer), &tree);

	if (r < 0)
		return r;
	json_for_each(image, json_get(tree, "images")) {
		const char *name = json_str(image, "name"), *id = json_str(image, "id");

		if (quiet)
			buf_printf(&out, "%s\n", id ? id : json_str(image, "digest"));
		else if (name)
			buf_printf(&out, "Loaded image: %s\n", name);
		else
			buf_printf(&out, "Loaded image ID: %s\n",
				   id ? id : json_str(image, "digest"));
	}
	return cmd_print(&out);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct load_values *v = values;
	const char *input = v->input ? v->input : args[0] ? args[0] : "-";
	char *verb[] = { "load", "--", arena_strdup(cmd->arena, input), NULL }, *answer;
	bool from_stdin = str_eq(input, "-");
	CLEANUP_FD int store = -EBADF;
	int r;

	if (v->input && args[0])
		return refuse(-EINVAL, "load: give a file once");
	if (from_stdin && isatty(STDIN_FILENO))
		return refuse(-EINVAL, "load: an archive is expected on standard input, "
				       "which is a terminal; give one with --input");
	store = store_folder(cmd);
	if (store < 0)
		return store;
	r = store_run_helper(cmd, verb, from_stdin ? STDIN_FILENO : -EBADF, &answer);
	return r < 0 ? r : print_images(cmd, answer, v->quiet);
}

static const struct opt opts[] = {
	{ 'i', "input", OPT_STRING, offsetof(struct load_values, input), "FILE",
	  "an archive of docker or podman, an OCI archive, or a folder (oci: or dir:); - is standard input" },
	{ 'q', "quiet", OPT_FLAG, offsetof(struct load_values, quiet), NULL, "ids only" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_load = {
	.name = "load",
	.arguments = "[OPTIONS] [FILE]",
	.summary = "put the images of an archive into the store",
	.opts = opts,
	.values_size = sizeof(struct load_values),
	.min_args = 0,
	.max_args = 1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
