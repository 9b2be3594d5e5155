/* SPDX-License-Identifier: Apache-2.0 */
/* image/docker_archive.h - the "manifest.json" of what docker save writes (heavy link set) */
#pragma once

#include "image/image.h"
#include "image/layout.h"

/** docker_archive_resolve - the image that the reference names, but for the checks that all forms share;
 *  records as resolve_image does */
int docker_archive_resolve(struct arena *a, const struct layout *l, struct image *ret) MUST_USE;
