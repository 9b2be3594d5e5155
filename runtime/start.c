/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/start.c - letting the init of a created container go on to its payload
 * Any process may do it: init listens on a socket in the state folder. `run`, which has made it, says the
 * word on the pair that they share. */
#include "runtime/start.h"

#include "base/error.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/container.h"
#include "runtime/destroy.h"
#include "runtime/hooks.h"
#include "runtime/notify.h"
#include "runtime/seccomp_agent.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

static int may_start(enum state_status status)
{
	int r;

	switch (status) {
	case STATE_CREATED:
		return 0;
	case STATE_CREATING:
		return refuse(-EBUSY, "cannot start a container that is not created yet");
	case STATE_STOPPED:
		r = refuse(-EINVAL, "cannot start a container that has stopped");
		break;
	default:
		r = refuse(-EINVAL, "cannot start an already running container");
	}
	return error_is(r, ERROR_CONTAINER_STARTED);
}

/* init has its filter and waits until the agent has the listener; the config names the agent. When that
 * fails, init must not go on: what it calls would be answered by nobody. */
static int serve_listener(int dir, int init, const struct state *s, int listener)
{
	CLEANUP(spec) struct spec *spec = NULL;
	int r = spec_load(dir, "config.json", &spec, NULL);

	if (r >= 0 && (listener < 0 || !spec->linux_.seccomp))
		r = refuse(-EPROTO, "the container's first process sent a wrong message");
	if (r >= 0)
		r = seccomp_agent_tell(spec->linux_.seccomp, s, STATE_CREATED, s->pid, listener);
	if (r >= 0)
		return sync_send(init, SYNC_LISTENER_DONE, 0, -EBADF);
	CLEANUP_FD int pidfd = state_init(s);
	if (pidfd >= 0 && sys_pidfd_send_signal(pidfd, SIGKILL) < 0)
		warn("kill process %d, which cannot be started, ignoring", (int)s->pid);
	return r;
}

/* Return: 0 the end of the connection */
static int follow(int dir, int init, const struct state *s)
{
	for (;;) {
		struct sync_message m = { .fd = -EBADF };
		int r = sync_recv(init, &m);
		CLEANUP_FD int fd = m.fd;

		if (r <= 0)
			return r;
		r = m.kind == SYNC_LISTENER ? serve_listener(dir, init, s, fd) : -EPROTO;
		if (r < 0)
			return r;
	}
}

static int was_killed(void)
{
	return refuse(-EIO,
		      "the container's first process was killed before it executed the payload");
}

/* The connection has ended: by execve, or by the death of init on the way there. One that has been waited for
 * already may have been either; whoever waited for it has its status. */
static int judge_start(const struct state *s)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (proc < 0 || proc_has_executed(proc, s->pid) != 0)
		return 0;
	return was_killed();
}

/* Return: 0 the payload was exec'd. */
static int release(int dir, int init, enum sync_kind word, const struct state *s,
		   const struct spec *spec)
{
	CLEANUP_FD int state = -EBADF;
	int r;

	if (spec && spec->hooks.n[SPEC_HOOK_START_CONTAINER]) {
		state = hooks_state(s, STATE_CREATED);
		if (state < 0)
			return state;
	}
	r = sync_send(init, word, 0, state);
	if (r >= 0)
		r = follow(dir, init, s);
	if (r == 0)
		return judge_start(s);
	/* The word was not taken any more. */
	if ((r == -EPIPE || r == -ECONNRESET) && !error_code())
		return was_killed();
	return error_code() ? r : fail(r, "start the payload");
}

/* With a NOTIFY_SOCKET, the container counts as started when its payload says so. */
static int start_and_notify(int dir, int init, enum sync_kind word, const struct state *s,
			    const struct spec *spec)
{
	const char *path = getenv("NOTIFY_SOCKET");
	CLEANUP_FD int pidfd = -EBADF;
	CLEANUP_FD int sock = -EBADF;
	int r;

	if (path && *path)
		sock = notify_bind(dir);
	if (sock < 0 && sock != -EBADF && sock != -ENOENT)
		return sock;
	if (sock >= 0)
		pidfd = state_init(s);
	r = release(dir, init, word, s, spec);
	if (r < 0 || sock < 0 || pidfd < 0)
		return r;
	return notify_relay(sock, path, s->pid, pidfd);
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
	r = hooks_run(&spec->hooks, SPEC_HOOK_POSTSTART,
		      &(struct hook_surroundings){ environ, s->bundle }, state);
	if (r < 0)
		destroy_failed(root, s->id, s);
	return r;
}

int start_payload(int root, int dir, int init, enum sync_kind word, const struct state *s,
		  const struct spec *spec)
{
	int r = start_and_notify(dir, init, word, s, spec);

	return r < 0 ? r : run_poststart(root, s, spec);
}

int container_start(int root, const char *id)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	struct state *s;
	int dir, r = state_open_and_load(a, root, id, true, &dir, &s);

	if (r < 0)
		return r;
	CLEANUP_FD int owned = dir;
	r = may_start(state_status(s, NULL));
	if (r >= 0 && s->has_hooks)
		r = spec_load(dir, "config.json", &spec, NULL);
	if (r < 0)
		return r;
	s->started = true;
	r = state_save(dir, s);
	if (r < 0)
		return r;
	CLEANUP_FD int init = sync_connect(dir, STATE_START_SOCKET);
	if (init == -ECONNREFUSED)
		return may_start(STATE_STOPPED);
	if (init < 0)
		return fail(init, "connect to %s", STATE_START_SOCKET);
	return start_payload(root, dir, init, SYNC_START, s, spec);
}
