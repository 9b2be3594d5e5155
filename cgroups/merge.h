/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/merge.h - linux.resources with a change laid over it, as JSON
 * Knows: which lists of the spec have entries with a name of their own.  Does not know: any cgroup file. */
#pragma once

#include "base/json.h"

/**
 * cgroup_merge - what is in force after `update`: the old document with the new one laid over it (pure)
 * Objects are merged key by key, null changes nothing. Lists are replaced, except where an entry says
 * which device, page size or interface it is about: those replace their like, or are added.
 * @before: may be NULL
 */
const struct json *cgroup_merge(struct arena *a, const struct json *before,
				const struct json *change) MUST_USE;
