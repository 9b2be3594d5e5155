/* SPDX-License-Identifier: Apache-2.0 */
/* image/resolve.h - from a layout and a platform to one image: which documents, which layers (heavy link set)
 * Every document's size and digest are checked before it is parsed; of the layers only the names are known
 * then. Runs inside the confined child. */
#pragma once

#include "image/image.h"
#include "image/layout.h"
#include "image/platform.h"

/**
 * resolve_image - records; @l was scanned
 * Return: 0; -ENOENT no such image or a blob is missing; -EINVAL malformed or ambiguous; -EBADMSG a size or
 * digest is wrong; -EOPNOTSUPP a form that we do not unpack
 */
int resolve_image(struct arena *a, const struct layout *l, const struct platform *platform,
		  struct image *ret) MUST_USE;
