/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_read.h - a stream of tar bytes to entries; the only file that uses libarchive */
#pragma once

#include "base/attr.h"

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum layer_type {
	LAYER_FILE,
	LAYER_FOLDER,
	LAYER_SYMLINK,
	LAYER_HARDLINK,
	LAYER_CHAR,
	LAYER_BLOCK,
	LAYER_FIFO,
	LAYER_SOCKET,
};

/* An entry's header, checked: ids and time are in range, the names fit. */
struct layer_entry {
	enum layer_type type;
	char path[PATH_MAX]; /* clean (layer_path_clean) */
	char link[PATH_MAX]; /* symlink: the text as it is; hardlink: a clean path */
	mode_t mode;         /* permission bits with setuid, setgid, sticky */
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
	dev_t rdev;
	uint64_t size; /* file: bytes with its holes */
};

/** Gives the next bytes of the stream: count, 0 at the end, or a negative errno. Valid until the next call. */
typedef ssize_t layer_source_fn(void *from, const uint8_t **ret);

struct layer_reader;

/** layer_reader_open - records; never reads ahead of layer_reader_next */
int layer_reader_open(layer_source_fn *source, void *from, struct layer_reader **ret) MUST_USE;
void layer_reader_free(struct layer_reader *r);
DEFINE_FREEP(layer_reader, layer_reader_free)

/**
 * layer_reader_next - the next header; records
 * Return: 1; 0 at the end of the archive (not of the stream); -EBADMSG not a tar; -EINVAL,
 * -ENAMETOOLONG a refused header; layer_reader_name tells its name then too
 */
int layer_reader_next(struct layer_reader *r, struct layer_entry *ret) MUST_USE;

/** layer_reader_name - the name of the entry at hand as the archive has it, "" before the first */
const char *layer_reader_name(const struct layer_reader *r);

/** layer_reader_xattr - iterate the entry's extended attributes (Return: 1, or 0 at the end) */
int layer_reader_xattr(struct layer_reader *r, const char **ret_name, const void **ret_value,
		       size_t *ret_size);

/** layer_reader_data - the next piece of the file's data; holes are left out; records
 *  Return: 1, 0 at the end, -EBADMSG */
int layer_reader_data(struct layer_reader *r, const void **ret, size_t *ret_len,
		      uint64_t *ret_offset) MUST_USE;
