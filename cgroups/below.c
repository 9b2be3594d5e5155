/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/below.c - which folders one more process of a container joins */
#include "cgroups/below.h"
#include "base/error.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <string.h>

static char **copy(struct arena *a, char *const *list)
{
	return strv_concat(a, list, NULL);
}

/* ---- --cgroup ---- */

static int check_path(struct arena *a, const char *path)
{
	return strv_has(str_split(a, path, '/'), "..") ?
		       refuse(-EINVAL, "bad sub cgroup path: %s", path) :
		       0;
}

/* One path for all. */
static int all_below(struct arena *a, const struct cgroup_host *host, char *const *folders,
		     const char *path, char **list)
{
	int r = check_path(a, path);

	for (size_t i = 0; r == 0 && folders[i]; i++) {
		const struct cgroup_hierarchy *h = cgroup_hierarchy_of(host, folders[i]);
		char *folder = arena_printf(a, "%s/%s", folders[i], path);

		if (host->layout != CGROUP_HYBRID || !h || !h->v2 || access(folder, F_OK) == 0)
			list[i] = folder;
	}
	return r;
}

/* The path for one controller. */
static int one_below(struct arena *a, const struct cgroup_host *host, char *const *folders,
		     const char *controller, const char *path, char **list)
{
	for (size_t i = 0; folders[i]; i++) {
		const struct cgroup_hierarchy *h = cgroup_hierarchy_of(host, folders[i]);

		if (!h || !strv_has(h->controllers, controller))
			continue;
		list[i] = arena_printf(a, "%s/%s", folders[i], path);
		return 0;
	}
	return refuse(-EINVAL, "unknown controller %s in --cgroup", controller);
}

static int named_below(struct arena *a, const struct cgroup_host *host, char *const *folders,
		       char *const *names, char **list)
{
	char **seen = NULL;
	int r = 0;

	for (; r == 0 && *names; names++) {
		const char *colon = strchr(*names, ':');

		if (!colon)
			return refuse(
				-EINVAL,
				"invalid --cgroup argument: %s (missing <controller>: prefix)",
				*names);
		r = check_path(a, colon + 1);
		for (char **c =
			     str_split(a, arena_strndup(a, *names, (size_t)(colon - *names)), ',');
		     r == 0 && *c; c++) {
			if (!**c)
				return refuse(-EINVAL,
					      "invalid --cgroup argument: %s (empty <controller> "
					      "prefix)",
					      *names);
			if (strv_has(seen, *c))
				return refuse(-EINVAL,
					      "invalid --cgroup argument(s): controller %s "
					      "specified multiple times",
					      *c);
			seen = strv_append(a, seen, *c);
			r = one_below(a, host, folders, *c, colon + 1, list);
		}
	}
	return r;
}

int cgroup_below(struct arena *a, const struct cgroup_host *host, char *const *folders,
		 char *const *names, char ***ret)
{
	char **list = copy(a, folders);
	bool plain = !strchr(names[0], ':') && !names[1];
	int r = plain ? all_below(a, host, folders, names[0], list) :
			named_below(a, host, folders, names, list);

	if (r == 0)
		*ret = list;
	return r;
}

/* ---- a v2 folder that takes nobody ---- */

bool cgroup_takes_processes(char *const *folders)
{
	CLEANUP_FD int dir = -EBADF;
	char controllers[256];
	ssize_t n;

	if (!folders || !*folders)
		return true;
	/* v2 is the first; without the file, but there, it is one of v1. */
	dir = cgroup_tree_open(*folders);
	if (dir < 0)
		return false;
	n = cgroup_tree_read(dir, "cgroup.subtree_control", controllers, sizeof(controllers));
	return n < 0 || controllers[0] == '\n' || n == 0;
}

static const char *v2_path(struct arena *a, int proc, pid_t pid)
{
	struct proc_cgroup *list;
	size_t n;

	if (proc_cgroups(a, proc, arena_printf(a, "%d", (int)pid), &list, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!*list[i].controllers)
			return list[i].path;
	return NULL;
}

int cgroup_of_process(struct arena *a, const struct cgroup_host *host, int proc, pid_t pid,
		      char *const *folders, char ***ret)
{
	const char *path = v2_path(a, proc, pid);
	char **list = copy(a, folders);

	for (size_t i = 0; path && folders[i]; i++) {
		const struct cgroup_hierarchy *h = cgroup_hierarchy_of(host, folders[i]);
		const char *rest = path;

		if (!h || !h->v2)
			continue;
		if (!str_eq(h->mount_root, "/"))
			rest = str_after(path, h->mount_root);
		/* "/../x": outside of what we see */
		if (!rest || str_starts(path, "/.."))
			return refuse(
				-ENOENT,
				"the container's process is in a cgroup that is not mounted here");
		list[i] = arena_printf(a, "%s%s", h->mount, rest);
	}
	*ret = list;
	return 0;
}
