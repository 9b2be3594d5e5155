/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/layout.c - which cgroup hierarchies are mounted, and where the caller is in each
 *
 * Only mountinfo is believed: podman makes plain folders beside the mounts for controllers that are
 * not mounted. A mount that a later one covers does not count, and of several mounts of one hierarchy
 * the one that shows most of it does. */
#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroups/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

enum { CONTROLLERS_MAX = 4096 };

struct reader {
	struct arena *a;
	const char *fs_prefix;
	struct proc_mount *mounts;
	size_t n_mounts;
	struct proc_cgroup *own;
	size_t n_own;
};

/* Words of a v1 mount's options that are no controllers. */
static const char *const v1_flags[] = {
	"rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods", NULL
};

static char **v1_controllers(struct arena *a, const char *options)
{
	char **found = NULL;

	for (char **word = str_split(a, options, ','); *word; word++)
		if (!strv_has((char *const *)v1_flags, *word) &&
		    !str_starts(*word, "release_agent="))
			found = strv_append(a, found, *word);
	return found;
}

/* Is path the folder top, or below it? Returns the rest with its '/', or NULL. */
static const char *below(const char *path, const char *top)
{
	const char *rest = str_eq(top, "/") ? path : str_after(path, top);

	return rest && (!*rest || *rest == '/') ? rest : NULL;
}

static bool is_covered(const struct reader *rd, size_t i)
{
	for (size_t k = i + 1; k < rd->n_mounts; k++)
		if (below(rd->mounts[i].target, rd->mounts[k].target))
			return true;
	return false;
}

static bool is_read_only(struct arena *a, const struct proc_mount *m)
{
	return strv_has(str_split(a, m->options, ','), "ro") ||
	       strv_has(str_split(a, m->super_options, ','), "ro");
}

static char *own_path(const struct reader *rd, const struct cgroup_hierarchy *h)
{
	for (size_t i = 0; i < rd->n_own; i++) {
		const struct proc_cgroup *c = &rd->own[i];

		if (h->v2 ? !*c->controllers :
			    strv_has(str_split(rd->a, c->controllers, ','), h->controllers[0]))
			return c->path;
	}
	return NULL;
}

/* The host path of a folder of the hierarchy; NULL when it is not below the mount. */
static const char *host_path(const struct reader *rd, const struct cgroup_hierarchy *h,
			     const char *path)
{
	const char *rest = path ? below(path, h->mount_root) : NULL;

	return rest ? arena_printf(rd->a, "%s%s%s", rd->fs_prefix, h->mount, rest) : NULL;
}

static bool may_write(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* The host path of the folder above ours on v2, when we may write there; *ret_name: its name. */
static const char *v2_parent(const struct reader *rd, const struct cgroup_hierarchy *h,
			     char **ret_name)
{
	const char *slash = strrchr(h->own_path, '/'), *path;
	size_t len = slash ? (size_t)(slash - h->own_path) : 0;

	if (!h->v2 || !slash || !slash[1])
		return NULL;
	*ret_name = len ? arena_strndup(rd->a, h->own_path, len) : arena_strdup(rd->a, "/");
	path = host_path(rd, h, *ret_name);
	return path && may_write(path) ? path : NULL;
}

static void find_base(const struct reader *rd, struct cgroup_hierarchy *h)
{
	const char *own = host_path(rd, h, h->own_path), *parent;
	char *name = NULL;

	if (!own)
		return;
	parent = v2_parent(rd, h, &name);
	h->base_path = parent ? name : h->own_path;
	h->writable = !h->read_only && (parent || may_write(own));
}

/* Root starts at the top of the tree, others with what was delegated to them. */
static int read_v2_controllers(const struct reader *rd, struct cgroup_hierarchy *h)
{
	const char *folder = geteuid() == 0 ? NULL : host_path(rd, h, h->base_path);
	char *text, **words;
	size_t len;
	int r;

	if (!folder)
		folder = arena_printf(rd->a, "%s%s", rd->fs_prefix, h->mount);
	folder = arena_printf(rd->a, "%s/cgroup.controllers", folder);
	r = file_read_at(rd->a, AT_FDCWD, folder, CONTROLLERS_MAX, &text, &len);
	if (r < 0)
		return fail(r, "read '%s'", folder);
	text[strcspn(text, "\n")] = '\0';
	for (words = str_split(rd->a, text, ' '); *words; words++)
		if (**words)
			h->controllers = strv_append(rd->a, h->controllers, *words);
	return 0;
}

static bool same_hierarchy(const struct cgroup_hierarchy *a, const struct cgroup_hierarchy *b)
{
	return a->v2 == b->v2 && (a->v2 || strv_has(a->controllers, b->controllers[0]));
}

/* Keep h, unless its hierarchy is known by a mount that shows as much. */
static void keep(struct cgroup_host *host, const struct cgroup_hierarchy *h)
{
	for (size_t i = 0; i < host->n_hierarchies; i++) {
		struct cgroup_hierarchy *known = &host->hierarchies[i];

		if (!same_hierarchy(known, h))
			continue;
		if (strlen(h->mount_root) < strlen(known->mount_root))
			*known = *h;
		return;
	}
	host->hierarchies[host->n_hierarchies++] = *h;
}

static void find_hierarchies(struct reader *rd, struct cgroup_host *host)
{
	host->hierarchies = arena_array(rd->a, rd->n_mounts, sizeof(*host->hierarchies));
	for (size_t i = 0; i < rd->n_mounts; i++) {
		const struct proc_mount *m = &rd->mounts[i];
		struct cgroup_hierarchy h = { .v2 = str_eq(m->type, "cgroup2"),
					      .mount = m->target,
					      .mount_root = m->root };

		if ((!h.v2 && !str_eq(m->type, "cgroup")) || is_covered(rd, i))
			continue;
		h.read_only = is_read_only(rd->a, m);
		h.ns_delegate = h.v2 &&
				strv_has(str_split(rd->a, m->super_options, ','), "nsdelegate");
		if (!h.v2)
			h.controllers = v1_controllers(rd->a, m->super_options);
		if (h.v2 || h.controllers)
			keep(host, &h);
	}
}

/* ---- may the caller make this folder? ---- */

/* On v2 a move needs write access to cgroup.procs of the nearest folder above both ends. */
bool cgroup_may_join(const struct cgroup_hierarchy *h, const char *path)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *folder = arena_strdup(a, path);
	size_t top = strlen(h->mount);

	if (!h->own_path)
		return false;
	while (strlen(folder) > top) {
		const char *name = folder + top;

		if (below(h->own_path,
			  arena_printf(a, "%s%s", str_eq(h->mount_root, "/") ? "" : h->mount_root,
				       name)))
			break;
		*strrchr(folder, '/') = '\0';
	}
	return may_write(arena_printf(a, "%s/cgroup.procs", folder));
}

static bool may_make(const struct cgroup_hierarchy *h, const char *path)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *folder = arena_strdup(a, path);
	struct statfs fs;
	size_t top = strlen(h->mount);

	if (faccessat(AT_FDCWD, path, F_OK, 0) == 0)
		return may_write(arena_printf(a, "%s/cgroup.procs", path));
	while (strlen(folder) > top && faccessat(AT_FDCWD, folder, F_OK, 0) < 0)
		*strrchr(folder, '/') = '\0';
	if (strlen(folder) < top || !may_write(folder) || statfs(folder, &fs) < 0)
		return false;
	if (!h->v2)
		return fs.f_type == CGROUP_SUPER_MAGIC;
	return fs.f_type == CGROUP2_SUPER_MAGIC && cgroup_may_join(h, folder);
}

static enum cgroup_layout layout_of(const struct cgroup_host *host)
{
	bool v1 = false, v2 = false;

	for (size_t i = 0; i < host->n_hierarchies; i++)
		*(host->hierarchies[i].v2 ? &v2 : &v1) = true;
	if (v1)
		return v2 ? CGROUP_HYBRID : CGROUP_V1;
	return v2 ? CGROUP_V2 : CGROUP_NONE;
}

int cgroup_host_read(struct arena *a, int proc, const char *fs_prefix, struct cgroup_host **ret)
{
	struct reader rd = { .a = a, .fs_prefix = fs_prefix };
	struct cgroup_host *host = arena_new_of(a, struct cgroup_host);
	int r = proc_mountinfo(a, proc, &rd.mounts, &rd.n_mounts);

	if (r < 0)
		return fail(r, "read /proc/self/mountinfo");
	r = proc_cgroups(a, proc, "self", &rd.own, &rd.n_own);
	if (r < 0)
		return fail(r, "read /proc/self/cgroup");
	find_hierarchies(&rd, host);
	for (size_t i = 0; i < host->n_hierarchies; i++) {
		struct cgroup_hierarchy *h = &host->hierarchies[i];

		h->own_path = own_path(&rd, h);
		find_base(&rd, h);
		r = h->v2 ? read_v2_controllers(&rd, h) : 0;
		if (r < 0)
			return r;
	}
	host->layout = layout_of(host);
	host->may_make = may_make;
	*ret = host;
	return 0;
}

const struct cgroup_hierarchy *cgroup_hierarchy_of(const struct cgroup_host *host, const char *path)
{
	for (size_t i = 0; i < host->n_hierarchies; i++) {
		const char *rest = str_after(path, host->hierarchies[i].mount);

		if (rest && *rest == '/')
			return &host->hierarchies[i];
	}
	return NULL;
}
