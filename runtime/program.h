/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/program.h - the payload: finding it, becoming it (child only) */
#pragma once

#include "runtime/child.h"

/**
 * program_find - the path that execve is to get, for a name; records with the words that callers match:
 * exec: "NAME": executable file not found in $PATH
 * @env: PATH is taken from here; @ret_path: PATH_MAX bytes
 */
int program_find(const char *name, char *const *env, char *ret_path) MUST_USE;

int program_step_find(struct child *c, const struct step *s) MUST_USE;
int program_step_exec(struct child *c, const struct step *s) MUST_USE;
