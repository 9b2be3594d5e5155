/* SPDX-License-Identifier: Apache-2.0 */
/* base/env.h - lists of NAME=VALUE, ended by NULL (environ(7)) */
#pragma once

#include "base/arena.h"
#include "base/attr.h"

/** env_get - the value of NAME in a list of NAME=VALUE, or NULL */
const char *env_get(char *const *env, const char *name);
/** env_unset - take NAME out of a list */
void env_unset(char **env, const char *name);
/** env_unique - a list in which each NAME is once, in its first place with its last value: what a shell would
 *  make of it, and what getenv(3) and a loop over environ then agree upon */
char **env_unique(struct arena *a, char *const *env) MUST_USE;
/** env_set - a list in which NAME has this value, in its old place or at the end */
char **env_set(struct arena *a, char *const *env, const char *name, const char *value) MUST_USE;
