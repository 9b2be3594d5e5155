/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_attr.h - owner, mode, extended attributes and times, on open descriptors only
 * Order: owner, xattrs, mode, time. A change of owner clears setuid and security.capability; an ACL
 * changes the mode; everything changes the time. */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <sys/stat.h>

struct layer_owner {
	uid_t uid;
	gid_t gid;
	bool keep; /* all owners stay the caller's (a map with a single id) */
};

/** layer_attr_owner - chown unless it is so already; records
 *  @ret_mode: the permission bits that the file has now, for layer_attr_mode */
int layer_attr_owner(int fd, const struct layer_owner *owner, mode_t *ret_mode) MUST_USE;

/** layer_attr_mode - chmod unless it is so already; records */
int layer_attr_mode(int fd, mode_t now, mode_t wanted) MUST_USE;

/** layer_attr_time - set the modification time (the access time too); records */
int layer_attr_time(int fd, struct timespec mtime) MUST_USE;

/** layer_attr_xattr - set one attribute if layer_path_xattr allows; a file system without any is
 *  warned of; records */
int layer_attr_xattr(int fd, const char *name, const void *value, size_t size) MUST_USE;

/** layer_attr_clear - remove the attributes that layer_attr_xattr could have set; records */
int layer_attr_clear(int fd) MUST_USE;

/** layer_attr_copy - owner, attributes and mode of another file, not its time; records */
int layer_attr_copy(int from, int to, bool keep_owner) MUST_USE;

/** layer_attr_reset - a folder as an implicit parent without model is: root's, 0755, no attributes; not its time;
 *  records */
int layer_attr_reset(int fd, bool keep_owner) MUST_USE;

/** layer_attr_set_opaque, layer_attr_is_opaque - overlay's mark on a folder; set records */
int layer_attr_set_opaque(int fd) MUST_USE;
bool layer_attr_is_opaque(int fd);

/** layer_attr_is_whiteout - overlay's mark of a hidden name: a character device 0:0 */
bool layer_attr_is_whiteout(const struct stat *st);
