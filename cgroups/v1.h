/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/v1.h - what each v1 controller is told
 * Knows: memory.limit_in_bytes, cpu.shares, ...  Does not know: folders, hosts, devices (devices.h).
 * Source: kernel admin-guide/cgroup-v1. */
#pragma once

#include "cgroups/writes.h"

/* By controller; the end has no controller. */
extern const struct cgroup_part cgroup_v1_parts[];
