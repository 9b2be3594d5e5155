/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/proc_guard.c - what may be mounted on /proc and /sys */
#include "runtime/proc_guard.h"

#include "base/error.h"
#include "base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
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

/* Return: 1 the target is that folder of the root, 0 it is not, or a negative errno (a symlink there, when
 * the target was reached under that name). @place: one component, so nothing is followed */
static int is_place(int root, const char *place, const char *path, const struct stat *target)
{
	struct stat st;

	if (fstatat(root, place + 1, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISLNK(st.st_mode) && str_eq(path, place))
		return refuse(-ELOOP, "filesystem \"%s\" must be mounted on ordinary directory",
			      place);
	return st.st_dev == target->st_dev && st.st_ino == target->st_ino;
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

static int check_place(const char *place, const char *path, int mount_fd)
{
	long magic = 0;
	int r = type_of(mount_fd, &magic);

	if (r < 0 || may_be_on(place, magic))
		return r;
	return refuse(-EINVAL, "\"%s\" cannot be mounted because it is not of type %s", path,
		      str_eq(place, "/proc") ? "proc" : "sysfs");
}

int proc_guard_check(int root, const char *dst, int target, int mount_fd)
{
	static const char *const places[] = { "/proc", "/sys" };
	char path[PATH_MAX];
	struct stat st;
	long magic = 0, on = 0;
	int r;

	if (fstat(target, &st) < 0)
		return fail(-errno, "stat the destination");
	normalise(dst, path, sizeof(path));
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		r = is_place(root, places[i], path, &st);
		if (r != 0)
			return r < 0 ? r : check_place(places[i], path, mount_fd);
	}
	r = type_of(target, &on);
	if (r < 0 || on != PROC_SUPER_MAGIC || is_fakeable(path))
		return r;
	r = type_of(mount_fd, &magic);
	if (r < 0 || magic == PROC_SUPER_MAGIC)
		return r;
	return refuse(-EINVAL, "\"%s\" cannot be mounted because it is inside /proc", path);
}
