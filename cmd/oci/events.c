/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/events.c - events: what a container uses every few seconds, and that its memory ran out
 *
 * One JSON object a line, each in one write. Everything is waited for at once, and nothing is asked
 * again and again: the end of init (pidfd), the memory (cgroups/oom.h), the interval (timerfd), and the
 * reader, whose going away ends us without a word. An OOM that ends init comes before that end. */
#include "base/error.h"
#include "base/fd.h"
#include "base/sys.h"
#include "cgroups/oom.h"
#include "cmd/cmd.h"
#include "cmd/oci/events_json.h"
#include "runtime/state.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>

enum { DEFAULT_INTERVAL_S = 5 };

struct events_values {
	struct opt_i64 interval;
	bool stats;
};

struct watched {
	const struct state *state;
	int pidfd;
};

/* Return: 0; -EPIPE nobody reads any more (not recorded); negative errno */
static int put(const struct buf *line)
{
	int r = fd_write_all(STDOUT_FILENO, line->data, line->len);

	return r < 0 && r != -EPIPE ? fail(r, "write to stdout") : r;
}

static int read_network(struct arena *a, const struct watched *c, struct events_stats *s)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (proc < 0)
		return fail(-errno, "open /proc");
	/* What we read were init's devices if init is alive afterwards; else there are none. */
	if (netns_counters_read(a, proc, c->state->pid, &s->interfaces, &s->n_interfaces) < 0 ||
	    sys_pidfd_send_signal(c->pidfd, 0) < 0)
		s->n_interfaces = 0;
	return 0;
}

/* A mount that is gone is no reason to tell nothing. */
static void read_rdt(struct arena *a, const struct watched *c, struct events_stats *s)
{
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };

	if (!c->state->rdt.class_name)
		return;
	if (rdt_host_open(&host) < 0 ||
	    rdt_stats_read(a, &host, &c->state->rdt, c->state->id, &s->rdt) < 0) {
		warn("%s, ignoring", error_text());
		error_clear();
	}
}

static int put_stats(const struct watched *c)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf line = { 0 };
	struct events_stats s = { 0 };
	int r = cgroup_stats_read(a, c->state->cgroup_folders, &s.cgroup);

	if (r == 0)
		r = read_network(a, c, &s);
	if (r < 0)
		return r;
	read_rdt(a, c, &s);
	events_json_stats(&line, c->state->id, &s);
	return put(&line);
}

/* Return: 1 go on; 0 the cgroup is gone; negative errno */
static int put_oom(const struct watched *c, struct cgroup_oom *oom)
{
	CLEANUP_BUF struct buf line = { 0 };
	int r = cgroup_oom_take(oom);

	if (r <= 0)
		return r == 0;
	events_json_oom(&line, c->state->id);
	r = put(&line);
	return r < 0 ? r : 1;
}

static int start_timer(int64_t ns)
{
	const struct timespec t = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	const struct itimerspec spec = { .it_interval = t, .it_value = t };
	CLEANUP_FD int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &spec, NULL) < 0)
		return fail(-errno, "start the timer");
	return TAKE_FD(fd);
}

/* Ticks that were missed are one tick. */
static int on_tick(const struct watched *c, int timer)
{
	uint64_t ticks;
	int r;

	if (read(timer, &ticks, sizeof(ticks)) != (ssize_t)sizeof(ticks))
		return fail(-errno, "read the timer");
	r = put_stats(c);
	/* The end of the container may come between: the loop sees it next. */
	return r < 0 && sys_pidfd_send_signal(c->pidfd, 0) < 0 && r != -EPIPE ? 0 : r;
}

/* Return: 0 the container has ended, -EPIPE the reader has, another negative errno */
static int follow(const struct watched *c, struct cgroup_oom *oom, int timer)
{
	enum { READER, END, OOM, TICK, N };
	struct pollfd p[N] = {
		[READER] = { .fd = STDOUT_FILENO },
		[END] = { .fd = c->pidfd, .events = POLLIN },
		[OOM] = { .fd = oom->fd, .events = oom->events },
		[TICK] = { .fd = timer, .events = POLLIN },
	};
	int r = 1;

	while (r > 0) {
		if (poll(p, N, -1) < 0) {
			if (errno != EINTR)
				return fail(-errno, "wait for the container");
			continue;
		}
		if (p[READER].revents)
			return -EPIPE;
		/* Also before the end: what ended it may have been this. */
		r = put_oom(c, oom);
		if (r > 0 && p[END].revents)
			return 0;
		if (r > 0 && p[TICK].revents) {
			r = on_tick(c, timer);
			r = r < 0 ? r : 1;
		}
	}
	return r;
}

static int watch(const struct watched *c, int64_t interval_ns)
{
	CLEANUP_OOM struct cgroup_oom oom = CGROUP_OOM_INIT;
	CLEANUP_FD int timer = start_timer(interval_ns);
	int r = timer < 0 ? timer : cgroup_oom_watch(c->state->cgroup_folders, &oom);

	return r < 0 ? r : follow(c, &oom, timer);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct events_values *v = values;
	CLEANUP_FD int root = cmd_root(cmd), pidfd = -EBADF;
	struct state *s;
	int64_t interval_ns = v->interval.set ? v->interval.value :
						INT64_C(1000000000) * DEFAULT_INTERVAL_S;
	int r = root < 0 ? root : state_open_and_load(cmd->arena, root, args[0], false, NULL, &s);

	if (r < 0)
		return r;
	if (interval_ns <= 0)
		return refuse(-EINVAL, "duration interval must be greater than 0");
	enum state_status status = state_status(s, &pidfd);
	if (pidfd < 0 || status == STATE_STOPPED || status == STATE_CREATING)
		return refuse(-ESRCH, "container with id %s is not running", args[0]);
	if (!s->cgroup_folders || !*s->cgroup_folders)
		return refuse(-EOPNOTSUPP, "a container without a cgroup has no statistics");
	struct watched c = { s, pidfd };
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
