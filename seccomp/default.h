/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/default.h - the default profile of `doboz run`, by groups of system calls */
#pragma once

#include "seccomp/profile.h"

#include <stdint.h>

/**
 * seccomp_default_profile - our profile for a container with these capabilities
 * @capabilities: mask by capability number; some groups are allowed only with a capability
 * Unknown system calls get ENOSYS, known and denied ones EPERM.
 */
struct seccomp_profile *seccomp_default_profile(struct arena *a, uint64_t capabilities) MUST_USE;
