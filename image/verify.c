/* SPDX-License-Identifier: Apache-2.0 */
/* image/verify.c - hash every blob; unpack every image once more and compare its layers */
#include "image/verify.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "image/digest.h"
#include "image/layout.h"
#include "image/store_idmap.h"
#include "image/store_lookup.h"
#include "image/text_set.h"
#include "image/tree_compare.h"
#include "image/unpack.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

enum { CHUNK = 256 * 1024 };

struct verify {
	struct arena *arena;
	const struct verify_target *target;
	struct buf *out;
	struct text_set proven, bad;
	size_t n_blobs;
};

/* "WORD NAME WHY" */
static void tell(struct verify *v, const char *word, const char *name, const char *why)
{
	report_line(v->out, word, arena_printf(v->arena, "%s %s", name, why ? why : ""));
}

typedef int (*visit)(struct verify *v, int dir, const char *name, const char *digest);

/* The entries of a folder of the store; one that is missing has none. @algorithm: NULL: names are no digests */
static int for_each(struct verify *v, const char *path, const char *algorithm, visit act)
{
	int fd = openat(v->target->store, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!list) {
		attr_closep(&fd);
		return errno == ENOENT ? 0 : fail(-errno, "open the store's folder '%s'", path);
	}
	while (r == 0 && (entry = readdir(list)))
		if (entry->d_name[0] != '.')
			r = act(v, fd, entry->d_name,
				algorithm ?
					arena_printf(v->arena, "%s:%s", algorithm, entry->d_name) :
					NULL);
	(void)closedir(list);
	return r;
}

/* ---- blobs ---- */

static int hash(int fd, struct digest *digest)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	ssize_t n;

	if (!chunk)
		arena_exhausted();
	while ((n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			digest_update(digest, chunk, (size_t)n);
	}
	return 0;
}

static int visit_blob(struct verify *v, int dir, const char *name, const char *digest)
{
	CLEANUP(digest) struct digest *running = NULL;
	CLEANUP_FD int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (digest_check_name(digest) < 0) {
		warn("blobs/%s: not the name of a blob, ignoring", name);
		return 0;
	}
	running = digest_new(digest);
	r = fd < 0 ? -errno : hash(fd, running);
	if (r < 0)
		tell(v, "bad-blob", digest, error_reason(r));
	else if (digest_verify(running, "it", digest) < 0)
		tell(v, "bad-blob", digest, error_text());
	else
		v->n_blobs++;
	error_clear();
	return 0;
}

/* ---- layers ---- */

static int compare_layer(struct verify *v, int staging, const struct unpack_layer *layer,
			 const char *manifest)
{
	CLEANUP_FD int fresh = openat(staging, arena_printf(v->arena, "%s/fs", layer->staged),
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FD int stored = openat(v->target->store,
				       arena_printf(v->arena, "layers/%s/fs", layer->key),
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char *why = NULL;
	int r;

	if (stored < 0 && errno == ENOENT)
		return 0; /* it is unpacked when somebody needs it */
	if (fresh < 0 || stored < 0)
		return fail(-errno, "open layer %s", layer->key);
	r = tree_compare(v->arena, fresh, stored, &why);
	if (r == 1) {
		text_set_add(v->arena, &v->proven, layer->key);
		return 0;
	}
	if (!text_set_has(&v->bad, layer->key))
		tell(v, "bad-layer", layer->key, r < 0 ? error_text() : why);
	text_set_add(v->arena, &v->bad, layer->key);
	tell(v, "broken", manifest, NULL);
	error_clear();
	return 0;
}

static int make_folder(int dir, const char *name)
{
	int fd;

	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return fail(-errno, "make '%s'", name);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? fail(-errno, "open '%s'", name) : fd;
}

static int prove_image(struct verify *v, const char *manifest, int staging, int nothing)
{
	struct image_reference ref;
	struct platform platform;
	struct unpack_target target = { .staging = staging,
					.stored_layers = nothing,
					.keep_devices = store_idmap_is_host(),
					.single_owner = store_idmap_is_single() };
	struct layout layout = { .ref = &ref, .fd = v->target->store };
	struct unpacked u = { 0 };
	int r = store_lookup_manifest(v->arena, v->target->store, ".", manifest, &ref, &platform);

	if (r == 0)
		r = unpack_image(v->arena, &layout, &platform, &target, &u);
	if (r < 0) {
		error_clear(); /* its blobs are bad, which is told already, or are not here */
		return 0;
	}
	for (size_t i = 0; r == 0 && i < u.n_layers; i++)
		if (!text_set_has(&v->proven, u.layers[i].key))
			r = compare_layer(v, staging, &u.layers[i], manifest);
	return r;
}

static int visit_image(struct verify *v, int dir, const char *name, const char *digest)
{
	CLEANUP_FD int staging = -EBADF;
	CLEANUP_FD int nothing = -EBADF;
	int r;

	(void)dir;
	(void)name;
	if (digest_check_name(digest) < 0)
		return 0;
	staging = make_folder(v->target->staging, "image");
	nothing = make_folder(v->target->staging, "nothing");
	if (staging < 0 || nothing < 0)
		return staging < 0 ? staging : nothing;
	r = prove_image(v, digest, staging, nothing);
	if (r == 0 && dir_remove_all(v->target->staging, "image") < 0)
		r = fail(-errno, "remove what was unpacked");
	return r;
}

static int visit_layer(struct verify *v, int dir, const char *name, const char *digest)
{
	(void)dir;
	(void)digest;
	if (!text_set_has(&v->proven, name) && !text_set_has(&v->bad, name))
		tell(v, "unproven", name, NULL);
	return 0;
}

int verify_store(struct arena *a, const struct verify_target *target, struct buf *out)
{
	static const char *const algorithms[] = { "sha256", "sha512" };
	struct verify v = { .arena = a, .target = target, .out = out };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(algorithms); i++)
		r = for_each(&v, arena_printf(a, "blobs/%s", algorithms[i]), algorithms[i],
			     visit_blob);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(algorithms); i++)
		r = for_each(&v, arena_printf(a, "images/%s", algorithms[i]), algorithms[i],
			     visit_image);
	if (r == 0)
		r = for_each(&v, "layers", NULL, visit_layer);
	if (r < 0)
		return r;
	tell(&v, "counts", arena_printf(a, "%zu", v.n_blobs), arena_printf(a, "%zu", v.proven.n));
	return 0;
}

/* ---- the parent's side ---- */

enum { LINES_MAX = 65536 };

static bool is_key(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void add_problem(struct arena *a, struct verify_problem **list, size_t *n, char *name,
			char *why)
{
	struct verify_problem *longer = arena_array(a, *n + 1, sizeof(*longer));

	if (*n)
		memcpy(longer, *list, *n * sizeof(*longer));
	longer[(*n)++] = (struct verify_problem){ name, why };
	*list = longer;
}

static bool take_line(struct arena *a, const char *word, char *text, void *arg)
{
	struct verify_result *v = arg;
	char *name = strsep(&text, " "), *why = text ? text : name + strlen(name);
	uint64_t n, m;

	if (v->n_bad_blobs + v->n_bad_layers > LINES_MAX)
		return false;
	if (str_eq(word, "bad-blob") && digest_check_name(name) == 0)
		return add_problem(a, &v->blobs, &v->n_bad_blobs, name, why), true;
	if (str_eq(word, "bad-layer") && is_key(name))
		return add_problem(a, &v->layers, &v->n_bad_layers, name, why), true;
	if (str_eq(word, "unproven") && is_key(name))
		return v->unproven = strv_append(a, v->unproven, name), true;
	if (str_eq(word, "broken") && digest_check_name(name) == 0)
		return v->broken = strv_append(a, v->broken, name), true;
	if (!str_eq(word, "counts") || str_to_u64(name, SIZE_MAX, &n) < 0 ||
	    str_to_u64(why, SIZE_MAX, &m) < 0)
		return false;
	v->n_blobs = n;
	v->n_layers = m;
	return true;
}

int verify_read(struct arena *a, char *report, struct verify_result *ret)
{
	struct verify_result v = { 0 };
	int r = report_parse(a, report, take_line, &v);

	if (r == 0)
		*ret = v;
	return r;
}
