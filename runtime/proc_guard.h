/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/proc_guard.h - what may be mounted on /proc and /sys */
#pragma once

#include "base/attr.h"

/**
 * proc_guard_check - may this mount go there? records
 * /proc and /sys themselves must not be reached by a symlink, and take only a procfs or a sysfs; below
 * /proc only the few files that are known to be faked (lxcfs), since writing labels and sysctls there
 * must not meet a fake (CVE-2019-16884, CVE-2019-19921, CVE-2023-27561).
 * @root: of the container; @dst: absolute; @target: what dst led to; @mount_fd: the detached mount
 */
int proc_guard_check(int root, const char *dst, int target, int mount_fd) MUST_USE;
