/* SPDX-License-Identifier: Apache-2.0 */
/* base/duration.h - lengths of time as Go programs type them */
#pragma once

#include "base/attr.h"

#include <stdint.h>

/** duration_parse - "5s", "1m30s", "1.5h", "500ms", "-3us", "0"; units ns us ms s m h
 *  Return: 0; -EINVAL it is none; -ERANGE more than 2^63 ns (292 years) */
int duration_parse(const char *s, int64_t *ret_ns) MUST_USE;
