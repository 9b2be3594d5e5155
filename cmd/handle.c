/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/handle.c - find, look at, stop and remove one container */
#include "cmd/handle.h"

#include "base/error.h"
#include "base/sys.h"
#include "cmd/log.h"
#include "cmd/mapped.h"
#include "cmd/signals.h"
#include "cmd/store.h"
#include "runtime/container.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>

enum { STOP_TIMEOUT_S = 10 };

void handle_close(struct handle *h)
{
	attr_closep(&h->store);
	attr_closep(&h->root);
	attr_closep(&h->dir);
	attr_closep(&h->pidfd);
}

/* A container that the runtime does not know is stopped; that is no failure. */
static int look_at_state(struct cmd *cmd, struct handle *h)
{
	CLEANUP_FD int dir = state_open(h->root, h->id, false);
	int r;

	if (dir == -ENOENT) {
		error_clear();
		return 0;
	}
	if (dir < 0)
		return dir;
	r = state_load(cmd->arena, dir, &h->state);
	if (r < 0)
		return r;
	h->status = state_status(h->state, &h->pidfd);
	return 0;
}

int handle_open(struct cmd *cmd, const char *what, struct handle *ret)
{
	int r;

	r = ret->store = store_folder(cmd);
	if (r >= 0)
		r = ret->root = cmd_root(cmd);
	if (r >= 0)
		r = ret->dir = containers_find(cmd->arena, ret->store, what, &ret->id);
	if (r >= 0)
		r = containers_load(cmd->arena, ret->dir, &ret->meta);
	if (r >= 0)
		r = look_at_state(cmd, ret);
	return r < 0 ? r : 0;
}

int handle_for_each(struct cmd *cmd, char *const *names, int (*act)(struct handle *h, void *arg),
		    void *arg)
{
	int r, last = 0;

	for (size_t i = 0; names[i]; i++) {
		CLEANUP_HANDLE struct handle h = HANDLE_INIT;

		if (last < 0)
			log_failure("doboz: ");
		r = handle_open(cmd, names[i], &h);
		if (r >= 0)
			r = act(&h, arg);
		last = r < 0 ? r : last < 0 ? last : 0;
		if (r >= 0)
			(void)printf("%s\n", names[i]);
	}
	(void)fflush(stdout);
	return last;
}

/* Did init end within the time? Return: 1 yes, 0 no, or a negative errno. */
static int wait_for_end(int pidfd, int64_t timeout_s)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };
	int timeout_ms = timeout_s > INT32_MAX / 1000 ? -1 : (int)(timeout_s * 1000), r;

	do
		r = poll(&fd, 1, timeout_ms);
	while (r < 0 && errno == EINTR);
	return r < 0 ? fail(-errno, "wait for the end of the container") : r;
}

int handle_stop(struct handle *h, int signal, int64_t timeout_s)
{
	int r;

	if (h->pidfd >= 0) {
		if (signal <= 0)
			signal = h->meta->stop_signal ? signals_parse(h->meta->stop_signal) :
							SIGTERM;
		if (signal < 0)
			return signal;
		if (timeout_s < 0)
			timeout_s = h->meta->stop_timeout;
		r = container_kill(h->root, h->id, signal, false);
		if (r == 0)
			r = wait_for_end(h->pidfd, timeout_s);
		if (r == 0)
			r = container_kill(h->root, h->id, SIGKILL, true);
		/* it may have ended by itself in between: that is what was asked for */
		if (r < 0 && wait_for_end(h->pidfd, 0) != 1)
			return r;
		error_clear();
	}
	return containers_wait_unwatched(h->dir);
}

int handle_remove(struct cmd *cmd, struct handle *h, bool force)
{
	int r;

	if (h->pidfd >= 0 && !force)
		return refuse(-EBUSY, "container %s is running: stop it first, or use --force",
			      h->meta->name);
	/* Also one that is being created: under its lock, so that nobody goes on with it. */
	r = container_delete(h->root, h->id, true);
	if (r == 0)
		r = containers_wait_unwatched(h->dir);
	return r < 0 ? r : mapped_remove(cmd, h->store, h->id, h->meta->name);
}

char *handle_describe(struct arena *a, const struct handle *h)
{
	struct container_exit *e;

	if (h->status == STATE_RUNNING)
		return arena_strdup(a, "Up");
	if (h->status == STATE_PAUSED)
		return arena_strdup(a, "Up (Paused)");
	if (containers_load_exit(a, h->dir, &e) == 0)
		return arena_printf(a, "Exited (%lld)", (long long)e->exit_code);
	error_clear();
	return arena_strdup(a, h->status == STATE_STOPPED ? "Dead" : "Created");
}
