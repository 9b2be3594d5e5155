/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/root_exec.c - steps about the root: making it, entering it, its flags
 *
 * The new root is attached on top of "/". Absolute paths of this process go on from the old root's
 * own folder, so they keep meaning the host until pivot_root; no folder has to be found or made.
 * Where hooks run before that, it is on its own folder instead: they enter this mount namespace to mount
 * something below BUNDLE/rootfs (libnvidia-container does). */
#include "runtime/root_exec.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/mask_exec.h"
#include "runtime/mount_exec.h"

#include <fcntl.h>
#include <sys/stat.h>

int root_step_propagation(struct child *c, const struct step *s)
{
	(void)c;
	if (mount(NULL, "/", NULL, s->value, NULL) < 0)
		return fail(-errno, "set the propagation of \"/\"");
	return 0;
}

/* pivot_root(2) wants the mount below the new root to be private, and nothing that is mounted here may
 * reach the host. */
static int make_parent_private(void)
{
	if (mount(NULL, "/", NULL, MS_PRIVATE, NULL) < 0)
		return fail(-errno, "make \"/\" private");
	return 0;
}

static bool plan_masks(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == STEP_MASK)
			return true;
	return false;
}

/* The mount that a folder is on. Return: descriptor, -errno */
static int open_mount_of(int folder)
{
	CLEANUP_FD int fd = fcntl(folder, F_DUPFD_CLOEXEC, 3);

	while (fd >= 0) {
		struct statx st;
		int above;

		if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) < 0)
			return -errno;
		if (st.stx_attributes & STATX_ATTR_MOUNT_ROOT)
			return TAKE_FD(fd);
		above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		attr_closep(&fd);
		fd = above;
	}
	return -errno;
}

/* Nothing is attached where the folder cannot be entered from here; hooks could not either. */
static int open_own_folder(const char *path)
{
	struct mount_attr attr = { .propagation = MS_PRIVATE };
	CLEANUP_FD int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int on = folder < 0 ? -errno : open_mount_of(folder);
	int r = on < 0 ? on : sys_mount_setattr(on, "", AT_EMPTY_PATH, &attr, sizeof(attr));

	return r < 0 ? r : TAKE_FD(folder);
}

static int attach_root(const struct child *c, bool for_hooks)
{
	CLEANUP_FD int folder = for_hooks ? open_own_folder(c->plan->root) : -EBADF;

	if (folder < 0)
		return sys_move_mount(c->root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
	return sys_move_mount(c->root, "", folder, "",
			      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int root_step_rootfs(struct child *c, const struct step *s)
{
	int r = plan_masks(c->plan) ? mask_capture(c) : 0;

	if (r < 0)
		return r;
	/* Before "/" is made private: a clone of a slave hears of the same master. */
	c->root = mount_make(c, s);
	if (c->root < 0)
		return c->root;
	r = make_parent_private();
	if (r < 0)
		return r;
	r = attach_root(c, s->value == 1);
	return r < 0 ? fail(r, "attach the root '%s'", s->src) :
		       mount_set_propagation(c->root, s->mount);
}

/* After pivot_root(".", ".") the old root lies on top of the new one, at the same place. It is made a
 * slave first, so that detaching it is not told to the host; "." would still be the new root for mount(2),
 * whose peers of the host's must stay peers. */
static int pivot(void)
{
	CLEANUP_FD int old_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (old_root < 0)
		return fail(-errno, "open the old root");
	r = sys_pivot_root(".", ".");
	if (r < 0)
		return fail(r, "pivot_root");
	if (fchdir(old_root) < 0 || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return fail(-errno, "make the old root a slave");
	if (umount2(".", MNT_DETACH) < 0)
		return fail(-errno, "detach the old root");
	return 0;
}

static bool *below(struct arena *a, const struct proc_mount *mounts, size_t n, uint64_t top)
{
	bool *is_below = arena_array(a, n, sizeof(*is_below));

	for (size_t i = 0; i < n; i++) {
		is_below[i] = mounts[i].id == top;
		for (size_t k = 0; k < i && !is_below[i]; k++)
			is_below[i] = is_below[k] && mounts[k].id == mounts[i].parent;
	}
	return is_below;
}

/* After a chroot the old root's mounts are still in this mount namespace, and a whole procfs or sysfs among
 * them is the right to mount another one in a user namespace, past what masks hide (mount_too_revealing in
 * fs/namespace.c). So those go, or, where a user namespace has locked them, are covered. */
static int drop_old_kernel_filesystems(const struct child *c)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct proc_mount *mounts;
	struct statx st;
	size_t n;
	int r = proc < 0 ? -errno : proc_mountinfo(a, proc, &mounts, &n);

	if (r >= 0 && statx(c->root, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		r = -errno;
	if (r < 0)
		return fail(r, "read mountinfo");
	bool *ours = below(a, mounts, n, st.stx_mnt_id);
	for (size_t i = n; i-- > 0;) {
		const struct proc_mount *m = &mounts[i];

		if (ours[i] || !(str_eq(m->type, "proc") || str_eq(m->type, "sysfs")))
			continue;
		if (umount2(m->target, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 &&
		    mount("tmpfs", m->target, "tmpfs", MS_RDONLY, "nr_inodes=1") < 0)
			return fail(-errno, "take '%s' of the host out of the container",
				    m->target);
	}
	return 0;
}

int root_step_pivot(struct child *c, const struct step *s)
{
	int r;

	/* Nothing of the host's /proc is needed from here on. */
	attr_closep(&c->proc_sys);
	c->proc_sys = -EBADF;
	if (fchdir(c->root) < 0)
		return fail(-errno, "enter the new root");
	r = s->value == 0 ? pivot() : 0;
	if (r < 0)
		return r;
	if (s->value == 1)
		r = drop_old_kernel_filesystems(c);
	if (r < 0)
		return r;
	if (s->value == 1 && chroot(".") < 0)
		return fail(-errno, "chroot");
	if (chdir("/") < 0)
		return fail(-errno, "enter the new root");
	return 0;
}

int root_step_readonly(struct child *c, const struct step *s)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int r = sys_mount_setattr(c->root, "", AT_EMPTY_PATH, &attr, sizeof(attr));

	(void)s;
	return r < 0 ? fail(r, "make the root read-only") : 0;
}
