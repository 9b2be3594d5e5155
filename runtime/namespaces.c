/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/namespaces.c - entering namespaces that exist, by verified descriptors */
#include "runtime/namespaces.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static const struct {
	int flag;
	const char *name;
} kinds[] = {
	{ CLONE_NEWUSER, "user" }, { CLONE_NEWPID, "pid" }, { CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWUTS, "uts" },   { CLONE_NEWNET, "net" }, { CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWTIME, "time" }, { CLONE_NEWNS, "mnt" },
};

static const char *name_of(int flag)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].flag == flag)
			return kinds[i].name;
	return "?";
}

/* A container exchanges the root of its mount namespace for all who are in there: not the caller's, nor the
 * host's, which the caller need not be in. */
static int check_mounts(int fd, const char *path)
{
	static const char *const hosts[] = { "/proc/self/ns/mnt", "/proc/1/ns/mnt" };
	struct stat it, host;

	if (fstat(fd, &it) < 0)
		return fail(-errno, "stat '%s'", path);
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (stat(hosts[i], &host) == 0 && host.st_ino == it.st_ino &&
		    host.st_dev == it.st_dev)
			return refuse(-EINVAL,
				      "'%s' is the mount namespace of the host, whose root would "
				      "become the container's",
				      path);
	return 0;
}

static int check_kind(int fd, const struct plan_namespace *n)
{
	if (ioctl(fd, NS_GET_NSTYPE) != n->clone_flag)
		return refuse(-EINVAL, "'%s' is not a %s namespace", n->path,
			      name_of(n->clone_flag));
	return n->clone_flag == CLONE_NEWNS ? check_mounts(fd, n->path) : 0;
}

int namespaces_open(const struct plan *p, int *ret_fds)
{
	for (size_t i = 0; i < p->n_joined; i++) {
		const struct plan_namespace *n = &p->joined[i];
		CLEANUP_FD int fd = open(n->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		int r;

		if (fd < 0)
			return fail(-errno, "open %s namespace '%s'", name_of(n->clone_flag),
				    n->path);
		r = check_kind(fd, n);
		if (r < 0)
			return r;
		ret_fds[i] = TAKE_FD(fd);
	}
	return 0;
}

int namespaces_of_process(pid_t pid, uint64_t *ret_flags)
{
	uint64_t flags = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct stat ours, theirs;
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, kinds[i].name);
		if (stat(path, &theirs) < 0)
			return fail(-errno, "stat %s", path);
		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i].name);
		if (stat(path, &ours) < 0)
			return fail(-errno, "stat %s", path);
		if (ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev)
			flags |= (uint64_t)kinds[i].flag;
	}
	*ret_flags = flags;
	return 0;
}

/* Whoever enters a user namespace is nobody there at first; root, where there is one, can make files. The
 * change of ids sets what is dumpable to /proc/sys/fs/suid_dumpable, and the namespace's root may be somebody. */
static int become_root_of(uint64_t flags)
{
	if (!(flags & CLONE_NEWUSER))
		return 0;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		errno = 0; /* not mapped: the user step decides who we are */
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? fail(-errno, "prctl PR_SET_DUMPABLE") : 0;
}

static int join_target(struct child *c)
{
	if (c->target_flags && setns(c->target, (int)c->target_flags) < 0)
		return fail(-errno, "enter the container's namespaces");
	int r = become_root_of(c->target_flags);
	if (r < 0)
		return r;
	c->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return c->root < 0 ? fail(-errno, "open the root of the container") : 0;
}

/* Once in a user namespace, the right to join what is not owned by it is gone; before, what is owned by it
 * can be joined only with rights over it. So whatever takes us now is joined now. */
static void join_before_userns(struct child *c)
{
	const struct plan *p = c->plan;

	for (size_t i = 1; i < p->n_joined && p->joined[0].clone_flag == CLONE_NEWUSER; i++)
		if (c->joined[i] >= 0 && setns(c->joined[i], p->joined[i].clone_flag) >= 0)
			(void)close(TAKE_FD(c->joined[i]));
}

int namespaces_join(struct child *c)
{
	int r = c->target >= 0 ? join_target(c) : 0;

	if (r < 0)
		return r;
	join_before_userns(c);
	for (size_t i = 0; i < c->plan->n_joined; i++) {
		const struct plan_namespace *n = &c->plan->joined[i];

		if (c->joined[i] >= 0 && setns(c->joined[i], n->clone_flag) < 0)
			return fail(-errno, "enter %s namespace '%s'", name_of(n->clone_flag),
				    n->path);
		r = become_root_of((uint64_t)n->clone_flag);
		if (r < 0)
			return r;
	}
	return 0;
}

int namespaces_set_clocks(int offsets_fd, const char *offsets)
{
	int r;

	if (unshare(CLONE_NEWTIME) < 0)
		return fail(-errno, "unshare the time namespace");
	r = fd_write_all(offsets_fd, offsets, strlen(offsets));
	return r < 0 ? fail(r, "config.linux.timeOffsets: write /proc/self/timens_offsets") : 0;
}
