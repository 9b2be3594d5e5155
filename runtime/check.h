/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/check.h - the rules of the spec beyond types; each names its clause
 * spec_check is what create runs (first problem ends it); spec_check_all is `check BUNDLE`. What
 * plan_build refuses by itself (unknown words, contradictions with the host) is not repeated here. */
#pragma once

#include "runtime/facts.h"
#include "runtime/spec.h"

/**
 * spec_check - the rules of the spec
 * @bundle_dirfd: the bundle, to look for root.path; negative: the root comes from elsewhere
 * Return: 0, or -EINVAL with the first problem recorded
 */
int spec_check(const struct spec *s, int bundle_dirfd) MUST_USE;

/** spec_check_process - the rules about a process alone, for exec; returns as spec_check does */
int spec_check_process(const struct spec_process *p) MUST_USE;

/** spec_check_all - every problem against the spec and this host, each told once; returns their
 *  number. @f: NULL: the spec's rules alone */
size_t spec_check_all(const struct spec *s, int bundle_dirfd, const struct facts *f,
		      void (*on_problem)(void *, const char *), void *arg);
