/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/tag.c - tag: further names of an image */
#include "base/error.h"
#include "cmd/doboz.h"
#include "cmd/store.h"
#include "image/store_lookup.h"

struct tag_values {
	bool unused;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	CLEANUP_FD int store = store_folder(cmd);
	struct store_name found, *names = arena_array(cmd->arena, strv_len(args), sizeof(*names));
	struct store_names_change change = { .set = names };
	int r = store < 0 ? store : store_lookup_name(cmd->arena, store, args[0], &found);

	(void)values;
	if (r == -ENOENT && !*error_text())
		r = refuse(r, "no such image: %s", args[0]);
	for (size_t i = 1; r >= 0 && args[i]; i++) {
		struct image_name name;

		r = names_parse(cmd->arena, args[i], &name);
		if (r == 0 && name.digest)
			r = refuse(-EINVAL, "tag: '%s': an image cannot be given a digest",
				   args[i]);
		if (r < 0)
			break;
		names[change.n_set] = found;
		names[change.n_set++].name = names_full(cmd->arena, &name, NAMES_LOCAL_HOST);
	}
	return r < 0 ? r : store_names_change(cmd->arena, store, -EBADF, &change);
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_doboz_tag = {
	.name = "tag",
	.arguments = "IMAGE NAME...",
	.summary = "give an image further names",
	.opts = opts,
	.values_size = sizeof(struct tag_values),
	.min_args = 2,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
