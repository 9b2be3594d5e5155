/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/seal.h - run from a copy of ourselves that a container cannot write (CVE-2019-5736) */
#pragma once

#include "base/attr.h"

/**
 * seal_self - return when our executable cannot be written through /proc/PID/exe, else re-exec from
 * a read-only clone of its mount (or a sealed memfd without CAP_SYS_ADMIN); records
 * @argv: of the process; kept for the new one. Does not return when it re-executes.
 */
int seal_self(char **argv) MUST_USE;
