/* SPDX-License-Identifier: Apache-2.0 */
/* base/helper.h - where the helper programs stand: in libexec, or in $DOBOZ_HELPER_DIR */
#pragma once

#include "base/arena.h"

/** helper_remember - set $DOBOZ_HELPER_DIR when this helper stands beside our executable (a build tree)
 *  Done before the program seals itself, because the sealed copy no longer knows where it came from. */
void helper_remember(const char *name);

/** helper_path - the absolute path of a helper, whether it is there or not */
const char *helper_path(struct arena *a, const char *name) MUST_USE;
