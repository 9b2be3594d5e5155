/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/delete.c - delete: remove everything that create made */
#include "cmd/cmd.h"
#include "runtime/container.h"

struct delete_values {
	bool force;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct delete_values *v = values;
	CLEANUP_FD int root = cmd_root(cmd);

	return root < 0 ? root : container_delete(root, args[0], v->force);
}

static const struct opt opts[] = {
	{ 'f', "force", OPT_FLAG, offsetof(struct delete_values, force), NULL,
	  "kill it first; an unknown container is no error" },
	OPT_TABLE_END,
};

const struct command cmd_oci_delete = {
	.name = "delete",
	.arguments = "[OPTIONS] ID",
	.summary = "remove a stopped container",
	.opts = opts,
	.values_size = sizeof(struct delete_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
