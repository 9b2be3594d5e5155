/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/delegate.h - a v2 folder whose owner may make folders below it
 * Source: runtime-spec config-linux.md "Cgroup ownership", cgroups(7) "Cgroup delegation". */
#pragma once

#include "base/attr.h"

#include <sys/types.h>

/** cgroup_delegate - give the folder, and those of its files that /sys/kernel/cgroup/delegate lists and that
 *  are there, to a user of the host; records */
int cgroup_delegate(int dir, uid_t uid) MUST_USE;
