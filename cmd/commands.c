/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/commands.c - the verbs of doboz, in the order of its help text */
#include "cmd/doboz.h"

const struct command *const cmd_doboz_commands[] = {
	/* containers */
	&cmd_doboz_run,
	&cmd_doboz_ps,
	&cmd_doboz_exec,
	&cmd_doboz_logs,
	&cmd_doboz_stats,
	&cmd_doboz_update,
	&cmd_doboz_stop,
	&cmd_doboz_kill,
	&cmd_doboz_wait,
	&cmd_doboz_rm,
	&cmd_doboz_inspect,
	/* images */
	&cmd_doboz_images,
	&cmd_doboz_history,
	&cmd_doboz_load,
	&cmd_doboz_tag,
	&cmd_doboz_rmi,
	&cmd_doboz_gc,
	&cmd_doboz_verify,
	&cmd_doboz_repair,
	&cmd_doboz_unpack,
	NULL,
};
