/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/launch.c - the parent's half of making a container process
 *
 * The handshake, in the order of time. Everything goes over one SOCK_SEQPACKET pair (sync.h); each
 * side waits only where it says so. In the common case (no new user namespace, no hooks) the child
 * sends exactly one message, READY.
 *
 *   parent                                       child
 *   ------                                       -----
 *   opens namespaces and mount sources
 *   clone3                                       starts; dies with the parent (PDEATHSIG, and the end
 *                                                of file on the pair says whether it is too late)
 *   makes the v1 cgroup folders                  unshares own_namespaces, waits
 *   CGROUPS (descriptors of "tasks")
 *   journals the pid (nobody waits for it)       joins the v1 cgroup
 *                                                new user namespace: WANT_MAPS, waits
 *   writes the id maps; MAPS_DONE                becomes root there
 *                                                stage only: clones init with CLONE_PARENT,
 *                                                INIT (pid, pidfd), ends
 *   reaps the stage, journals the pid
 *                                                linux.netDevices: NET_DEVICES, waits
 *   moves them into the child's network
 *   namespace; NET_DEVICES_DONE
 *                                                mounts ... at each HOOKS step: HOOKS (kind), waits
 *   prestart, createRuntime: runs them.
 *   createContainer: a memfd with the state
 *   JSON. HOOKS_DONE                             runs createContainer itself
 *                                                pivot, masks, user, capabilities, program lookup;
 *                                                no longer dies with the parent; READY, waits
 *   does parent_steps: what only we may (hard
 *   limits, oom score); journals "created",
 *   writes the pid file
 *   SAVED, exits                                 end of file here instead of SAVED: exits. Else waits in
 *                                                accept on ROOT/ID/start.sock
 *   `start` (any process): connects,
 *   START (memfd with the state JSON, if there
 *   are startContainer hooks), waits             runs them; seccomp
 *   SCMP_ACT_NOTIFY only: hands the listener     <- LISTENER, waits (seccomp/listener.c: by a thread that
 *   to the agent; LISTENER_DONE                  the filter does not bind, so that no call is held up)
 *                                                execve, which closes the connection
 *   end of file: the payload runs
 *
 * At any time the child may send ERROR (its record and warnings) and exit. `run` is the same without a
 * second process: SAVED, with that memfd, is the word to go, and the pair is the connection. `exec` is the
 * same without hooks and without a word: its child says READY only when there are parent_steps, its
 * LISTENER comes to the parent, and the end of file is the success. Death ends the connection as well; the
 * kernel remembers of a process, even of a zombie, whether it has ever been through execve. */
#include "runtime/launch.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/sys.h"
#include "runtime/init.h"
#include "runtime/limits.h"
#include "runtime/namespaces.h"
#include "runtime/sources.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

struct launching {
	struct child *c;
	const struct launch_callbacks *cb;
	int sync;
	pid_t pid; /* of the stage until it has told the pid of init */
	int pidfd;
	bool pid_is_init;
};

void launch_prepare(struct child *c, const struct plan *plan)
{
	memset(c, 0, sizeof(*c));
	c->plan = plan;
	c->env = plan->env;
	c->user = plan->user;
	c->sync = c->parent_sync = c->state_dir = c->listener = c->target = -EBADF;
	c->console_socket = c->console_slave = c->hook_state = -EBADF;
	c->oom = c->root = c->proc = c->proc_sys = c->null.fd = c->empty.fd = -EBADF;
	for (size_t i = 0; i < ARRAY_SIZE(c->stdio); i++)
		c->stdio[i] = -EBADF;
	for (size_t i = 0; i < ARRAY_SIZE(c->joined); i++)
		c->joined[i] = -EBADF;
	c->staged = plan->needs_stage;
}

/* The kill and the reaping are for a child that failed or whose caller did. */
static void abandon(struct launching *l)
{
	siginfo_t info;

	if (l->pidfd < 0)
		return;
	if (sys_pidfd_send_signal(l->pidfd, SIGKILL) < 0)
		errno = 0; /* it has ended by itself */
	while (waitid(P_PIDFD, (id_t)l->pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	(void)close(TAKE_FD(l->pidfd));
}

static int write_maps(const struct launching *l)
{
	const struct plan *p = l->c->plan;
	int r = confine_write_id_maps(l->pid, p->uid_maps, p->n_uid_maps, p->gid_maps,
				      p->n_gid_maps);

	return r < 0 ? r : sync_send(l->sync, SYNC_MAPS_DONE, 0, -EBADF);
}

/* The stage has told us its sibling; it has nothing more to do than to end. */
static int take_init(struct launching *l, pid_t pid, int pidfd)
{
	siginfo_t info;

	while (waitid(P_PIDFD, (id_t)l->pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	(void)close(l->pidfd);
	l->pid = pid;
	l->pidfd = pidfd;
	l->pid_is_init = true;
	return l->cb->on_init ? l->cb->on_init(l->cb->arg, pid) : 0;
}

/* The pid is a child's that waits for us, so it is nobody else's. */
static int serve_net_devices(const struct launching *l)
{
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)l->pid);
	CLEANUP_FD int netns = open(path, O_RDONLY | O_CLOEXEC);
	if (netns < 0)
		return fail(-errno, "open %s", path);
	r = net_devices_move(&l->c->plan->spec->linux_.net_devices, netns);
	return r < 0 ? fail_context(r, "config.linux.netDevices") :
		       sync_send(l->sync, SYNC_NET_DEVICES_DONE, 0, -EBADF);
}

static int serve_hooks(const struct launching *l, enum spec_hook_kind kind)
{
	CLEANUP_FD int state = -EBADF;
	int r = l->cb->on_hooks ? l->cb->on_hooks(l->cb->arg, kind, l->pid, &state) : -EPROTO;

	return r < 0 ? r : sync_send(l->sync, SYNC_HOOKS_DONE, 0, state);
}

static int serve_listener(const struct launching *l, int listener)
{
	int r = l->cb->on_listener ? l->cb->on_listener(l->cb->arg, listener, l->pid) : -EPROTO;

	return r < 0 ? r : sync_send(l->sync, SYNC_LISTENER_DONE, 0, -EBADF);
}

/* Return: 1 the child is ready, 0 go on, or a negative errno. */
static int serve(struct launching *l, struct sync_message *m)
{
	int r;

	switch (m->kind) {
	case SYNC_WANT_MAPS:
		r = write_maps(l);
		return r < 0 ? r : 0;
	case SYNC_INIT:
		if (m->fd < 0 || l->pid_is_init)
			return refuse(-EPROTO, "the stage sent a wrong message");
		return take_init(l, (pid_t)m->value, TAKE_FD(m->fd));
	case SYNC_NET_DEVICES:
		r = serve_net_devices(l);
		return r < 0 ? r : 0;
	case SYNC_HOOKS:
		r = serve_hooks(l, (enum spec_hook_kind)m->value);
		return r < 0 ? r : 0;
	case SYNC_LISTENER:
		r = serve_listener(l, m->fd);
		return r < 0 ? r : 0;
	case SYNC_READY:
		r = limits_apply_parent_steps(l->c->plan, l->pid);
		if (r < 0 || l->c->is_created)
			return r < 0 ? r : 1;
		r = sync_send(l->sync, SYNC_SAVED, 0, -EBADF);
		return r < 0 ? r : 0;
	default:
		return refuse(-EPROTO, "the container's first process sent a wrong message");
	}
}

/* The child is gone without a word: killed, by the kernel's memory limit for example. */
static int explain_death(const struct launching *l)
{
	siginfo_t info = { 0 };

	if (waitid(P_PIDFD, (id_t)l->pidfd, &info, WEXITED | WNOWAIT) < 0)
		return fail(-errno, "wait for the container's first process");
	if (info.si_code == CLD_EXITED)
		return refuse(-EIO, "the container's first process ended with status %d",
			      info.si_status);
	return error_is(refuse(-EIO, "the container's first process was killed by signal %d%s",
			       info.si_status,
			       info.si_status == SIGKILL ? " (is its memory limit too low?)" : ""),
			ERROR_INIT_DIED);
}

/* Of exec: the end of file is the execve, or the child's death on the way there. */
static int judge_exec(const struct launching *l)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int executed;

	if (!l->pid_is_init)
		return explain_death(l);
	executed = proc < 0 ? -errno : proc_has_executed(proc, l->pid);
	if (executed < 0)
		return fail(executed, "ask whether process %d was executed", (int)l->pid);
	return executed ? 0 : explain_death(l);
}

static int serve_until_ready(struct launching *l)
{
	for (;;) {
		struct sync_message m = { .fd = -EBADF };
		int r = sync_recv(l->sync, &m);

		if (r == 0)
			return l->c->is_created ? explain_death(l) : judge_exec(l);
		if (r < 0)
			return error_code() ? r :
					      fail(r, "hear from the container's first process");
		r = serve(l, &m);
		attr_closep(&m.fd);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}

static int clone_child(struct launching *l)
{
	struct child *c = l->c;
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&l->pidfd,
		.exit_signal = SIGCHLD,
	};

	if (!c->staged)
		args.flags |= c->plan->clone_flags & ~c->own_namespaces;
	if (c->join && c->join->v2_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)c->join->v2_fd;
	}
	l->pid = sys_clone3(&args, sizeof(args));
	if (l->pid == 0)
		init_child(c);
	return l->pid < 0 ? fail(l->pid, "clone the container's first process") : 0;
}

/* The namespaces that take long, 0.8 ms of a clone of 1: init makes them, while we make its cgroup folders.
 * In a user namespace the folders are needed first: they are sources of mounts, which only we may open. */
static uint64_t choose_own_namespaces(const struct child *c)
{
	const uint64_t slow = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWUTS;

	return c->staged || c->plan->new_userns || !c->join ? 0 : c->plan->clone_flags & slow;
}

static int make_cgroup(const struct launching *l)
{
	return l->c->join && l->cb->on_cgroup ? l->cb->on_cgroup(l->cb->arg) : 0;
}

/* A child that is gone has said why, or is asked about its end, where its messages are received. */
static int give_cgroup(const struct launching *l)
{
	struct cgroup_join *join = l->c->join;
	int r = sync_send_fds(l->sync, SYNC_CGROUPS, join->tasks_fds, join->n_tasks);

	cgroup_join_close(join);
	return r == -EPIPE || r >= 0 ? 0 : fail(r, "hand over the cgroup");
}

static int make_child(struct launching *l)
{
	struct child *c = l->c;
	int r;

	c->own_namespaces = choose_own_namespaces(c);
	r = c->own_namespaces ? 0 : make_cgroup(l);
	if (r >= 0)
		r = sources_prepare(c);
	if (r >= 0)
		r = clone_child(l);
	if (r >= 0 && c->own_namespaces)
		r = make_cgroup(l);
	return r >= 0 && c->join ? give_cgroup(l) : r;
}

/* What the caller passes on came through its exec, so it has no O_CLOEXEC; a descriptor with that flag
 * at such a number is one of ours, and the caller passed nothing there. */
static int check_kept(const struct plan *p)
{
	for (unsigned fd = 3; fd < 3 + p->keep_fds; fd++) {
		int flags = fcntl((int)fd, F_GETFD);

		if (flags < 0 || flags & FD_CLOEXEC)
			return refuse(-EBADF, "unable to stat preserved-fd %u", fd);
	}
	return 0;
}

int launch(struct child *c, const struct launch_callbacks *cb, struct launch_result *ret)
{
	struct launching l = { .c = c, .cb = cb, .sync = -EBADF, .pidfd = -EBADF };
	int pair[2];
	int r = check_kept(c->plan);

	if (r < 0)
		return r;
	r = sync_pair(pair);
	if (r < 0)
		return fail(r, "make a socket pair");
	CLEANUP_FD int ours = pair[0];
	CLEANUP_FD int theirs = pair[1];
	c->parent_sync = l.sync = ours;
	c->sync = theirs;
	r = namespaces_open(c->plan, c->joined);
	if (r >= 0)
		r = make_child(&l);
	(void)close(TAKE_FD(theirs));
	if (r >= 0 && !c->staged) {
		l.pid_is_init = true;
		r = cb->on_init ? cb->on_init(cb->arg, l.pid) : 0;
	}
	if (r >= 0)
		r = serve_until_ready(&l);
	for (size_t i = 0; i < c->plan->n_joined; i++)
		attr_closep(&c->joined[i]);
	sources_close(c);
	if (r < 0) {
		abandon(&l);
		return r;
	}
	*ret = (struct launch_result){ .pid = l.pid, .pidfd = l.pidfd, .sync = TAKE_FD(ours) };
	return 0;
}
