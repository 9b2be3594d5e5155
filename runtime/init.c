/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/init.c - the child stages: from clone3 to execve
 *
 * Theory of operation. The parent's clone3 makes either init itself or, when a namespace has to be
 * entered by setns first, a stage that makes init as its sibling (CLONE_PARENT) and ends. Both begin
 * with stage_alone. A child is a fork of the runtime, so until execve it holds the runtime's memory
 * and descriptors; that is why it is not dumpable, and why every descriptor is O_CLOEXEC.
 *
 *   stage_alone       signals, death with the parent, descriptors, own_namespaces, cgroup
 *   stage_join        setns into what exists (only a stage, or an init that joins harmless kinds)
 *   stage_userns      become root of a new user namespace
 *   stage_make_init   (stage only) clone init as a sibling, tell its pid
 *   stage_steps       (init only) plan->steps, the last of which is execve */
#include "runtime/init.h"

#include "base/error.h"
#include "base/sys.h"
#include "runtime/namespaces.h"
#include "runtime/step_exec.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Wants the parent alive: in a new pid namespace getppid() is always 0, so the end of file on the pair
 * answers instead. */
static int check_parent_alive(const struct child *c)
{
	struct pollfd p = { .fd = c->sync, .events = POLLRDHUP };

	if (poll(&p, 1, 0) < 0)
		return fail(-errno, "poll the parent");
	if (p.revents & (POLLHUP | POLLRDHUP | POLLERR))
		return refuse(-EPIPE, "the runtime was killed");
	return 0;
}

static int take_stdio(const struct child *c)
{
	for (int i = 0; i < 3; i++)
		if (c->stdio[i] >= 0 && dup3(c->stdio[i], i, 0) < 0 && errno != EINVAL)
			return fail(-errno, "take descriptor %d", i);
	return 0;
}

/* oom_score_adj belongs to the caller only while the process is dumpable and sees the host's /proc. */
static int open_oom_score(struct child *c)
{
	for (size_t i = 0; i < c->plan->n_steps; i++)
		if (c->plan->steps[i].kind == STEP_OOM_SCORE) {
			c->oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
			return c->oom < 0 ? fail(-errno, "open /proc/self/oom_score_adj") : 0;
		}
	return 0;
}

/* CLONE_CLEAR_SIGHAND leaves alone what is ignored, and so does execve: SIGPIPE by us, others by whoever
 * started us, also the two that glibc keeps for itself. */
static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sys_signal_default(sig);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int make_namespaces(uint64_t flags)
{
	return unshare((int)flags) < 0 ? fail(-errno, "unshare namespaces") : 0;
}

static int join_cgroup(const struct child *c)
{
	struct cgroup_join join = { .v2_fd = -EBADF };
	int r = sync_expect_fds(c->sync, SYNC_CGROUPS, join.tasks_fds, CGROUP_FDS_MAX,
				&join.n_tasks);

	return r < 0 ? fail(r, "wait for the cgroup") : cgroup_join_v1(&join);
}

/* stage_alone - should: cut every tie that the fork left, and move into the cgroup while we are still
 * one thread with the caller's rights. Must not: look at anything of the container. */
static int stage_alone(struct child *c)
{
	int r;

	warnings_clear(); /* what the fork copied is told by the parent */
	/* The lock of the state folder must end with the parent, not with us. */
	(void)close(c->parent_sync);
	if (c->state_dir >= 0)
		(void)close(c->state_dir);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail(-errno, "prctl PR_SET_PDEATHSIG");
	r = check_parent_alive(c);
	if (r < 0)
		return r;
	reset_signals();
	c->umask = umask(0);
	r = open_oom_score(c);
	if (r < 0)
		return r;
	r = take_stdio(c);
	if (r >= 0 && c->own_namespaces)
		r = make_namespaces(c->own_namespaces);
	return r >= 0 && c->join ? join_cgroup(c) : r;
}

/* Being dumpable would let the processes of a joined namespace trace us (CVE-2016-9962); a new user
 * namespace needs it until its maps are written, and has no process but us until then. */
static int become_undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? fail(-errno, "prctl PR_SET_DUMPABLE") : 0;
}

static bool maps_have_root(const struct id_map *maps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (maps[i].container_id == 0 && maps[i].size > 0)
			return true;
	return false;
}

/* stage_userns - should: have the maps written and become root, where root is mapped. Must not: touch a
 * file before that; what it made would belong to nobody. */
static int stage_userns(struct child *c)
{
	const struct plan *p = c->plan;
	int r = sync_send(c->sync, SYNC_WANT_MAPS, 0, -EBADF);

	if (r >= 0)
		r = sync_expect(c->sync, SYNC_MAPS_DONE, NULL);
	if (r < 0)
		return fail(r, "wait for the id maps");
	if (maps_have_root(p->gid_maps, p->n_gid_maps) && setresgid(0, 0, 0) < 0)
		return fail(-errno, "become group 0 of the user namespace");
	if (maps_have_root(p->uid_maps, p->n_uid_maps) && setresuid(0, 0, 0) < 0)
		return fail(-errno, "become user 0 of the user namespace");
	/* The change of ids has cleared it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail(-errno, "prctl PR_SET_PDEATHSIG");
	return check_parent_alive(c);
}

/* stage_steps - should: carry out the plan to its last step. Must not: decide anything. */
static int stage_steps(struct child *c)
{
	const struct plan *p = c->plan;

	int r = p->unshare_flags ? make_namespaces(p->unshare_flags) : 0;

	return r < 0 ? r : step_exec_all(c);
}

/* init waits for it that the runtime knows of it: else, if the stage is killed before it could tell, init
 * would run on without anybody who waits for it. */
static int wait_until_told(int pipe)
{
	char told;
	ssize_t n;

	do
		n = read(pipe, &told, 1);
	while (n < 0 && errno == EINTR);
	(void)close(pipe);
	return n == 1 ? 0 : refuse(-EPIPE, "the process that joins the namespaces was killed");
}

/* stage_make_init - should: make init with the caller as its parent, so that whoever waits for the
 * runtime's children gets it, and tell its pid. Must not: go on afterwards. */
static int stage_make_init(struct child *c)
{
	int told[2];
	int pidfd = -EBADF;
	struct clone_args args = {
		.flags = c->plan->clone_flags | CLONE_PARENT | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
	};
	pid_t pid;

	if (pipe2(told, O_CLOEXEC) < 0)
		return fail(-errno, "pipe");
	pid = sys_clone3(&args, sizeof(args));
	if (pid < 0)
		return fail(pid, "clone init");
	if (pid == 0) {
		int r = prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ?
				fail(-errno, "prctl PR_SET_PDEATHSIG") :
				0;

		(void)close(told[1]);
		if (r >= 0)
			r = wait_until_told(told[0]);
		if (r >= 0)
			r = check_parent_alive(c);
		/* The file that the stage opened is the stage's own. */
		attr_closep(&c->oom);
		c->oom = -EBADF;
		if (r >= 0)
			r = open_oom_score(c);
		return r < 0 ? r : stage_steps(c);
	}
	int r = sync_send(c->sync, SYNC_INIT, (uint64_t)pid, pidfd);
	if (r < 0)
		return fail(r, "tell the pid of init");
	(void)!write(told[1], "", 1);
	_exit(0);
}

/* stage_staged - should: enter what exists, in the order of the plan, then a new user namespace, then set
 * the clock offsets. Must not: make files or mounts; it is in the container only halfway. */
static int stage_staged(struct child *c)
{
	const struct plan *p = c->plan;
	int offsets = -EBADF;
	int r = 0;

	if (p->time_offsets) {
		offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
		if (offsets < 0)
			return fail(-errno, "open /proc/self/timens_offsets");
	}
	if (!(p->stage_unshare & CLONE_NEWUSER))
		r = become_undumpable();
	if (r >= 0)
		r = namespaces_join(c);
	if (r < 0)
		return r;
	if (p->stage_unshare & CLONE_NEWUSER) {
		if (unshare(CLONE_NEWUSER) < 0)
			return fail(-errno, "unshare the user namespace");
		r = stage_userns(c);
		if (r >= 0)
			r = become_undumpable();
	}
	if (r >= 0 && p->time_offsets)
		r = namespaces_set_clocks(offsets, p->time_offsets);
	return r < 0 ? r : stage_make_init(c);
}

/* stage_direct - should: bring init from clone3 to its steps. Must not: be dumpable once it can meet
 * another process of the container. */
static int stage_direct(struct child *c)
{
	int r;

	if (c->plan->new_userns) {
		r = stage_userns(c);
		if (r < 0)
			return r;
	}
	r = become_undumpable();
	if (r < 0)
		return r;
	r = namespaces_join(c);
	return r < 0 ? r : stage_steps(c);
}

void init_child(struct child *c)
{
	int r = stage_alone(c);

	if (r >= 0)
		r = c->staged ? stage_staged(c) : stage_direct(c);
	if (r < 0)
		r = sync_send(c->sync, SYNC_ERROR, 0, -EBADF);
	_exit(r < 0 ? 2 : 1);
}
