/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt_mount.c - the mounted resctrl filesystem */
#include "cgroups/rdt_mount.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/proc.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static int make_folder(int dir, const char *name)
{
	return mkdirat(dir, name, 0755) < 0 ? -errno : 0;
}

static int remove_folder(int dir, const char *name)
{
	return unlinkat(dir, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int open_mount(const char *path)
{
	CLEANUP_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == RDTGROUP_SUPER_MAGIC ? TAKE_FD(fd) : -ENODEV;
}

/* It can be mounted anywhere, but hardly ever is. */
static int search_mount(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct proc_mount *mounts;
	size_t n;

	if (proc < 0 || proc_mountinfo(a, proc, &mounts, &n) < 0)
		return -ENODEV;
	for (size_t i = 0; i < n; i++)
		if (str_eq(mounts[i].type, "resctrl"))
			return open_mount(mounts[i].target);
	return -ENODEV;
}

int rdt_host_open(struct rdt_host *ret)
{
	int root = open_mount("/sys/fs/resctrl");

	if (root < 0)
		root = search_mount();
	if (root < 0)
		return refuse(-ENODEV, "intelRdt is specified in config, but Intel RDT is not "
				       "enabled: no resctrl filesystem is mounted");
	*ret = (struct rdt_host){ .root = root, .make = make_folder, .remove = remove_folder };
	return 0;
}

void rdt_host_close(struct rdt_host *h)
{
	attr_closep(&h->root);
	h->root = -EBADF;
}
