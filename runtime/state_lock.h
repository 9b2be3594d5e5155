/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/state_lock.h - the lock of a container's state folder, under a deadline */
#pragma once

#include "base/attr.h"

/**
 * state_lock - take the exclusive lock of the folder (flock, until it is closed); records
 * Whoever holds it gets ten seconds: a hook that hangs must not hang every other verb too.
 * Return: 0; -EBUSY, with the process that holds it
 */
int state_lock(int dir, const char *id) MUST_USE;
