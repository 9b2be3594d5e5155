/* SPDX-License-Identifier: Apache-2.0 */
/* base/dir.h - paths inside a root filesystem, only ever as (descriptor of the root, relative path)
 *
 * Everything goes through openat2 with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS: symlinks are
 * followed as the container would see them, and nothing leads out. A leading '/' means the root.
 * openat2 answers EAGAIN while somebody renames on the way; that is retried 128 times, then told.
 * Source: openat2(2), Linux 5.6. */
#pragma once

#include "base/attr.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** dir_openat2 - openat2 with O_CLOEXEC added, EINTR and EAGAIN retried (bounded) */
int dir_openat2(int dirfd, const char *path, uint64_t flags, mode_t mode,
		uint64_t resolve) MUST_USE;

/** dir_open_in - open a path inside the root: follows symlinks inside it, never leaves it */
int dir_open_in(int root, const char *path, uint64_t flags) MUST_USE;

/** dir_open_nofollow - the same, but the last component must not be a symlink (-ELOOP) */
int dir_open_nofollow(int root, const char *path, uint64_t flags) MUST_USE;

/**
 * dir_open_parent - open (O_PATH) the folder that holds the last component
 * @ret_name: that last component, a pointer into path or into buf; never "", "." or ".." (-EINVAL)
 * @buf: at least 256 bytes, receives the component without trailing slashes
 */
int dir_open_parent(int root, const char *path, char *buf, const char **ret_name) MUST_USE;
/** dir_make_parent - the same; the folder is made, with those above it, when it is missing (mode 0755) */
int dir_make_parent(int root, const char *path, char *buf, const char **ret_name) MUST_USE;

/**
 * dir_make_all - open (O_PATH|O_DIRECTORY) a folder inside the root; missing components are made
 * one at a time with mkdirat below a descriptor, so nothing can be made outside (CVE-2024-45310).
 * What a dangling symlink on the way names is made too, inside the root.
 */
int dir_make_all(int root, const char *path, mode_t mode) MUST_USE;

/** dir_make_file - open (O_PATH) a path inside the root; a missing one becomes an empty regular
 *  file (O_CREAT|O_EXCL|O_NOFOLLOW) below dir_make_all of its parent; dangling symlinks as there */
int dir_make_file(int root, const char *path, mode_t mode) MUST_USE;

/** dir_remove_all - remove name below dirfd with all that it holds; never follows a symlink, never
 *  crosses a mount point; a missing name is no error */
int dir_remove_all(int dirfd, const char *name) MUST_USE;

/** dir_is_folder - is this descriptor a folder? Return: 1, 0 or a negative errno */
int dir_is_folder(int fd) MUST_USE;
