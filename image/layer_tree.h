/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_tree.h - the tree that is being filled: open parent folders, and room for new names */
#pragma once

#include "image/layer_names.h"
#include "image/layer_walk.h"

#include <time.h>

enum { LAYER_OPEN_FOLDERS = 8 };

/* An open folder. Its time is put back when it is let go, so that filling it leaves no trace. */
struct layer_folder {
	int fd;
	ino_t ino;
	char *path;  /* from the root, without symlinks */
	char *alias; /* another path that led here last, or NULL */
	struct timespec mtime;
	uint64_t used;
};

struct layer_tree {
	struct layer_stack stack;
	struct layer_names made; /* by entries of this layer; implicit parents are not in it */
	struct layer_folder *open[LAYER_OPEN_FOLDERS]; /* the first n_open */
	size_t n_open;
	uint64_t clock;
};

/**
 * layer_tree_folder - the folder at a clean path, for making names in it; records
 * @make: missing ones are made (layer_walk), else -ENOENT
 * @ret: valid until the next call but one of this function, or layer_tree_let_go of a path above
 */
int layer_tree_folder(struct layer_tree *t, const char *path, bool make,
		      struct layer_folder **ret) MUST_USE;

/** layer_tree_let_go - put back the times of open folders and close them: those at or below
 *  folder/name (name NULL: all below the folder, which stays open); records */
int layer_tree_let_go(struct layer_tree *t, const struct layer_folder *folder,
		      const char *name) MUST_USE;

/** layer_tree_path_changed - a new folder or symlink: paths that led elsewhere may lead here now */
void layer_tree_path_changed(struct layer_tree *t);

/**
 * layer_tree_make_room - remove what has this name, so that something else can be made; records
 * Return: 1 something was removed, 0 there was nothing
 */
int layer_tree_make_room(struct layer_tree *t, struct layer_folder *folder,
			 const char *name) MUST_USE;

/** layer_tree_let_go_all - of all open folders; records */
int layer_tree_let_go_all(struct layer_tree *t) MUST_USE;

/** layer_tree_free - close everything, without putting back times (after a failure) */
void layer_tree_free(struct layer_tree *t);
