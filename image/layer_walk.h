/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_walk.h - find a folder by the meaning that its path has in the merged tree
 * Knows: the layer's own tree, the layers below, overlay's marks.   Does not know: archives. */
#pragma once

#include "base/attr.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The tree that is being filled, and the trees below. Descriptors are borrowed. */
struct layer_stack {
	int own;
	const int *lowers; /* topmost first; none when merged */
	size_t n_lowers;
	bool merged;     /* the tree holds the lower layers too, so there are no marks in it */
	bool keep_owner; /* layer_owner.keep */
	bool depends_on_lowers; /* set when a lower layer was asked */
	uint64_t room;          /* how many more names may be made */
};

/* A folder of the merged tree. */
struct layer_place {
	char path[PATH_MAX]; /* from the root, without symlinks */
	int own;             /* it in our own tree; owned */
	int *lowers; /* it in the trees below where they have it and it shows; topmost first; owned */
	size_t n_lowers;
};
void layer_place_free(struct layer_place *p);
#define CLEANUP_PLACE __attribute__((cleanup(layer_place_free)))
#define LAYER_PLACE_NONE      \
	{                     \
		.own = -EBADF \
	}

/**
 * layer_walk - go to a folder; symlinks count as inside the container, wherever they lie
 * A folder that only lower layers have is made in our own tree with their owner, mode, attributes and
 * time; one that no layer has is made as root's 0755 of 1970 (if make).
 * @path: clean; @place: LAYER_PLACE_NONE, freed by the caller in any case
 * Return: 0; -ENOTDIR something else is in the way; -ELOOP; -ENOENT (not make); -EFBIG; records
 */
int layer_walk(struct layer_stack *s, const char *path, bool make,
	       struct layer_place *place) MUST_USE;

/** layer_walk_count - one more name; -EFBIG (recorded) when that is too many */
int layer_walk_count(struct layer_stack *s) MUST_USE;

/** layer_walk_open - a folder with this name below dirfd, as it is: no symlink, no mount (O_RDONLY) */
int layer_walk_open(int dirfd, const char *name) MUST_USE;
