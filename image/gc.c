/* SPDX-License-Identifier: Apache-2.0 */
/* image/gc.c - sweep blobs, images, layers and references, in the order in which one needs the other's answer
 *
 * Nobody else is at work meanwhile (STORE_BYTE_IN_USE): a process that has found a blob or a layer holds that byte
 * until a name or a lease says so. */
#include "image/gc.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/gc_mark.h"
#include "image/store_lock.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

struct gc {
	struct arena *arena;
	struct store *store;
	const char *only;
	struct text_set kept;   /* digests that index.json leads to */
	struct text_set lost;   /* digests of `only` */
	struct text_set images; /* digests of unpacked images that stay */
	struct text_set layers; /* keys that stay */
	struct gc_result result;
	size_t moved;
};

/* ---- folders ---- */

typedef int (*visit)(struct gc *g, int dir, const char *name, const char *algorithm);

static int for_each(struct gc *g, int dir, const char *algorithm, visit act)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!list) {
		attr_closep(&fd);
		return fail(-errno, "read a folder of the store");
	}
	while (r == 0 && (entry = readdir(list)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			r = act(g, dir, entry->d_name, algorithm);
	(void)closedir(list);
	return r;
}

/* blobs/ and images/ have a folder per algorithm. */
static int for_each_algorithm(struct gc *g, int top, visit act)
{
	static const char *const algorithms[] = { "sha256", "sha512" };

	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		CLEANUP_FD int dir = openat(top, algorithms[i],
					    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int r = dir < 0 ? (errno == ENOENT ? 0 : fail(-errno, "open '%s'", algorithms[i])) :
				  for_each(g, dir, algorithms[i], act);

		if (r < 0)
			return r;
	}
	return 0;
}

static int move_out(struct gc *g, int dir, const char *name)
{
	char place[32];

	(void)snprintf(place, sizeof(place), "gone-%zu", g->moved++);
	if (renameat(dir, name, g->store->staging, place) < 0)
		return fail(-errno, "move '%s' out of the store", name);
	return 0;
}

/* ---- what goes ---- */

static int visit_blob(struct gc *g, int dir, const char *name, const char *algorithm)
{
	const char *digest = arena_printf(g->arena, "%s:%s", algorithm, name);
	struct stat st;

	if (text_set_has(&g->kept, digest) || (g->only && !text_set_has(&g->lost, digest)))
		return 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		g->result.bytes += (uint64_t)st.st_size;
	g->result.blobs++;
	return move_out(g, dir, name);
}

static int visit_image(struct gc *g, int dir, const char *name, const char *algorithm)
{
	const char *digest = arena_printf(g->arena, "%s:%s", algorithm, name);
	CLEANUP_FD int image = -EBADF;

	if (!text_set_has(&g->kept, digest) && (!g->only || text_set_has(&g->lost, digest))) {
		g->result.images++;
		return move_out(g, dir, name);
	}
	image = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (image < 0)
		return fail(-errno, "stored image %s", digest);
	text_set_add(g->arena, &g->images, digest);
	return gc_mark_layers(g->arena, image, digest, &g->layers);
}

static int visit_layer(struct gc *g, int dir, const char *name, const char *algorithm)
{
	(void)algorithm;
	if (text_set_has(&g->layers, name))
		return 0;
	g->result.layers++;
	return move_out(g, dir, name);
}

static int visit_ref(struct gc *g, int dir, const char *name, const char *algorithm)
{
	char *digest;

	(void)algorithm;
	if (file_read_at(g->arena, dir, name, 256, &digest, NULL) == 0 &&
	    text_set_has(&g->images, digest))
		return 0;
	return move_out(g, dir, name);
}

int gc_run(struct arena *a, struct store *s, const char *only, struct gc_result *ret)
{
	struct gc g = { .arena = a, .store = s, .only = only };
	int r = gc_mark_names(a, s->dir, &g.kept);

	if (r == 0 && only && gc_mark_document(a, s->dir, only, &g.lost) < 0) {
		/* damaged: what can no longer be found through it, a whole gc finds */
		error_clear();
		text_set_add(a, &g.lost, only);
	}
	if (r == 0)
		r = gc_mark_leases(a, s->dir, &g.layers);
	if (r == 0)
		r = for_each_algorithm(&g, s->images, visit_image);
	if (r == 0)
		r = for_each(&g, s->refs, NULL, visit_ref);
	if (r == 0)
		r = for_each(&g, s->layers, NULL, visit_layer);
	if (r == 0)
		r = for_each_algorithm(&g, s->blobs, visit_blob);
	if (r < 0)
		return r;
	/* Removing takes long, and nobody finds what is removed. */
	r = store_lock(s->lock, STORE_BYTE_IN_USE, F_RDLCK, true);
	if (r < 0)
		return fail(r, "lock the store");
	*ret = g.result;
	return 0;
}
