/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/pid_file.c - the file that tells a caller the pid */
#include "runtime/pid_file.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A new file, without a name until it is whole: the folder may be one that others write to, and what they
 * have put there, a file of their own or a FIFO, must not become the pid file; and nothing of a caller's
 * folder is ours to clean up, should we be killed meanwhile. Return: -EOPNOTSUPP and the like where a file
 * system cannot do that. */
static int write_nameless(int dir, const char *name, const char *text, size_t len)
{
	CLEANUP_FD int file = openat(dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	struct fd_path path = fd_path(file);
	int r = file < 0 ? -errno : fd_write_all(file, text, len);

	if (r >= 0 && fchmod(file, 0644) < 0)
		r = -errno;
	if (r < 0)
		return r;
	for (int tries = 0; tries < 3; tries++) {
		if (linkat(AT_FDCWD, path.text, dir, name, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST || unlinkat(dir, name, 0) < 0)
			break;
	}
	return -errno;
}

int pid_file_write(const char *path, pid_t pid)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char folder[PATH_MAX] = ".", text[16];
	int len, r;

	if (!*name || (slash && (size_t)(slash - path) + 2 > sizeof(folder)))
		return refuse(-EINVAL, "pid file '%s': no usable name", path);
	if (slash)
		(void)snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);
	CLEANUP_FD int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(-errno, "open the folder of pid file '%s'", path);
	len = snprintf(text, sizeof(text), "%d", (int)pid);
	r = write_nameless(dir, name, text, (size_t)len);
	if (r < 0)
		r = file_replace_unsynced_at(dir, name, text, (size_t)len, 0644);
	return r < 0 ? fail(r, "write pid file '%s'", path) : 0;
}
