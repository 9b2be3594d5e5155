/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/doboz.h - the verbs of `doboz`, one row each, next to its code */
#pragma once

#include "cmd/cmd.h"

extern const struct command cmd_doboz_run, cmd_doboz_ps, cmd_doboz_exec, cmd_doboz_stop,
	cmd_doboz_kill, cmd_doboz_rm, cmd_doboz_logs, cmd_doboz_wait, cmd_doboz_inspect,
	cmd_doboz_stats, cmd_doboz_update, cmd_doboz_unpack, cmd_doboz_load, cmd_doboz_tag,
	cmd_doboz_images, cmd_doboz_rmi, cmd_doboz_gc, cmd_doboz_verify, cmd_doboz_repair,
	cmd_doboz_history;
