/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/procfs.c - writing to the kernel's procfs, never to what a container shows at /proc */
#include "runtime/procfs.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/sys.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

static int prove_procfs(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return fail(-errno, "fstatfs of procfs");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return refuse(-ENODEV, "/proc is not a procfs");
	return 0;
}

static int make_private(bool processes_only)
{
	CLEANUP_FD int fs = sys_fsopen("proc", FSOPEN_CLOEXEC);
	int r = 0;

	if (fs < 0)
		return fs;
	if (processes_only)
		r = sys_fsconfig(fs, FSCONFIG_SET_STRING, "subset", "pid", 0);
	if (r >= 0)
		r = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	return r < 0 ? r : sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
}

/* A user namespace may be denied a procfs of its own (its pid namespace belongs to somebody else, or
 * parts of /proc are hidden from it); then the host's is taken, while "/" is still the host's. */
static int open_procfs(bool processes_only)
{
	CLEANUP_FD int fd = make_private(processes_only);
	int r;

	if (fd == -EPERM)
		fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(fd == -1 ? -errno : fd, "open a private procfs");
	r = prove_procfs(fd);
	return r < 0 ? r : TAKE_FD(fd);
}

static bool is_needed(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == STEP_SYSCTL || p->steps[i].kind == STEP_LSM_LABEL)
			return true;
	return false;
}

/* A procfs is a superblock to make and to tear down: none where nothing will be written. */
int procfs_step_open(struct child *c, const struct step *s)
{
	if (!is_needed(c->plan))
		return 0;
	c->proc = open_procfs(true);
	if (c->proc < 0)
		return c->proc;
	if (s->value == 1)
		c->proc_sys = open_procfs(false);
	return s->value == 1 && c->proc_sys < 0 ? c->proc_sys : 0;
}

static int write_below(int dirfd, const char *path, const char *text)
{
	CLEANUP_FD int fd = dir_openat2(dirfd, path, O_WRONLY | O_NOFOLLOW, 0,
					RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
	int r;

	if (fd < 0)
		return fail(fd, "open /proc/%s", path);
	r = prove_procfs(fd);
	if (r < 0)
		return r;
	r = fd_write_all(fd, text, strlen(text));
	return r < 0 ? fail(r, "write /proc/%s", path) : 0;
}

int procfs_step_sysctl(struct child *c, const struct step *s)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "sys/%s", s->dst);
	return write_below(c->proc_sys, path, s->src);
}

/* A symlink ("self") is no way through here, so our pid is looked up; in this procfs it is the one that we
 * have in its pid namespace. */
int procfs_step_label(struct child *c, const struct step *s)
{
	char self[32], path[PATH_MAX];
	ssize_t len = readlinkat(c->proc, "thread-self", self, sizeof(self) - 1);

	if (len < 0)
		return fail(-errno, "read /proc/thread-self");
	self[len] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s", self, s->dst);
	return write_below(c->proc, path, s->src);
}
