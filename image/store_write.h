/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_write.h - put images into the store, several processes at once, killed at any moment (heavy link set)
 * The layout of the store is described in image/store_read.h. */
#pragma once

#include "image/ingested.h"
#include "image/unpack.h"

#include <stdbool.h>

struct store {
	int dir, layers, images, refs, tmp, blobs; /* folders */
	int lock;
	int staging;   /* our folder below tmp */
	char name[40]; /* its name */
};
#define STORE_NONE                                                                 \
	{                                                                          \
		-EBADF, -EBADF, -EBADF, -EBADF, -EBADF, -EBADF, -EBADF, -EBADF, "" \
	}

/**
 * store_open - open a store, make what it lacks, and a staging folder; records
 * What killed processes left below tmp is removed when no other process is at work. A store whose files
 * belong to another id map is refused (image/store_idmap.h).
 * @path: an existing folder
 */
int store_open(struct arena *a, const char *path, struct store *ret) MUST_USE;

/** store_open_alone - the same, when no other process is at work, and none begins meanwhile (STORE_BYTE_IN_USE) */
int store_open_alone(struct arena *a, const char *path, struct store *ret) MUST_USE;

/** store_close - remove the staging folder, let go of all locks; keeps the recorded failure */
void store_close(struct store *s);
#define CLEANUP_STORE __attribute__((cleanup(store_close)))

/** store_lock_image - wait until no other process unpacks the same reference (dev and inode of where it
 *  lies, name, platform); held until store_close; records */
int store_lock_image(struct store *s, const struct layout *l,
		     const struct platform *platform) MUST_USE;

/**
 * store_commit - make what confined_unpack staged visible; records
 * syncfs, then the layers' markers and renames, then the image, then its reference: what is visible is complete,
 * after a power cut too.
 */
int store_commit(struct arena *a, struct store *s, const struct unpacked *u) MUST_USE;

/**
 * store_commit_ingested - make what ingest_images staged visible; records
 * syncfs, then the blobs' renames, then index.json: whatever index.json names is there, after a power cut too.
 */
int store_commit_ingested(struct arena *a, struct store *s, const struct ingested *in) MUST_USE;
