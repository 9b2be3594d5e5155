/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/kernel.h - what the running kernel supports of linux.seccomp, for `features` */
#pragma once

#include "base/arena.h"

/** seccomp_kernel_actions - those of seccomp_action_names that this kernel has, NULL-terminated
 *  Source: seccomp(2) SECCOMP_GET_ACTION_AVAIL, Linux 4.14 */
char **seccomp_kernel_actions(struct arena *a) MUST_USE;

/** seccomp_kernel_flags - those of seccomp_flag_names that this kernel has, NULL-terminated
 *  Asked by a call without a program: EFAULT for a known flag, EINVAL for an unknown one. */
char **seccomp_kernel_flags(struct arena *a) MUST_USE;
