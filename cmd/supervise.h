/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/supervise.h - look after one container from create to its end: in the foreground, or as the
 * small monitor process of `run -d`
 *
 * Whoever supervises holds the lock of the container's folder, has the container's init as its child,
 * writes the log (-d), and at the end deletes the runtime's state, writes exit.json and removes the
 * folder with --rm. */
#pragma once

#include "cmd/cmd.h"
#include "cmd/containers.h"
#include "runtime/container.h"

struct supervise {
	struct cmd *cmd;
	int root; /* of the runtime's state */
	int store;
	int dir; /* of the container's folder */
	const struct container_meta *meta;
	const struct plan *plan;
	const char *config_text;
};

/**
 * supervise_foreground - create, start and wait with our own stdio or terminal
 * Return: the exit status for the caller (0..255), or a negative errno; the container is gone from the
 * runtime either way
 */
int supervise_foreground(const struct supervise *s) MUST_USE;

/**
 * supervise_detached - fork the monitor; returns when the payload runs, or with its error
 * The lock of the container belongs to the open file, so the monitor's copy of it holds on.
 */
int supervise_detached(const struct supervise *s) MUST_USE;
