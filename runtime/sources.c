/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/sources.c - mount sources that only the parent may open
 *
 * Root of a user namespace cannot enter folders that only the host's root may enter, and may not
 * id-map a mount of a host filesystem (mount_setattr(2): CAP_SYS_ADMIN over the superblock). So a
 * privileged parent clones such sources, detached, in the host's mount namespace; the child attaches
 * them. A user namespace for an id map is made by a short-lived process with the same maps. */
#include "runtime/sources.h"

#include "base/confine.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>

static bool wants_idmap(const struct step *s)
{
	return (s->kind == STEP_MOUNT || s->kind == STEP_ROOTFS) &&
	       s->mount->idmap != MOUNT_IDMAP_NONE;
}

static bool is_bind(const struct step *s)
{
	return (s->kind == STEP_MOUNT || s->kind == STEP_ROOTFS) && s->mount->kind == MOUNT_BIND;
}

/* A user namespace with these maps, held open by its descriptor only. */
static int make_userns(const struct id_map *uids, size_t n_uids, const struct id_map *gids,
		       size_t n_gids)
{
	int pair[2], pidfd = -EBADF, fd = -EBADF;
	struct clone_args args = { .flags = CLONE_NEWUSER | CLONE_PIDFD,
				   .pidfd = (uintptr_t)&pidfd,
				   .exit_signal = SIGCHLD };
	char path[64], byte;
	siginfo_t info;
	int r;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail(-errno, "make a pipe");
	CLEANUP_FD int rd = pair[0];
	CLEANUP_FD int wr = pair[1];
	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid == 0) {
		(void)close(wr);
		_exit(read(rd, &byte, 1) < 0); /* ends with the parent's end of the pipe */
	}
	if (pid < 0)
		return fail(pid, "clone into a user namespace for an id map");
	r = confine_write_id_maps(pid, uids, n_uids, gids, n_gids);
	if (r >= 0) {
		(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		r = fd < 0 ? fail(-errno, "open %s", path) : 0;
	}
	(void)close(TAKE_FD(wr));
	while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	(void)close(pidfd);
	return r < 0 ? r : fd;
}

/* The folder of the notify socket, below a state folder that only we may enter. */
static int clone_notify(const char *path, int *ret)
{
	*ret = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return *ret < 0 ? fail(*ret, "clone the mount of the notify socket") : 0;
}

/* One that is joined has its maps already. */
static int joined_userns(const struct child *c)
{
	int fd = -EBADF;

	for (size_t i = 0; i < c->plan->n_joined && fd < 0; i++)
		if (c->plan->joined[i].clone_flag == CLONE_NEWUSER)
			fd = c->joined[i];
	if (fd < 0)
		return refuse(-EINVAL, "there is no user namespace here to take the id maps of");
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? fail(-errno, "duplicate a descriptor") : fd;
}

static int userns_of(const struct child *c, const struct mount_step *m)
{
	const struct plan *p = c->plan;

	if (m->idmap == MOUNT_IDMAP_OWN)
		return make_userns(m->uid_maps, m->n_uid_maps, m->gid_maps, m->n_gid_maps);
	if (!p->new_userns)
		return joined_userns(c);
	return make_userns(p->uid_maps, p->n_uid_maps, p->gid_maps, p->n_gid_maps);
}

static int clone_source(const struct step *s)
{
	const struct mount_step *m = s->mount;
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	struct mount_attr slave = { .propagation = MS_SLAVE };

	if (m->recursive)
		flags |= AT_RECURSIVE;
	if (m->source_nofollow)
		flags |= AT_SYMLINK_NOFOLLOW;
	CLEANUP_FD int tree = sys_open_tree(AT_FDCWD, m->source, flags);
	if (tree == -ENOENT && m->optional)
		return tree;
	if (tree < 0)
		return fail(tree, "error mounting \"%s\" to rootfs at \"%s\": stat %s", m->source,
			    s->dst ? s->dst : "/", m->source);
	/* As in a mount namespace of the child's own: nothing that it mounts there comes back to us. */
	int r = sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &slave, sizeof(slave));
	if (r < 0)
		return fail(r, "make the source '%s' a slave", m->source);
	return TAKE_FD(tree);
}

static int id_map_source(int tree, int userns, const struct step *s)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns };
	unsigned flags = AT_EMPTY_PATH | (s->mount->idmap_recursive ? AT_RECURSIVE : 0);
	int r = sys_mount_setattr(tree, "", flags, &attr, sizeof(attr));

	return r < 0 ? fail(r, "id-map the mount of '%s' at '%s'", s->mount->source,
			    s->dst ? s->dst : "/") :
		       0;
}

static int prepare_one(const struct child *c, const struct step *s, struct child_source *src)
{
	if (wants_idmap(s)) {
		src->userns = userns_of(c, s->mount);
		if (src->userns < 0)
			return src->userns;
	}
	if (!is_bind(s))
		return 0;
	src->tree = clone_source(s);
	if (src->tree < 0)
		return src->tree == -ENOENT && s->mount->optional ? 0 : src->tree;
	if (src->userns < 0)
		return 0;
	return id_map_source(src->tree, src->userns, s);
}

int sources_prepare(struct child *c)
{
	const struct plan *p = c->plan;
	bool privileged = geteuid() == 0; /* without CAP_SYS_ADMIN open_tree tells the reason */
	bool any = p->new_userns && privileged;

	for (size_t i = 0; i < p->n_steps && !any; i++)
		any = wants_idmap(&p->steps[i]);
	if (!any)
		return 0;
	c->sources = arena_array(p->arena, p->n_steps, sizeof(*c->sources));
	for (size_t i = 0; i < p->n_steps; i++)
		c->sources[i] = (struct child_source){ .tree = -EBADF, .userns = -EBADF };
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct step *s = &p->steps[i];

		if (s->kind == STEP_NOTIFY_SOCKET && c->notify_dir && privileged) {
			int r = clone_notify(c->notify_dir, &c->sources[i].tree);
			if (r < 0)
				return r;
		}
		if (!wants_idmap(s) && !(p->new_userns && privileged && is_bind(s)))
			continue;
		int r = prepare_one(c, s, &c->sources[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

void sources_close(struct child *c)
{
	for (size_t i = 0; c->sources && i < c->plan->n_steps; i++) {
		attr_closep(&c->sources[i].tree);
		attr_closep(&c->sources[i].userns);
	}
	c->sources = NULL;
}
