/* SPDX-License-Identifier: Apache-2.0 */
/* image/blob.h - blobs of a layout by their digest (heavy link set) */
#pragma once

#include "image/layout.h"
#include "image/manifest.h"

/** blob_text - a whole document, its size and digest checked; -EFBIG over 4 MiB; records */
int blob_text(struct arena *a, const struct layout *l, const char *what, const struct descriptor *d,
	      char **ret) MUST_USE;
