/* SPDX-License-Identifier: Apache-2.0 */
/* image/layout.h - a source of named files: the folder of an OCI layout or of "dir:", or a tar archive (heavy link set)
 * Opened before the process is confined; read afterwards. What it gives is not verified. */
#pragma once

#include "image/layer_index.h"
#include "image/manifest.h"
#include "image/reference.h"

#include <stdbool.h>
#include <sys/stat.h>

struct layout {
	const struct image_reference *ref; /* borrowed */
	int fd;                            /* the folder or the archive */
	struct stat st;                    /* of fd */
	bool is_archive;
	bool is_flat; /* a "dir:" folder: manifest.json and blobs named by their hex alone */
	struct tar_index index;          /* of an archive, behind layout_scan */
	struct descriptor flat_manifest; /* of a flat one, behind layout_scan */
	struct stat flat_st;             /* of its manifest.json */
};

/** layout_open - the folder or file of a reference; records. Reads nothing yet */
int layout_open(const struct image_reference *ref, struct layout *ret) MUST_USE;
void layout_close(struct layout *l);
#define CLEANUP_LAYOUT __attribute__((cleanup(layout_close)))
#define LAYOUT_NONE          \
	{                    \
		.fd = -EBADF \
	}

/** layout_scan - find the members of an archive, and name the manifest of a flat folder; records */
int layout_scan(struct arena *a, struct layout *l) MUST_USE;

/** layout_blob - the name of a blob: "blobs/ALGORITHM/HEX"; @digest was checked */
char *layout_blob(struct arena *a, const struct layout *l, const char *digest) MUST_USE;

/** layout_has - is there a regular file of this name? */
bool layout_has(const struct layout *l, const char *name);

/**
 * layout_file - open a file for reading at its first byte
 * A symlink inside an archive is followed once (docker's old form), in a folder never.
 * @ret_size: bytes that belong to it; in an archive others follow
 * Return: a descriptor of the caller's, whose position nothing else uses until it is closed; -ENOENT there is
 * none; records
 */
int layout_file(const struct layout *l, const char *name, uint64_t *ret_size) MUST_USE;

/** layout_text - a whole file in the arena; -EFBIG over max; records */
int layout_text(struct arena *a, const struct layout *l, const char *name, size_t max,
		char **ret_text, size_t *ret_len) MUST_USE;
