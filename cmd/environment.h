/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/environment.h - -e NAME[=VALUE] and --env-file */
#pragma once

#include "base/arena.h"

/** environment_add - lay a list over env; a NAME alone takes the caller's value, or removes nothing */
int environment_add(struct arena *a, char *const *list, char ***env) MUST_USE;
/** environment_add_files - files of NAME=VALUE lines; '#' begins a comment line */
int environment_add_files(struct arena *a, char *const *files, char ***env) MUST_USE;
