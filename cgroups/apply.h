/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/apply.h - do a folder's writes, and prove that the kernel took them */
#pragma once

#include "cgroups/cgroup.h"

/** cgroup_write_folder - the writes of one folder whose after_clone is as given; records
 *  @dir: the folder's descriptor, O_PATH is enough */
int cgroup_write_folder(int dir, const struct cgroup_folder *f, bool after_clone) MUST_USE;
