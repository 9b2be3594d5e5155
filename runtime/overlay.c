/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/overlay.c - an overlay of layer folders as a root filesystem
 *
 * Three ways to name the layers, newest first; each is tried when the kernel does not know the one
 * before. By descriptor (Linux 6.13), so that no path is parsed. By "lowerdir+" with a path per call
 * (6.5), because one fsconfig string holds 256 bytes; a longer path is EINVAL too. Below that, where
 * a descriptor is EOPNOTSUPP, and for the longer path, mount(2) takes one page of options:
 * a private tmpfs is made the current folder, holds a link per layer with a short name, and the
 * options name those. Kernel: filesystems/overlayfs.rst. */
#include "runtime/overlay.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/fs_context.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Key of the layer folders, from top to bottom; upper and work come last. */
static int add_layer(int fs, const char *key, const char *path, bool by_descriptor)
{
	int r;

	if (by_descriptor) {
		CLEANUP_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return fail(-errno, "open layer '%s'", path);
		return sys_fsconfig(fs, FSCONFIG_SET_FD, key, NULL, fd);
	}
	r = sys_fsconfig(fs, FSCONFIG_SET_STRING, key, path, 0);
	return r;
}

static int add_layers(int fs, const struct rootfs *root, bool by_descriptor)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < root->n_lowers; i++)
		r = add_layer(fs, "lowerdir+", root->lowers[i], by_descriptor);
	if (r >= 0 && root->upper) {
		r = add_layer(fs, "upperdir", root->upper, by_descriptor);
		if (r >= 0)
			r = add_layer(fs, "workdir", root->work, by_descriptor);
	}
	return r;
}

static int finish(int fs, const struct rootfs *root)
{
	int r = 0;

	if (root->userxattr)
		r = sys_fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0);
	if (r >= 0 && root->is_volatile)
		r = sys_fsconfig(fs, FSCONFIG_SET_FLAG, "volatile", NULL, 0);
	if (r >= 0)
		r = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (r >= 0)
		r = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return r < 0 ? fs_context_fail(fs, r, "overlay") : r;
}

/* What fsconfig says to a key or a kind of value that it does not know; an overlay of before 6.5 has
 * strings only, and says the second to a descriptor. */
static bool is_unknown(int r)
{
	return r == -EINVAL || r == -EOPNOTSUPP;
}

/* Return: the mount; -EINVAL or -EOPNOTSUPP with nothing recorded when the kernel does not know this way. */
static int mount_by_context(const struct rootfs *root, bool by_descriptor)
{
	CLEANUP_FD int fs = sys_fsopen("overlay", FSOPEN_CLOEXEC);
	int r;

	if (fs < 0)
		return fail(fs, "fsopen overlay");
	r = add_layers(fs, root, by_descriptor);
	if (r < 0)
		return error_code() || is_unknown(r) ? r : fs_context_fail(fs, r, "overlay layers");
	return finish(fs, root);
}

/* ---- below Linux 6.5 ---- */

static int link_layers(int folder, const struct rootfs *root, struct buf *options)
{
	char name[24];

	buf_adds(options, "lowerdir=");
	for (size_t i = 0; i < root->n_lowers; i++) {
		(void)snprintf(name, sizeof(name), "%zx", i);
		if (symlinkat(root->lowers[i], folder, name) < 0)
			return fail(-errno, "link layer '%s'", root->lowers[i]);
		buf_printf(options, "%s%s", i ? ":" : "", name);
	}
	if (!root->upper)
		return 0;
	if (symlinkat(root->upper, folder, "u") < 0 || symlinkat(root->work, folder, "w") < 0)
		return fail(-errno, "link the upper folder '%s'", root->upper);
	buf_adds(options, ",upperdir=u,workdir=w");
	return 0;
}

/* mount(2) attaches at a path; "m" in the tmpfs is that, and the mount is cloned away from there. */
static int mount_in_scratch(int scratch, const struct rootfs *root)
{
	CLEANUP_BUF struct buf options = { 0 };
	int r = link_layers(scratch, root, &options);

	if (r < 0)
		return r;
	if (root->userxattr)
		buf_adds(&options, ",userxattr");
	if (root->is_volatile)
		buf_adds(&options, ",volatile");
	if (options.len >= (size_t)sysconf(_SC_PAGESIZE))
		return refuse(-E2BIG,
			      "an overlay of %zu layers is too deep for this kernel (below 6.5)",
			      root->n_lowers);
	if (mkdirat(scratch, "m", 0700) < 0 || fchdir(scratch) < 0)
		return fail(-errno, "prepare the folder of layer links");
	if (mount("overlay", "m", "overlay", 0, options.data) < 0)
		return fail(-errno, "mount the overlay");
	r = sys_open_tree(scratch, "m", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return r < 0 ? fail(r, "clone the overlay") : r;
}

static int mount_by_links(const struct rootfs *root)
{
	char *const data[] = { "mode=0700", NULL };
	CLEANUP_FD int scratch = fs_context_mount("tmpfs", "tmpfs", NULL, data, 0);
	CLEANUP_FD int fd = -EBADF;
	int r;

	if (scratch < 0)
		return scratch;
	/* Attached over "/", as the root will be: shadows nothing, and is detached again below. */
	r = sys_move_mount(scratch, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
	if (r < 0)
		return fail(r, "attach the folder of layer links");
	fd = mount_in_scratch(scratch, root);
	if (fd < 0)
		return fd;
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fail(-errno, "detach the folder of layer links");
	return TAKE_FD(fd);
}

static int clone_folder(const char *path)
{
	int r = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	return r < 0 ? fail(r, "stat %s", path) : r;
}

int overlay_mount(const struct rootfs *root)
{
	int r;

	if (root->path)
		return clone_folder(root->path);
	r = mount_by_context(root, true);
	if (r == -EINVAL && !error_code())
		r = mount_by_context(root, false);
	if (is_unknown(r) && !error_code())
		r = mount_by_links(root);
	return r;
}
