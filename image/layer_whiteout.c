/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_whiteout.c - hide what the layers below made
 *
 * A name that only lower layers have becomes overlay's whiteout (or is removed from a merged tree).
 * A folder that this layer has too becomes opaque (or loses the names that are not this layer's);
 * where no entry of this layer described it, it is only an implicit parent and forgets the
 * attributes that came from below, as if the whiteout had come first. */
#include "image/layer_whiteout.h"
#include "base/error.h"
#include "base/str.h"
#include "image/layer_attr.h"

#include <dirent.h>
#include <fcntl.h>

/* A folder of the tree that is being filled. */
struct spot {
	struct layer_tree *tree;
	int fd;
	ino_t ino;
};

static int hide(const struct spot *spot, const char *name);

/* Calls act(spot, name) for every name of a folder but "." and "..". */
static int for_each_name(int dirfd, int (*act)(const struct spot *spot, const char *name),
			 const struct spot *spot)
{
	int reading = layer_walk_open(dirfd, "."), r = 0;
	struct dirent *entry;
	DIR *stream;

	if (reading < 0)
		return fail(reading, "open a folder");
	stream = fdopendir(reading);
	if (!stream) {
		r = fail(-errno, "read a folder");
		(void)close(reading);
		return r;
	}
	while (r == 0 && (errno = 0, entry = readdir(stream)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			r = act(spot, entry->d_name);
	if (r == 0 && errno)
		r = fail(-errno, "read a folder");
	(void)closedir(stream);
	return r;
}

/* A folder whose lower half disappears; it keeps its time, if an entry gave it one. */
static int hide_below(struct layer_tree *t, int fd, bool made_by_entry)
{
	struct spot inside = { .tree = t, .fd = fd };
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return fail(-errno, "stat");
	inside.ino = st.st_ino;
	r = for_each_name(fd, hide, &inside);
	if (r == 0 && !made_by_entry) {
		r = layer_attr_reset(fd, t->stack.keep_owner);
		st.st_mtim = (struct timespec){ 0 };
	}
	return r < 0 ? r : layer_attr_time(fd, st.st_mtim);
}

static int remove_name(int dirfd, const char *name, int flags)
{
	if (unlinkat(dirfd, name, flags) == 0 || errno == ENOENT || errno == ENOTEMPTY ||
	    errno == EEXIST)
		return 0;
	return fail(-errno, "remove '%s'", name);
}

/* Takes away what is not this layer's. In a layer's own tree that is nothing but attributes. */
static int hide(const struct spot *spot, const char *name)
{
	struct layer_tree *t = spot->tree;
	bool made = layer_names_has(&t->made, spot->ino, name);
	CLEANUP_FD int fd = layer_walk_open(spot->fd, name);
	int r;

	if (fd == -ENOTDIR || fd == -ELOOP)
		return made || !t->stack.merged ? 0 : remove_name(spot->fd, name, 0);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fail(fd, "open '%s'", name);
	r = hide_below(t, fd, made);
	if (r == 0 && !made && t->stack.merged)
		r = remove_name(spot->fd, name, AT_REMOVEDIR);
	return r;
}

/* In a layer's own tree: the mark for a name. */
static int mark(const struct spot *spot, const char *name)
{
	CLEANUP_FD int fd = layer_walk_open(spot->fd, name);
	int r;

	if (fd == -ENOENT) {
		r = layer_walk_count(&spot->tree->stack);
		if (r < 0)
			return r;
		if (mknodat(spot->fd, name, S_IFCHR, 0) < 0)
			return fail(-errno, "make the whiteout of '%s'", name);
		return 0;
	}
	if (fd == -ENOTDIR || fd == -ELOOP)
		return 0; /* a file of this layer hides the name already */
	if (fd < 0)
		return fail(fd, "open '%s'", name);
	r = hide_below(spot->tree, fd, layer_names_has(&spot->tree->made, spot->ino, name));
	return r < 0 ? r : layer_attr_set_opaque(fd);
}

int layer_whiteout_name(struct layer_tree *t, const struct layer_folder *folder, const char *name)
{
	const struct spot spot = { t, folder->fd, folder->ino };
	int r = layer_tree_let_go(t, folder, name);

	if (r < 0)
		return r;
	layer_tree_path_changed(t);
	return t->stack.merged ? hide(&spot, name) : mark(&spot, name);
}

/* overlayfs does not look for its mark on the root, so there each name below gets one of its own. */
static int mark_root(struct layer_tree *t, const struct spot *root)
{
	int r = 0;

	t->stack.depends_on_lowers = true;
	for (size_t i = 0; r == 0 && i < t->stack.n_lowers; i++)
		r = for_each_name(t->stack.lowers[i], mark, root);
	return r;
}

int layer_whiteout_all(struct layer_tree *t, const struct layer_folder *folder)
{
	const struct spot spot = { t, folder->fd, folder->ino };
	int r = layer_tree_let_go(t, folder, NULL);

	if (r < 0)
		return r;
	layer_tree_path_changed(t);
	if (!t->stack.merged && !*folder->path)
		return mark_root(t, &spot);
	r = hide_below(t, folder->fd, true);
	return r < 0 || t->stack.merged ? r : layer_attr_set_opaque(folder->fd);
}
