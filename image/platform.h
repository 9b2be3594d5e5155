/* SPDX-License-Identifier: Apache-2.0 */
/* image/platform.h - os, architecture and variant; which entry of an index runs here (light link set)
 * Source: image-spec image-index.md; variants as in IMAGE.md I5. */
#pragma once

#include "base/arena.h"

struct platform {
	char *os, *architecture, *variant; /* variant: NULL when there is none */
};

/** platform_parse - "linux/arm64/v8", "arm64"; NULL: this host (uname); records */
int platform_parse(struct arena *a, const char *text, struct platform *ret) MUST_USE;
