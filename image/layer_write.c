/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_write.c - one entry of an archive into the tree
 *
 * The folder that holds the name is open, so every call takes a single component below a descriptor.
 * Nothing that exists is ever opened for writing: what is in the way is removed, then the new file is
 * made with O_EXCL and O_NOFOLLOW, and its attributes are set on the descriptor that made it. Only a
 * folder over a folder keeps what it holds. */
#include "image/layer_write.h"
#include "base/error.h"
#include "base/fd.h"
#include "image/layer_attr.h"
#include "image/layer_path.h"
#include "image/layer_whiteout.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* The entry at hand, and where its name goes. */
struct target {
	struct layer_writer *w;
	struct layer_reader *reader;
	const struct layer_entry *e;
	struct layer_folder *folder;
	const char *name;
};

static struct layer_owner owner_of(const struct target *t)
{
	return (struct layer_owner){ t->e->uid, t->e->gid, t->w->tree.stack.keep_owner };
}

static int set_xattrs(const struct target *t, int fd)
{
	const char *name;
	const void *value;
	size_t size;
	int r = 0;

	while (r == 0 && layer_reader_xattr(t->reader, &name, &value, &size))
		r = layer_attr_xattr(fd, name, value, size);
	return r;
}

/* All attributes of a file or folder, in the order that layer_attr.h explains. */
static int set_attributes(const struct target *t, int fd)
{
	struct layer_owner owner = owner_of(t);
	mode_t mode;
	int r;

	r = layer_attr_owner(fd, &owner, &mode);
	if (r < 0)
		return r;
	r = set_xattrs(t, fd);
	if (r < 0)
		return r;
	r = layer_attr_mode(fd, mode, t->e->mode);
	return r < 0 ? r : layer_attr_time(fd, t->e->mtime);
}

/* ---- files ---- */

static int write_at(int fd, const uint8_t *data, size_t len, uint64_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, (off_t)offset);

		if (n < 0 && errno != EINTR)
			return fail(-errno, "write");
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			offset += (size_t)n;
		}
	}
	return 0;
}

static int write_data(const struct target *t, int fd)
{
	uint64_t end = 0, offset;
	const void *data;
	size_t len;
	int r;

	while ((r = layer_reader_data(t->reader, &data, &len, &offset)) > 0) {
		if (offset < end || offset > t->e->size || len > t->e->size - offset)
			return refuse(-EBADMSG, "the file's data lies outside of the file");
		r = write_at(fd, data, len, offset);
		if (r < 0)
			return r;
		end = offset + len;
	}
	if (r == 0 && end < t->e->size && ftruncate(fd, (off_t)t->e->size) < 0)
		return fail(-errno, "set the size");
	return r;
}

static int make_file(const struct target *t)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	/* Not yet with setuid: the owner is not set, and writing would clear it. */
	mode_t first = t->e->mode & 0777;
	CLEANUP_FD int fd = -EBADF;
	int r;

	if (t->e->size > t->w->max_bytes)
		return refuse(-EFBIG, "a file of %ju bytes is larger than allowed",
			      (uintmax_t)t->e->size);
	fd = openat(t->folder->fd, t->name, flags, first);
	if (fd < 0 && errno == EEXIST) {
		r = layer_tree_make_room(&t->w->tree, t->folder, t->name);
		if (r < 0)
			return r;
		fd = openat(t->folder->fd, t->name, flags, first);
	}
	if (fd < 0)
		return fail(-errno, "make the file");
	r = write_data(t, fd);
	return r < 0 ? r : set_attributes(t, fd);
}

/* ---- folders ---- */

/* A folder over a folder: it keeps its names, and takes all attributes from the entry. */
static int update_folder(const struct target *t, int fd)
{
	int r = layer_attr_clear(fd);

	return r < 0 ? r : set_attributes(t, fd);
}

static int make_new_folder(const struct target *t, bool replaces)
{
	CLEANUP_FD int fd = -EBADF;
	int r;

	if (mkdirat(t->folder->fd, t->name, t->e->mode & 0777) < 0)
		return fail(-errno, "make the folder");
	fd = layer_walk_open(t->folder->fd, t->name);
	if (fd < 0)
		return fail(fd, "open the folder");
	layer_tree_path_changed(&t->w->tree);
	/* What it replaces hid the lower layers' folder of this name, so that stays hidden. */
	if (replaces && !t->w->tree.stack.merged && (r = layer_attr_set_opaque(fd)) < 0)
		return r;
	return set_attributes(t, fd);
}

static int make_folder(const struct target *t)
{
	struct layer_tree *tree = &t->w->tree;
	CLEANUP_FD int fd = -EBADF;
	int r;

	fd = layer_walk_open(t->folder->fd, t->name);
	if (fd >= 0) {
		/* Its open folder would put the old time back. */
		r = layer_tree_let_go(tree, t->folder, t->name);
		return r < 0 ? r : update_folder(t, fd);
	}
	r = layer_tree_make_room(tree, t->folder, t->name);
	return r < 0 ? r : make_new_folder(t, r > 0);
}

/* ---- what is neither ---- */

/* Symlinks, devices and fifos are never opened: a driver, or a peer, would answer. */
static int set_attributes_by_name(const struct target *t)
{
	const struct timespec times[2] = { t->e->mtime, t->e->mtime };
	struct layer_owner owner = owner_of(t);

	if (!owner.keep &&
	    fchownat(t->folder->fd, t->name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(-errno, "set owner %u:%u", owner.uid, owner.gid);
	if (utimensat(t->folder->fd, t->name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(-errno, "set time");
	return 0;
}

static int make_symlink(const struct target *t)
{
	int r = layer_tree_make_room(&t->w->tree, t->folder, t->name);

	if (r < 0)
		return r;
	if (symlinkat(t->e->link, t->folder->fd, t->name) < 0)
		return fail(-errno, "make the symlink");
	layer_tree_path_changed(&t->w->tree);
	return set_attributes_by_name(t);
}

static int make_node(const struct target *t, mode_t format)
{
	dev_t dev = format == S_IFIFO ? 0 : t->e->rdev;
	int r = layer_tree_make_room(&t->w->tree, t->folder, t->name);

	if (r < 0)
		return r;
	if (mknodat(t->folder->fd, t->name, format | (t->e->mode & 0777), dev) < 0)
		return fail(-errno, "make the node");
	return set_attributes_by_name(t);
}

static int make_fifo(const struct target *t)
{
	return make_node(t, S_IFIFO);
}

static int make_device(const struct target *t)
{
	char printable[256];

	if (t->e->type == LAYER_CHAR && t->e->rdev == 0)
		return refuse(-EINVAL, "the character device 0:0 is overlay's whiteout");
	if (t->w->keep_devices)
		return make_node(t, t->e->type == LAYER_CHAR ? S_IFCHR : S_IFBLK);
	layer_path_printable(t->e->path, printable, sizeof(printable));
	warn("device node %s is not made, ignoring", printable);
	return 0;
}

static int skip_socket(const struct target *t)
{
	(void)t;
	return 0;
}

/* ---- hardlinks ---- */

/* The link's target is in a lower layer: the target itself is copied into this layer, as overlayfs
 * would do, so that both names are one file. */
static int copy_content(int from, int to, uint64_t size)
{
	while (size) {
		size_t piece = size < (1u << 30) ? (size_t)size : 1u << 30;
		ssize_t n = copy_file_range(from, NULL, to, NULL, piece, 0);

		if (n < 0 && errno != EINTR)
			return fail(-errno, "copy a lower layer's file");
		if (n == 0)
			return refuse(-EIO, "a lower layer's file became shorter");
		if (n > 0)
			size -= (uint64_t)n;
	}
	return 0;
}

static int copy_up(const struct target *t, int lower, const struct layer_folder *folder,
		   const char *name)
{
	CLEANUP_FD int from = openat(lower, name,
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	CLEANUP_FD int to = -EBADF;
	struct stat st;
	int r;

	if (from < 0 || fstat(from, &st) < 0)
		return fail(-errno, "open a lower layer's file '%s'", name);
	if (!S_ISREG(st.st_mode))
		return refuse(-EINVAL, "the hardlink's target is not a regular file");
	to = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return fail(-errno, "make the hardlink's target '%s'", name);
	r = copy_content(from, to, (uint64_t)st.st_size);
	if (r < 0)
		return r;
	r = layer_attr_copy(from, to, t->w->tree.stack.keep_owner);
	if (r < 0)
		return r;
	r = layer_attr_time(to, st.st_mtim);
	return r < 0 ? r : layer_walk_count(&t->w->tree.stack);
}

static int find_below(const struct target *t, const char *parent, const struct layer_folder *folder,
		      const char *name)
{
	CLEANUP_PLACE struct layer_place place = LAYER_PLACE_NONE;
	struct layer_stack *stack = &t->w->tree.stack;
	struct stat st;
	int r;

	stack->depends_on_lowers = true;
	r = layer_walk(stack, parent, false, &place);
	if (r < 0)
		return r;
	for (size_t i = 0; i < place.n_lowers; i++)
		if (fstatat(place.lowers[i], name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return layer_attr_is_whiteout(&st) ?
				       -ENOENT :
				       copy_up(t, place.lowers[i], folder, name);
	return -ENOENT;
}

static int make_hardlink(const struct target *t)
{
	struct layer_tree *tree = &t->w->tree;
	char parent[PATH_MAX];
	const char *name = layer_path_split(t->e->link, parent);
	struct layer_folder *from;
	struct stat st;
	int r;

	if (!*name)
		return refuse(-EINVAL, "a hardlink to the root");
	r = layer_tree_make_room(tree, t->folder, t->name);
	if (r < 0)
		return r;
	r = layer_tree_folder(tree, parent, false, &from);
	if (r < 0)
		return fail_context(r, "the hardlink's target '%s'", t->e->link);
	if (fstatat(from->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		r = errno == ENOENT ? find_below(t, parent, from, name) : -errno;
		if (r == -ENOENT)
			return refuse(r, "the hardlink's target '%s' does not exist", t->e->link);
		if (r < 0)
			return r;
	} else if (!S_ISREG(st.st_mode)) {
		return refuse(-EINVAL, "the hardlink's target '%s' is not a regular file",
			      t->e->link);
	}
	if (linkat(from->fd, name, t->folder->fd, t->name, 0) < 0)
		return fail(-errno, "link to '%s'", t->e->link);
	return 0;
}

/* ---- */

static int (*const makers[])(const struct target *t) = {
	[LAYER_FILE] = make_file,       [LAYER_FOLDER] = make_folder,
	[LAYER_SYMLINK] = make_symlink, [LAYER_HARDLINK] = make_hardlink,
	[LAYER_CHAR] = make_device,     [LAYER_BLOCK] = make_device,
	[LAYER_FIFO] = make_fifo,       [LAYER_SOCKET] = skip_socket,
};

/* The root is there, and stays a folder whatever the archive says (CVE-2021-29136). */
static int write_root(const struct target *t)
{
	struct layer_folder *root;
	int r;

	if (t->e->type != LAYER_FOLDER)
		return refuse(-EINVAL, "the root can only be a folder");
	r = layer_tree_folder(&t->w->tree, "", true, &root);
	if (r < 0)
		return r;
	root->mtime = t->e->mtime;
	return update_folder(t, root->fd);
}

int layer_write(struct layer_writer *w, struct layer_reader *reader, const struct layer_entry *e)
{
	struct target t = { .w = w, .reader = reader, .e = e };
	char parent[PATH_MAX];
	const char *hidden = NULL;
	int mark, r;

	if (!*e->path)
		return write_root(&t);
	mark = layer_path_mark(e->path, &hidden);
	if (mark < 0 || mark == LAYER_IGNORED)
		return mark < 0 ? mark : 0;
	/* Old aufs layers have whiteouts that are hardlinks to one file. */
	if (mark != LAYER_PLAIN && e->type != LAYER_FILE && e->type != LAYER_HARDLINK)
		return refuse(-EINVAL, "a whiteout that is not a regular file");
	t.name = layer_path_split(e->path, parent);
	r = layer_tree_folder(&w->tree, parent, true, &t.folder);
	if (r < 0)
		return r;
	if (mark == LAYER_WHITEOUT)
		return layer_whiteout_name(&w->tree, t.folder, hidden);
	if (mark == LAYER_OPAQUE)
		return layer_whiteout_all(&w->tree, t.folder);
	r = makers[e->type](&t);
	if (r == 0)
		layer_names_add(&w->tree.made, t.folder->ino, t.name);
	return r;
}
