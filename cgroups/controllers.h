/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/controllers.h - enable the controllers of v2 above a folder
 * Source: admin-guide/cgroup-v2 "Controlling Controllers". */
#pragma once

#include "cgroups/cgroup.h"

/** cgroup_controllers_enable - the controllers of the folder's list, from the mount down; records
 *  One that only counts may stay off (somebody else's folder above a delegated one); one that holds a
 *  limit of the folder may not: -EACCES. Nothing to do on v1. @dir: the folder */
int cgroup_controllers_enable(int dir, const struct cgroup_folder *f) MUST_USE;
