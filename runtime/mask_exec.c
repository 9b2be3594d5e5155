/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mask_exec.c - hiding and write-protecting paths of the container
 *
 * What hides a file is the host's /dev/null, taken and proved before the container's /dev is in sight
 * (CVE-2025-31133), and read-only: its owner and mode are the host's, and root of a container without a
 * user namespace owns it. What hides a folder is one empty read-only tmpfs for all of them: a superblock for
 * each would cost more than the rest of the masks. */
#include "runtime/mask_exec.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/sys.h"
#include "runtime/fs_context.h"
#include "runtime/mount_exec.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int mask_capture(struct child *c)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NOEXEC };
	struct stat st;
	int r;
	CLEANUP_FD int tree = sys_open_tree(
		AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	if (tree < 0)
		return fail(tree, "open /dev/null of the host");
	if (fstat(tree, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return refuse(-ENODEV, "/dev/null of the host is not the null device");
	r = sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (r < 0)
		return fail(r, "make the mount of /dev/null read-only");
	c->null.fd = TAKE_FD(tree);
	return 0;
}

static int make_empty(struct child *c)
{
	char *const data[] = { "mode=0555", "nr_inodes=2", "size=4k", NULL };
	char *const flags[] = { "ro", NULL };

	c->empty.fd = fs_context_mount("tmpfs", "tmpfs", flags, data,
				       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					       MOUNT_ATTR_NOEXEC);
	return c->empty.fd < 0 ? c->empty.fd : 0;
}

static int attach_template(struct child_template *t, int target)
{
	int r;

	if (!t->attached) {
		r = mount_attach(t->fd, target);
		t->attached = r >= 0;
		return r;
	}
	CLEANUP_FD int copy = sys_open_tree(t->fd, "",
					    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return copy < 0 ? copy : mount_attach(copy, target);
}

static bool is_missing(int r)
{
	return r == -ENOENT || r == -ENOTDIR;
}

int mask_step_mask(struct child *c, const struct step *s)
{
	CLEANUP_FD int target = dir_open_in(c->root, s->dst, O_PATH);
	int r;

	if (is_missing(target))
		return 0;
	if (target < 0)
		return fail(target, "mask '%s'", s->dst);
	int folder = dir_is_folder(target);
	if (folder > 0 && c->empty.fd < 0) {
		r = make_empty(c);
		if (r < 0)
			return r;
	}
	r = folder < 0 ? folder : attach_template(folder ? &c->empty : &c->null, target);
	return r < 0 ? fail(r, "mask '%s'", s->dst) : 0;
}

int mask_step_readonly(struct child *c, const struct step *s)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	CLEANUP_FD int target = dir_open_in(c->root, s->dst, O_PATH);
	int r;

	if (is_missing(target))
		return 0;
	if (target < 0)
		return fail(target, "make '%s' read-only", s->dst);
	CLEANUP_FD int tree = sys_open_tree(
		target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
	r = tree < 0 ?
		    tree :
		    sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr));
	if (r >= 0)
		r = mount_attach(tree, target);
	return r < 0 ? fail(r, "make '%s' read-only", s->dst) : 0;
}
