/* SPDX-License-Identifier: Apache-2.0 */
/* base/fd.c - reading, writing and passing descriptors */
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

enum { PASSED_MAX = 32 };

int fd_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int fd_read_all(struct arena *a, int fd, size_t max, char **ret_text, size_t *ret_len)
{
	CLEANUP_BUF struct buf b = { 0 };
	char piece[8192];

	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		if ((size_t)n > max - b.len)
			return -EFBIG;
		buf_add(&b, piece, (size_t)n);
	}
	/* Not arena_strndup: the text may hold NUL characters, and all of it is returned. */
	*ret_text = arena_alloc(a, b.len + 1);
	if (b.len)
		memcpy(*ret_text, b.data, b.len);
	if (ret_len)
		*ret_len = b.len;
	return 0;
}

int file_read_at(struct arena *a, int dirfd, const char *path, size_t max, char **ret_text,
		 size_t *ret_len)
{
	CLEANUP_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return fd_read_all(a, fd, max, ret_text, ret_len);
}

int file_read_given(struct arena *a, const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return -EINVAL;
	return fd_read_all(a, fd, max, ret_text, ret_len);
}

int file_write_at(int dirfd, const char *path, const char *text)
{
	CLEANUP_FD int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/* Writes, syncs and renames the new file; on failure the caller removes it. */
static int fill_and_rename(int dirfd, int fd, const char *temporary, const char *name,
			   const void *data, size_t len, mode_t mode, bool sync)
{
	int r = fd_write_all(fd, data, len);

	if (r < 0)
		return r;
	if (fchmod(fd, mode) < 0 || (sync && fsync(fd) < 0))
		return -errno;
	if (renameat(dirfd, temporary, dirfd, name) < 0)
		return -errno;
	return 0;
}

/* The caller's descriptor may be one of O_PATH, which cannot be synced. */
static int sync_folder(int dirfd)
{
	CLEANUP_FD int folder = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return folder < 0 || fsync(folder) < 0 ? -errno : 0;
}

/* A name of its own for the new file, because linkat() of an O_TMPFILE cannot replace a file, and
 * because two writers must never share one. */
static int replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
		   bool sync)
{
	char temporary[NAME_MAX + 1];
	CLEANUP_FD int fd = -EBADF;
	uint64_t random;
	int r;

	if (strchr(name, '/'))
		return -EINVAL;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	r = snprintf(temporary, sizeof(temporary), ".%s.%016jx", name, (uintmax_t)random);
	if (r < 0 || (size_t)r >= sizeof(temporary))
		return -ENAMETOOLONG;
	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill_and_rename(dirfd, fd, temporary, name, data, len, mode, sync);
	if (r < 0) {
		(void)unlinkat(dirfd, temporary, 0);
		return r;
	}
	return sync ? sync_folder(dirfd) : 0;
}

int file_replace_at(int dirfd, const char *name, const void *data, size_t len, mode_t mode)
{
	return replace(dirfd, name, data, len, mode, true);
}

int file_replace_unsynced_at(int dirfd, const char *name, const void *data, size_t len, mode_t mode)
{
	return replace(dirfd, name, data, len, mode, false);
}

struct fd_path fd_path(int fd)
{
	struct fd_path path;

	snprintf(path.text, sizeof(path.text), "/proc/self/fd/%d", fd);
	return path;
}

int fd_send(int sock, const int *fds, size_t n, const void *data, size_t len)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(PASSED_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec payload = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &payload, .msg_iovlen = 1 };
	ssize_t sent;

	if (n > PASSED_MAX || len == 0)
		return -EINVAL;
	if (n) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, n * sizeof(int));
	}
	do
		sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	/* The descriptors went with the first byte; only the rest of a long payload is left. */
	return fd_write_all(sock, (const char *)data + sent, len - (size_t)sent);
}

/* Moves the descriptors of one control message to the caller; closes those that find no room. */
static bool take_passed(struct cmsghdr *header, int *fds, size_t max_fds, size_t *n)
{
	size_t passed = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	bool all = true;

	for (size_t i = 0; i < passed; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
		if (*n < max_fds) {
			fds[(*n)++] = fd;
		} else {
			(void)close(fd);
			all = false;
		}
	}
	return all;
}

ssize_t fd_recv(int sock, int *fds, size_t max_fds, size_t *ret_n, void *data, size_t len)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(PASSED_MAX * sizeof(int))];
	} control;
	struct iovec payload = { .iov_base = data, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &payload,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	bool complete = true;
	size_t n = 0;
	ssize_t got;

	do
		got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&msg); h; h = CMSG_NXTHDR(&msg, h))
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
			complete &= take_passed(h, fds, max_fds, &n);
	if (!complete || (msg.msg_flags & (MSG_CTRUNC | MSG_TRUNC))) {
		while (n)
			(void)close(fds[--n]);
		return -EMSGSIZE;
	}
	*ret_n = n;
	return got;
}

int fd_cloexec_from(unsigned first)
{
	return sys_close_range(first, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

/* sun_path holds 108 bytes, so the socket file itself is opened first and named by its descriptor. */
int fd_connect_unix(const char *path)
{
	CLEANUP_FD int file = open(path, O_PATH | O_CLOEXEC);
	CLEANUP_FD int sock = -EBADF;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = FD_PEER_TIMEOUT_S };

	if (file < 0)
		return -errno;
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	memcpy(address.sun_path, fd_path(file).text, sizeof(struct fd_path));
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return TAKE_FD(sock);
}
