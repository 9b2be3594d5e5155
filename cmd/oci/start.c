/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/start.c - start, pause, resume: verbs whose one argument is the container */
#include "cmd/cmd.h"
#include "runtime/container.h"

struct no_values {
	bool unused;
};

static const struct opt no_opts[] = { OPT_TABLE_END };

static int with_root(struct cmd *cmd, const char *id, int (*act)(int root, const char *id))
{
	CLEANUP_FD int root = cmd_root(cmd);

	return root < 0 ? root : act(root, id);
}

static int run_start(struct cmd *cmd, const void *values, char **args)
{
	(void)values;
	return with_root(cmd, args[0], container_start);
}

static int run_pause(struct cmd *cmd, const void *values, char **args)
{
	(void)values;
	return with_root(cmd, args[0], container_pause);
}

static int run_resume(struct cmd *cmd, const void *values, char **args)
{
	(void)values;
	return with_root(cmd, args[0], container_resume);
}

#define ONE_ID_VERB(verb, text, function)                \
	const struct command cmd_oci_##verb = {          \
		.name = #verb,                           \
		.arguments = "ID",                       \
		.summary = (text),                       \
		.opts = no_opts,                         \
		.values_size = sizeof(struct no_values), \
		.min_args = 1,                           \
		.max_args = 1,                           \
		.stop_after = -1,                        \
		.failure = 1,                            \
		.run = (function),                       \
	}

ONE_ID_VERB(start, "start a created container", run_start);
ONE_ID_VERB(pause, "freeze every process of a container", run_pause);
ONE_ID_VERB(resume, "thaw a paused container", run_resume);
