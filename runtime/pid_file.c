/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/pid_file.c - the file that tells a caller the pid */
#include "runtime/pid_file.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

int pid_file_write(const char *path, pid_t pid)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char temporary[PATH_MAX], text[16];
	int len = snprintf(temporary, sizeof(temporary), "%.*s.%s", (int)(name - path), path, name);
	int r;

	if (len < 0 || (size_t)len >= sizeof(temporary) || !*name)
		return refuse(-EINVAL, "pid file '%s': no usable name", path);
	CLEANUP_FD int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
				 0666);
	if (fd < 0)
		return fail(-errno, "open '%s'", temporary);
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	r = fd_write_all(fd, text, strlen(text));
	if (r >= 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary);
	return r < 0 ? fail(r, "write pid file '%s'", path) : 0;
}
