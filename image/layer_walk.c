/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_walk.c - find a folder by the meaning that its path has in the merged tree
 *
 * Theory of operation. A layer is unpacked into a folder of its own, but its paths were written for
 * the merged tree: "lib/x" over a lower layer's "lib -> usr/lib" means usr/lib/x, and a folder that
 * only a lower layer has keeps that layer's owner and mode. So the walk takes one component at a time
 * below descriptors: our own tree first, then the lower ones from the top as overlayfs looks
 * (a whiteout or an opaque folder ends the search, the first thing that is no folder hides the rest).
 * A symlink's text goes in front of what is left to walk. ".." occurs only in such texts: the walk
 * begins again at the root with the last component cut off, so no descriptor is ever followed
 * upwards. Every open is of one component, without following a symlink or crossing a mount.
 *
 * In a merged tree the same walk runs without lower layers. */
#include "image/layer_walk.h"
#include "base/arena.h"
#include "base/dir.h"
#include "base/error.h"
#include "image/layer_attr.h"

#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>

enum { LINKS_MAX = 40, STEPS_MAX = 4096 };

struct walk {
	struct layer_stack *stack;
	struct layer_place *place;
	bool make;
	char todo[PATH_MAX]; /* what is left to walk */
	unsigned links, steps;
};

enum found { FOUND_NOTHING, FOUND_FOLDER, FOUND_LINK, FOUND_OTHER };

static void close_all(int *fds, size_t n)
{
	while (n)
		(void)close(fds[--n]);
	free(fds);
}

void layer_place_free(struct layer_place *p)
{
	if (p->own >= 0)
		(void)close(p->own);
	close_all(p->lowers, p->n_lowers);
	p->own = -EBADF;
	p->lowers = NULL;
	p->n_lowers = 0;
}

int layer_walk_count(struct layer_stack *s)
{
	if (s->room == 0)
		return refuse(-EFBIG, "the layer has too many entries");
	s->room--;
	return 0;
}

int layer_walk_open(int dirfd, const char *name)
{
	return dir_openat2(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
			   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
				   RESOLVE_NO_XDEV);
}

static int *room_for(size_t n)
{
	int *fds = calloc(n ? n : 1, sizeof(*fds));

	if (!fds)
		arena_exhausted();
	return fds;
}

/* Stands at the root of all trees. */
static int go_to_root(struct walk *w)
{
	struct layer_place *p = w->place;
	const struct layer_stack *s = w->stack;

	layer_place_free(p);
	p->path[0] = '\0';
	p->own = layer_walk_open(s->own, ".");
	if (p->own < 0)
		return fail(p->own, "open the root folder");
	p->lowers = room_for(s->n_lowers);
	for (size_t i = 0; i < s->n_lowers; i++) {
		int fd = layer_walk_open(s->lowers[i], ".");

		if (fd < 0)
			return fail(fd, "open the root folder of a lower layer");
		p->lowers[p->n_lowers++] = fd;
	}
	return 0;
}

/* Puts a symlink's text in front of what is left to walk. */
static int follow(struct walk *w, int dirfd, const char *name)
{
	char text[PATH_MAX], joined[2 * PATH_MAX];
	ssize_t len = readlinkat(dirfd, name, text, sizeof(text) - 1);
	int n;

	if (len < 0)
		return fail(-errno, "read the symlink '%s'", name);
	text[len] = '\0';
	if (++w->links > LINKS_MAX)
		return refuse(-ELOOP, "too many symlinks on the way");
	n = snprintf(joined, sizeof(joined), "%s/%s", text, w->todo);
	if (n < 0 || (size_t)n >= sizeof(w->todo))
		return refuse(-ENAMETOOLONG, "a symlink on the way makes the name too long");
	memcpy(w->todo, joined, (size_t)n + 1);
	return text[0] == '/' ? go_to_root(w) : 0;
}

/* What the trees below have under a name.
 * @next, @n: FOUND_FOLDER: descriptors of the folders that merge; FOUND_LINK: *ret_tree holds it */
static enum found look_below(const struct layer_place *p, const char *name, int *next, size_t *n,
			     int *ret_tree)
{
	for (size_t i = 0; i < p->n_lowers; i++) {
		int fd = layer_walk_open(p->lowers[i], name);
		struct stat st;

		if (fd >= 0) {
			next[(*n)++] = fd;
			if (layer_attr_is_opaque(fd))
				break;
			continue;
		}
		if (fstatat(p->lowers[i], name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (*n || layer_attr_is_whiteout(&st))
			break;
		*ret_tree = p->lowers[i];
		return S_ISLNK(st.st_mode) ? FOUND_LINK : FOUND_OTHER;
	}
	return *n ? FOUND_FOLDER : FOUND_NOTHING;
}

/* Goes down into a folder that our own tree has now. Takes over the descriptors. */
static int descend(struct walk *w, const char *name, int own, int *lowers, size_t n_lowers)
{
	struct layer_place *p = w->place;
	size_t at = strlen(p->path), len = strlen(name);

	(void)close(p->own);
	close_all(p->lowers, p->n_lowers);
	p->own = own;
	p->lowers = lowers;
	p->n_lowers = n_lowers;
	if (at + len + 2 > sizeof(p->path))
		return refuse(-ENAMETOOLONG, "a symlink on the way makes the name too long");
	if (at)
		p->path[at++] = '/';
	memcpy(p->path + at, name, len + 1);
	return 0;
}

/* Fills in what a folder has that no entry described. Without a model it is of 1970, so that the
 * same layer always makes the same tree. @model: the lower layers' folder, or -EBADF */
static int dress(const struct layer_stack *s, int fd, int model, bool opaque)
{
	struct stat st = { 0 };
	int r;

	r = model < 0 ? layer_attr_reset(fd, s->keep_owner) :
			layer_attr_copy(model, fd, s->keep_owner);
	if (r == 0 && opaque)
		r = layer_attr_set_opaque(fd);
	if (r < 0)
		return r;
	if (model >= 0 && fstat(model, &st) < 0)
		return fail(-errno, "stat");
	return layer_attr_time(fd, st.st_mtim);
}

/* Makes a folder in our own tree; the folder that holds it keeps its time.
 * @over_whiteout: in place of the mark, so nothing below shows through */
static int make_folder(struct walk *w, const char *name, int model, bool over_whiteout)
{
	int parent = w->place->own;
	CLEANUP_FD int fd = -EBADF;
	struct stat before;
	int r;

	r = layer_walk_count(w->stack);
	if (r < 0)
		return r;
	if (fstat(parent, &before) < 0)
		return fail(-errno, "stat");
	if (over_whiteout && unlinkat(parent, name, 0) < 0)
		return fail(-errno, "remove the whiteout of '%s'", name);
	if (mkdirat(parent, name, 0755) < 0)
		return fail(-errno, "make the folder '%s'", name);
	fd = layer_walk_open(parent, name);
	if (fd < 0)
		return fail(fd, "open the folder '%s'", name);
	r = dress(w->stack, fd, model, over_whiteout);
	if (r == 0)
		r = layer_attr_time(parent, before.st_mtim);
	return r < 0 ? r : TAKE_FD(fd);
}

/* Our own tree does not have the name (or has its whiteout). */
static int step_below(struct walk *w, const char *name, bool whiteout)
{
	int *next = room_for(w->stack->n_lowers);
	size_t n = 0;
	int tree = -EBADF, fd;
	enum found found = FOUND_NOTHING;

	if (!whiteout) {
		w->stack->depends_on_lowers = true;
		found = look_below(w->place, name, next, &n, &tree);
	}
	if (found == FOUND_LINK) {
		fd = follow(w, tree, name);
	} else if (found == FOUND_OTHER) {
		fd = refuse(-ENOTDIR, "'%s' on the way is not a folder", name);
	} else if (found == FOUND_NOTHING && !w->make) {
		fd = refuse(-ENOENT, "'%s' on the way does not exist", name);
	} else {
		fd = make_folder(w, name, n ? next[0] : -EBADF, whiteout);
		if (fd >= 0)
			return descend(w, name, fd, next, n);
	}
	close_all(next, n);
	return fd;
}

/* Our own tree has the folder; those below show too, unless it is opaque. */
static int step_into(struct walk *w, const char *name, int own)
{
	int *next = room_for(w->stack->n_lowers);
	size_t n = 0;
	int tree;

	if (w->place->n_lowers && !layer_attr_is_opaque(own))
		(void)look_below(w->place, name, next, &n, &tree);
	return descend(w, name, own, next, n);
}

static int step(struct walk *w, const char *name)
{
	int parent = w->place->own, fd;
	struct stat st;

	if (++w->steps > STEPS_MAX)
		return refuse(-ELOOP, "the way through symlinks is too long");
	fd = layer_walk_open(parent, name);
	if (fd >= 0)
		return step_into(w, name, fd);
	if (fd == -ENOENT)
		return step_below(w, name, false);
	if ((fd != -ELOOP && fd != -ENOTDIR) || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(fd, "open the folder '%s'", name);
	if (S_ISLNK(st.st_mode))
		return follow(w, parent, name);
	if (!w->stack->merged && layer_attr_is_whiteout(&st))
		return step_below(w, name, true);
	return refuse(-ENOTDIR, "'%s' on the way is not a folder", name);
}

/* "..": again from the root, one component less. */
static int step_up(struct walk *w)
{
	char joined[2 * PATH_MAX], *slash = strrchr(w->place->path, '/');
	int n;

	if (++w->steps > STEPS_MAX)
		return refuse(-ELOOP, "the way through symlinks is too long");
	if (slash)
		*slash = '\0';
	else
		w->place->path[0] = '\0';
	n = snprintf(joined, sizeof(joined), "%s/%s", w->place->path, w->todo);
	if (n < 0 || (size_t)n >= sizeof(w->todo))
		return refuse(-ENAMETOOLONG, "a symlink on the way makes the name too long");
	memcpy(w->todo, joined, (size_t)n + 1);
	return go_to_root(w);
}

int layer_walk(struct layer_stack *s, const char *path, bool make, struct layer_place *place)
{
	struct walk w = { .stack = s, .place = place, .make = make };
	int r;

	if (strlen(path) >= sizeof(w.todo))
		return refuse(-ENAMETOOLONG, "the name is too long");
	strcpy(w.todo, path);
	r = go_to_root(&w);
	while (r == 0 && w.todo[0]) {
		size_t len = strcspn(w.todo, "/"), skip = len + strspn(w.todo + len, "/");
		char name[NAME_MAX + 1];

		if (len > NAME_MAX)
			return refuse(-ENAMETOOLONG, "a component of the name is too long");
		memcpy(name, w.todo, len);
		name[len] = '\0';
		memmove(w.todo, w.todo + skip, strlen(w.todo + skip) + 1);
		if (len == 0 || strcmp(name, ".") == 0)
			continue;
		r = strcmp(name, "..") == 0 ? step_up(&w) : step(&w, name);
	}
	return r;
}
