/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_cgroup_mount.c - a mount of type "cgroup" or "cgroup2" into steps
 *
 * The container sees its own folders only: on v2 one bind, on v1 and hybrid a tmpfs with one bind for
 * each hierarchy, named as on the host, and links for hierarchies of several controllers
 * (cpu -> cpu,cpuacct). Binds serve in every case: with a cgroup namespace of its own a bind of the
 * own folder looks as a fresh mount would, and without one a fresh mount would show the host's tree. */
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/plan_build.h"

#include <string.h>

static struct mount_step *bind_step(struct plan_builder *b, const struct mount_step *options,
				    const char *source)
{
	struct mount_step *m = arena_new_of(b->a, struct mount_step);

	m->kind = MOUNT_BIND;
	m->source = source;
	m->attr_set = options->attr_set;
	m->attr_clear = options->attr_clear;
	m->propagation = options->propagation;
	plan_keep_atime(m);
	return m;
}

static const struct cgroup_folder *v2_folder(const struct cgroup_plan *cgroup)
{
	for (size_t i = 0; cgroup && i < cgroup->n_folders; i++)
		if (cgroup->folders[i].hierarchy->v2)
			return &cgroup->folders[i];
	return NULL;
}

/* Without a folder of its own the container sees what the caller sees, and can change nothing
 * (CVE-2023-25809). */
static void plan_host_view(struct plan_builder *b, const struct mount_step *options,
			   const char *dst, const char *why)
{
	struct mount_step *m = bind_step(b, options, "/sys/fs/cgroup");

	m->recursive = true;
	m->attr_set |= MOUNT_ATTR_RDONLY;
	m->attr_clear &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	m->rattr_set = m->attr_set;
	m->rattr_clear = m->attr_clear;
	plan_mount_step(b, m, dst, arena_printf(b->a, "%s: no cgroup of its own, read-only", why));
}

static void plan_tmpfs(struct plan_builder *b, const struct mount_step *options, const char *dst,
		       const char *why)
{
	struct mount_step *m = arena_new_of(b->a, struct mount_step);

	m->kind = MOUNT_FS;
	m->type = m->source = "tmpfs";
	m->attr_set = options->attr_set & ~(uint64_t)MOUNT_ATTR_RDONLY;
	m->attr_clear = options->attr_clear;
	m->data = strv_append(b->a, NULL, "mode=755");
	if (options->attr_set & MOUNT_ATTR_RDONLY)
		b->deferred[b->n_deferred++] = (struct plan_deferred){ .dst = dst, .why = why };
	plan_mount_step(b, m, dst, why);
}

static void plan_links(struct plan_builder *b, const struct cgroup_hierarchy *h, const char *name,
		       const char *dst, const char *why)
{
	for (char **c = h->controllers; !h->v2 && c && *c; c++) {
		struct step *s;

		if (strchr(*c, '=') || str_eq(*c, name))
			continue;
		s = plan_step(b, STEP_SYMLINK, why);
		s->src = name;
		s->dst = arena_printf(b->a, "%s/%s", dst, *c);
	}
}

int plan_cgroup_mount(struct plan_builder *b, const struct mount_step *options, const char *type,
		      const char *dst, const char *why)
{
	const struct cgroup_plan *cgroup = b->plan->cgroup;
	const struct cgroup_folder *v2 = v2_folder(cgroup);

	if (!cgroup || cgroup->n_folders == 0) {
		plan_host_view(b, options, dst, why);
		return 0;
	}
	if (cgroup->layout == CGROUP_V2 || (str_eq(type, "cgroup2") && v2)) {
		if (v2)
			plan_mount_step(b, bind_step(b, options, v2->path), dst, why);
		else
			plan_host_view(b, options, dst, why);
		return 0;
	}
	plan_tmpfs(b, options, dst, why);
	for (size_t i = 0; i < cgroup->n_folders; i++) {
		const struct cgroup_hierarchy *h = cgroup->folders[i].hierarchy;
		const char *slash = strrchr(h->mount, '/'), *name = slash ? slash + 1 : h->mount;

		plan_mount_step(b, bind_step(b, options, cgroup->folders[i].path),
				arena_printf(b->a, "%s/%s", dst, name), why);
		plan_links(b, h, name, dst, why);
	}
	return 0;
}
