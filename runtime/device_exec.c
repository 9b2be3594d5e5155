/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/device_exec.c - device nodes, links and the console of the container
 * Every node is made by one component below a folder that was resolved inside the root, so a /dev that
 * is a symlink leads to a folder of the container, never of the host (CVE-2026-41579, CVE-2026-47766). */
#include "runtime/device_exec.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/mount_exec.h"
#include "runtime/terminal.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static bool is_device(const struct stat *st, const struct device_step *d)
{
	if ((st->st_mode & S_IFMT) != (d->mode & S_IFMT))
		return false;
	return S_ISFIFO(d->mode) || st->st_rdev == makedev(d->major, d->minor);
}

static int bind_node(const struct child *c, const struct step *s)
{
	struct stat st;
	int r;
	CLEANUP_FD int tree = sys_open_tree(AT_FDCWD, s->src ? s->src : s->dst,
					    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
						    AT_SYMLINK_NOFOLLOW);
	if (tree < 0)
		return fail(tree, "open device '%s' of the host", s->dst);
	if (fstat(tree, &st) < 0 || !is_device(&st, s->device))
		return refuse(-ENODEV, "'%s' of the host is not device %u:%u", s->dst,
			      s->device->major, s->device->minor);
	CLEANUP_FD int target = dir_make_file(c->root, s->dst, 0644);
	if (target < 0)
		return fail(target, "make '%s'", s->dst);
	r = mount_attach(tree, target);
	return r < 0 ? fail(r, "bind device '%s'", s->dst) : 0;
}

int device_step_node(struct child *c, const struct step *s)
{
	const struct device_step *d = s->device;
	char buf[NAME_MAX + 1];
	const char *name;
	struct stat st;

	if (d->bind)
		return bind_node(c, s);
	CLEANUP_FD int folder = dir_make_parent(c->root, s->dst, buf, &name);
	if (folder < 0)
		return fail(folder, "open the folder of device '%s'", s->dst);
	if (mknodat(folder, name, d->mode, makedev(d->major, d->minor)) == 0) {
		/* The umask of a child is 0 until its user is set, so the mode is exact. */
		if ((d->uid || d->gid) &&
		    fchownat(folder, name, d->uid, d->gid, AT_SYMLINK_NOFOLLOW) < 0)
			return fail(-errno, "set the owner of device '%s'", s->dst);
		return 0;
	}
	if (errno != EEXIST)
		return fail(-errno, "make device '%s'", s->dst);
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !is_device(&st, d))
		return refuse(-EEXIST, "device '%s': another file exists there", s->dst);
	return 0;
}

int device_step_symlink(struct child *c, const struct step *s)
{
	char buf[NAME_MAX + 1];
	const char *name;
	CLEANUP_FD int folder = dir_make_parent(c->root, s->dst, buf, &name);

	if (folder < 0)
		return fail(folder, "open the folder of '%s'", s->dst);
	if (symlinkat(s->src, folder, name) < 0 && errno != EEXIST)
		return fail(-errno, "make symlink '%s'", s->dst);
	return 0;
}

/* ---- console ---- */

static int set_size(const struct plan *p, int fd)
{
	struct winsize size = { .ws_row = p->console_height, .ws_col = p->console_width };

	if (!size.ws_row && !size.ws_col)
		return 0;
	return ioctl(fd, TIOCSWINSZ, &size) < 0 ? fail(-errno, "set the size of the console") : 0;
}

/* A symlink at the destination is refused: the peer must not land elsewhere (CVE-2025-52565). */
static int bind_peer(const struct child *c, const char *dst, int peer)
{
	int r;
	CLEANUP_FD int tree = sys_open_tree(peer, "",
					    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0)
		return fail(tree, "clone the mount of the console");
	CLEANUP_FD int target = dir_open_nofollow(c->root, dst, O_PATH);
	if (target == -ENOENT)
		target = dir_make_file(c->root, dst, 0666);
	if (target < 0)
		return fail(target, "make '%s'", dst);
	r = mount_attach(tree, target);
	return r < 0 ? fail(r, "bind the console at '%s'", dst) : 0;
}

int device_step_console(struct child *c, const struct step *s)
{
	char name[32];
	int r;
	CLEANUP_FD int peer = -EBADF;
	CLEANUP_FD int master = terminal_open(c->root, &peer, name);

	if (master < 0)
		return master;
	r = set_size(c->plan, master);
	if (r >= 0 && c->console_is_ours)
		r = terminal_end_lines_plainly(master);
	if (r >= 0 && s->dst)
		r = bind_peer(c, s->dst, peer);
	if (r >= 0)
		r = terminal_send(c->console_socket, master, name);
	if (r < 0)
		return r;
	for (int i = 0; i < 3; i++)
		if (dup3(peer, i, 0) < 0)
			return fail(-errno, "put the console on descriptor %d", i);
	return 0;
}
