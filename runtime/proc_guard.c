/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/proc_guard.c - what may be mounted on /proc and /sys */
#include "runtime/proc_guard.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"

#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

/* Files below /proc that programs like lxcfs put over the kernel's, as runc allows them. */
static const char *const fakeable[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/slabinfo",
	"/proc/net/dev",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/crypto/fips_enabled",
};

static bool is_fakeable(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(fakeable); i++)
		if (str_eq(path, fakeable[i]))
			return true;
	return false;
}

/* "/./proc//" is "/proc"; ".." stays, and then matches nothing below, which is why the guard also
 * looks at where the target really lies. */
static void normalise(const char *path, char *out, size_t size)
{
	size_t len = 0;

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n > 0 && !(n == 1 && path[0] == '.') && len + n + 2 < size) {
			out[len++] = '/';
			memcpy(out + len, path, n);
			len += n;
		}
		path += n;
		path += strspn(path, "/");
	}
	out[len] = '\0';
}

static int same_file(int a, int b)
{
	struct stat sa, sb;

	if (fstat(a, &sa) < 0 || fstat(b, &sb) < 0)
		return -errno;
	return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* Return: 1 the target is that folder of the root, 0 it is not, or a negative errno (a symlink there,
 * when the target was reached under that name). */
static int is_place(int root, const char *place, const char *path, int target)
{
	CLEANUP_FD int fd = dir_open_nofollow(root, place, O_PATH);

	if (fd == -ELOOP && str_eq(path, place))
		return refuse(-ELOOP, "filesystem \"%s\" must be mounted on ordinary directory",
			      place);
	return fd < 0 ? 0 : same_file(fd, target);
}

static int type_of(int fd, long *ret_magic)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return fail(-errno, "fstatfs");
	*ret_magic = (long)fs.f_type;
	return 0;
}

static bool may_be_on(const char *place, long magic)
{
	if (str_eq(place, "/proc"))
		return magic == PROC_SUPER_MAGIC;
	/* A cgroup tree or a tmpfs on /sys is what hosts without sysfs get. */
	return magic == SYSFS_MAGIC || magic == TMPFS_MAGIC;
}

int proc_guard_check(int root, const char *dst, int target, int mount_fd)
{
	static const char *const places[] = { "/proc", "/sys" };
	char path[PATH_MAX];
	long magic = 0, on = 0;
	int r = type_of(mount_fd, &magic);

	if (r < 0)
		return r;
	normalise(dst, path, sizeof(path));
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		r = is_place(root, places[i], path, target);
		if (r < 0)
			return r;
		if (r > 0)
			return may_be_on(places[i], magic) ?
				       0 :
				       refuse(-EINVAL,
					      "\"%s\" cannot be mounted because it is not of type %s",
					      path, places[i] + 1);
	}
	r = type_of(target, &on);
	if (r < 0)
		return r;
	if (on == PROC_SUPER_MAGIC && magic != PROC_SUPER_MAGIC && !is_fakeable(path))
		return refuse(-EINVAL, "\"%s\" cannot be mounted because it is inside /proc", path);
	return 0;
}
