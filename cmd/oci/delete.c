/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/delete.c - delete: remove everything that create made */
#include "cmd/oci/matching.h"
#include "runtime/container.h"

struct delete_values {
	bool force, regex;
};

static int delete_one(void *arg, int root, const char *id)
{
	return container_delete(root, id, *(const bool *)arg);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct delete_values *v = values;
	bool force = v->force;

	return matching_act(cmd, args[0], v->regex, delete_one, &force);
}

static const struct opt opts[] = {
	{ 'f', "force", OPT_FLAG, offsetof(struct delete_values, force), NULL,
	  "kill it first; an unknown container is no error" },
	{ 'r', "regex", OPT_FLAG, offsetof(struct delete_values, regex), NULL,
	  "ID is a regular expression: every container that matches" },
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
