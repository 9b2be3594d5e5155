/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/copy_up.h - mount option tmpcopyup: the folder below a new tmpfs is copied into it */
#pragma once

#include "base/attr.h"

/**
 * copy_up - copy what the folder from (O_PATH) holds into the root of the mount to; records
 * @data: the options of the mount: a mode=, uid= or gid= there stays the root's own
 * Regular files, folders and symlinks with owner, mode and times; anything else is skipped with a
 * warning. Bounded: 64 MiB, 16384 entries, 32 levels.
 */
int copy_up(int from, int to, char *const *data) MUST_USE;
