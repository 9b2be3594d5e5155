/* SPDX-License-Identifier: Apache-2.0 */
/* base/fd.h - reading, writing and passing descriptors; every descriptor is O_CLOEXEC */
#pragma once

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** fd_write_all - write everything, across short writes and EINTR */
int fd_write_all(int fd, const void *data, size_t len) MUST_USE;

/**
 * fd_read_all - read to the end of file, at most max bytes
 * @ret_text: NUL-terminated, in the arena
 * Return: 0; -EFBIG more than max; another negative errno
 */
int fd_read_all(struct arena *a, int fd, size_t max, char **ret_text, size_t *ret_len) MUST_USE;

/** file_read_at - openat (O_CLOEXEC|O_NOCTTY|O_NONBLOCK), must be a regular file, fd_read_all.
 *  For host paths and for our own folders; never for a path inside a root filesystem (dir_*). */
int file_read_at(struct arena *a, int dirfd, const char *path, size_t max, char **ret_text,
		 size_t *ret_len) MUST_USE;

/** file_read_given - a file that the command line names, read whole; a pipe is fine: `--process <(...)` */
int file_read_given(struct arena *a, const char *path, size_t max, char **ret_text,
		    size_t *ret_len) MUST_USE;

/** file_write_at - open an existing file (O_WRONLY, no O_CREAT) and write text in one write(2), as
 *  /proc, /sys and cgroup files want it */
int file_write_at(int dirfd, const char *path, const char *text) MUST_USE;

/** file_replace_at - write a whole file atomically: a unique name, fsync, rename, fsync of the
 *  folder; readers see the old or the new text, never a part. The mode is exact (no umask) */
int file_replace_at(int dirfd, const char *name, const void *data, size_t len,
		    mode_t mode) MUST_USE;

/** file_replace_unsynced_at - the same without fsync, for what does not outlive the boot anyway: as atomic
 *  for readers and for a killed writer, but not for a power cut */
int file_replace_unsynced_at(int dirfd, const char *name, const void *data, size_t len,
			     mode_t mode) MUST_USE;

/** fd_path - "/proc/self/fd/N" for messages and for the few calls that have no *at form */
struct fd_path {
	char text[32];
};
struct fd_path fd_path(int fd);

/** fd_send - one SCM_RIGHTS message with n descriptors (n <= 32) and a payload (len >= 1) */
int fd_send(int sock, const int *fds, size_t n, const void *data, size_t len) MUST_USE;
/** fd_recv - receive what fd_send sent; descriptors are O_CLOEXEC and owned by the caller.
 *  Return: payload length, 0 at end of file, or a negative errno; *ret_n descriptors were stored */
ssize_t fd_recv(int sock, int *fds, size_t max_fds, size_t *ret_n, void *data, size_t len) MUST_USE;

/** fd_cloexec_from - set O_CLOEXEC on every descriptor >= first (close_range, Linux 5.11) */
int fd_cloexec_from(unsigned first) MUST_USE;
/** fd_connect_unix - connect a SOCK_STREAM to a path of any length (by its descriptor). Whoever listens may
 *  be hung: after FD_PEER_TIMEOUT_S it is -ETIMEDOUT, and a later send without progress is -EAGAIN */
enum { FD_PEER_TIMEOUT_S = 5 };
int fd_connect_unix(const char *path) MUST_USE;
