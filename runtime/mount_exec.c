/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mount_exec.c - the steps that mount
 *
 * A mount is made detached, gets its attributes while nobody can see it, and is then moved onto an
 * O_PATH descriptor that was resolved inside the container's root. So no path of the container is
 * looked at twice, and a symlink that is swapped in between decides nothing (CVE-2021-30465). */
#include "runtime/mount_exec.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/copy_up.h"
#include "runtime/fs_context.h"
#include "runtime/overlay.h"
#include "runtime/proc_guard.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* ---- making ---- */

static const struct child_source *source_of(const struct child *c, const struct step *s)
{
	return c->sources ? &c->sources[s - c->plan->steps] : NULL;
}

static int open_bind(struct child *c, const struct step *s)
{
	const struct mount_step *m = s->mount;
	const struct child_source *prepared = source_of(c, s);
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int r;

	if (prepared && prepared->tree >= 0)
		return prepared->tree;
	if (m->recursive)
		flags |= AT_RECURSIVE;
	if (m->source_nofollow)
		flags |= AT_SYMLINK_NOFOLLOW;
	r = sys_open_tree(AT_FDCWD, m->source, flags);
	if (r == -ENOENT && m->optional)
		return r;
	return r < 0 ? fail(r, "stat %s", m->source) : r;
}

static int change(int fd, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear };
	int r = set || clear ? sys_mount_setattr(fd, "", flags, &attr, sizeof(attr)) : 0;

	return r < 0 ? fail(r, "set mount attributes") : 0;
}

/* @is_new: made with attr_set by fsmount(2), which leaves nothing to clear */
static int set_attributes(int fd, const struct mount_step *m, bool is_new)
{
	int r = is_new ? 0 : change(fd, AT_EMPTY_PATH, m->attr_set, m->attr_clear);

	return r < 0 ? r : change(fd, AT_EMPTY_PATH | AT_RECURSIVE, m->rattr_set, m->rattr_clear);
}

/* Only for what the child itself made; a prepared source is mapped already. */
static int set_id_map(int fd, int userns)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns };
	int r = sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr));

	return r < 0 ? fail(r, "id-map the mount") : 0;
}

/* A tmpfs that says nothing of its mode gets the folder's that it covers, as in runc. */
static char *const *filesystem_data(struct child *c, const struct step *s)
{
	const struct mount_step *m = s->mount;
	struct stat st;

	if (!str_eq(m->type, "tmpfs") || !s->dst)
		return m->data;
	for (char **option = m->data; option && *option; option++)
		if (str_starts(*option, "mode="))
			return m->data;
	CLEANUP_FD int folder = dir_open_in(c->root, s->dst, O_PATH | O_DIRECTORY);
	if (folder < 0 || fstat(folder, &st) < 0)
		return m->data;
	return strv_append(c->plan->arena, m->data,
			   arena_printf(c->plan->arena, "mode=%o", st.st_mode & 07777));
}

static int make_unplaced(struct child *c, const struct step *s)
{
	const struct mount_step *m = s->mount;
	const struct child_source *prepared = source_of(c, s);
	CLEANUP_FD int fd = -EBADF;
	int r = 0;

	switch (m->kind) {
	case MOUNT_FS:
		fd = fs_context_mount(m->type, m->source, m->sb_flags, filesystem_data(c, s),
				      m->attr_set);
		break;
	case MOUNT_BIND:
		fd = open_bind(c, s);
		break;
	case MOUNT_OVERLAY:
		fd = overlay_mount(m->rootfs);
		break;
	case MOUNT_REMOUNT:
		return refuse(-EINVAL, "a remount makes no mount");
	}
	if (fd < 0)
		return fd;
	r = set_attributes(fd, m, m->kind == MOUNT_FS);
	if (r >= 0 && prepared && prepared->userns >= 0 && m->kind != MOUNT_BIND)
		r = set_id_map(fd, prepared->userns);
	return r < 0 ? r : TAKE_FD(fd);
}

static int explain(int r, const struct step *s)
{
	const char *what = s->mount->source ? s->mount->source : s->mount->type;

	return fail_context(r, "error mounting \"%s\" to rootfs at \"%s\"", what ? what : s->src,
			    s->dst ? s->dst : "/");
}

static bool is_skipped(const struct step *s, int r)
{
	return r == -ENOENT && s->mount->optional && !error_code();
}

int mount_make(struct child *c, const struct step *s)
{
	int r = make_unplaced(c, s);

	if (r >= 0 || is_skipped(s, r))
		return r;
	return explain(r, s);
}

/* ---- placing ---- */

int mount_set_propagation(int mount_fd, const struct mount_step *m)
{
	for (const uint64_t *p = m->propagation; p && *p; p++) {
		struct mount_attr attr = { .propagation = *p & ~(uint64_t)MS_REC };
		unsigned flags = AT_EMPTY_PATH | (*p & MS_REC ? AT_RECURSIVE : 0);
		int r = sys_mount_setattr(mount_fd, "", flags, &attr, sizeof(attr));

		if (r < 0)
			return fail(r, "set mount propagation");
	}
	return 0;
}

int mount_attach(int mount_fd, int target)
{
	return sys_move_mount(mount_fd, "", target, "",
			      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int refuse_link(const struct step *s, int r)
{
	if (r == -ELOOP && s->mount->kind == MOUNT_FS)
		return refuse(r, "filesystem \"%s\" must be mounted on ordinary directory",
			      s->mount->type);
	return fail(r, "open the destination");
}

/* The destination: made like the source, a folder or a file, when it is missing. */
static int open_target(const struct child *c, const struct step *s, int mount_fd)
{
	int folder = dir_is_folder(mount_fd);
	int fd;

	if (folder < 0)
		return fail(folder, "stat the source");
	if (s->mount->dest_nofollow) {
		fd = dir_open_nofollow(c->root, s->dst, O_PATH);
		/* crun's dest-nofollow: a file, or a link, lies on the link itself. */
		if (fd == -ELOOP && s->mount->kind == MOUNT_BIND && !folder)
			fd = dir_open_in(c->root, s->dst, O_PATH | O_NOFOLLOW);
		if (fd != -ENOENT)
			return fd < 0 ? refuse_link(s, fd) : fd;
	}
	fd = folder ? dir_make_all(c->root, s->dst, 0755) : dir_make_file(c->root, s->dst, 0644);
	return fd < 0 ? fail(fd, "make the destination") : fd;
}

static bool is_there(const struct child *c, const char *path)
{
	CLEANUP_FD int fd = dir_open_in(c->root, path, O_PATH);

	return fd >= 0;
}

static int place(struct child *c, const struct step *s, int fd)
{
	/* a folder that we make ourselves has nothing to say about the tmpfs on it */
	bool copies = s->mount->copy_up && is_there(c, s->dst);
	CLEANUP_FD int target = open_target(c, s, fd);
	int r;

	if (target < 0)
		return target;
	r = proc_guard_check(c->root, s->dst, target, fd);
	if (r >= 0 && copies)
		r = copy_up(target, fd, s->mount->data);
	if (r < 0)
		return r;
	r = mount_attach(fd, target);
	if (r < 0)
		return fail(r, "attach the mount");
	return mount_set_propagation(fd, s->mount);
}

int mount_place(struct child *c, const struct step *s, int mount_fd)
{
	int r = place(c, s, mount_fd);

	return r < 0 ? explain(r, s) : 0;
}

int mount_change(int mount_fd, const struct mount_step *m)
{
	return set_attributes(mount_fd, m, false);
}

/* ---- remount ---- */

static int reconfigure(const struct child *c, const struct step *s)
{
	CLEANUP_FD int target = dir_open_in(c->root, s->dst, O_PATH);
	int r = 0;

	if (target < 0)
		return fail(target, "open the destination");
	if (s->mount->sb_flags || s->mount->data)
		r = fs_context_reconfigure(target, s->mount->sb_flags, s->mount->data);
	if (r >= 0)
		r = set_attributes(target, s->mount, false);
	return r < 0 ? r : mount_set_propagation(target, s->mount);
}

/* The same link is there already. */
static bool is_same_link(int parent, const char *name, const char *text)
{
	char there[PATH_MAX];
	ssize_t len = readlinkat(parent, name, there, sizeof(there));

	return len >= 0 && (size_t)len == strlen(text) && memcmp(there, text, (size_t)len) == 0;
}

/* podman's copy-symlink: a source that is a symlink is copied as one instead of being mounted. */
static int copy_symlink(const struct child *c, const struct step *s, bool *ret_done)
{
	char text[PATH_MAX], buf[NAME_MAX + 1];
	const char *name;
	ssize_t len = readlink(s->mount->source, text, sizeof(text));

	*ret_done = len >= 0;
	if (len < 0)
		return 0;
	if ((size_t)len >= sizeof(text))
		return fail(-ENAMETOOLONG, "read the symlink");
	text[len] = '\0';
	CLEANUP_FD int parent = dir_make_parent(c->root, s->dst, buf, &name);
	if (parent < 0)
		return fail(parent, "open the folder of the destination");
	if (symlinkat(text, parent, name) < 0 &&
	    !(errno == EEXIST && is_same_link(parent, name, text)))
		return fail(-errno, "copy the symlink");
	return 0;
}

int mount_step(struct child *c, const struct step *s)
{
	bool done = false;
	int r = 0;

	if (s->mount->copy_symlink)
		r = copy_symlink(c, s, &done);
	if (s->mount->kind == MOUNT_REMOUNT)
		r = reconfigure(c, s);
	if (r < 0)
		return explain(r, s);
	if (done || s->mount->kind == MOUNT_REMOUNT)
		return 0;
	CLEANUP_FD int fd = mount_make(c, s);
	if (fd < 0)
		return is_skipped(s, fd) ? 0 : fd;
	return mount_place(c, s, fd);
}

int mount_step_notify(struct child *c, const struct step *s)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
				   .propagation = MS_PRIVATE };
	const struct child_source *prepared = source_of(c, s);
	int r;

	if (!c->notify_dir)
		return refuse(-EINVAL, "the plan wants a notify socket, and there is none");
	CLEANUP_FD int tree = prepared && prepared->tree >= 0 ?
				      prepared->tree :
				      sys_open_tree(AT_FDCWD, c->notify_dir,
						    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return fail(tree, "clone the mount of the notify socket");
	CLEANUP_FD int target = dir_make_all(c->root, s->dst, 0755);
	if (target < 0)
		return fail(target, "make '%s'", s->dst);
	r = sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (r >= 0)
		r = mount_attach(tree, target);
	return r < 0 ? fail(r, "mount the notify socket at '%s'", s->dst) : 0;
}
