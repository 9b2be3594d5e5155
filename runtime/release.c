/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/release.c - the child's side of waiting: network devices, hooks, and the word to go
 * Both sides of the handshake are told at the top of launch.c. */
#include "runtime/release.h"

#include "base/error.h"
#include "runtime/hooks.h"
#include "runtime/identity_exec.h"
#include "runtime/sync.h"

#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static bool runs_here(enum spec_hook_kind kind)
{
	return kind == SPEC_HOOK_CREATE_CONTAINER || kind == SPEC_HOOK_START_CONTAINER;
}

int release_step_net_devices(struct child *c, const struct step *s)
{
	int r = sync_send(c->sync, SYNC_NET_DEVICES, 0, -EBADF);

	(void)s;
	if (r >= 0)
		r = sync_expect(c->sync, SYNC_NET_DEVICES_DONE, NULL);
	return r < 0 ? fail(r, "wait for the network devices") : 0;
}

/* A program of the image: it is bound by the payload's filter, as in runc. Nobody is there to be asked by
 * a listener; calls that would be notified fail with ENOSYS then (seccomp(2)). */
static int confine_hook(struct child *c)
{
	const struct seccomp_program *p = &c->plan->seccomp;
	int r = p->insns ?
			identity_load_filter(
				c, p->flags & ~(unsigned)(SECCOMP_FILTER_FLAG_NEW_LISTENER |
							  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)) :
			0;

	return r < 0 || c->plan->no_new_privs ? r : identity_drop_capabilities(c);
}

int release_step_hooks(struct child *c, const struct step *s)
{
	enum spec_hook_kind kind = (enum spec_hook_kind)s->value;
	CLEANUP_FD int state = -EBADF;
	struct hook_surroundings around = { 0 };
	int r;

	/* After `start` it came with the word to go; before that, the parent has it. */
	if (kind == SPEC_HOOK_START_CONTAINER) {
		state = TAKE_FD(c->hook_state);
	} else {
		r = sync_send(c->sync, SYNC_HOOKS, s->value, -EBADF);
		if (r >= 0)
			r = sync_expect(c->sync, SYNC_HOOKS_DONE, &state);
		if (r < 0)
			return fail(r, "wait for hooks");
	}
	if (!runs_here(kind))
		return 0;
	if (kind == SPEC_HOOK_CREATE_CONTAINER && fchdir(c->root) < 0)
		return fail(-errno, "enter the root filesystem");
	around.env = environ;
	if (kind == SPEC_HOOK_START_CONTAINER)
		around = (struct hook_surroundings){ c->env, NULL, confine_hook, c };
	return hooks_run(&c->plan->spec->hooks, kind, &around, state);
}

/* Return: 0; -EPIPE the other side went away before it said the word. */
static int take_word(struct child *c, int connection, enum sync_kind word)
{
	CLEANUP_FD int state = -EBADF;
	int r = sync_expect(connection, word, &state);

	if (r < 0)
		return r;
	attr_closep(&c->hook_state);
	c->hook_state = TAKE_FD(state);
	return 0;
}

static NORETURN void end_by_signal(int number)
{
	_exit(128 + number);
}

/* The kernel keeps signals without a handler from the first process of a pid namespace. One that waits has
 * to end by those that ask for it, as runc's does; execve puts them back (execve(2)). */
static void heed_signals(void)
{
	static const int asking[] = { SIGHUP, SIGINT, SIGTERM };
	const struct sigaction action = { .sa_handler = end_by_signal };

	for (size_t i = 0; i < ARRAY_SIZE(asking); i++)
		(void)sigaction(asking[i], &action, NULL);
}

static int wait_for_start(struct child *c)
{
	heed_signals();
	for (;;) {
		CLEANUP_FD int connection = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);

		if (connection < 0 && errno == EINTR)
			continue;
		if (connection < 0)
			return fail(-errno, "wait for start");
		if (take_word(c, connection, SYNC_START) < 0)
			continue; /* killed before it could say so: the next one may start us */
		(void)close(c->sync);
		(void)close(TAKE_FD(c->listener));
		c->sync = TAKE_FD(connection);
		return 0;
	}
}

int release_step_ready(struct child *c, const struct step *s)
{
	int r;

	(void)s;
	if (!c->is_created && !c->plan->n_parent_steps)
		return 0;
	/* Set again where it stays: the change of ids has cleared it. */
	if (prctl(PR_SET_PDEATHSIG, c->dies_with_parent ? SIGKILL : 0) < 0)
		return fail(-errno, "prctl PR_SET_PDEATHSIG");
	r = sync_send(c->sync, SYNC_READY, 0, -EBADF);
	if (r >= 0)
		r = take_word(c, c->sync, SYNC_SAVED);
	if (r < 0)
		return fail(r, "wait for the runtime");
	return c->listener < 0 ? 0 : wait_for_start(c);
}
