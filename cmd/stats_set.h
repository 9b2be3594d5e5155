/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_set.h - the containers of the store whose numbers are shown, and what every stream of numbers does
 * A container is opened once, and read at every interval. */
#pragma once

#include "cgroups/watch.h"
#include "cmd/handle.h"
#include "cmd/stats_sample.h"

#define STATS_INTERVAL_NS (INT64_C(5) * 1000 * 1000 * 1000)

/** stats_put - write to stdout. Return: 0; -EPIPE nobody reads any more (not recorded); negative errno */
int stats_put(const struct buf *text) MUST_USE;

/** stats_timer - a timerfd; stats_tick - take its tick, those that were missed are one; both record */
int stats_timer(int64_t interval_ns) MUST_USE;
int stats_tick(int timer) MUST_USE;

/** stats_tell_pressure - say on stderr, once, that there is none to be told */
void stats_tell_pressure(bool is_told);

struct stats_member {
	struct arena *arena; /* of what is known of it */
	struct handle handle;
	struct stats_cpu cpu;      /* of the last sample */
	struct cgroup_watch watch; /* when they are followed */
	bool found;                /* in this round over the store */
};

struct stats_set {
	char *const *names; /* NULL: every one of the store, also those that come later */
	bool all;           /* also those that do not run */
	bool watched;
	int removals; /* when watched */
	struct stats_member **list;
	size_t n;
};
#define STATS_SET_INIT              \
	{                           \
		.removals = -EBADF, \
	}

/** stats_set_open - the containers with these names, or those of the store; records */
int stats_set_open(struct cmd *cmd, struct stats_set *set) MUST_USE;

/** stats_set_refresh - take in those that came, let go of those that were removed; records. With names
 *  there is nothing to do */
int stats_set_refresh(struct cmd *cmd, struct stats_set *set) MUST_USE;

/** stats_set_drop - the container has ended: one that was asked for by its name stays, as one that does not
 *  run; the others are let go */
void stats_set_drop(struct stats_set *set, size_t i);

/** stats_member_is_alive - does its init live? */
bool stats_member_is_alive(const struct stats_member *m);

/** stats_set_alive - how many of them run */
size_t stats_set_alive(const struct stats_set *set);

void stats_set_close(struct stats_set *set);
