/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_tree.c - the tree that is being filled: open parent folders, and room for new names
 *
 * Archives list a folder's names together, so a handful of open folders saves nearly every lookup.
 * An open folder is known by its real path; one alias each remembers the path with symlinks that led
 * to it, until a new folder or symlink could change where that leads. */
#include "image/layer_tree.h"
#include "base/arena.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"
#include "image/layer_attr.h"

#include <linux/openat2.h>
#include <string.h>

static char *duplicate(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		arena_exhausted();
	return copy;
}

static void close_folder(struct layer_folder *f)
{
	(void)close(f->fd);
	free(f->path);
	free(f->alias);
	free(f);
}

static int let_go_at(struct layer_tree *t, size_t i)
{
	struct layer_folder *f = t->open[i];
	int r = layer_attr_time(f->fd, f->mtime);

	close_folder(f);
	t->open[i] = t->open[--t->n_open];
	return r;
}

void layer_tree_free(struct layer_tree *t)
{
	while (t->n_open)
		close_folder(t->open[--t->n_open]);
	layer_names_free(&t->made);
}

/* Is path FOLDER/NAME, or below it? Without a name: is it below FOLDER? */
static bool is_within(const char *path, const char *folder, const char *name)
{
	const char *rest = str_after(path, folder);

	if (!rest || !*rest || (*folder && *rest++ != '/'))
		return false;
	rest = name ? str_after(rest, name) : "";
	return rest && (*rest == '\0' || *rest == '/');
}

int layer_tree_let_go(struct layer_tree *t, const struct layer_folder *folder, const char *name)
{
	int r = 0;

	for (size_t i = t->n_open; i-- > 0 && r == 0;)
		if (is_within(t->open[i]->path, folder->path, name))
			r = let_go_at(t, i);
	return r;
}

int layer_tree_let_go_all(struct layer_tree *t)
{
	int r = 0;

	while (t->n_open && r == 0)
		r = let_go_at(t, t->n_open - 1);
	return r;
}

void layer_tree_path_changed(struct layer_tree *t)
{
	for (size_t i = 0; i < t->n_open; i++) {
		free(t->open[i]->alias);
		t->open[i]->alias = NULL;
	}
}

static struct layer_folder *find_open(struct layer_tree *t, const char *path)
{
	for (size_t i = 0; i < t->n_open; i++) {
		struct layer_folder *f = t->open[i];

		if (str_eq(f->path, path) || (f->alias && str_eq(f->alias, path)))
			return f;
	}
	return NULL;
}

/* Takes over the descriptor. */
static int add_open(struct layer_tree *t, int fd, const char *path, struct layer_folder **ret)
{
	CLEANUP_FD int owned = fd;
	struct stat st;
	size_t oldest = 0;
	int r;

	if (fstat(fd, &st) < 0)
		return fail(-errno, "stat");
	if (t->n_open == LAYER_OPEN_FOLDERS) {
		for (size_t i = 1; i < t->n_open; i++)
			if (t->open[i]->used < t->open[oldest]->used)
				oldest = i;
		r = let_go_at(t, oldest);
		if (r < 0)
			return r;
	}
	*ret = malloc(sizeof(**ret));
	if (!*ret)
		arena_exhausted();
	t->open[t->n_open++] = *ret;
	**ret = (struct layer_folder){
		.fd = TAKE_FD(owned),
		.ino = st.st_ino,
		.path = duplicate(path),
		.mtime = st.st_mtim,
	};
	return 0;
}

/* The long way: symlinks, or folders that only lower layers have, or none. */
static int walk_to(struct layer_tree *t, const char *path, bool make, struct layer_folder **ret)
{
	CLEANUP_PLACE struct layer_place place = LAYER_PLACE_NONE;
	struct layer_folder *f;
	int r = layer_walk(&t->stack, path, make, &place);

	if (r < 0)
		return r;
	f = find_open(t, place.path);
	if (!f) {
		r = add_open(t, TAKE_FD(place.own), place.path, &f);
		if (r < 0)
			return r;
	}
	if (!str_eq(path, place.path)) {
		free(f->alias);
		f->alias = duplicate(path);
	}
	*ret = f;
	return 0;
}

int layer_tree_folder(struct layer_tree *t, const char *path, bool make, struct layer_folder **ret)
{
	struct layer_folder *f = find_open(t, path);
	int fd, r = 0;

	if (!f) {
		/* What our own tree has as a real folder is the same folder in the merged tree. */
		fd = dir_openat2(t->stack.own, *path ? path : ".",
				 O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
				 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
					 RESOLVE_NO_XDEV);
		r = fd >= 0 ? add_open(t, fd, path, &f) : walk_to(t, path, make, &f);
	}
	if (r < 0)
		return r;
	f->used = ++t->clock;
	*ret = f;
	return 0;
}

int layer_tree_make_room(struct layer_tree *t, struct layer_folder *folder, const char *name)
{
	struct stat st;
	int r;

	if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(-errno, "stat");
	if (!S_ISDIR(st.st_mode)) {
		if (S_ISLNK(st.st_mode))
			layer_tree_path_changed(t);
		return unlinkat(folder->fd, name, 0) < 0 ? fail(-errno, "remove what it replaces") :
							   1;
	}
	layer_tree_path_changed(t);
	r = layer_tree_let_go(t, folder, name);
	if (r < 0)
		return r;
	r = dir_remove_all(folder->fd, name);
	return r < 0 ? fail(r, "remove the folder that it replaces") : 1;
}
