/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_write.c - staging, locks and the commit
 *
 * Theory of operation. STORE/lock is locked by byte ranges of open file descriptions, so that a lock ends
 * with its process, however that ends:
 *	byte 0   shared by all that work in tmp/; who gets it exclusively removes what is left there
 *	byte 1   held during a commit
 *	byte 16+ one per image, so that two processes do not unpack the same
 * All that becomes visible does so by one rename of a finished folder inside one file system. */
#include "image/store_write.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/store_idmap.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { BYTE_IN_USE = 0, BYTE_COMMIT = 1, BYTE_IMAGES = 16 };

/* ---- locks ---- */

static int lock_byte(const struct store *s, off_t byte, short type, bool wait)
{
	struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	while (fcntl(s->lock, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* FNV-1a; two images that share a byte only wait for each other */
static uint64_t hash_text(const char *text)
{
	uint64_t h = 14695981039346656037ULL;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211ULL;
	return h;
}

int store_lock_image(struct store *s, const struct layout *l, const struct platform *platform)
{
	CLEANUP_BUF struct buf key = { 0 };
	int r;

	buf_printf(&key, "%ju:%ju:%s:%s/%s/%s", (uintmax_t)l->st.st_dev, (uintmax_t)l->st.st_ino,
		   l->ref->name ? l->ref->name : "", platform->os, platform->architecture,
		   platform->variant ? platform->variant : "");
	r = lock_byte(s, BYTE_IMAGES + (off_t)(hash_text(key.data) >> 8), F_WRLCK, true);
	return r < 0 ? fail(r, "lock the store") : 0;
}

/* ---- opening ---- */

static int open_sub(int dir, const char *name, int *ret)
{
	if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		return fail(-errno, "make the store's folder '%s'", name);
	*ret = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret < 0 ? fail(-errno, "open the store's folder '%s'", name) : 0;
}

static int remove_all_below(int dir)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int r = 0;

	if (!list) {
		attr_closep(&copy);
		return -errno;
	}
	while (r == 0 && (entry = readdir(list)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			r = dir_remove_all(dir, entry->d_name);
	(void)closedir(list);
	return r;
}

/* Nobody else is at work: what lies in tmp belongs to nobody. */
static int sweep(const struct store *s)
{
	int r = lock_byte(s, BYTE_IN_USE, F_WRLCK, false);

	if (r == 0) {
		r = remove_all_below(s->tmp);
		if (r < 0)
			return fail(r, "remove what is left in the store's folder 'tmp'");
	} else if (r != -EAGAIN && r != -EACCES) {
		return fail(r, "lock the store");
	}
	r = lock_byte(s, BYTE_IN_USE, F_RDLCK, true);
	return r < 0 ? fail(r, "lock the store") : 0;
}

static int make_staging(struct store *s)
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return fail(-errno, "getrandom");
	snprintf(s->name, sizeof(s->name), "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
	if (mkdirat(s->tmp, s->name, 0700) < 0) {
		s->name[0] = '\0';
		return fail(-errno, "make a staging folder in the store");
	}
	s->staging = openat(s->tmp, s->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return s->staging < 0 ? fail(-errno, "open the staging folder") : 0;
}

/* Writes a file by a rename out of the staging folder, where a killed process may leave it. */
static int place_file(const struct store *s, int dir, const char *name, const char *text)
{
	CLEANUP_FD int fd = -EBADF;
	int r;

	fd = openat(s->staging, "file", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(-errno, "make '%s'", name);
	r = fd_write_all(fd, text, strlen(text));
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(s->staging, "file", dir, name) < 0)
		r = -errno;
	return r < 0 ? fail(r, "write '%s'", name) : 0;
}

static int open_parts(struct arena *a, struct store *s)
{
	char *idmap = NULL;
	int r = open_sub(s->dir, "layers", &s->layers);

	if (r == 0)
		r = open_sub(s->dir, "images", &s->images);
	if (r == 0)
		r = open_sub(s->dir, "refs", &s->refs);
	if (r == 0)
		r = open_sub(s->dir, "tmp", &s->tmp);
	if (r < 0)
		return r;
	s->lock = openat(s->dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return fail(-errno, "open the store's lock");
	r = store_idmap_check(a, s->dir, &idmap);
	if (r == 0)
		r = sweep(s);
	if (r == 0)
		r = make_staging(s);
	return r < 0 || !idmap ? r : place_file(s, s->dir, "idmap.json", idmap);
}

int store_open(struct arena *a, const char *path, struct store *ret)
{
	struct store s = STORE_NONE;
	int r;

	s.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.dir < 0)
		return fail(-errno, "open the store '%s'", path);
	r = open_parts(a, &s);
	if (r < 0) {
		store_close(&s);
		return fail_context(r, "store '%s'", path);
	}
	*ret = s;
	return 0;
}

void store_close(struct store *s)
{
	int *const fds[] = { &s->staging, &s->dir, &s->layers, &s->images,
			     &s->refs,    &s->tmp, &s->lock };

	/* a failure is no harm: the next process that finds itself alone removes it */
	if (s->name[0])
		(void)!dir_remove_all(s->tmp, s->name);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		attr_closep(fds[i]);
		*fds[i] = -EBADF;
	}
	s->name[0] = '\0';
}

/* ---- the commit ---- */

/* Moves staging/NAME to its place. What is there already is moved into the staging folder first, to be removed
 * with it: it is incomplete, or the caller says that it is not the same. */
static int move_in(const struct store *s, const char *name, int to, const char *place)
{
	CLEANUP_BUF struct buf old = { 0 };

	buf_printf(&old, "old-%s", name);
	if (renameat(to, place, s->staging, old.data) < 0 && errno != ENOENT)
		return fail(-errno, "move the old '%s' out of the store", place);
	if (renameat(s->staging, name, to, place) < 0)
		return fail(-errno, "move '%s' into the store", place);
	return 0;
}

static int commit_layer(struct arena *a, const struct store *s, const struct unpack_layer *layer)
{
	CLEANUP_FD int marker = -EBADF;
	struct stat st;

	if (fstatat(s->layers, arena_printf(a, "%s/complete", layer->key), &st,
		    AT_SYMLINK_NOFOLLOW) == 0)
		return 0; /* another process was faster */
	marker = openat(s->staging, arena_printf(a, "%s/complete", layer->staged),
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (marker < 0)
		return fail(-errno, "mark layer %s", layer->key);
	return move_in(s, layer->staged, s->layers, layer->key);
}

/* The same image with the same layers may be there. */
static bool same_document(struct arena *a, int dir, const char *path, int other,
			  const char *other_path)
{
	char *text, *other_text;

	return file_read_at(a, dir, path, JSON_SIZE_MAX, &text, NULL) == 0 &&
	       file_read_at(a, other, other_path, JSON_SIZE_MAX, &other_text, NULL) == 0 &&
	       str_eq(text, other_text);
}

static int commit_image(struct arena *a, const struct store *s, const char *manifest)
{
	const char *colon = strchr(manifest, ':');
	const char *algorithm = arena_strndup(a, manifest, (size_t)(colon - manifest));
	const char *place = arena_printf(a, "%s/%s", algorithm, colon + 1);

	if (mkdirat(s->images, algorithm, 0755) < 0 && errno != EEXIST)
		return fail(-errno, "make the store's folder 'images/%s'", algorithm);
	if (same_document(a, s->images, arena_printf(a, "%s/layers.json", place), s->staging,
			  "image/layers.json"))
		return 0;
	return move_in(s, "image", s->images, place);
}

static int commit(struct arena *a, const struct store *s, const struct unpacked *u)
{
	int r;

	for (size_t i = 0; i < u->n_layers; i++) {
		r = u->layers[i].staged ? commit_layer(a, s, &u->layers[i]) : 0;
		if (r < 0)
			return r;
	}
	r = commit_image(a, s, u->manifest);
	if (r < 0 || !u->ref)
		return r;
	return place_file(s, s->refs, u->ref, u->manifest);
}

int store_commit(struct arena *a, struct store *s, const struct unpacked *u)
{
	int r;

	if (syncfs(s->dir) < 0)
		return fail(-errno, "syncfs of the store");
	r = lock_byte(s, BYTE_COMMIT, F_WRLCK, true);
	if (r < 0)
		return fail(r, "lock the store");
	r = commit(a, s, u);
	(void)!lock_byte(s, BYTE_COMMIT, F_UNLCK, true);
	return r;
}
