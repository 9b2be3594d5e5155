/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/check.h - the rules of the spec beyond types; each names its clause
 * spec_check is what create runs (first problem ends it); spec_check_all is `check BUNDLE`. */
#pragma once

#include "runtime/facts.h"
#include "runtime/spec.h"

/** spec_check - 0, or -EINVAL with the first problem recorded */
int spec_check(const struct spec *s, int bundle_dirfd) MUST_USE;
/** spec_check_all - every problem against the spec and this host; returns their number */
size_t spec_check_all(const struct spec *s, int bundle_dirfd, const struct facts *f,
		      void (*on_problem)(void *, const char *), void *arg);
