/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_path.h - what names, whiteouts, xattrs, owners and times of an archive mean; pure
 * Source: image-spec layer.md. */
#pragma once

#include "base/attr.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Overlay's mark of an opaque folder (mounted with "userxattr"), and the value that sets it. */
#define LAYER_OPAQUE_XATTR "user.overlay.opaque"
#define LAYER_OPAQUE_VALUE "y"

/**
 * layer_path_clean - a name of the archive to "a/b/c" without empty and "." components; records
 * @ret_path: PATH_MAX bytes; "" is the layer's root
 * Return: 0; -EINVAL a ".." component; -ENAMETOOLONG a component above 255 or a path above 4095 bytes
 */
int layer_path_clean(const char *name, char *ret_path) MUST_USE;

/** layer_path_split - cut a clean, non-empty path: ret_parent (PATH_MAX bytes, "" is the root);
 *  returns the last component, a pointer into path */
const char *layer_path_split(const char *path, char *ret_parent);

enum layer_mark {
	LAYER_PLAIN,    /* an ordinary name */
	LAYER_WHITEOUT, /* ".wh.NAME": NAME is hidden in the layers below */
	LAYER_OPAQUE,   /* ".wh..wh..opq": all names of the folder are */
	LAYER_IGNORED,  /* aufs's own book-keeping: ".wh..wh.*", and what lies in such folders */
};

/**
 * layer_path_mark - what a clean path asks for; records
 * @ret_hidden: for LAYER_WHITEOUT the hidden name, a pointer into path
 * Return: an enum layer_mark; -EINVAL nothing, "." or ".." behind the prefix, or the prefix on a folder
 */
int layer_path_mark(const char *path, const char **ret_hidden) MUST_USE;

enum layer_xattr { LAYER_XATTR_KEEP, LAYER_XATTR_DROP, LAYER_XATTR_WARN /* drop, and say so */ };

/** layer_path_xattr - may this extended attribute of an archive or of a lower layer be set? */
enum layer_xattr layer_path_xattr(const char *name);

/** layer_path_time - a time as stored; before 1970, or beyond what 64 bits of nanoseconds hold: 1970 */
struct timespec layer_path_time(int64_t seconds, long nanoseconds);

/** layer_path_id - is it a user or group id (0 to 2^32 - 2)? */
bool layer_path_id(int64_t id);

/** layer_path_printable - name with control characters and bytes above 126 as \xNN, cut to size */
void layer_path_printable(const char *name, char *ret, size_t size);
