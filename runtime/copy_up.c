/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/copy_up.c - mount option tmpcopyup
 * The image decides what is copied, so every size is bounded, and nothing is followed. */
#include "runtime/copy_up.h"

#include "base/dir.h"
#include "base/env.h"
#include "base/error.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { BYTES_MAX = 64 << 20, ENTRIES_MAX = 16384, DEPTH_MAX = 32 };

struct copying {
	size_t bytes, entries;
	int depth;
};

static int copy_folder(struct copying *k, int from, int to);

static int copy_attributes(int fd, const struct stat *st)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchown(fd, st->st_uid, st->st_gid) < 0 || fchmod(fd, st->st_mode & 07777) < 0 ||
	    futimens(fd, times) < 0)
		return fail(-errno, "copy the owner of a file");
	return 0;
}

static int copy_file(struct copying *k, int from, int to, const char *name, const struct stat *st)
{
	CLEANUP_FD int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (in < 0)
		return fail(-errno, "open '%s'", name);
	CLEANUP_FD int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				    0600);
	if (out < 0)
		return fail(-errno, "make '%s'", name);
	for (;;) {
		ssize_t n = sendfile(out, in, NULL, BYTES_MAX - k->bytes + 1);

		if (n < 0)
			return fail(-errno, "copy '%s'", name);
		if (n == 0)
			return copy_attributes(out, st);
		k->bytes += (size_t)n;
		if (k->bytes > BYTES_MAX)
			return refuse(-EFBIG, "tmpcopyup: the folder holds more than %d bytes",
				      BYTES_MAX);
	}
}

static int copy_link(int from, int to, const char *name, const struct stat *st)
{
	char text[PATH_MAX];
	ssize_t len = readlinkat(from, name, text, sizeof(text));

	if (len < 0 || (size_t)len >= sizeof(text))
		return fail(len < 0 ? -errno : -ENAMETOOLONG, "read the symlink '%s'", name);
	text[len] = '\0';
	if (symlinkat(text, to, name) < 0 ||
	    fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(-errno, "make the symlink '%s'", name);
	return 0;
}

static int copy_subfolder(struct copying *k, int from, int to, const char *name,
			  const struct stat *st)
{
	CLEANUP_FD int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (in < 0)
		return fail(-errno, "open '%s'", name);
	if (mkdirat(to, name, 0700) < 0)
		return fail(-errno, "make '%s'", name);
	CLEANUP_FD int out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0)
		return fail(-errno, "open '%s'", name);
	r = copy_folder(k, in, out);
	return r < 0 ? r : copy_attributes(out, st);
}

static int copy_entry(struct copying *k, int from, int to, const char *name)
{
	struct stat st;

	if (++k->entries > ENTRIES_MAX)
		return refuse(-EFBIG, "tmpcopyup: the folder holds more than %d entries",
			      ENTRIES_MAX);
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(-errno, "stat '%s'", name);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return copy_file(k, from, to, name, &st);
	case S_IFLNK:
		return copy_link(from, to, name, &st);
	case S_IFDIR:
		return copy_subfolder(k, from, to, name, &st);
	default:
		warn("tmpcopyup: '%s' is no file, folder or symlink, ignoring", name);
		return 0;
	}
}

static int copy_folder(struct copying *k, int from, int to)
{
	int r = 0;

	if (++k->depth > DEPTH_MAX)
		return refuse(-ELOOP, "tmpcopyup: the folder is deeper than %d levels", DEPTH_MAX);
	int fd = fcntl(from, F_DUPFD_CLOEXEC, 3);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		r = -errno;
		attr_closep(&fd);
		return fail(r, "list a folder");
	}
	for (struct dirent *e; r >= 0 && (e = readdir(d));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = copy_entry(k, from, to, e->d_name);
	(void)closedir(d);
	k->depth--;
	return r;
}

/* The root of the tmpfs is as the folder below it, but for what the mount's options say of it. */
static int copy_root_attributes(int fd, struct stat *st, char *const *data)
{
	struct stat own;

	if (fstat(fd, &own) < 0)
		return fail(-errno, "stat the tmpfs of tmpcopyup");
	if (env_get(data, "mode"))
		st->st_mode = own.st_mode;
	if (env_get(data, "uid"))
		st->st_uid = own.st_uid;
	if (env_get(data, "gid"))
		st->st_gid = own.st_gid;
	return copy_attributes(fd, st);
}

int copy_up(int from, int to, char *const *data)
{
	struct copying k = { 0 };
	struct stat st;
	CLEANUP_FD int in = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0)
		return fail(-errno, "open the folder of tmpcopyup");
	CLEANUP_FD int out = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out < 0)
		return fail(-errno, "open the tmpfs of tmpcopyup");
	int r = copy_folder(&k, in, out);
	if (r < 0)
		return r;
	if (fstat(in, &st) < 0)
		return fail(-errno, "stat the folder of tmpcopyup");
	return copy_root_attributes(out, &st, data);
}
