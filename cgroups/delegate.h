/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/delegate.h - a v2 folder whose owner may make folders below it
 * Source: runtime-spec config-linux.md "Cgroup ownership", cgroups(7) "Cgroup delegation". */
#pragma once

#include "cgroups/cgroup.h"

/** cgroup_delegate - give the folder, and those of its files that /sys/kernel/cgroup/delegate lists and that
 *  are there, to a user of the host; records */
int cgroup_delegate(int dir, uid_t uid) MUST_USE;

/** cgroup_delegate_leaf - see cgroup_after_clone; records */
int cgroup_delegate_leaf(const struct cgroup_plan *plan) MUST_USE;
