/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/user.h - users and groups of a container, from its own /etc/passwd and /etc/group
 * The files are the image's: opened inside the root, must be regular, at most 1 MiB is read into a
 * fixed buffer, longer lines are skipped. Nothing is allocated. */
#pragma once

#include "runtime/plan.h"

#include <stddef.h>

enum { USER_GROUPS_MAX = 256 };

/**
 * user_lookup - "nginx", "1000", "nginx:www", "1000:1000"; records
 * All digits are a number, never a name (CVE-2016-3697); above 4294967294 is an error, never looked up.
 * Without a group it is the user's own, 0 for an unknown number; the groups that name the user are then
 * added to the supplementary ones.
 * @root: of the container; @ret: uid and gid are replaced, additional_gids grow; the groups live in static
 * memory
 */
int user_lookup(int root, const char *name, struct plan_user *ret) MUST_USE;

/** user_home - the home folder of a user, "/" when there is none */
void user_home(int root, uint32_t uid, char *ret_home, size_t size);
