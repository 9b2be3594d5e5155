/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/sync.h - the messages between the parent, the child stages and `start`
 * One enum, one wire form, for the pair of create and for the socket of start alike. Who sends what
 * and when: the top of launch.c. */
#pragma once

#include "base/attr.h"

#include <stdint.h>

enum sync_kind {
	SYNC_CGROUPS = 1, /* parent: the descriptors are "tasks" of the v1 folders, move there */
	SYNC_WANT_MAPS,   /* child: I am in a new user namespace, write my id maps */
	SYNC_MAPS_DONE,   /* parent: they are written */
	SYNC_INIT,        /* stage: value is init's pid, one descriptor is its pidfd */
	SYNC_NET_DEVICES, /* child: I am in my network namespace, move the devices of the plan there */
	SYNC_NET_DEVICES_DONE, /* parent: they are there */
	SYNC_HOOKS,      /* child: value is an enum spec_hook_kind; run it, or hand me the state */
	SYNC_HOOKS_DONE, /* parent: done; the descriptor, if any, holds the state JSON for the child */
	SYNC_READY,      /* child: everything is made, I wait for start (or: I exec next) */
	SYNC_SAVED, /* parent: "created" is on disk, you may outlive me (run: "running", and go on) */
	SYNC_LISTENER, /* child: the descriptor is of the seccomp listener; hand it to the agent */
	SYNC_LISTENER_DONE, /* parent, starter: the agent has it */
	SYNC_START,         /* starter: go on; the descriptor, if any, holds the state JSON */
	SYNC_ERROR,         /* child: the record of what failed; it ends after that */
};

struct sync_message {
	enum sync_kind kind;
	uint64_t value;
	int fd; /* owned by the receiver; -EBADF: none came */
};

/** sync_pair - two connected ends (SOCK_SEQPACKET, O_CLOEXEC); quiet */
int sync_pair(int ret[2]) MUST_USE;

/** sync_listen - a listening socket at dirfd/name; quiet */
int sync_listen(int dirfd, const char *name) MUST_USE;

/** sync_connect - connect to dirfd/name; quiet: -ECONNREFUSED nobody listens any more */
int sync_connect(int dirfd, const char *name) MUST_USE;

/** sync_send - one message; fd is borrowed, -EBADF for none. SYNC_READY and SYNC_ERROR also carry this
 *  process's warnings, SYNC_ERROR its error record. Quiet: -EPIPE the other side is gone */
int sync_send(int sock, enum sync_kind kind, uint64_t value, int fd) MUST_USE;

/** sync_send_fds - a message with any number of descriptors (fd_send), which are borrowed; quiet */
int sync_send_fds(int sock, enum sync_kind kind, const int *fds, size_t n) MUST_USE;

/**
 * sync_recv - wait for one message; quiet, except for SYNC_ERROR
 * SYNC_ERROR is taken over into this process's record and returned as its negative errno.
 * Return: 1; 0 end of file; a negative errno
 */
int sync_recv(int sock, struct sync_message *ret) MUST_USE;

/** sync_expect - sync_recv of exactly this kind; end of file is -EPIPE, another kind -EPROTO.
 *  @ret_fd: the descriptor that came, or -EBADF; NULL: it is closed */
int sync_expect(int sock, enum sync_kind kind, int *ret_fd) MUST_USE;

/** sync_expect_fds - the same for a message of sync_send_fds; the descriptors are the caller's */
int sync_expect_fds(int sock, enum sync_kind kind, int *fds, size_t max, size_t *ret_n) MUST_USE;
