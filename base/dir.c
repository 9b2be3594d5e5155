/* SPDX-License-Identifier: Apache-2.0 */
/* base/dir.c - resolving, making and removing paths below a descriptor
 *
 * Theory of operation. Resolution is the kernel's (openat2), never ours: a path is only ever cut
 * at its slashes, or gets the text of a dangling symlink in the place of its name. What is made is made by mkdirat or openat(O_EXCL) with a single component below
 * a descriptor that was resolved inside the root, and is then opened below that same descriptor
 * without following a symlink. So a rename that races with us can decide which folder inside the
 * root we meet, but not lead outside. */
#include "base/dir.h"

#include <dirent.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

enum { TRIES_MAX = 128 };

static const uint64_t in_root = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
/* One component, as it is: no symlink, not "..", nothing magic. */
static const uint64_t as_it_is = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

int dir_openat2(int dirfd, const char *path, uint64_t flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = resolve,
	};

	for (int tries = 0; tries < TRIES_MAX; tries++) {
		long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -EAGAIN;
}

int dir_open_in(int root, const char *path, uint64_t flags)
{
	return dir_openat2(root, path, flags, 0, in_root);
}

/* Length of a path without its trailing slashes. */
static size_t stripped_length(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	return len;
}

/* A trailing slash would make the kernel follow a symlink in spite of O_NOFOLLOW, so it is cut off
 * and its other meaning, "a folder", is kept. O_PATH opens a symlink itself, hence the fstat. */
int dir_open_nofollow(int root, const char *path, uint64_t flags)
{
	CLEANUP_FD int fd = -EBADF;
	char stripped[PATH_MAX];
	size_t len = stripped_length(path);
	struct stat st;

	if (len >= sizeof(stripped))
		return -ENAMETOOLONG;
	if (len == 0)
		return dir_open_in(root, path, flags);
	memcpy(stripped, path, len);
	stripped[len] = '\0';
	if (path[len] == '/' && !(flags & O_PATH))
		flags |= O_DIRECTORY;
	fd = dir_open_in(root, stripped, flags | O_NOFOLLOW);
	if (fd < 0 || !(flags & O_PATH))
		return TAKE_FD(fd);
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (path[len] == '/' && !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return TAKE_FD(fd);
}

/* Cuts a path into its folder ("." when there is none) and its last component.
 * @folder: PATH_MAX bytes; @name: NAME_MAX + 1 bytes */
static int split(const char *path, char *folder, char *name)
{
	size_t end = stripped_length(path), start = end;

	while (start && path[start - 1] != '/')
		start--;
	if (end - start > NAME_MAX || start >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(name, path + start, end - start);
	name[end - start] = '\0';
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	if (start == 0) {
		strcpy(folder, ".");
	} else {
		memcpy(folder, path, start);
		folder[start] = '\0';
	}
	return 0;
}

int dir_open_parent(int root, const char *path, char *buf, const char **ret_name)
{
	char folder[PATH_MAX];
	int fd, r;

	r = split(path, folder, buf);
	if (r < 0)
		return r;
	fd = dir_open_in(root, folder, O_PATH | O_DIRECTORY);
	if (fd >= 0)
		*ret_name = buf;
	return fd;
}

/* ---- making ----
 *
 * A dangling symlink names a place that is missing, like any other: images are full of them (/etc/resolv.conf
 * of a systemd that does not run there). Making by components meets it as -ELOOP; then its text takes its
 * place in the path, inside the root as ever, and all begins again. */

enum { LINKS_MAX = 40 }; /* as many as the kernel follows */

typedef int (*make_fn)(int root, const char *path, mode_t mode);

/* The text of a symlink that leads to nothing. Return: its length; 0 this is no such link */
static ssize_t read_dangling(int root, const char *path, char *text, size_t size)
{
	CLEANUP_FD int link = dir_open_in(root, path, O_PATH | O_NOFOLLOW);
	ssize_t len = link < 0 ? link : readlinkat(link, "", text, size - 1);

	if (link < 0)
		return link;
	if (len < 0)
		return 0;
	CLEANUP_FD int there = dir_open_in(root, path, O_PATH);
	text[len] = '\0';
	return there == -ENOENT ? len : 0;
}

/* The path with the first dangling symlink replaced. Return: 0; -ELOOP there is none */
static int follow_dangling(int root, const char *path, char *ret, size_t size)
{
	char prefix[PATH_MAX], text[PATH_MAX];

	for (size_t start = 0, end; path[start]; start = end + (path[end] == '/')) {
		ssize_t len;
		int n;

		end = start + strcspn(path + start, "/");
		if (end >= sizeof(prefix))
			return -ENAMETOOLONG;
		if (end == start)
			continue;
		memcpy(prefix, path, end);
		prefix[end] = '\0';
		len = read_dangling(root, prefix, text, sizeof(text));
		if (len < 0)
			return len == -ENOENT ? -ELOOP : (int)len;
		if (len == 0)
			continue;
		n = snprintf(ret, size, "%.*s%s%s", *text == '/' ? 0 : (int)start, path, text,
			     path + end);
		return (size_t)n < size ? 0 : -ENAMETOOLONG;
	}
	return -ELOOP;
}

static int make_following(make_fn make, int root, const char *path, mode_t mode)
{
	char followed[2][PATH_MAX];
	int fd = make(root, path, mode);

	for (int links = 0; fd == -ELOOP && links < LINKS_MAX; links++) {
		char *next = followed[links % 2];
		int r = follow_dangling(root, path, next, sizeof(followed[0]));

		if (r < 0)
			return r;
		path = next;
		fd = make(root, path, mode);
	}
	return fd;
}

/* A dangling symlink is "missing" to whoever asked for it, and then -ELOOP to the last call. */
static int make_missing(int parent, const char *name, mode_t mode)
{
	if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
		return -errno;
	return dir_openat2(parent, name, O_PATH | O_DIRECTORY, 0, as_it_is);
}

/* Opens the folder at prefix (a path from the root); makes it below parent when it is missing. */
static int make_component(int root, const char *prefix, int parent, const char *name, mode_t mode)
{
	int fd = dir_open_in(root, prefix, O_PATH | O_DIRECTORY);

	return fd == -ENOENT ? make_missing(parent, name, mode) : fd;
}

/* The usual case: only the last component is missing. Return: -ENOENT more than that is */
static int make_last(int root, const char *path, mode_t mode)
{
	char buf[NAME_MAX + 1];
	const char *name;
	CLEANUP_FD int parent = dir_open_parent(root, path, buf, &name);

	return parent < 0 ? parent : make_missing(parent, name, mode);
}

static int make_all(int root, const char *path, mode_t mode)
{
	CLEANUP_FD int folder = dir_open_in(root, path, O_PATH | O_DIRECTORY);
	char prefix[PATH_MAX];
	size_t len = stripped_length(path);

	if (folder != -ENOENT)
		return TAKE_FD(folder);
	if (len >= sizeof(prefix))
		return -ENAMETOOLONG;
	folder = make_last(root, path, mode);
	/* -EINVAL: the last component is "..", and so is in a folder that does not exist yet. */
	if (folder != -ENOENT && folder != -EINVAL)
		return TAKE_FD(folder);
	folder = dir_open_in(root, ".", O_PATH | O_DIRECTORY);
	for (size_t start = 0; start < len && folder >= 0;) {
		size_t end = start + strcspn(path + start, "/");
		int next;

		memcpy(prefix, path, end);
		prefix[end] = '\0';
		if (end > start) {
			next = make_component(root, prefix, folder, prefix + start, mode);
			(void)close(folder);
			folder = next;
		}
		start = end + 1;
	}
	return TAKE_FD(folder);
}

int dir_make_all(int root, const char *path, mode_t mode)
{
	return make_following(make_all, root, path, mode);
}

static int make_file(int root, const char *path, mode_t mode)
{
	CLEANUP_FD int parent = -EBADF;
	CLEANUP_FD int made = -EBADF;
	char folder[PATH_MAX], name[NAME_MAX + 1];
	int fd, r;

	fd = dir_open_in(root, path, O_PATH);
	if (fd != -ENOENT)
		return fd;
	r = split(path, folder, name);
	if (r < 0)
		return r;
	parent = make_all(root, folder, 0755);
	if (parent < 0)
		return parent;
	made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (made < 0 && errno != EEXIST)
		return -errno;
	/* One that is there by now was made by somebody else, or is a dangling symlink: -ELOOP. */
	fd = dir_openat2(parent, name, O_PATH, 0, as_it_is);
	return fd;
}

int dir_make_file(int root, const char *path, mode_t mode)
{
	return make_following(make_file, root, path, mode);
}

int dir_is_folder(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode);
}

/* ---- removing ----
 *
 * Depth costs no descriptors and no stack: one folder is open at a time. From a folder that became
 * empty we climb by "..", and go on only if that is the folder we came from (device and inode were
 * noted on the way down), so a rename under our feet ends the walk and cannot redirect it. */

struct folder_id {
	dev_t dev;
	ino_t ino;
};

struct trail {
	struct folder_id *ids;
	size_t len, cap;
};

static void trail_free(struct trail *t)
{
	free(t->ids);
}

static int identify(int fd, struct folder_id *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = (struct folder_id){ st.st_dev, st.st_ino };
	return 0;
}

static int trail_push(struct trail *t, int folder)
{
	if (t->len == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		struct folder_id *grown = realloc(t->ids, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->ids = grown;
		t->cap = cap;
	}
	t->len++;
	return identify(folder, &t->ids[t->len - 1]);
}

static int open_for_removal(int dirfd, const char *name)
{
	return dir_openat2(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
			   as_it_is | RESOLVE_NO_XDEV);
}

/* Opens the folder above, if it is the one that the trail ends in. */
static int climb(struct trail *t, int folder)
{
	CLEANUP_FD int up = dir_openat2(folder, "..", O_RDONLY | O_DIRECTORY, 0,
					RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
	struct folder_id here = { 0 };
	int r;

	if (up < 0)
		return up;
	r = identify(up, &here);
	if (r < 0)
		return r;
	t->len--;
	if (here.dev != t->ids[t->len].dev || here.ino != t->ids[t->len].ino)
		return -EAGAIN;
	return TAKE_FD(up);
}

/* Removes one name, unless it is a folder that still holds something.
 * Return: 0 gone; -ENOTEMPTY such a folder; another negative errno */
static int remove_one(int dirfd, const char *name)
{
	int r;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	r = -errno;
	if (r != -EISDIR && r != -EPERM && r != -EBUSY)
		return r;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOTDIR)
		return r; /* a file after all: why it could not be unlinked */
	return errno == EEXIST ? -ENOTEMPTY : -errno;
}

/* Removes what it can from a folder (whose descriptor it takes over).
 * Return: 0 and *ret_child -EBADF when all is gone; 0 and a descriptor of the first folder inside
 * that is not empty; a negative errno */
static int empty_folder(int fd, int *ret_child)
{
	DIR *stream = fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	*ret_child = -EBADF;
	if (!stream) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	while (r == 0 && (errno = 0, entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = remove_one(fd, entry->d_name);
		if (r != -ENOTEMPTY)
			continue;
		*ret_child = open_for_removal(fd, entry->d_name);
		r = *ret_child < 0 ? *ret_child : 0;
		break;
	}
	if (r == 0 && *ret_child < 0 && errno)
		r = -errno;
	(void)closedir(stream);
	return r;
}

/* Empties the tree below top (whose descriptor it takes over). */
static int empty_tree(int top)
{
	__attribute__((cleanup(trail_free))) struct trail trail = { 0 };
	CLEANUP_FD int folder = top;

	for (;;) {
		CLEANUP_FD int reading = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int child, r;

		if (reading < 0)
			return -errno;
		r = empty_folder(TAKE_FD(reading), &child);
		if (r < 0)
			return r;
		if (child >= 0) {
			r = trail_push(&trail, folder);
		} else if (trail.len == 0) {
			return 0;
		} else {
			child = climb(&trail, folder);
			r = child < 0 ? child : 0;
		}
		(void)close(folder);
		folder = child;
		if (r < 0)
			return r;
	}
}

int dir_remove_all(int dirfd, const char *name)
{
	int r = -ENOTEMPTY;

	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	/* Again only if somebody fills what we empty, and not for ever. */
	for (int tries = 0; r == -ENOTEMPTY && tries < TRIES_MAX; tries++) {
		int top;

		r = remove_one(dirfd, name);
		if (r != -ENOTEMPTY)
			break;
		top = open_for_removal(dirfd, name);
		if (top < 0)
			return top;
		r = empty_tree(top);
		if (r < 0)
			return r;
		r = -ENOTEMPTY;
	}
	return r;
}

int dir_make_parent(int root, const char *path, char *buf, const char **ret_name)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd = dir_open_parent(root, path, buf, ret_name);

	if (fd != -ENOENT || !slash || (size_t)(slash - path) >= sizeof(folder))
		return fd;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	fd = dir_make_all(root, folder, 0755);
	if (fd < 0)
		return fd;
	(void)close(fd);
	return dir_open_parent(root, path, buf, ret_name);
}
