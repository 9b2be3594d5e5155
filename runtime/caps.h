/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/caps.h - names of capabilities to masks (the only user of libcap) */
#pragma once

#include "runtime/plan.h"

/**
 * caps_mask - names ("CAP_CHOWN", in any case) to a mask by capability number
 * A name that neither libcap nor this kernel knows is a warning that names @where, as the spec has
 * it (config.md "capabilities": log a warning, SHOULD NOT fail).
 */
uint64_t caps_mask(char *const *names, const char *where, unsigned last_capability);

/** caps_plan - the five sets of a process; what the caller lacks (@granted) is masked with a warning
 *  @c: NULL: none at all. The result obeys the kernel: effective within permitted, ambient within
 *  permitted and inheritable */
void caps_plan(const struct spec_capabilities *c, uint64_t granted, unsigned last_capability,
	       struct plan_caps *ret);

/** caps_known - a mask of those that have a name */
uint64_t caps_known(void);

/** caps_names - the names in a mask, in the order of their numbers; for printing and `features` */
char **caps_names(struct arena *a, uint64_t mask) MUST_USE;
