/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mount_change.c - mounting and unmounting in a container that runs
 *
 * A short-lived process does it, in this order. It enters the user namespace, where the container has one,
 * and the namespaces that filesystems show. In a copy of the host's mount namespace it makes every mount,
 * detached: a source or a device is a path of the host, never one that the container could have put there.
 * Only then it enters the container's mount namespace and moves the mounts to their destinations, each a
 * descriptor below the container's root. It stays in the host's pid namespace: no process of the container
 * can see it. Each mount is held by its descriptor until the last one is in place, so an error takes back
 * exactly those, by the host's /proc; the container's may be faked. */
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/container.h"
#include "runtime/launch.h"
#include "runtime/mount_exec.h"
#include "runtime/namespaces.h"
#include "runtime/sources.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct change {
	struct arena *arena;
	struct child *child;
	const struct spec_mount *mounts; /* remove */
	size_t n;
	int proc;               /* the host's */
	char *const *masked[2]; /* paths that config.json hides; remove leaves their mounts */
};

typedef int (*change_fn)(struct change *c);

/* ---- what stays as it is ---- */

static const char *const places[] = { "/", "/proc", "/sys", "/dev", NULL };

static bool is_listed(const char *const *list, const char *path)
{
	while (list && *list && !str_eq(*list, path))
		list++;
	return list && *list;
}

/* Where it lies, whatever links have led there. */
static int check_place(const struct change *c, int target, const char *dst, bool removes)
{
	char link[sizeof("self/fd/") + 16], path[PATH_MAX];
	bool kept;

	(void)snprintf(link, sizeof(link), "self/fd/%d", target);
	ssize_t len = readlinkat(c->proc, link, path, sizeof(path) - 1);
	if (len < 0)
		return fail(-errno, "find out where '%s' is", dst);
	path[len] = '\0';
	kept = is_listed(places, path);
	for (size_t i = 0; removes && i < ARRAY_SIZE(c->masked); i++)
		kept |= is_listed((const char *const *)c->masked[i], path);
	return kept ? refuse(-EPERM, "the mount of '%s' must stay as it is", path) : 0;
}

/* umount2(2) knows paths alone, and this one leads to exactly what the descriptor names. */
static int unmount(const struct change *c, int fd)
{
	char path[sizeof("self/fd/") + 16];

	(void)snprintf(path, sizeof(path), "self/fd/%d", fd);
	if (fchdir(c->proc) < 0 || umount2(path, MNT_DETACH) < 0)
		return -errno;
	return 0;
}

static int *no_fds(struct arena *a, size_t n)
{
	int *fds = arena_array(a, n, sizeof(*fds));

	for (size_t i = 0; i < n; i++)
		fds[i] = -EBADF;
	return fds;
}

static int tell(int r, const char *why)
{
	(void)error_is(r, ERROR_MOUNT);
	return fail_context(error_in(r, "%s", why), "%s", why);
}

/* ---- add ---- */

/* c->child->root, by a look into the container's mount namespace; back in the host's copy afterwards. */
static int find_root(struct child *c)
{
	CLEANUP_FD int view = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int r;

	if (view < 0)
		return fail(-errno, "open /proc/self/ns/mnt");
	c->target_flags = CLONE_NEWNS;
	r = namespaces_join(c);
	if (r >= 0 && setns(view, CLONE_NEWNS) < 0)
		return fail(-errno, "return to the mounts of the host");
	return r;
}

/* A copy, whose mounts nobody of the host hears of, owned by the container's user namespace. */
static int copy_host_view(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return fail(-errno, "unshare the mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fail(-errno, "make the copied mounts slaves");
	return 0;
}

static int make_all(struct child *c, int *fds)
{
	for (size_t i = 0; i < c->plan->n_steps; i++) {
		const struct step *s = &c->plan->steps[i];

		if (s->mount->kind == MOUNT_REMOUNT)
			continue;
		fds[i] = mount_make(c, s);
		if (fds[i] < 0 && !(fds[i] == -ENOENT && !error_code()))
			return tell(fds[i], s->why);
	}
	return 0;
}

static int place(const struct change *c, size_t i, const int *fds)
{
	const struct step *steps = c->child->plan->steps, *s = &steps[i];

	if (s->mount->kind == MOUNT_REMOUNT) {
		while (i-- > 0)
			if (steps[i].dst == s->dst && fds[i] >= 0)
				return mount_change(fds[i], s->mount);
		return 0;
	}
	if (fds[i] < 0)
		return 0;
	CLEANUP_FD int there = dir_open_in(c->child->root, s->dst, O_PATH);
	int r = there >= 0 ? check_place(c, there, s->dst, false) : 0;
	if (r >= 0)
		r = mount_place(c->child, s, fds[i]);
	/* Once more: the container may have exchanged what lay there. A failure takes the mount back. */
	return r < 0 ? r : check_place(c, fds[i], s->dst, false);
}

/* The failed one too: its propagation is set when it is attached already. */
static void take_back(const struct change *c, size_t failed, const int *fds)
{
	struct error_kept kept;

	error_keep(&kept);
	for (size_t i = failed + 1; i-- > 0;)
		if (fds[i] >= 0)
			(void)unmount(c, fds[i]); /* not attached: nothing to take back */
	error_restore(&kept);
}

static int add(struct change *c)
{
	struct child *child = c->child;
	size_t n = child->plan->n_steps;
	uint64_t flags = child->target_flags;
	int *fds = no_fds(c->arena, n);
	int r = sources_prepare(child);

	/* What the container's processes could learn from it, they must not. */
	if (r >= 0 && prctl(PR_SET_DUMPABLE, 0) < 0)
		r = fail(-errno, "prctl PR_SET_DUMPABLE");
	child->target_flags = flags & CLONE_NEWUSER;
	if (r >= 0 && child->target_flags)
		r = namespaces_join(child);
	if (r >= 0)
		r = copy_host_view();
	child->target_flags = flags & (CLONE_NEWIPC | CLONE_NEWNET);
	if (r >= 0 && child->target_flags)
		r = namespaces_join(child);
	if (r >= 0)
		r = find_root(child);
	if (r >= 0)
		r = make_all(child, fds);
	if (r >= 0)
		r = namespaces_join(child);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = place(c, i, fds);
		if (r < 0) {
			take_back(c, i, fds);
			r = tell(r, child->plan->steps[i].why);
		}
	}
	return r;
}

/* ---- remove ---- */

static int open_mount(const struct change *c, const char *dst, int *ret)
{
	CLEANUP_FD int fd = dir_open_in(c->child->root, dst, O_PATH);
	struct statx st;
	int r;

	if (fd < 0)
		return fail(fd, "open '%s'", dst);
	if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_TYPE, &st) < 0)
		return fail(-errno, "stat '%s'", dst);
	r = check_place(c, fd, dst, true);
	if (r < 0)
		return r;
	if (!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return refuse(-EINVAL, "nothing is mounted at '%s'", dst);
	*ret = TAKE_FD(fd);
	return 0;
}

/* @copies: of mounts that are gone meanwhile */
static void put_back(const struct change *c, size_t n, const int *copies)
{
	struct error_kept kept;

	error_keep(&kept);
	while (n-- > 0) {
		const char *dst = c->mounts[n].destination;
		CLEANUP_FD int target = dir_open_in(c->child->root, dst, O_PATH);

		if (target < 0 || copies[n] < 0 || mount_attach(copies[n], target) < 0)
			warn("the mount of '%s' could not be put back, ignoring", dst);
	}
	error_restore(&kept);
}

static int remove_all(struct change *c)
{
	int *fds = no_fds(c->arena, c->n), *copies = no_fds(c->arena, c->n);
	int r = prctl(PR_SET_DUMPABLE, 0) < 0 ? fail(-errno, "prctl PR_SET_DUMPABLE") : 0;
	size_t i;

	c->child->target_flags &= CLONE_NEWUSER | CLONE_NEWNS;
	if (r >= 0)
		r = namespaces_join(c->child);
	for (i = 0; r >= 0 && i < c->n; i++) {
		r = open_mount(c, c->mounts[i].destination, &fds[i]);
		if (r < 0)
			return tell(r, arena_printf(c->arena, "mounts[%zu]", i));
	}
	for (i = 0; r >= 0 && i < c->n; i++) {
		copies[i] = sys_open_tree(fds[i], "",
					  AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE |
						  OPEN_TREE_CLOEXEC);
		r = unmount(c, fds[i]);
		if (r >= 0)
			continue;
		r = tell(fail(r, "unmount '%s'", c->mounts[i].destination),
			 arena_printf(c->arena, "mounts[%zu]", i));
		put_back(c, i, copies);
	}
	return r;
}

/* ---- the process that does it ---- */

static NORETURN void do_it(struct change *c, change_fn fn, int sync)
{
	sigset_t all;
	int r;

	/* Nothing half done by a Ctrl-C. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	r = fn(c);
	_exit(sync_send(sync, r < 0 ? SYNC_ERROR : SYNC_READY, 0, -EBADF) < 0);
}

static int run(struct change *c, change_fn fn)
{
	int pair[2], pidfd = -EBADF;
	struct clone_args args = { .flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
				   .pidfd = (uintptr_t)&pidfd,
				   .exit_signal = SIGCHLD };
	siginfo_t info;
	int r = sync_pair(pair);

	if (r < 0)
		return fail(r, "make a socket pair");
	CLEANUP_FD int ours = pair[0];
	CLEANUP_FD int theirs = pair[1];
	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid == 0)
		do_it(c, fn, theirs);
	if (pid < 0)
		return fail(pid, "clone the process that mounts");
	(void)close(TAKE_FD(theirs));
	r = sync_expect(ours, SYNC_READY, NULL);
	if (r < 0 && !error_code())
		(void)fail(r, "the process that mounts has ended");
	while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	(void)close(pidfd);
	return r;
}

/* As for exec: if init is alive afterwards, then it was the one that was asked. */
static int find_namespaces(const struct state *s, struct child *child)
{
	int r = namespaces_of_process(s->pid, &child->target_flags);

	if (r >= 0 && sys_pidfd_send_signal(child->target, 0) < 0)
		return error_is(refuse(-ESRCH, "container not running"),
				ERROR_CONTAINER_NOT_RUNNING);
	if (r >= 0 && !(child->target_flags & CLONE_NEWNS))
		return refuse(-EINVAL, "the container's mounts are those of the caller");
	return r;
}

static int may_change(enum state_status status)
{
	if (status == STATE_CREATING)
		return refuse(-EBUSY, "cannot mount in a container that is not created yet");
	if (status == STATE_STOPPED)
		return error_is(refuse(-ESRCH, "container not running"),
				ERROR_CONTAINER_NOT_RUNNING);
	return 0;
}

static int make_plan(struct arena *a, const struct spec *spec, const struct spec_mount *mounts,
		     size_t n, const struct state *s, struct plan **ret)
{
	const struct plan_options options = { .id = s->id, .bundle = s->bundle };
	struct facts facts = { 0 };
	int r = facts_read(a, false, &facts);

	return r < 0 ? r : plan_build_added(spec, mounts, n, &facts, &options, ret);
}

static int change(int root, const char *id, const struct spec_mount *mounts, size_t n, bool removes)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *plan = NULL;
	CLEANUP_FD int dir = -EBADF, pidfd = -EBADF, proc = -EBADF;
	struct child child;
	struct state *s;
	/* Without the lock, as exec: a filesystem of the container may never answer, and delete must go on. */
	int r = state_open_and_load(a, root, id, false, &dir, &s);

	if (r >= 0)
		r = may_change(state_status(s, &pidfd));
	if (r >= 0)
		r = spec_load(dir, "config.json", &spec, NULL);
	if (r >= 0)
		r = make_plan(a, spec, mounts, removes ? 0 : n, s, &plan);
	if (r < 0)
		return r;
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return fail(-errno, "open /proc");
	launch_prepare(&child, plan);
	child.target = pidfd;
	r = find_namespaces(s, &child);
	if (r < 0)
		return r;
	return run(&(struct change){ a,
				     &child,
				     mounts,
				     n,
				     proc,
				     { spec->linux_.masked_paths, spec->linux_.readonly_paths } },
		   removes ? remove_all : add);
}

int container_add_mounts(int root, const char *id, const struct spec_mount *mounts, size_t n)
{
	return change(root, id, mounts, n, false);
}

int container_remove_mounts(int root, const char *id, const struct spec_mount *mounts, size_t n)
{
	return change(root, id, mounts, n, true);
}
