/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_write.c - staging, locks and the commit
 *
 * Theory of operation. image/store_lock.h has the locks. Who is alone removes what is left in tmp/.
 * All that becomes visible does so by one rename of a finished folder inside one file system. */
#include "image/store_write.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/store_idmap.h"
#include "image/store_lock.h"
#include "image/store_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

/* ---- locks ---- */

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
	r = store_lock(s->lock, STORE_BYTE_IMAGES + (off_t)(hash_text(key.data) >> 8), F_WRLCK,
		       true);
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

/* All of a folder, or what begins with a prefix. */
static int remove_below(int dir, const char *prefix)
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
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..") &&
		    str_starts(entry->d_name, prefix))
			r = dir_remove_all(dir, entry->d_name);
	(void)closedir(list);
	return r;
}

/* Nobody else is at work: what lies in tmp belongs to nobody. */
static int sweep(const struct store *s, bool alone)
{
	int r = store_lock(s->lock, STORE_BYTE_IN_USE, F_WRLCK, alone);

	if (r == 0) {
		r = remove_below(s->tmp, "");
		if (r == 0)
			r = remove_below(s->dir, ".index.json."); /* of file_replace_at */
		if (r < 0)
			return fail(r, "remove what is left in the store's folder 'tmp'");
	} else if (r != -EAGAIN) {
		return fail(r, "lock the store");
	}
	r = alone ? 0 : store_lock(s->lock, STORE_BYTE_IN_USE, F_RDLCK, true);
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

/* The store is an OCI layout from its first day on, so that other tools read it. */
static int make_layout(struct arena *a, const struct store *s)
{
	const struct store_names_change nothing = { 0 };

	if (faccessat(s->dir, "index.json", F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		int r = store_lock(s->lock, STORE_BYTE_COMMIT, F_WRLCK, true);

		r = r < 0 ? fail(r, "lock the store") :
			    store_names_change(a, s->dir, s->lock, &nothing);
		(void)!store_lock(s->lock, STORE_BYTE_COMMIT, F_UNLCK, true);
		if (r < 0)
			return r;
	}
	if (faccessat(s->dir, "oci-layout", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return place_file(s, s->dir, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
}

static int open_parts(struct arena *a, struct store *s, bool alone)
{
	char *idmap = NULL;
	int r = open_sub(s->dir, "layers", &s->layers);

	if (r == 0)
		r = open_sub(s->dir, "images", &s->images);
	if (r == 0)
		r = open_sub(s->dir, "refs", &s->refs);
	if (r == 0)
		r = open_sub(s->dir, "tmp", &s->tmp);
	if (r == 0)
		r = open_sub(s->dir, "blobs", &s->blobs);
	if (r < 0)
		return r;
	s->lock = store_lock_open(s->dir);
	if (s->lock < 0)
		return s->lock;
	r = store_idmap_check(a, s->dir, &idmap);
	if (r == 0)
		r = sweep(s, alone);
	if (r == 0)
		r = make_staging(s);
	if (r == 0 && idmap)
		r = place_file(s, s->dir, "idmap.json", idmap);
	return r < 0 ? r : make_layout(a, s);
}

static int open_store(struct arena *a, const char *path, bool alone, struct store *ret)
{
	struct store s = STORE_NONE;
	int r;

	s.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.dir < 0)
		return fail(-errno, "open the store '%s'", path);
	r = open_parts(a, &s, alone);
	if (r < 0) {
		store_close(&s);
		return fail_context(r, "store '%s'", path);
	}
	*ret = s;
	return 0;
}

int store_open(struct arena *a, const char *path, struct store *ret)
{
	return open_store(a, path, false, ret);
}

int store_open_alone(struct arena *a, const char *path, struct store *ret)
{
	return open_store(a, path, true, ret);
}

void store_close(struct store *s)
{
	int *const fds[] = { &s->staging, &s->dir, &s->layers, &s->images,
			     &s->refs,    &s->tmp, &s->blobs,  &s->lock };

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

/* What was staged is on the disk before any of it gets a name. */
static int begin_commit(const struct store *s)
{
	int r;

	if (syncfs(s->dir) < 0)
		return fail(-errno, "syncfs of the store");
	r = store_lock(s->lock, STORE_BYTE_COMMIT, F_WRLCK, true);
	return r < 0 ? fail(r, "lock the store") : 0;
}

static void end_commit(const struct store *s)
{
	(void)!store_lock(s->lock, STORE_BYTE_COMMIT, F_UNLCK, true);
}

int store_commit(struct arena *a, struct store *s, const struct unpacked *u)
{
	int r = begin_commit(s);

	if (r < 0)
		return r;
	r = commit(a, s, u);
	end_commit(s);
	return r;
}

/* ---- blobs ---- */

static int commit_blob(struct arena *a, const struct store *s, const char *digest)
{
	const char *algorithm = arena_strndup(a, digest, (size_t)(strchr(digest, ':') - digest));
	const char *place = arena_printf(a, "%s/%s", algorithm, strchr(digest, ':') + 1);

	if (mkdirat(s->blobs, algorithm, 0755) < 0 && errno != EEXIST)
		return fail(-errno, "make the store's folder 'blobs/%s'", algorithm);
	if (renameat(s->staging, digest, s->blobs, place) < 0)
		return fail(-errno, "move blob %s into the store", digest);
	return 0;
}

static int commit_ingested(struct arena *a, const struct store *s, const struct ingested *in)
{
	struct store_name *names = arena_array(a, in->n_images, sizeof(*names));
	const struct store_names_change change = { .set = names, .n_set = in->n_images };

	for (size_t i = 0; i < in->n_blobs; i++) {
		int r = commit_blob(a, s, in->blobs[i]);

		if (r < 0)
			return r;
	}
	/* the renames, before what relies on them */
	if (in->n_blobs > 0 && syncfs(s->dir) < 0)
		return fail(-errno, "syncfs of the store");
	for (size_t i = 0; i < in->n_images; i++)
		names[i] = (struct store_name){ in->images[i].name, in->images[i].digest,
						in->images[i].media_type, in->images[i].size,
						NULL };
	return store_names_change(a, s->dir, s->lock, &change);
}

int store_commit_ingested(struct arena *a, struct store *s, const struct ingested *in)
{
	int r = begin_commit(s);

	if (r < 0)
		return r;
	r = commit_ingested(a, s, in);
	end_commit(s);
	return r;
}
