/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/container_log.h - the log of a container, line by line
 * Format, as the orchestrators have it: "2026-11-22T21:00:00.000000000Z stdout F text"; P instead of F
 * marks a piece of a line that goes on. */
#pragma once

#include "base/str.h"

struct container_log {
	int fd; /* O_APPEND; borrowed */
	struct {
		const char *name;
		struct buf line;
	} streams[2]; /* stdout, stderr */
};

void container_log_init(struct container_log *log, int fd);
/** container_log_add - bytes of a stream (0 stdout, 1 stderr); whole lines are written in one write */
int container_log_add(struct container_log *log, int stream, const void *data, size_t len) MUST_USE;
/** container_log_end - write what is left of unfinished lines, and free */
void container_log_end(struct container_log *log);

struct container_log_options {
	bool follow, timestamps;
	int64_t tail; /* last lines only; -1: all */
};
/**
 * container_log_print - the log to stdout and stderr
 * @dir: the container's folder; follow ends (by inotify) when nobody looks after the container any more
 */
int container_log_print(int dir, const struct container_log_options *opt) MUST_USE;
