/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/exec.c - one more process in a running container */
#include "runtime/container.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroups/below.h"
#include "runtime/launch.h"
#include "runtime/limits.h"
#include "runtime/namespaces.h"
#include "runtime/pid_file.h"
#include "runtime/pidfd_socket.h"
#include "runtime/seccomp_agent.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define NOT_ADDED "error adding pid of the new process to cgroups"

static int may_exec(enum state_status status, bool ignore_paused)
{
	switch (status) {
	case STATE_CREATING:
		return refuse(-EBUSY, "cannot exec in a container that is not created yet");
	case STATE_STOPPED:
		return error_is(refuse(-ESRCH, "cannot exec in a stopped container"),
				ERROR_CONTAINER_NOT_RUNNING);
	case STATE_PAUSED:
		if (ignore_paused)
			return 0;
		return error_is(refuse(-EBUSY, "cannot exec in a paused container "
					       "(use --ignore-paused to override)"),
				ERROR_CONTAINER_PAUSED);
	default:
		return 0;
	}
}

/* The container's folders, or those below them that --cgroup names. Where the container has moved its
 * processes down, or away, its own folder takes nobody any more: then beside init. */
static int folders_to_join(struct arena *a, const struct state *s, char *const *below, char ***ret)
{
	CLEANUP_FD int proc = -EBADF;
	struct cgroup_host *host;
	bool plain;
	int r;

	*ret = s->cgroup_folders;
	plain = !s->cgroup_folders || (!below && cgroup_takes_processes(s->cgroup_folders));
	if (plain && !(s->cgroup_folders && s->systemd_user))
		return 0;
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return fail(-errno, "open /proc");
	r = cgroup_host_read(a, proc, "", &host);
	if (r >= 0 && s->systemd_user)
		r = cgroup_enter_systemd(a, host, s->cgroup_folders);
	if (r < 0 || plain)
		return r;
	return below ? cgroup_below(a, host, s->cgroup_folders, below, ret) :
		       cgroup_of_process(a, host, proc, s->pid, s->cgroup_folders, ret);
}

/* By pid, so it may have been another process's that got the number meanwhile, one of the host even,
 * and then nothing would be entered. If init is alive afterwards, it was alive, and asked, all the time. */
static int namespaces_of_init(pid_t pid, int pidfd, uint64_t *ret_flags)
{
	int r = namespaces_of_process(pid, ret_flags);

	if (r >= 0 && sys_pidfd_send_signal(pidfd, 0) < 0)
		return error_is(refuse(-ESRCH, "cannot exec in a stopped container"),
				ERROR_CONTAINER_NOT_RUNNING);
	return r;
}

struct telling {
	const struct seccomp_profile *profile;
	const struct state *state;
	enum state_status status;
};

/* Its class of service is not inherited: it is a child of ours. */
static int on_init(void *arg, pid_t pid)
{
	const struct telling *t = arg;
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };

	if (!t->state->rdt.class_name)
		return 0;
	if (rdt_host_open(&host) < 0) {
		warn("%s, ignoring", error_text());
		error_clear();
		return 0;
	}
	return rdt_join(&host, &t->state->rdt, t->state->id, pid);
}

static int on_listener(void *arg, int listener, pid_t pid)
{
	const struct telling *t = arg;

	return seccomp_agent_tell(t->profile, t->state, t->status, pid, listener);
}

static int start(const struct plan *plan, char *const *folders, const struct state *s, int pidfd,
		 const struct container_exec_options *opt, struct launch_result *ret)
{
	struct cgroup_join join = { .v2_fd = -EBADF };
	struct telling telling = { plan->spec->linux_.seccomp, s, state_status(s, NULL) };
	struct launch_callbacks cb = { .arg = &telling,
				       .on_init = on_init,
				       .on_listener = on_listener };
	struct child child;
	int r;

	launch_prepare(&child, plan);
	child.staged = true;
	child.target = pidfd;
	child.console_socket = opt->console_fd;
	child.console_is_ours = opt->console_is_ours;
	for (int i = 0; i < 3; i++)
		child.stdio[i] = opt->stdio[i];
	r = namespaces_of_init(s->pid, pidfd, &child.target_flags);
	if (r >= 0 && folders && *folders) {
		r = cgroup_open(folders, &join);
		child.join = &join;
		if (r < 0)
			return error_is(fail_context(r, NOT_ADDED), ERROR_CGROUP);
	}
	if (r >= 0 && plan->cpu_affinity_initial)
		r = limits_set_cpus(plan->cpu_affinity_initial);
	if (r >= 0)
		r = launch(&child, &cb, ret);
	/* v2: a folder that hands its controllers on takes no process. */
	if (r == -EBUSY && join.v2_fd >= 0)
		r = error_is(fail_context(r, NOT_ADDED), ERROR_CGROUP);
	cgroup_join_close(&join);
	return r;
}

static int plan_it(struct arena *a, int dir, const struct container_exec_options *opt,
		   struct spec **ret_spec, struct plan **ret)
{
	struct facts facts = { 0 };
	int r = spec_load(dir, "config.json", ret_spec, NULL);

	if (r >= 0)
		r = facts_read(a, false, &facts);
	return r < 0 ? r : plan_build_exec(*ret_spec, opt->process, &facts, &opt->plan, ret);
}

/* The pid file tells a caller that the exec succeeded, so it comes last. */
static int tell(const struct container_exec_options *opt, const struct launch_result *made)
{
	int r = pidfd_socket_send(opt->pidfd_socket, made->pidfd, "setns");
	siginfo_t info;

	if (r >= 0 && opt->pid_file)
		r = pid_file_write(opt->pid_file, made->pid);
	if (r < 0 && sys_pidfd_send_signal(made->pidfd, SIGKILL) >= 0)
		(void)waitid(P_PIDFD, (id_t)made->pidfd, &info, WEXITED);
	return r;
}

int container_exec(int root, const char *id, const struct container_exec_options *opt,
		   struct container_process *ret)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *plan = NULL;
	CLEANUP_FD int pidfd = -EBADF;
	struct launch_result made = { .pidfd = -EBADF, .sync = -EBADF };
	struct state *s;
	char **folders;
	CLEANUP_FD int dir = state_open(root, id, false);
	int r = dir < 0 ? dir : state_load(a, dir, &s);

	if (r < 0)
		return r;
	r = may_exec(state_status(s, &pidfd), opt->ignore_paused);
	if (r >= 0)
		r = plan_it(a, dir, opt, &spec, &plan);
	if (r >= 0)
		r = folders_to_join(a, s, opt->cgroups, &folders);
	if (r >= 0)
		r = start(plan, folders, s, pidfd, opt, &made);
	attr_closep(&made.sync);
	if (r >= 0)
		r = tell(opt, &made);
	if (r < 0) {
		attr_closep(&made.pidfd);
		return r;
	}
	*ret = (struct container_process){ .pid = made.pid, .pidfd = made.pidfd };
	return 0;
}
