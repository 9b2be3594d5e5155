/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_attr.c - owner, mode, extended attributes and times, on open descriptors only */
#include "image/layer_attr.h"
#include "base/error.h"
#include "base/str.h"
#include "image/layer_path.h"

#include <string.h>
#include <sys/xattr.h>

int layer_attr_owner(int fd, const struct layer_owner *owner, mode_t *ret_mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(-errno, "stat");
	*ret_mode = st.st_mode & 07777;
	if (owner->keep || (st.st_uid == owner->uid && st.st_gid == owner->gid))
		return 0;
	if (fchown(fd, owner->uid, owner->gid) < 0)
		return fail(-errno, "set owner %u:%u", owner->uid, owner->gid);
	*ret_mode &= (mode_t) ~(S_ISUID | S_ISGID);
	return 0;
}

int layer_attr_mode(int fd, mode_t now, mode_t wanted)
{
	if (now != wanted && fchmod(fd, wanted) < 0)
		return fail(-errno, "set mode 0%o", wanted);
	return 0;
}

int layer_attr_time(int fd, struct timespec mtime)
{
	struct timespec times[2] = { mtime, mtime };

	return futimens(fd, times) < 0 ? fail(-errno, "set time") : 0;
}

int layer_attr_xattr(int fd, const char *name, const void *value, size_t size)
{
	char printable[128];
	enum layer_xattr verdict = layer_path_xattr(name);

	layer_path_printable(name, printable, sizeof(printable));
	if (verdict == LAYER_XATTR_WARN)
		warn("extended attribute %s is not kept, ignoring", printable);
	if (verdict != LAYER_XATTR_KEEP)
		return 0;
	if (fsetxattr(fd, name, value, size, 0) == 0)
		return 0;
	if (errno != EOPNOTSUPP)
		return fail(-errno, "set extended attribute %s", printable);
	warn("this file system has no extended attribute %s, ignoring", printable);
	return 0;
}

/* Calls act for each attribute of fd that an archive may set. */
static int for_each_xattr(int fd, int (*act)(int fd, const char *name, void *context),
			  void *context)
{
	CLEANUP_FREE char *names = NULL;
	ssize_t len = flistxattr(fd, NULL, 0);
	int r = 0;

	if (len <= 0)
		return len < 0 && errno != EOPNOTSUPP ? fail(-errno, "list extended attributes") :
							0;
	names = malloc((size_t)len);
	if (!names)
		arena_exhausted();
	len = flistxattr(fd, names, (size_t)len);
	if (len < 0)
		return fail(-errno, "list extended attributes");
	for (const char *name = names; r == 0 && name < names + len; name += strlen(name) + 1)
		if (layer_path_xattr(name) == LAYER_XATTR_KEEP)
			r = act(fd, name, context);
	return r;
}

static int remove_xattr(int fd, const char *name, void *context)
{
	(void)context;
	if (fremovexattr(fd, name) < 0 && errno != ENODATA)
		return fail(-errno, "remove extended attribute %s", name);
	return 0;
}

int layer_attr_clear(int fd)
{
	return for_each_xattr(fd, remove_xattr, NULL);
}

static int copy_xattr(int from, const char *name, void *context)
{
	const int *to = context;
	CLEANUP_FREE void *value = malloc(XATTR_SIZE_MAX);
	ssize_t len;

	if (!value)
		arena_exhausted();
	len = fgetxattr(from, name, value, XATTR_SIZE_MAX);
	if (len < 0)
		return fail(-errno, "get extended attribute %s", name);
	return layer_attr_xattr(*to, name, value, (size_t)len);
}

int layer_attr_copy(int from, int to, bool keep_owner)
{
	struct layer_owner owner = { .keep = keep_owner };
	struct stat st;
	mode_t mode;
	int r;

	if (fstat(from, &st) < 0)
		return fail(-errno, "stat");
	owner.uid = st.st_uid;
	owner.gid = st.st_gid;
	r = layer_attr_owner(to, &owner, &mode);
	if (r < 0)
		return r;
	r = for_each_xattr(from, copy_xattr, &to);
	if (r < 0)
		return r;
	return layer_attr_mode(to, mode, st.st_mode & 07777);
}

int layer_attr_reset(int fd, bool keep_owner)
{
	const struct layer_owner root = { .keep = keep_owner };
	mode_t mode;
	int r;

	r = layer_attr_owner(fd, &root, &mode);
	if (r < 0)
		return r;
	r = layer_attr_clear(fd);
	if (r < 0)
		return r;
	return layer_attr_mode(fd, mode, 0755);
}

int layer_attr_set_opaque(int fd)
{
	if (fsetxattr(fd, LAYER_OPAQUE_XATTR, LAYER_OPAQUE_VALUE, strlen(LAYER_OPAQUE_VALUE), 0) <
	    0)
		return fail(-errno, "mark the folder as opaque");
	return 0;
}

bool layer_attr_is_opaque(int fd)
{
	char value[8];
	ssize_t len = fgetxattr(fd, LAYER_OPAQUE_XATTR, value, sizeof(value));

	return len == 1 && value[0] == LAYER_OPAQUE_VALUE[0];
}

bool layer_attr_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}
