/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_mounts.c - config.root and config.mounts into steps
 *
 * Listed order is executed order. What differs from the letter of the config: filesystems that a
 * foreign user namespace may not mount, because they show a namespace of somebody else, become binds
 * of the host's; a tmpfs (and /dev) that asks for "ro" becomes read-only only when everything is in
 * it; a bind without a propagation of its own becomes private or slave, so that its clone is never a
 * peer of the host's mount. */
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/mount_options.h"
#include "runtime/plan_build.h"

#include <linux/capability.h>
#include <string.h>

/* ---- propagation ---- */

static const struct {
	const char *name;
	uint64_t flags;
} propagations[] = {
	{ "private", MS_PRIVATE },       { "rprivate", MS_PRIVATE | MS_REC },
	{ "slave", MS_SLAVE },           { "rslave", MS_SLAVE | MS_REC },
	{ "shared", MS_SHARED },         { "rshared", MS_SHARED | MS_REC },
	{ "unbindable", MS_UNBINDABLE }, { "runbindable", MS_UNBINDABLE | MS_REC },
};

static int read_propagation(struct plan_builder *b)
{
	const char *name = b->spec->linux_.rootfs_propagation;

	if (!name || !*name)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(propagations); i++)
		if (str_eq(propagations[i].name, name))
			b->rootfs_propagation = propagations[i].flags;
	if (b->rootfs_propagation)
		return 0;
	return refuse(-EINVAL, "config.linux.rootfsPropagation: unknown value '%s'", name);
}

static int plan_propagation(struct plan_builder *b)
{
	struct step *s;
	int r = read_propagation(b);

	if (r < 0)
		return r;
	/* Slave, not private: a bind with "rslave" must still hear of the host's mounts. Shared, where the
	 * config says so: a bind with "rshared" must be a peer of the host's. Nothing can be bound out of an
	 * unbindable tree, so that one is set at the end only. */
	s = plan_step(b, STEP_PROPAGATION,
		      "what happens here stays here, unless a mount asks for more");
	s->dst = "/";
	s->value = (b->rootfs_propagation & MS_SHARED ? MS_SHARED : MS_SLAVE) | MS_REC;
	return 0;
}

/* A clone is a peer of the mount that it was made of; as a slave it hears of that one, and what happens
 * in the container stays there. Only an option can ask for more. */
static void default_propagation(struct plan_builder *b, struct mount_step *m)
{
	bool hears = b->rootfs_propagation & (MS_SHARED | MS_SLAVE);

	if (m->propagation)
		return;
	m->propagation = arena_array(b->a, 2, sizeof(*m->propagation));
	m->propagation[0] = (hears ? MS_SLAVE : MS_PRIVATE) | MS_REC;
}

/* ---- the root ---- */

static const char *below_bundle(struct plan_builder *b, const char *path)
{
	return *path == '/' ? path : arena_printf(b->a, "%s/%s", b->options->bundle, path);
}

static bool hooks_look(const struct spec_hooks *h)
{
	return h->n[SPEC_HOOK_PRESTART] || h->n[SPEC_HOOK_CREATE_RUNTIME] ||
	       h->n[SPEC_HOOK_CREATE_CONTAINER];
}

static void plan_rootfs(struct plan_builder *b)
{
	const struct rootfs *rootfs = b->options->rootfs;
	struct mount_step *m = arena_new_of(b->a, struct mount_step);
	struct step *s;

	if (rootfs && rootfs->n_lowers > 0) {
		m->kind = MOUNT_OVERLAY;
		m->type = "overlay";
		m->rootfs = rootfs;
	} else {
		m->kind = MOUNT_BIND;
		m->recursive = true;
		m->source = rootfs ? rootfs->path : below_bundle(b, b->spec->root_path);
		default_propagation(b, m);
		b->plan->root = m->source;
	}
	/* An image may hold nodes of any device; without a cgroup nothing else keeps them shut. */
	if (rootfs && !b->plan->cgroup)
		m->attr_set |= MOUNT_ATTR_NODEV;
	s = plan_step(b, STEP_ROOTFS, "config.root.path");
	s->mount = m;
	s->src = m->source;
	s->value = m->kind == MOUNT_BIND && !b->options->no_pivot && hooks_look(&b->spec->hooks);
}

/* ---- one mount ---- */

void plan_mount_step(struct plan_builder *b, struct mount_step *m, const char *dst, const char *why)
{
	struct step *s;

	if (m->kind == MOUNT_BIND)
		default_propagation(b, m);
	s = plan_step(b, STEP_MOUNT, why);
	s->mount = m;
	s->src = m->source;
	s->dst = dst;
}

void plan_keep_atime(struct mount_step *m)
{
	m->attr_set &= ~(uint64_t)MOUNT_ATTR__ATIME;
	m->attr_clear &= ~(uint64_t)MOUNT_ATTR__ATIME;
}

/* "/x" for "x", "//x" and "/./x/"; the rest is left to openat2. */
static const char *absolute(struct plan_builder *b, const char *path)
{
	size_t len;

	while (*path == '/' || (path[0] == '.' && (path[1] == '/' || path[1] == '\0')))
		path++;
	len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	return arena_printf(b->a, "/%.*s", (int)len, path);
}

/* Filesystems that show a namespace: a foreign user namespace may mount one only when it also owns
 * that namespace. */
static const struct {
	const char *type;
	uint64_t namespace_flag;
	const char *host;
} bound_types[] = {
	{ "proc", CLONE_NEWPID, "/proc" },
	{ "sysfs", CLONE_NEWNET, "/sys" },
	{ "mqueue", CLONE_NEWIPC, "/dev/mqueue" },
};

static bool bind_instead(struct plan_builder *b, struct mount_step *m)
{
	if (!b->foreign_userns)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(bound_types); i++) {
		if (!str_eq(bound_types[i].type, m->type) ||
		    b->own_namespaces & bound_types[i].namespace_flag)
			continue;
		m->kind = MOUNT_BIND;
		m->source = bound_types[i].host;
		m->recursive = true;
		/* A host without mqueue has nothing to show. */
		m->optional = true;
		plan_keep_atime(m);
		/* What lies beneath (/sys/fs/cgroup!) must not be more writable than asked for. */
		m->rattr_set |= m->attr_set;
		m->rattr_clear |= m->attr_clear;
		m->data = NULL;
		m->sb_flags = NULL;
		return true;
	}
	return false;
}

/* Filesystems whose read-only state is the mount's alone: their superblock is shared, or is still
 * written to by us. */
static const char *const no_ro_superblock[] = {
	"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "overlay", NULL,
};

static bool is_one_of(const char *const *list, const char *s)
{
	while (*list && !str_eq(*list, s))
		list++;
	return *list;
}

static bool is_mapped(const struct id_map *maps, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= maps[i].container_id && id - maps[i].container_id < maps[i].size)
			return true;
	return false;
}

/* Takes out gid=5 and the like where the new user namespace has no such id: the kernel would refuse
 * the whole mount. Return: the reason to print with the step. */
static const char *drop_unmapped_ids(struct plan_builder *b, struct mount_step *m, const char *why)
{
	struct plan *p = b->plan;
	char **kept = NULL;

	for (char **d = m->data; p->new_userns && d && *d; d++) {
		const char *uid = str_after(*d, "uid="), *gid = str_after(*d, "gid=");
		uint64_t id;
		bool mapped = true;

		if (uid && str_to_u64(uid, UINT32_MAX, &id) == 0)
			mapped = is_mapped(p->uid_maps, p->n_uid_maps, id);
		else if (gid && str_to_u64(gid, UINT32_MAX, &id) == 0)
			mapped = is_mapped(p->gid_maps, p->n_gid_maps, id);
		if (mapped)
			kept = strv_append(b->a, kept, *d);
		else
			why = arena_printf(b->a, "%s, without %s: not mapped", why, *d);
	}
	if (p->new_userns)
		m->data = kept;
	return why;
}

static void defer_readonly(struct plan_builder *b, struct mount_step *m, const char *dst,
			   const char *why)
{
	if (!(m->attr_set & MOUNT_ATTR_RDONLY))
		return;
	m->attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	b->deferred[b->n_deferred++] = (struct plan_deferred){ .dst = dst, .why = why };
}

static int plan_fs(struct plan_builder *b, struct mount_step *m, const char *dst, const char *why)
{
	const char *label = b->spec->linux_.mount_label;
	bool labelled = label && *label && !str_eq(m->type, "proc") && !str_eq(m->type, "sysfs");

	if (str_eq(m->type, "cgroup") || str_eq(m->type, "cgroup2"))
		return plan_cgroup_mount(b, m, m->type, dst, why);
	m->dest_nofollow |= str_eq(m->type, "proc") || str_eq(m->type, "sysfs");
	if (bind_instead(b, m)) {
		plan_mount_step(b, m, dst,
				arena_printf(b->a, "%s: %s of a namespace that is not its own", why,
					     m->type));
		return 0;
	}
	if (!m->source)
		m->source = m->type;
	if (labelled)
		m->data = strv_append(b->a, m->data, arena_printf(b->a, "context=%s", label));
	why = drop_unmapped_ids(b, m, why);
	if (str_eq(m->type, "tmpfs") || str_eq(dst, "/dev"))
		defer_readonly(b, m, dst, why);
	if (m->attr_set & MOUNT_ATTR_RDONLY && !is_one_of(no_ro_superblock, m->type))
		m->sb_flags = strv_append(b->a, m->sb_flags, "ro");
	plan_mount_step(b, m, dst, why);
	return 0;
}

static int plan_bind(struct plan_builder *b, struct mount_step *m, const char *dst, const char *why)
{
	if (!m->source || !*m->source)
		return refuse(-EINVAL, "%s.source: required for a bind mount", why);
	if (m->data)
		return refuse(
			-EINVAL,
			"%s.options: '%s' is unknown; bind mounts cannot have any filesystem-specific options "
			"applied",
			why, m->data[0]);
	m->source = below_bundle(b, m->source);
	m->sb_flags = NULL;
	plan_mount_step(b, m, dst, why);
	return 0;
}

static int plan_remount(struct plan_builder *b, struct mount_step *m, bool bind, const char *dst,
			const char *why)
{
	if (bind)
		m->sb_flags = NULL;
	else if (m->attr_set & MOUNT_ATTR_RDONLY)
		m->sb_flags = strv_append(b->a, m->sb_flags, "ro");
	else if (m->attr_clear & MOUNT_ATTR_RDONLY)
		m->sb_flags = strv_append(b->a, m->sb_flags, "rw");
	plan_mount_step(b, m, dst, why);
	return 0;
}

static int plan_idmap(struct plan_builder *b, const struct spec_mount *mount, struct mount_step *m,
		      const char *why)
{
	bool mapped = mount->n_uid_maps || mount->n_gid_maps;

	if (m->idmap == MOUNT_IDMAP_NONE && !mapped)
		return 0;
	if (m->kind != MOUNT_BIND)
		return refuse(-EINVAL, "%s: only a bind mount can be mapped to other ids", why);
	if (mapped && (!mount->n_uid_maps || !mount->n_gid_maps))
		return refuse(-EINVAL, "%s: uidMappings and gidMappings are both required", why);
	if (!mapped && !(b->own_namespaces & CLONE_NEWUSER))
		return refuse(-EINVAL, "%s: idmap without mappings needs a user namespace", why);
	m->idmap = mapped ? MOUNT_IDMAP_OWN : MOUNT_IDMAP_CONTAINER;
	m->uid_maps = mount->uid_maps;
	m->gid_maps = mount->gid_maps;
	m->n_uid_maps = mount->n_uid_maps;
	m->n_gid_maps = mount->n_gid_maps;
	return 0;
}

static int plan_mount(struct plan_builder *b, const struct spec_mount *mount, const char *why)
{
	struct mount_step *m = arena_new_of(b->a, struct mount_step);
	const char *dst = absolute(b, mount->destination);
	bool bind;
	int r;

	mount_options_parse(b->a, mount->options, m);
	bind = strv_has(mount->options, "bind") || strv_has(mount->options, "rbind");
	m->type = mount->type;
	m->source = mount->source;
	if (m->kind == MOUNT_FS && (str_eq(m->type, "bind") || str_eq(m->type, "rbind"))) {
		m->kind = MOUNT_BIND;
		m->recursive = str_eq(m->type, "rbind");
	}
	if (m->kind != MOUNT_REMOUNT && str_eq(dst, "/"))
		return refuse(-EINVAL, "%s.destination: nothing can be mounted on '/'", why);
	r = plan_idmap(b, mount, m, why);
	if (r < 0)
		return r;
	if (m->kind == MOUNT_BIND)
		return plan_bind(b, m, dst, why);
	if (m->kind == MOUNT_REMOUNT)
		return plan_remount(b, m, bind, dst, why);
	if (!m->type || !*m->type || str_eq(m->type, "none"))
		return refuse(-EINVAL, "%s.type: required, unless the mount is a bind", why);
	return plan_fs(b, m, dst, why);
}

/* ---- all ---- */

static void plan_init_program(struct plan_builder *b)
{
	struct mount_step *m;

	if (!b->options->init_path)
		return;
	m = arena_new_of(b->a, struct mount_step);
	m->kind = MOUNT_BIND;
	m->source = b->options->init_path;
	m->attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
	m->dest_nofollow = true;
	plan_mount_step(b, m, PLAN_INIT_PATH, "--init");
}

static int check_label(struct plan_builder *b)
{
	const char *label = b->spec->linux_.mount_label;

	if (!label || !*label || b->facts->selinux)
		return 0;
	return refuse(
		-EOPNOTSUPP,
		"config.linux.mountLabel: selinux label is specified in config, but selinux is "
		"disabled or not supported");
}

int plan_mounts(struct plan_builder *b)
{
	int r;

	r = check_label(b);
	if (r < 0)
		return r;
	/* At most one for each mount. */
	b->deferred = arena_array(b->a, b->spec->n_mounts, sizeof(*b->deferred));
	r = plan_propagation(b);
	if (r < 0)
		return r;
	plan_rootfs(b);
	for (size_t i = 0; i < b->spec->n_mounts; i++) {
		r = plan_mount(b, &b->spec->mounts[i], arena_printf(b->a, "config.mounts[%zu]", i));
		if (r < 0)
			return r;
	}
	plan_init_program(b);
	if (b->options->notify_socket)
		plan_step(b, STEP_NOTIFY_SOCKET, "NOTIFY_SOCKET")->dst = "/run/notify";
	return 0;
}

void plan_deferred_mounts(struct plan_builder *b)
{
	for (size_t i = 0; i < b->n_deferred; i++) {
		struct mount_step *m = arena_new_of(b->a, struct mount_step);

		m->kind = MOUNT_REMOUNT;
		m->attr_set = MOUNT_ATTR_RDONLY;
		plan_mount_step(b, m, b->deferred[i].dst,
				arena_printf(b->a, "%s: read-only now that it is filled",
					     b->deferred[i].why));
	}
}

/* ---- mounts of a container that runs ---- */

/* These show more than the container may see: what config.json masks, or the cgroups of the host. */
static const char *const not_added[] = { "proc", "sysfs", "cgroup", "cgroup2", NULL };

static int check_added(struct plan_builder *b, const struct spec_mount *mount, const char *why)
{
	struct mount_step m = { 0 };

	mount_options_parse(b->a, mount->options, &m);
	if (m.kind == MOUNT_REMOUNT)
		return refuse(-EINVAL, "%s: a container that runs cannot be remounted", why);
	if (m.copy_symlink)
		return refuse(-EINVAL, "%s: copy-symlink makes no mount", why);
	if (m.kind == MOUNT_FS && mount->type && is_one_of(not_added, mount->type))
		return refuse(-EINVAL, "%s.type: '%s' cannot be mounted in a container that runs",
			      why, mount->type);
	return 0;
}

int plan_added_mounts(struct plan_builder *b, const struct spec_mount *mounts, size_t n)
{
	int r = read_propagation(b);

	b->deferred = arena_array(b->a, n, sizeof(*b->deferred));
	for (size_t i = 0; r >= 0 && i < n; i++) {
		const char *why = arena_printf(b->a, "mounts[%zu]", i);

		r = check_added(b, &mounts[i], why);
		if (r >= 0)
			r = plan_mount(b, &mounts[i], why);
	}
	if (r >= 0)
		plan_deferred_mounts(b);
	return r;
}
