/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/matching.h - one act for one container, or (--regex) for every container whose id matches */
#pragma once

#include "cmd/cmd.h"

/**
 * matching_act - call act for the container that id names, or for all whose id matches it
 * With regex every container is tried; afterwards the first failure is told. A container that is gone or
 * has stopped meanwhile (-ENOENT, -ESRCH) is none. No match is no failure either, as in crun.
 * @id: an id, or with regex a POSIX extended regular expression, found anywhere in an id
 * Return: 0, or the negative errno of act, recorded; -EINVAL a bad expression
 */
int matching_act(struct cmd *cmd, const char *id, bool regex,
		 int (*act)(void *arg, int root, const char *id), void *arg) MUST_USE;
