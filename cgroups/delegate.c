/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/delegate.c - a v2 folder whose owner may make folders below it */
#include "cgroups/delegate.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>

/* What the spec names for kernels that list nothing. */
#define FILES "cgroup.procs\ncgroup.subtree_control\ncgroup.threads"

int cgroup_delegate(int dir, uid_t uid)
{
	enum { LIST_MAX = 4096 };
	CLEANUP(arena) struct arena *a = arena_new();
	char *text;
	size_t len;
	int r = file_read_at(a, AT_FDCWD, "/sys/kernel/cgroup/delegate", LIST_MAX, &text, &len);

	for (char **file = str_split(a, r < 0 ? FILES : text, '\n'); *file; file++)
		if (**file && fchownat(dir, *file, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0 &&
		    errno != ENOENT)
			return fail(-errno, "give '%s' of the cgroup to user %u", *file, uid);
	return fchown(dir, uid, (gid_t)-1) < 0 ? fail(-errno, "give the cgroup to user %u", uid) :
						 0;
}
