/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/checkpoint.c - checkpoint, restore: named, so that the answer is clear, and not supported
 *
 * Whatever their options are, --help too, the answer is the same failure: callers find out by the exit
 * status of `checkpoint --help` whether a runtime can do it (podman and cri-o; crutils.go of their checkpoint
 * package), and by the text that `restore --lsm-mount-context` prints. */
#include "base/error.h"
#include "cmd/cmd.h"

struct checkpoint_values {
	bool unused;
};

static int run(struct cmd *cmd, const void *values, char **args)
{
	(void)cmd;
	(void)values;
	(void)args;
	return error_is(refuse(-EOPNOTSUPP,
			       "checkpoint and restore are not supported by this build"),
			ERROR_CHECKPOINT);
}

static const struct opt opts[] = { OPT_TABLE_END };

#define UNSUPPORTED_VERB(verb, text)                             \
	const struct command cmd_oci_##verb = {                  \
		.name = #verb,                                   \
		.arguments = "...",                              \
		.summary = (text),                               \
		.opts = opts,                                    \
		.values_size = sizeof(struct checkpoint_values), \
		.min_args = 0,                                   \
		.max_args = -1,                                  \
		.stop_after = 0,                                 \
		.failure = 1,                                    \
		.run = run,                                      \
	}

UNSUPPORTED_VERB(checkpoint, "not supported by this build");
UNSUPPORTED_VERB(restore, "not supported by this build");
