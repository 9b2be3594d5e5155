/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_names.h - the set of names that the layer at hand has made
 * A whiteout hides what the layers below made, never what its own layer made, in whatever order they
 * come; and a folder that is not in the set is an implicit parent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Hashes of (inode of the folder, name), 8 bytes for each. Zero-initialise. */
struct layer_names {
	uint64_t *slots;
	size_t len, cap; /* cap: 0 or a power of two */
	uint64_t seed;
};

void layer_names_free(struct layer_names *n);
void layer_names_add(struct layer_names *n, ino_t folder, const char *name);
bool layer_names_has(const struct layer_names *n, ino_t folder, const char *name);
