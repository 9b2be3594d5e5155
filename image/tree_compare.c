/* SPDX-License-Identifier: Apache-2.0 */
/* image/tree_compare.c - two trees, a folder after the other, depth first */
#include "image/tree_compare.h"

#include "base/error.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { DEPTH_MAX = 512, CHUNK = 64 * 1024, XATTR_NAMES_MAX = 64 * 1024 };

/* Files with several names: the same names must be one file on both sides. */
struct link {
	ino_t one, other;
	dev_t dev_one;
	struct link *next;
};

enum { LINK_BUCKETS = 4096 };

struct comparison {
	struct arena *arena;
	struct buf path;
	char *why;
	struct link *links[LINK_BUCKETS];
	char chunk[2][CHUNK], names[2][XATTR_NAMES_MAX];
};

static int differ(struct comparison *c, const char *what)
{
	c->why = arena_printf(c->arena, "%s: %s", c->path.len ? c->path.data : "/", what);
	return 0;
}

static int cannot(struct comparison *c, const char *what)
{
	return fail(-errno, "%s: %s", c->path.len ? c->path.data : "/", what);
}

/* ---- one entry ---- */

static int same_link(struct comparison *c, const struct stat *one, const struct stat *other)
{
	struct link **bucket = &c->links[one->st_ino % LINK_BUCKETS], *l;

	for (l = *bucket; l; l = l->next)
		if (l->one == one->st_ino && l->dev_one == one->st_dev)
			return l->other == other->st_ino ? 1 : differ(c, "a link to another file");
	l = arena_new_of(c->arena, struct link);
	*l = (struct link){ one->st_ino, other->st_ino, one->st_dev, *bucket };
	*bucket = l;
	return 1;
}

static int same_stat(struct comparison *c, const struct stat *one, const struct stat *other)
{
	if (one->st_mode != other->st_mode)
		return differ(c, "type or mode");
	if (one->st_uid != other->st_uid || one->st_gid != other->st_gid)
		return differ(c, "owner");
	if (one->st_rdev != other->st_rdev)
		return differ(c, "device");
	if (!S_ISDIR(one->st_mode) && one->st_nlink != other->st_nlink)
		return differ(c, "number of links");
	if (!S_ISDIR(one->st_mode) && one->st_size != other->st_size)
		return differ(c, "size");
	/* a whiteout: nobody sees its time */
	if (S_ISCHR(one->st_mode) && one->st_rdev == 0)
		return 1;
	if (one->st_mtim.tv_sec != other->st_mtim.tv_sec ||
	    one->st_mtim.tv_nsec != other->st_mtim.tv_nsec)
		return differ(c, "modification time");
	return S_ISDIR(one->st_mode) || one->st_nlink == 1 ? 1 : same_link(c, one, other);
}

static int same_target(struct comparison *c, int one, int other, const char *name)
{
	ssize_t n = readlinkat(one, name, c->chunk[0], CHUNK),
		m = readlinkat(other, name, c->chunk[1], CHUNK);

	if (n < 0 || m < 0)
		return cannot(c, "read the link");
	return n == m && memcmp(c->chunk[0], c->chunk[1], (size_t)n) == 0 ? 1 : differ(c, "target");
}

static ssize_t read_full(int fd, char *to)
{
	size_t got = 0;

	while (got < CHUNK) {
		ssize_t n = read(fd, to + got, CHUNK - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int same_content(struct comparison *c, int one, int other)
{
	for (;;) {
		ssize_t n = read_full(one, c->chunk[0]), m = read_full(other, c->chunk[1]);

		if (n < 0 || m < 0)
			return fail((int)(n < 0 ? n : m), "%s: read", c->path.data);
		if (n != m || memcmp(c->chunk[0], c->chunk[1], (size_t)n) != 0)
			return differ(c, "content");
		if (n == 0)
			return 1;
	}
}

static int same_value(struct comparison *c, int one, int other, const char *name)
{
	ssize_t n = fgetxattr(one, name, c->chunk[0], CHUNK),
		m = fgetxattr(other, name, c->chunk[1], CHUNK);

	if (n < 0)
		return cannot(c, name);
	return n == m && memcmp(c->chunk[0], c->chunk[1], (size_t)n) == 0 ? 1 : differ(c, name);
}

/* The kernel may list them in any order: as many bytes of names, and each name's value. */
static int same_xattrs(struct comparison *c, int one, int other)
{
	ssize_t n = flistxattr(one, c->names[0], XATTR_NAMES_MAX),
		m = flistxattr(other, c->names[1], XATTR_NAMES_MAX);

	if (n < 0 && errno == EOPNOTSUPP)
		return 1;
	if (n < 0 || m < 0)
		return cannot(c, "list the extended attributes");
	if (n != m)
		return differ(c, "extended attributes");
	for (const char *name = c->names[0]; name < c->names[0] + n; name += strlen(name) + 1) {
		int r = same_value(c, one, other, name);

		if (r != 1)
			return r;
	}
	return 1;
}

/* ---- folders ---- */

static int same_folder(struct comparison *c, int one, int other, int depth);

static int same_opened(struct comparison *c, int one, int other, const char *name, mode_t mode,
		       int depth)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
			  (S_ISDIR(mode) ? O_DIRECTORY : 0);
	CLEANUP_FD int a = openat(one, name, flags);
	CLEANUP_FD int b = openat(other, name, flags);
	int r;

	if (a < 0 || b < 0)
		return cannot(c, "open");
	r = same_xattrs(c, a, b);
	if (r != 1)
		return r;
	return S_ISDIR(mode) ? same_folder(c, a, b, depth + 1) : same_content(c, a, b);
}

static int same_entry(struct comparison *c, int one, int other, const char *name, int depth)
{
	struct stat a, b;
	int r;

	if (fstatat(one, name, &a, AT_SYMLINK_NOFOLLOW) < 0)
		return cannot(c, "stat");
	if (fstatat(other, name, &b, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? differ(c, "missing") : cannot(c, "stat");
	r = same_stat(c, &a, &b);
	if (r != 1)
		return r;
	if (S_ISLNK(a.st_mode))
		return same_target(c, one, other, name);
	if (!S_ISREG(a.st_mode) && !S_ISDIR(a.st_mode))
		return 1;
	return same_opened(c, one, other, name, a.st_mode, depth);
}

static bool is_dot(const char *name)
{
	return str_eq(name, ".") || str_eq(name, "..");
}

static DIR *list_of(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);

	if (!list)
		attr_closep(&copy);
	return list;
}

static int count(int fd, size_t *ret)
{
	DIR *list = list_of(fd);
	const struct dirent *entry;
	size_t n = 0;

	if (!list)
		return -errno;
	while ((entry = readdir(list)))
		n += !is_dot(entry->d_name);
	(void)closedir(list);
	*ret = n;
	return 0;
}

/* All names of one are in the other, and there are as many. */
static int same_names(struct comparison *c, DIR *list, int one, int other, int depth)
{
	size_t n = 0, others = 0, len = c->path.len;
	const struct dirent *entry;
	int r = count(other, &others);

	if (r < 0)
		return fail(r, "read a folder");
	while ((entry = readdir(list))) {
		if (is_dot(entry->d_name))
			continue;
		n++;
		buf_printf(&c->path, "/%s", entry->d_name);
		r = same_entry(c, one, other, entry->d_name, depth);
		if (r != 1)
			return r;
		c->path.len = len;
		c->path.data[len] = '\0';
	}
	return n == others ? 1 : differ(c, "entries that do not belong there");
}

static int same_folder(struct comparison *c, int one, int other, int depth)
{
	DIR *list;
	int r;

	if (depth > DEPTH_MAX)
		return refuse(-ELOOP, "deeper than %d folders", DEPTH_MAX);
	list = list_of(one);
	if (!list)
		return cannot(c, "read the folder");
	r = same_names(c, list, one, other, depth);
	(void)closedir(list);
	return r;
}

int tree_compare(struct arena *a, int one, int other, char **ret_why)
{
	CLEANUP_FREE struct comparison *c = calloc(1, sizeof(*c));
	struct stat st, st_other;
	int r;

	if (!c)
		arena_exhausted();
	c->arena = a;
	if (fstat(one, &st) < 0 || fstat(other, &st_other) < 0)
		return fail(-errno, "stat a tree");
	r = same_stat(c, &st, &st_other);
	if (r == 1)
		r = same_xattrs(c, one, other);
	if (r == 1)
		r = same_folder(c, one, other, 0);
	*ret_why = c->why;
	buf_free(&c->path);
	return r;
}
