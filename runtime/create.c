/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/create.c - making a container, up to where its init waits for start
 * What is made is in the journal (state.c) before it is made, so every failure, and every later delete of
 * what a killed create left, is the same call: destroy_container. */
#include "runtime/container.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroups/unit.h"
#include "runtime/destroy.h"
#include "runtime/hooks.h"
#include "runtime/launch.h"
#include "runtime/notify.h"
#include "runtime/pid_file.h"
#include "runtime/pidfd_socket.h"
#include "runtime/seccomp_agent.h"
#include "runtime/start.h"
#include "runtime/sync.h"
#include "runtime/watcher.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct creation {
	const struct plan *plan;
	const struct container_create_options *opt;
	struct state state;
	const struct rdt_host *rdt; /* NULL: not needed */
	int dir, proc;
	pid_t watcher; /* 0: none */
	struct cgroup_join join;
	bool has_cgroup; /* its folders are ours, all of them */
	bool starts;     /* `run`: the payload too */
};

static char *time_text(struct arena *a)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return arena_printf(a, "%s.%09ldZ", str_utc((uint64_t)t.tv_sec).text, t.tv_nsec);
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
	if (p->cgroup && p->cgroup->unit) {
		s->systemd_unit = arena_strdup(p->arena, p->cgroup->unit->name);
		s->systemd_user = p->cgroup->unit->user;
	}
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

/* Before the journal has a pid: from then on, everybody in the folders is the container's. */
static int on_cgroup(void *arg)
{
	struct creation *k = arg;
	int r = cgroup_create_v1(k->plan->cgroup, &k->join);

	k->has_cgroup = r >= 0;
	return error_is(error_in(r, "cgroup"), ERROR_CGROUP);
}

static int on_init(void *arg, pid_t pid)
{
	struct creation *k = arg;
	int r = proc_start_time(k->proc, pid, &k->state.start_time, NULL);

	if (r < 0)
		return fail(r, "read the start time of process %d", (int)pid);
	k->state.pid = pid;
	r = state_save(k->dir, &k->state);
	if (r >= 0 && k->opt->dies_with_caller)
		r = k->watcher = watcher_start(pid, k->state.cgroup_folders);
	if (r >= 0 && k->rdt)
		r = rdt_join(k->rdt, &k->state.rdt, k->state.id, pid);
	return r < 0 ? r : 0;
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
	return hooks_run(&k->plan->spec->hooks, kind,
			 &(struct hook_surroundings){ environ, k->state.bundle }, state);
}

/* init waits; what is left is to tell everybody who wants to know, and to let it outlive us or go on. */
static int finish(struct creation *k, const struct launch_result *made)
{
	int r = 0;

	if (k->state.cgroup_folders)
		r = cgroup_after_clone(k->plan->cgroup);
	if (r < 0)
		return r;
	cgroup_release(k->plan->cgroup);
	k->state.ready = true;
	/* A class that the config names stays when its first container goes. */
	if (k->rdt && k->plan->rdt->clos_id && *k->plan->rdt->clos_id)
		k->state.rdt.made = false;
	k->state.started = k->starts;
	r = state_save(k->dir, &k->state);
	if (r >= 0)
		r = pidfd_socket_send(k->opt->pidfd_socket, made->pidfd, "standard");
	if (r >= 0 && k->opt->pid_file)
		r = pid_file_write(k->opt->pid_file, made->pid);
	if (r < 0)
		return r;
	if (k->starts)
		return 0;
	r = sync_send(made->sync, SYNC_SAVED, 0, -EBADF);
	return r < 0 ? fail(r, "let the container's first process go on") : 0;
}

static int make(struct creation *k, struct launch_result *ret)
{
	struct launch_callbacks cb = {
		.arg = k, .on_cgroup = on_cgroup, .on_init = on_init, .on_hooks = on_hooks
	};
	struct child child;
	char notify_dir[PATH_MAX];
	int r = 0;

	launch_prepare(&child, k->plan);
	if (k->opt->notify_socket) {
		r = notify_prepare(k->dir, notify_dir);
		child.notify_dir = notify_dir;
	}
	if (r < 0)
		return r;
	child.is_created = true;
	child.state_dir = k->dir;
	child.console_socket = k->opt->console_fd;
	child.console_is_ours = k->opt->console_is_ours;
	child.dies_with_parent = k->opt->dies_with_caller;
	for (int i = 0; i < 3; i++)
		child.stdio[i] = k->opt->stdio[i];
	CLEANUP_FD int listener = k->starts ? -EBADF : sync_listen(k->dir, STATE_START_SOCKET);
	if (listener < 0 && !k->starts)
		return fail(listener, "listen at %s", STATE_START_SOCKET);
	child.listener = listener;
	if (k->state.cgroup_folders) {
		r = error_is(error_in(cgroup_create_v2(k->plan->cgroup, &k->join), "cgroup"),
			     ERROR_CGROUP);
		child.join = &k->join;
	}
	if (r >= 0 && k->rdt)
		r = rdt_make(k->rdt, k->plan->rdt, k->state.id, &k->state.rdt);
	if (r >= 0)
		r = launch(&child, &cb, ret);
	if (r < 0 && child.join && !k->has_cgroup) {
		cgroup_create_undo(k->plan->cgroup, &k->join);
		k->state.cgroup_folders = NULL; /* taken back; what was there stays */
		k->state.systemd_unit = NULL;
	}
	return r < 0 ? r : finish(k, ret);
}

/* What can be known to fail before anything is made. */
static int look_ahead(struct creation *k, struct rdt_host *rdt)
{
	const struct plan *p = k->plan;
	int r = seccomp_agent_check(p->spec->linux_.seccomp);

	if (r < 0 || !p->rdt)
		return r;
	r = rdt_host_open(rdt);
	if (r >= 0)
		r = rdt_look(p->arena, rdt, p->rdt, p->id, &k->state.rdt);
	k->rdt = rdt;
	return r;
}

static int create(int root, struct creation *k, struct container_process *ret_init)
{
	struct launch_result made = { .pidfd = -EBADF, .sync = -EBADF };
	const char *id = k->plan->id;
	CLEANUP_RDT_HOST struct rdt_host rdt = { .root = -EBADF };
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (proc < 0)
		return fail(-errno, "open /proc");
	k->proc = proc;
	r = state_claim(root, id, &k->dir);
	if (r < 0)
		return r;
	CLEANUP_FD int dir = k->dir;
	r = look_ahead(k, &rdt);
	if (r >= 0)
		r = write_journal(k);
	if (r >= 0)
		r = make(k, &made);
	CLEANUP_FD int pidfd = made.pidfd;
	CLEANUP_FD int sync = made.sync;
	if (r < 0) {
		cgroup_release(k->plan->cgroup);
		watcher_end(k->watcher);
		destroy_failed(root, id, &k->state);
		return r;
	}
	if (ret_init)
		*ret_init = (struct container_process){ .pid = made.pid,
							.pidfd = TAKE_FD(pidfd),
							.watcher = k->watcher };
	return k->starts ? start_payload(root, dir, sync, SYNC_SAVED, &k->state, k->plan->spec) : 0;
}

int container_create(int root, const struct plan *plan, const struct container_create_options *opt,
		     struct container_process *ret_init)
{
	struct creation k = { .plan = plan, .opt = opt, .dir = -EBADF };

	return create(root, &k, ret_init);
}

int container_run(int root, const struct plan *plan, const struct container_create_options *opt,
		  struct container_process *ret_init)
{
	struct creation k = { .plan = plan, .opt = opt, .dir = -EBADF, .starts = true };

	*ret_init = (struct container_process){ .pidfd = -EBADF };
	return create(root, &k, ret_init);
}
