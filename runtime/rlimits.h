/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/rlimits.h - names of resource limits: "RLIMIT_NOFILE" */
#pragma once

#include "base/attr.h"

/** rlimits_from_name - RLIMIT_* of a name, or -EINVAL (quiet) */
int rlimits_from_name(const char *name) MUST_USE;
/** rlimits_name - the other way; "?" for an unknown one */
const char *rlimits_name(int resource);
