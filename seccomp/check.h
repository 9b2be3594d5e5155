/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/check.h - what a profile must fulfil beyond the types of its fields */
#pragma once

#include "seccomp/profile.h"

/* A profile with more names than this is refused before any work is done for it (moby's has 430).
 */
enum { SECCOMP_NAMES_MAX = 16384 };

/**
 * seccomp_check - the spec's rules that no table row can say; records
 * Source: runtime-spec config-linux.md "Seccomp": errnoRet only for actions that return one,
 * listenerMetadata only with listenerPath; seccomp(2): an errno is at most 4095.
 * Return: 0; -EINVAL
 */
int seccomp_check(const struct seccomp_profile *p) MUST_USE;
