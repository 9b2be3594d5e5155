/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/container.c - the life of a container
 * What is made is in the journal (state.c) before it is made, so every failure, and every later delete of
 * what a killed create left, is the same call: destroy_container. */
#include "runtime/container.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/destroy.h"
#include "runtime/hooks.h"
#include "runtime/launch.h"
#include "runtime/pid_file.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

static const char start_socket[] = "start.sock";
enum { FREEZE_TIMEOUT_MS = 10000 };

/* ---- create ---- */

struct creation {
	const struct plan *plan;
	const struct container_create_options *opt;
	struct state state;
	int dir, proc;
};

static char *time_text(struct arena *a)
{
	struct timespec t;
	struct tm tm;
	char seconds[32];

	(void)clock_gettime(CLOCK_REALTIME, &t);
	(void)gmtime_r(&t.tv_sec, &tm);
	(void)strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
	return arena_printf(a, "%s.%09ldZ", seconds, t.tv_nsec);
}

static const char *root_path(const struct plan *p)
{
	if (p->root)
		return p->root;
	return p->options && p->options->rootfs && p->options->rootfs->path ?
		       p->options->rootfs->path :
		       "";
}

static int describe(struct creation *k)
{
	const struct plan *p = k->plan;
	struct state *s = &k->state;
	const struct spec_hooks *h = &p->spec->hooks;

	s->id = arena_strdup(p->arena, p->id);
	s->bundle = arena_strdup(p->arena, p->bundle);
	s->rootfs = arena_strdup(p->arena, root_path(p));
	s->created = time_text(p->arena);
	s->owner_uid = (uint32_t)geteuid();
	s->terminal = p->terminal;
	s->annotations = p->spec->annotations;
	s->n_annotations = p->spec->n_annotations;
	s->has_hooks = h->n[SPEC_HOOK_START_CONTAINER] || h->n[SPEC_HOOK_POSTSTART] ||
		       h->n[SPEC_HOOK_POSTSTOP];
	if (p->cgroup && p->cgroup->n_folders)
		s->cgroup_folders = cgroup_folders(p->arena, p->cgroup);
	return proc_boot_id(p->arena, k->proc, &s->boot_id);
}

/* Everything that a later delete needs, on disk before the first side effect. */
static int write_journal(struct creation *k)
{
	int r = describe(k);

	if (r < 0)
		return fail(r, "read the boot id");
	r = state_save(k->dir, &k->state);
	if (r < 0)
		return r;
	r = file_replace_unsynced_at(k->dir, "config.json", k->opt->config_text, k->opt->config_len,
				     0600);
	return r < 0 ? fail(r, "keep a copy of config.json") : 0;
}

static int on_init(void *arg, pid_t pid)
{
	struct creation *k = arg;
	int r = proc_start_time(k->proc, pid, &k->state.start_time, NULL);

	if (r < 0)
		return fail(r, "read the start time of process %d", (int)pid);
	k->state.pid = pid;
	return state_save(k->dir, &k->state);
}

static int on_hooks(void *arg, enum spec_hook_kind kind, pid_t pid, int *ret_state_fd)
{
	struct creation *k = arg;
	CLEANUP_FD int state = -EBADF;

	k->state.pid = pid;
	state = hooks_state(&k->state, STATE_CREATING);
	if (state < 0)
		return state;
	if (kind == SPEC_HOOK_CREATE_CONTAINER) {
		*ret_state_fd = TAKE_FD(state);
		return 0;
	}
	return hooks_run(&k->plan->spec->hooks, kind, state);
}

/* init waits; what is left is to tell everybody who wants to know, and to let it outlive us. */
static int finish(struct creation *k, const struct launch_result *made)
{
	int r = 0;

	if (k->state.cgroup_folders)
		r = cgroup_after_clone(k->plan->cgroup);
	if (r < 0)
		return r;
	k->state.ready = true;
	r = state_save(k->dir, &k->state);
	if (r >= 0 && k->opt->pid_file)
		r = pid_file_write(k->opt->pid_file, made->pid);
	if (r < 0)
		return r;
	r = sync_send(made->sync, SYNC_SAVED, 0, -EBADF);
	return r < 0 ? fail(r, "let the container's first process go on") : 0;
}

static int make(struct creation *k)
{
	struct cgroup_join join = { .v2_fd = -EBADF };
	struct launch_callbacks cb = { .arg = k, .on_init = on_init, .on_hooks = on_hooks };
	struct launch_result made = { .pidfd = -EBADF, .sync = -EBADF };
	struct child child;
	int r = 0;

	launch_prepare(&child, k->plan);
	child.state_dir = k->dir;
	child.console_socket = k->opt->console_fd;
	for (int i = 0; i < 3; i++)
		child.stdio[i] = k->opt->stdio[i];
	CLEANUP_FD int listener = child.listener = sync_listen(k->dir, start_socket);
	if (listener < 0)
		return fail(listener, "listen at %s", start_socket);
	if (k->state.cgroup_folders) {
		r = cgroup_create(k->plan->cgroup, &join);
		child.join = &join;
	}
	if (r >= 0)
		r = launch(&child, &cb, &made);
	cgroup_join_close(&join);
	if (r >= 0)
		r = finish(k, &made);
	attr_closep(&made.pidfd);
	attr_closep(&made.sync);
	return r;
}

/* The reason why create failed outlasts what the rollback may have to say. */
static void roll_back(int root, struct creation *k)
{
	CLEANUP_FREE char *text = strdup(error_text());
	int code = error_code();

	if (destroy_container(root, k->plan->id, &k->state) < 0)
		warn("roll back '%s': %s, ignoring", k->plan->id, error_text());
	error_set(code, text ? text : "out of memory");
}

int container_create(int root, const struct plan *plan, const struct container_create_options *opt)
{
	struct creation k = { .plan = plan, .opt = opt, .dir = -EBADF };
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (proc < 0)
		return fail(-errno, "open /proc");
	k.proc = proc;
	r = state_claim(root, plan->id, &k.dir);
	if (r < 0)
		return r;
	CLEANUP_FD int dir = k.dir;
	r = write_journal(&k);
	if (r >= 0)
		r = make(&k);
	if (r < 0)
		roll_back(root, &k);
	return r;
}

/* ---- start ---- */

static int load(struct arena *a, int root, const char *id, bool exclusive, int *ret_dir,
		struct state **ret)
{
	CLEANUP_FD int dir = state_open(root, id, exclusive);
	int r;

	if (dir < 0)
		return dir;
	r = state_load(a, dir, ret);
	if (r < 0)
		return r;
	if (!(*ret)->id)
		(*ret)->id = arena_strdup(a, id);
	if (ret_dir)
		*ret_dir = TAKE_FD(dir);
	return 0;
}

static int may_start(enum state_status status)
{
	switch (status) {
	case STATE_CREATED:
		return 0;
	case STATE_CREATING:
		return refuse(-EBUSY, "cannot start a container that is not created yet");
	case STATE_STOPPED:
		return refuse(-EINVAL, "cannot start a container that has stopped");
	default:
		return refuse(-EINVAL, "cannot start an already running container");
	}
}

/* Return: 0 the payload was exec'd. */
static int release(int dir, const struct state *s, const struct spec *spec)
{
	struct sync_message m = { .fd = -EBADF };
	CLEANUP_FD int state = -EBADF;
	CLEANUP_FD int connection = sync_connect(dir, start_socket);
	int r;

	if (connection == -ECONNREFUSED)
		return may_start(STATE_STOPPED);
	if (connection < 0)
		return fail(connection, "connect to %s", start_socket);
	if (spec && spec->hooks.n[SPEC_HOOK_START_CONTAINER]) {
		state = hooks_state(s, STATE_CREATED);
		if (state < 0)
			return state;
	}
	r = sync_send(connection, SYNC_START, 0, state);
	if (r >= 0)
		r = sync_recv(connection, &m);
	attr_closep(&m.fd);
	if (r == 0)
		return 0;
	return r < 0 && error_code() ? r : fail(r < 0 ? r : -EPROTO, "start the payload");
}

/* runtime.md "Start" step 9: a failed poststart hook ends the container. */
static int run_poststart(int root, const struct state *s, const struct spec *spec)
{
	int r;

	if (!spec || !spec->hooks.n[SPEC_HOOK_POSTSTART])
		return 0;
	CLEANUP_FD int state = hooks_state(s, STATE_RUNNING);
	if (state < 0)
		return state;
	r = hooks_run(&spec->hooks, SPEC_HOOK_POSTSTART, state);
	if (r < 0) {
		struct creation k = { .state = *s, .plan = &(struct plan){ .id = s->id } };

		roll_back(root, &k);
	}
	return r;
}

static int spec_of(int dir, struct spec **ret)
{
	return spec_load(dir, "config.json", ret, NULL);
}

int container_start(int root, const char *id)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	struct state *s;
	int dir, r = load(a, root, id, true, &dir, &s);

	if (r < 0)
		return r;
	CLEANUP_FD int owned = dir;
	r = may_start(state_status(s, NULL));
	if (r >= 0 && s->has_hooks)
		r = spec_of(dir, &spec);
	if (r < 0)
		return r;
	s->started = true;
	r = state_save(dir, s);
	if (r >= 0)
		r = release(dir, s, spec);
	return r < 0 ? r : run_poststart(root, s, spec);
}

int container_init_process(int root, const char *id, struct container_process *ret)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int pidfd = -EBADF;
	struct state *s;
	int r = load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	(void)state_status(s, &pidfd);
	if (pidfd < 0)
		return refuse(-ESRCH, "container not running");
	*ret = (struct container_process){ .pid = s->pid, .pidfd = TAKE_FD(pidfd) };
	return 0;
}

static void forward(int signal_fd, int pidfd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info) ||
	    info.ssi_signo == SIGCHLD)
		return;
	if (sys_pidfd_send_signal(pidfd, (int)info.ssi_signo) < 0)
		errno = 0; /* it has ended; its pidfd says so next */
}

int container_wait(const struct container_process *process, int signal_fd, int *ret_status)
{
	struct pollfd p[2] = { { .fd = process->pidfd, .events = POLLIN },
			       { .fd = signal_fd, .events = POLLIN } };

	while (!p[0].revents) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return fail(-errno, "wait for the container");
		if (p[1].revents)
			forward(signal_fd, process->pidfd);
	}
	if (waitpid(process->pid, ret_status, 0) < 0)
		return fail(-errno, "wait for process %d", (int)process->pid);
	return 0;
}

/* ---- kill, delete ---- */

int container_kill(int root, const char *id, int signal, bool all)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int pidfd = -EBADF;
	struct state *s;
	int r = load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	enum state_status status = state_status(s, &pidfd);
	if (pidfd < 0 || status == STATE_CREATING)
		return refuse(-ESRCH, "container not running");
	if (all && s->cgroup_folders)
		return cgroup_signal_all(s->cgroup_folders, signal);
	r = sys_pidfd_send_signal(pidfd, signal);
	if (r == -ESRCH)
		return refuse(r, "container not running");
	if (r < 0)
		return fail(r, "signal process %d", (int)s->pid);
	/* A frozen task of a v1 cgroup does not even die of SIGKILL. */
	if (signal == SIGKILL && status == STATE_PAUSED)
		return cgroup_freeze(s->cgroup_folders, false, FREEZE_TIMEOUT_MS);
	return 0;
}

static void run_poststop(const struct state *s, const struct spec *spec)
{
	CLEANUP_FD int state = -EBADF;

	if (!spec || !spec->hooks.n[SPEC_HOOK_POSTSTOP])
		return;
	state = hooks_state(s, STATE_STOPPED);
	if (state < 0 || hooks_run(&spec->hooks, SPEC_HOOK_POSTSTOP, state) < 0) {
		warn("%s, ignoring", error_text());
		error_clear();
	}
}

int container_delete(int root, const char *id, bool force)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	struct state *s;
	int dir, r = load(a, root, id, true, &dir, &s);

	if (r == -ENOENT && force) {
		error_clear();
		return 0;
	}
	if (r < 0)
		return r;
	CLEANUP_FD int owned = dir;
	/* "creating" under our lock: the one who was creating it is dead. */
	enum state_status status = state_status(s, NULL);
	if (!force && (status == STATE_RUNNING || status == STATE_PAUSED))
		return refuse(-EBUSY, "cannot delete container %s that is not stopped: %s", id,
			      state_status_names[status]);
	if (s->has_hooks && spec_of(dir, &spec) < 0) {
		warn("poststop hooks of '%s': %s, ignoring", id, error_text());
		error_clear();
	}
	r = destroy_container(root, id, s);
	if (r < 0)
		return r;
	run_poststop(s, spec);
	return 0;
}

/* ---- the rest ---- */

static int freeze(int root, const char *id, bool on)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct state *s;
	int r = load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	enum state_status status = state_status(s, NULL);
	if (on && status != STATE_RUNNING && status != STATE_CREATED)
		return refuse(-EINVAL, "container not running");
	if (!on && status != STATE_PAUSED)
		return refuse(-EINVAL, "container not paused");
	if (!s->cgroup_folders)
		return refuse(-EOPNOTSUPP, "cannot pause a container without a cgroup");
	return cgroup_freeze(s->cgroup_folders, on, FREEZE_TIMEOUT_MS);
}

int container_pause(int root, const char *id)
{
	return freeze(root, id, true);
}

int container_resume(int root, const char *id)
{
	return freeze(root, id, false);
}

int container_pids(struct arena *a, int root, const char *id, pid_t **ret, size_t *ret_n)
{
	CLEANUP_FD int pidfd = -EBADF;
	struct state *s;
	int r = load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	(void)state_status(s, &pidfd);
	if (s->cgroup_folders)
		return cgroup_pids(a, s->cgroup_folders, ret, ret_n);
	*ret = arena_array(a, 1, sizeof(**ret));
	(*ret)[0] = s->pid;
	*ret_n = pidfd >= 0;
	return 0;
}

int container_spec(int root, const char *id, struct spec **ret)
{
	CLEANUP_FD int dir = state_open(root, id, false);

	return dir < 0 ? dir : spec_of(dir, ret);
}
