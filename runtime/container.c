/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/container.c - the life of a container after its start: wait, kill, pause, delete, questions
 * The rest of container.h: create.c, start.c, exec.c. */
#include "runtime/container.h"

#include "base/error.h"
#include "base/sys.h"
#include "runtime/destroy.h"
#include "runtime/hooks.h"
#include "runtime/watcher.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum { FREEZE_TIMEOUT_MS = 10000, DEATH_TIMEOUT_MS = 1000 };

static void forward(int signal_fd, int pidfd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info) ||
	    info.ssi_signo == SIGCHLD)
		return;
	if (sys_pidfd_send_signal(pidfd, (int)info.ssi_signo) < 0)
		errno = 0; /* it has ended; its pidfd says so next */
}

void container_process_close(struct container_process *process)
{
	watcher_end(process->watcher);
	attr_closep(&process->pidfd);
	*process = (struct container_process){ .pidfd = -EBADF };
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

/* People and scripts delete right after SIGKILL; so kill returns when it has worked, but waits for no
 * process that cannot die. */
static int wait_for_death(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	(void)poll(&p, 1, DEATH_TIMEOUT_MS);
	return 0;
}

static int not_running(int r)
{
	return error_is(refuse(r, "container not running"), ERROR_CONTAINER_NOT_RUNNING);
}

static int signal_init(const struct state *s, int pidfd, int signal)
{
	int r = sys_pidfd_send_signal(pidfd, signal);

	if (r == -ESRCH)
		return not_running(r);
	return r < 0 ? fail(r, "signal process %d", (int)s->pid) : 0;
}

/* Of a container in the pid namespace of somebody else, processes outlive their init. */
static bool has_processes(struct arena *a, const struct state *s)
{
	pid_t *pids;
	size_t n;

	return cgroup_pids(a, s->cgroup_folders, &pids, &n) == 0 && n > 0;
}

int container_kill(int root, const char *id, int signal, bool all)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int pidfd = -EBADF;
	struct state *s;
	int r = state_open_and_load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	enum state_status status = state_status(s, &pidfd);
	/* Nothing of it is to survive SIGKILL, and a frozen task of v1 does not die before it is thawed. */
	bool everybody = s->cgroup_folders && (all || signal == SIGKILL);
	if (status == STATE_CREATING || (pidfd < 0 && !(everybody && has_processes(a, s))))
		return all && status == STATE_STOPPED ?
			       0 :
			       not_running(-ESRCH); /* runc's -a is content */
	if (pidfd >= 0 && (signal == SIGKILL || !everybody))
		r = signal_init(s, pidfd, signal);
	if (r >= 0 && everybody)
		r = cgroup_signal_all(s->cgroup_folders, signal);
	return r < 0 || signal != SIGKILL || pidfd < 0 ? r : wait_for_death(pidfd);
}

static void run_poststop(const struct state *s, const struct spec *spec)
{
	CLEANUP_FD int state = -EBADF;

	if (!spec || !spec->hooks.n[SPEC_HOOK_POSTSTOP])
		return;
	state = hooks_state(s, STATE_STOPPED);
	if (state < 0 || hooks_run(&spec->hooks, SPEC_HOOK_POSTSTOP,
				   &(struct hook_surroundings){ environ, s->bundle }, state) < 0) {
		warn("%s, ignoring", error_text());
		error_clear();
	}
}

/* A `start` holds the lock for as long as init, which its container can stop, and the payload, which owes
 * a READY=1, let it wait; it ends with init. What could not be killed here is told under the lock. */
static void end_start(int root, const char *id)
{
	if (state_is_locked(root, id) && container_kill(root, id, SIGKILL, false) < 0)
		error_clear();
}

/* "creating" under our lock: the one who was creating it is dead. */
static int may_delete(const struct state *s)
{
	enum state_status status = state_status(s, NULL);

	if (status != STATE_RUNNING && status != STATE_PAUSED)
		return 0;
	return error_is(refuse(-EBUSY, "cannot delete container %s that is not stopped: %s", s->id,
			       state_status_names[status]),
			ERROR_CONTAINER_NOT_STOPPED);
}

int container_delete(int root, const char *id, bool force)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	struct state *s;
	int dir, r;

	if (force)
		end_start(root, id);
	r = state_open_and_load(a, root, id, true, &dir, &s);
	if (r == -ENOENT && force) {
		error_clear();
		return 0;
	}
	if (r < 0)
		return r;
	CLEANUP_FD int owned = dir;
	r = force ? 0 : may_delete(s);
	if (r < 0)
		return r;
	if (s->has_hooks && spec_load(dir, "config.json", &spec, NULL) < 0) {
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
	int r = state_open_and_load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	enum state_status status = state_status(s, NULL);
	if (on && status != STATE_RUNNING && status != STATE_CREATED)
		return not_running(-EINVAL);
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
	int r = state_open_and_load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	pidfd = state_init(s);
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

	return dir < 0 ? dir : spec_load(dir, "config.json", ret, NULL);
}
