/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/delegate.c - a v2 folder whose owner may make folders below it */
#include "cgroups/delegate.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Where systemd puts itself: as process 1 it takes the folder above for the root of its tree. */
#define LEAF "init.scope"

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

/* One process after the other: whoever is read is the first that is still there. */
static int move_all(int dir, int leaf)
{
	char pid[16];
	ssize_t n;

	while ((n = cgroup_tree_read(dir, "cgroup.procs", pid, sizeof(pid))) > 0) {
		int r;

		pid[strcspn(pid, "\n")] = '\0';
		r = file_write_at(leaf, "cgroup.procs", pid);
		if (r < 0 && r != -ESRCH)
			return r;
	}
	return (int)n;
}

static int hand_on_controllers(int dir)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char text[4096];
	ssize_t n = cgroup_tree_read(dir, "cgroup.controllers", text, sizeof(text));

	if (n < 0)
		return fail((int)n, "read the cgroup's controllers");
	text[strcspn(text, "\n")] = '\0';
	for (char **c = str_split(a, text, ' '); *c; c++) {
		int r = **c ? file_write_at(dir, "cgroup.subtree_control",
					    arena_printf(a, "+%s", *c)) :
			      0;

		if (r < 0)
			return fail(r, "hand on the %s controller", *c);
	}
	return 0;
}

int cgroup_delegate_leaf(const struct cgroup_plan *plan)
{
	CLEANUP_FD int dir = cgroup_tree_open(plan->folders[0].path), leaf = -EBADF;
	int r = dir;

	if (r >= 0)
		r = mkdirat(dir, LEAF, 0755) < 0 && errno != EEXIST ? -errno : 0;
	if (r >= 0) {
		leaf = openat(dir, LEAF, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = leaf < 0 ? -errno : move_all(dir, leaf);
	}
	if (r < 0)
		return fail(r, "move to '%s/" LEAF "'", plan->folders[0].path);
	r = hand_on_controllers(dir);
	return r == 0 && plan->delegate ? cgroup_delegate(leaf, plan->delegate_uid) : r;
}
