/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/events.c - events: what a container uses every few seconds, and what happens to it
 *
 * One JSON object a line, each in one write. Everything is waited for at once, and nothing is asked
 * again and again: the end of init (pidfd), the cgroup (cgroups/watch.h), the interval (timerfd), and the
 * reader, whose going away ends us without a word. An OOM that ends init comes before that end. */
#include "base/error.h"
#include "base/fd.h"
#include "base/sys.h"
#include "cgroups/watch.h"
#include "cmd/cmd.h"
#include "cmd/stats_json.h"
#include "cmd/stats_set.h"

#include <poll.h>

struct events_values {
	struct opt_i64 interval;
	bool stats, follow;
};

struct watched {
	const struct state *state;
	int pidfd;
	bool follow; /* all events, until the cgroup is gone */
};

static int put_stats(const struct watched *c)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf line = { 0 };
	struct stats_sample s;
	int r = stats_sample_take(a, c->state, c->pidfd, true, &s);

	if (r < 0)
		return r;
	stats_json_line(&line, c->state->id, &s);
	return stats_put(&line);
}

/* Return: 1 go on; 0 the cgroup is gone; negative errno */
static int put_events(const struct watched *c, struct cgroup_watch *watch,
		      const struct pollfd *polls)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf lines = { 0 };
	struct cgroup_event events[CGROUP_WATCH_FDS];
	int n = cgroup_watch_take(a, watch, polls, events), r;

	for (int i = 0; i < n; i++)
		stats_json_event(&lines, c->state->id, &events[i]);
	r = n < 0 ? 0 : stats_put(&lines);
	return r < 0 ? r : n >= 0;
}

/* The end of the container may come between: the loop sees it next. */
static int on_tick(const struct watched *c, const struct cgroup_watch *watch, int timer)
{
	int r = stats_tick(timer);

	if (r == 0)
		r = put_stats(c);
	if (r < 0 && r != -EPIPE &&
	    (sys_pidfd_send_signal(c->pidfd, 0) < 0 || cgroup_watch_is_gone(watch))) {
		error_clear();
		r = 0;
	}
	return r < 0 ? r : 1;
}

/* Return: 0 the container has ended, -EPIPE the reader has, another negative errno */
static int follow(const struct watched *c, struct cgroup_watch *watch, int removals, int timer)
{
	enum { READER, END, TICK, REMOVALS, WATCH, N = WATCH + CGROUP_WATCH_FDS };
	struct pollfd p[N] = {
		[READER] = { .fd = STDOUT_FILENO },
		[END] = { .fd = c->follow ? -1 : c->pidfd, .events = POLLIN },
		[TICK] = { .fd = timer, .events = POLLIN },
		[REMOVALS] = { .fd = removals, .events = POLLIN },
	};
	int r = 1;

	while (r > 0) {
		cgroup_watch_polls(watch, &p[WATCH]);
		if (poll(p, N, -1) < 0) {
			if (errno != EINTR)
				return fail(-errno, "wait for the container");
			continue;
		}
		if (p[READER].revents)
			return -EPIPE;
		/* Also before the end: what ended it may have been this. */
		r = put_events(c, watch, &p[WATCH]);
		if (p[REMOVALS].revents)
			cgroup_watch_removals_take(removals);
		if (r > 0 && (p[END].revents || cgroup_watch_is_gone(watch)))
			return 0;
		if (r > 0 && p[TICK].revents)
			r = on_tick(c, watch, timer);
	}
	return r;
}

static int watch(const struct watched *c, int64_t interval_ns)
{
	CLEANUP_CGROUP_WATCH struct cgroup_watch watch = CGROUP_WATCH_INIT;
	CLEANUP_FD int timer = stats_timer(interval_ns), removals = cgroup_watch_removals();
	int r = timer < 0 ? timer : removals;

	if (r >= 0)
		r = cgroup_watch_open(c->state->cgroup_folders, removals, c->follow, &watch);
	if (r >= 0 && c->follow)
		stats_tell_pressure(cgroup_watch_has_pressure(&watch));
	return r < 0 ? r : follow(c, &watch, removals, timer);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct events_values *v = values;
	CLEANUP_FD int root = cmd_root(cmd), pidfd = -EBADF;
	struct state *s;
	int64_t interval_ns = v->interval.set ? v->interval.value : STATS_INTERVAL_NS;
	int r = root < 0 ? root : state_open_and_load(cmd->arena, root, args[0], false, NULL, &s);

	if (r < 0)
		return r;
	if (v->stats && v->follow)
		return refuse(-EINVAL, "--stats is over at once: --follow does not go with it");
	if (interval_ns <= 0)
		return refuse(-EINVAL, "duration interval must be greater than 0");
	enum state_status status = state_status(s, &pidfd);
	if (pidfd < 0 || status == STATE_STOPPED || status == STATE_CREATING)
		return refuse(-ESRCH, "container with id %s is not running", args[0]);
	if (!s->cgroup_folders || !*s->cgroup_folders)
		return refuse(-EOPNOTSUPP, "a container without a cgroup has no statistics");
	struct watched c = { s, pidfd, v->follow };
	r = v->stats ? put_stats(&c) : watch(&c, interval_ns);
	if (r == -EPIPE) {
		error_clear();
		return 0;
	}
	return r;
}

static const struct opt opts[] = {
	{ 0, "interval", OPT_DURATION, offsetof(struct events_values, interval), "DURATION",
	  "time between two statistics (default: 5s)" },
	{ 0, "stats", OPT_FLAG, offsetof(struct events_values, stats), NULL,
	  "print the statistics once, and end" },
	{ 0, "follow", OPT_FLAG, offsetof(struct events_values, follow), NULL,
	  "also pressure and populated, until the cgroup is gone" },
	OPT_TABLE_END,
};

const struct command cmd_oci_events = {
	.name = "events",
	.arguments = "[OPTIONS] ID",
	.summary = "print what a container uses, and when its memory ran out",
	.opts = opts,
	.values_size = sizeof(struct events_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
