/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/pid_file.c - the file that tells a caller the pid */
#include "runtime/pid_file.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* In a new file of a name that nobody can know: the folder may be one that others write to, and what
 * they have put there, a file of their own or a FIFO, must not become the pid file. */
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
	r = file_replace_unsynced_at(dir, name, text, (size_t)len, 0644);
	return r < 0 ? fail(r, "write pid file '%s'", path) : 0;
}
