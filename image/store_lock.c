/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_lock.c - byte ranges of STORE/lock */
#include "image/store_lock.h"

#include "base/error.h"

#include <fcntl.h>

int store_lock_open(int store)
{
	int fd = openat(store, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? fail(-errno, "open the store's lock") : fd;
}

int store_lock(int lock, off_t byte, short type, bool wait)
{
	struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	while (fcntl(lock, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) < 0)
		if (errno != EINTR)
			return errno == EACCES ? -EAGAIN : -errno;
	return 0;
}

int store_lock_in_use(int store)
{
	CLEANUP_FD int fd = store_lock_open(store);
	int r = fd < 0 ? fd : store_lock(fd, STORE_BYTE_IN_USE, F_RDLCK, true);

	if (fd >= 0 && r < 0)
		return fail(r, "lock the store");
	return r < 0 ? r : TAKE_FD(fd);
}
