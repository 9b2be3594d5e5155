/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats.c - stats: what containers use, once or again and again, and what happens to them
 *
 * Everything is waited for at once: the ends of the containers (pidfds), their cgroups (cgroups/watch.h, when
 * followed), the interval (timerfd), and the reader, whose going away ends us without a word. */
#include "base/duration.h"
#include "base/error.h"
#include "base/str.h"
#include "cmd/doboz.h"
#include "cmd/stats_prometheus.h"
#include "cmd/stats_set.h"
#include "cmd/stats_table.h"
#include "cmd/table.h"

#include <poll.h>

struct stats_values {
	bool all, no_stream, no_reset, no_trunc, follow;
	const char *format, *interval;
};

enum format { TABLE, JSON, PROMETHEUS };

/* One showing, or what is shown all the time. */
struct show {
	struct cmd *cmd;
	const struct stats_values *v;
	struct stats_set set;
	enum format format;
	bool redraw;
	int timer;
};

static struct stats_names names_of(const struct stats_member *m)
{
	return (struct stats_names){ m->handle.id, m->handle.meta->name };
}

/* Return: 1 and the sample; 0 it does not run (any more), or has no cgroup; negative errno */
static int sample(struct arena *a, const struct show *show, const struct stats_member *m,
		  struct stats_sample *ret)
{
	const struct handle *h = &m->handle;
	int r;

	if (h->pidfd < 0 || strv_len(h->state->cgroup_folders) == 0)
		return 0;
	r = stats_sample_take(a, h->state, h->pidfd, show->format != TABLE, ret);
	if (r < 0 && !stats_member_is_alive(m)) {
		error_clear();
		return 0;
	}
	return r < 0 ? r : 1;
}

/* ---- the forms ---- */

static void put_one(struct arena *a, const struct show *show, struct stats_member *m,
		    const struct stats_sample *s, struct buf *out, char ***cells)
{
	const struct stats_names of = names_of(m);
	struct stats_summary sum = { 0 };

	if (s)
		sum = stats_summarize(s, &m->cpu);
	if (show->format == JSON && show->v->follow) {
		if (s)
			stats_json_line(out, of.id, s);
	} else if (show->format == JSON) {
		stats_json_full(out, &of, s, &sum);
	} else if (show->v->follow) {
		if (s)
			stats_table_line(a, out, &of, s, &sum);
	} else {
		*cells = stats_table_row(a, *cells, &of, s, &sum, show->v->no_trunc);
	}
}

static int draw(struct show *show)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf out = { 0 };
	struct stats_entry *entries = arena_array(a, show->set.n + 1, sizeof(*entries));
	struct stats_sample *samples = arena_array(a, show->set.n + 1, sizeof(*samples));
	char **cells = stats_table_header(a);
	size_t n = 0;

	if (show->redraw)
		buf_adds(&out, "\033[H\033[J");
	for (size_t i = 0; i < show->set.n; i++) {
		struct stats_member *m = show->set.list[i];
		int r = sample(a, show, m, &samples[n]);

		if (r < 0)
			return r;
		if (show->format != PROMETHEUS)
			put_one(a, show, m, r ? &samples[n] : NULL, &out, &cells);
		entries[n] = (struct stats_entry){ names_of(m), &samples[n] };
		n += r > 0;
	}
	if (show->format == PROMETHEUS)
		stats_prometheus(&out, entries, n);
	else if (show->format == TABLE && !show->v->follow)
		table_print(&out, cells, strv_len(cells) / STATS_COLUMNS, STATS_COLUMNS);
	return stats_put(&out);
}

/* ---- waiting ---- */

enum { READER, TICK, REMOVALS, MEMBERS, END = 0, WATCH, PER_MEMBER = WATCH + CGROUP_WATCH_FDS };

static struct pollfd *polls_of(struct arena *a, const struct show *show, size_t *ret_n)
{
	size_t n = MEMBERS + show->set.n * PER_MEMBER;
	struct pollfd *p = arena_array(a, n, sizeof(*p));

	p[READER] = (struct pollfd){ .fd = STDOUT_FILENO };
	p[TICK] = (struct pollfd){ .fd = show->timer, .events = POLLIN };
	p[REMOVALS] = (struct pollfd){ .fd = show->set.removals, .events = POLLIN };
	for (size_t i = 0; i < show->set.n; i++) {
		const struct stats_member *m = show->set.list[i];
		struct pollfd *own = &p[MEMBERS + i * PER_MEMBER];

		/* Who is followed is followed until the cgroup is gone. */
		own[END] = (struct pollfd){ .fd = show->v->follow ? -1 : m->handle.pidfd,
					    .events = POLLIN };
		cgroup_watch_polls(&m->watch, &own[WATCH]);
	}
	*ret_n = n;
	return p;
}

/* Return: 1 it goes on; 0 it is over; negative errno */
static int take_events(struct arena *a, const struct show *show, struct stats_member *m,
		       const struct pollfd *own)
{
	CLEANUP_BUF struct buf out = { 0 };
	const struct stats_names of = names_of(m);
	struct cgroup_event events[CGROUP_WATCH_FDS];
	int n, r;

	if (!show->v->follow)
		return !own[END].revents;
	if (m->handle.pidfd < 0)
		return 1; /* did not run from the beginning */
	n = cgroup_watch_take(a, &m->watch, &own[WATCH], events);
	for (int i = 0; i < n; i++) {
		if (show->format == JSON)
			stats_json_event(&out, of.id, &events[i]);
		else
			stats_table_event(&out, &of, &events[i]);
	}
	r = n < 0 ? 0 : stats_put(&out);
	return r < 0 ? r : n >= 0 && !cgroup_watch_is_gone(&m->watch);
}

/* Return: 1 go on; 0 all that were asked for are over; negative errno */
static int take(struct arena *a, struct show *show, const struct pollfd *p)
{
	for (size_t i = show->set.n; i-- > 0;) {
		int r = take_events(a, show, show->set.list[i], &p[MEMBERS + i * PER_MEMBER]);

		if (r < 0)
			return r;
		if (r == 0)
			stats_set_drop(&show->set, i);
	}
	return !show->set.names || stats_set_alive(&show->set) > 0;
}

static int wait_for_more(struct show *show)
{
	CLEANUP(arena) struct arena *a = arena_new();
	size_t n;
	struct pollfd *p = polls_of(a, show, &n);
	int r;

	do
		r = poll(p, n, -1);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail(-errno, "wait for the containers");
	if (p[READER].revents)
		return -EPIPE;
	if (p[REMOVALS].revents)
		cgroup_watch_removals_take(show->set.removals);
	r = take(a, show, p);
	if (r <= 0 || !p[TICK].revents)
		return r;
	r = stats_tick(show->timer);
	if (r == 0)
		r = stats_set_refresh(show->cmd, &show->set);
	if (r == 0)
		r = draw(show);
	return r < 0 ? r : 1;
}

static int stream(struct show *show, int64_t interval_ns)
{
	CLEANUP_FD int timer = stats_timer(interval_ns);
	int r = timer < 0 ? timer : 0;

	show->timer = timer;
	show->redraw = show->format == TABLE && !show->v->follow && !show->v->no_reset &&
		       isatty(STDOUT_FILENO);
	if (r == 0 && !show->v->follow)
		r = draw(show);
	if (r < 0 || (show->set.names && stats_set_alive(&show->set) == 0))
		return r < 0 ? r : 0;
	do
		r = wait_for_more(show);
	while (r > 0);
	return r;
}

/* ---- the verb ---- */

static int parse_format(const char *text, enum format *ret)
{
	static const char *const names[] = { "table", "json", "prometheus" };

	for (enum format i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(text ? text : "table", names[i])) {
			*ret = i;
			return 0;
		}
	return refuse(-EINVAL, "unknown format '%s': table, json and prometheus are known", text);
}

/* "5" is seconds, as podman has it. */
static int parse_interval(const char *text, int64_t *ret_ns)
{
	uint64_t seconds;
	int r = 0;

	*ret_ns = STATS_INTERVAL_NS;
	if (!text)
		return 0;
	if (str_to_u64(text, INT32_MAX, &seconds) == 0)
		*ret_ns = (int64_t)seconds * 1000000000;
	else
		r = duration_parse(text, ret_ns);
	return r < 0 || *ret_ns <= 0 ?
		       refuse(-EINVAL, "option --interval: '%s' is not a time above 0", text) :
		       0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct stats_values *v = values;
	struct show show = { .cmd = cmd, .v = v, .timer = -EBADF, .set = STATS_SET_INIT };
	int64_t interval_ns;
	int r = parse_format(v->format, &show.format);

	if (r == 0)
		r = parse_interval(v->interval, &interval_ns);
	if (r < 0)
		return r;
	if (v->follow && (v->no_stream || show.format == PROMETHEUS))
		return refuse(-EINVAL, "--follow goes with neither --no-stream nor prometheus");
	show.set.names = *args ? args : NULL;
	show.set.all = v->all;
	show.set.watched = v->follow;
	r = stats_set_open(cmd, &show.set);
	if (r == 0)
		r = v->no_stream || show.format == PROMETHEUS ? draw(&show) :
								stream(&show, interval_ns);
	stats_set_close(&show.set);
	if (r == -EPIPE) {
		error_clear();
		return 0;
	}
	return r;
}

static const struct opt opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct stats_values, all), NULL,
	  "also containers that do not run" },
	{ 0, "no-stream", OPT_FLAG, offsetof(struct stats_values, no_stream), NULL,
	  "print once, and end" },
	{ 0, "no-reset", OPT_FLAG, offsetof(struct stats_values, no_reset), NULL,
	  "do not clear the terminal between two tables" },
	{ 'i', "interval", OPT_STRING, offsetof(struct stats_values, interval), "TIME",
	  "between two readings: 5, 500ms (default: 5s)" },
	{ 0, "format", OPT_STRING, offsetof(struct stats_values, format), "table|json|prometheus",
	  "output format; prometheus is printed once" },
	{ 'f', "follow", OPT_FLAG, offsetof(struct stats_values, follow), NULL,
	  "a log: also oom, pressure and populated, until the cgroup is gone" },
	{ 0, "no-trunc", OPT_FLAG, offsetof(struct stats_values, no_trunc), NULL, "whole ids" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_stats = {
	.name = "stats",
	.arguments = "[OPTIONS] [CONTAINER...]",
	.summary = "show what containers use",
	.opts = opts,
	.values_size = sizeof(struct stats_values),
	.min_args = 0,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
