/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/store.h - where `doboz` keeps images and containers, and the helper that fills it */
#pragma once

#include "cmd/cmd.h"

/** store_path - /var/lib/doboz for real root, else $XDG_DATA_HOME/doboz or ~/.local/share/doboz;
 *  $DOBOZ_STORE overrides it; NULL (recorded) when there is no home */
const char *store_path(struct cmd *cmd) MUST_USE;

/** store_folder - a descriptor of it; made with mode 0700 when it is missing */
int store_folder(struct cmd *cmd) MUST_USE;

/**
 * store_run_helper - run doboz-image with these arguments, behind the program's name and the store's
 * Where it stands: base/helper.h
 * @input: its standard input; negative: /dev/null
 * @ret_stdout: what it printed; its stderr goes into the recorded failure
 */
int store_run_helper(struct cmd *cmd, char *const *args, int input, char **ret_stdout) MUST_USE;
