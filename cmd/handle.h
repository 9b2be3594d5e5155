/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/handle.h - one container as the verbs of `doboz` meet it: its folder, its record, its state
 * Zero-initialise with HANDLE_INIT; handle_close. */
#pragma once

#include "cmd/cmd.h"
#include "cmd/containers.h"
#include "runtime/state.h"

struct handle {
	int store, root, dir;
	char *id;
	struct container_meta *meta;
	enum state_status status; /* STATE_STOPPED also when the runtime does not know it */
	struct state *state;      /* NULL: the runtime does not know it */
	int pidfd;                /* of a living init, or -EBADF */
};
#define HANDLE_INIT                                                              \
	{                                                                        \
		.store = -EBADF, .root = -EBADF, .dir = -EBADF, .pidfd = -EBADF, \
		.status = STATE_STOPPED                                          \
	}
void handle_close(struct handle *h);
#define CLEANUP_HANDLE __attribute__((cleanup(handle_close)))

/** handle_open - find a container by id, name or prefix, and look at it; records */
int handle_open(struct cmd *cmd, const char *what, struct handle *ret) MUST_USE;

/** handle_for_each - open each of the names and act; every failure is told on stderr at once, and the
 *  last one is returned, so that `rm a b c` does all that can be done */
int handle_for_each(struct cmd *cmd, char *const *names, int (*act)(struct handle *h, void *arg),
		    void *arg) MUST_USE;

/** handle_stop - send the stop signal (signal > 0: that one), wait, after timeout_s SIGKILL; returns when
 *  whoever looks after the container has finished; @timeout_s: -1: the container's own */
int handle_stop(struct handle *h, int signal, int64_t timeout_s) MUST_USE;

/** handle_remove - runtime state, folder, name. A living one is refused unless force */
int handle_remove(struct cmd *cmd, struct handle *h, bool force) MUST_USE;

/** handle_describe - "Up", "Exited (3)", "Created", "Paused" */
char *handle_describe(struct arena *a, const struct handle *h) MUST_USE;
