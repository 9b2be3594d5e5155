/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/mounts.c - mounts: mount and unmount in a running container, as crun has it */
#include "base/error.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "runtime/container.h"

typedef int (*change_fn)(int root, const char *id, const struct spec_mount *mounts, size_t n);

static const struct {
	const char *name;
	change_fn change;
} actions[] = {
	{ "add", container_add_mounts },
	{ "remove", container_remove_mounts },
};

struct mounts_values {
	bool unused;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	CLEANUP_FD int root = cmd_root(cmd);
	struct spec_mount *mounts;
	size_t n;
	int r = root;

	(void)values;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(actions); i++) {
		if (!str_eq(actions[i].name, args[0]))
			continue;
		r = spec_load_mounts(cmd->arena, args[2], &mounts, &n);
		return r < 0 ? r : actions[i].change(root, args[1], mounts, n);
	}
	return r < 0 ? r :
		       error_is(refuse(-EINVAL, "mounts: '%s' is neither add nor remove", args[0]),
				ERROR_USAGE);
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_oci_mounts = {
	.name = "mounts",
	.arguments = "add|remove ID FILE",
	.summary = "mount and unmount in a running container",
	.opts = opts,
	.values_size = sizeof(struct mounts_values),
	.min_args = 3,
	.max_args = 3,
	.stop_after = -1,
	.failure = 1,
	.flags = CMD_SEALED,
	.run = run,
};
