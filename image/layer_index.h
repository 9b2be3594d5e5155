/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_index.h - where the members of a plain tar archive lie, so that they are read in place
 * (heavy link set; reads foreign bytes, so inside the confined child only) */
#pragma once

#include "base/arena.h"

#include <stdint.h>

struct tar_member {
	char *name;      /* without leading "./" and slashes */
	char *link;      /* a symlink's target as it is; NULL: a regular file */
	uint64_t offset; /* of the first byte in the archive */
	uint64_t size;
};

struct tar_index {
	struct tar_member *members; /* files and symlinks, in the order of the archive */
	size_t n;
};

/**
 * layer_index - one pass over the headers of an archive; records
 * @fd: a regular file; its position is neither used nor changed
 * Return: 0; -EBADMSG not a tar archive, or cut off; -EOPNOTSUPP the whole archive is compressed; -EFBIG
 */
int layer_index(struct arena *a, int fd, struct tar_index *ret) MUST_USE;
