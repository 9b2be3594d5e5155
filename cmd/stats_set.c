/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_set.c - the containers of the store whose numbers are shown */
#include "cmd/stats_set.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "cmd/store.h"

#include <stdio.h>
#include <sys/timerfd.h>

int stats_put(const struct buf *text)
{
	int r = fd_write_all(STDOUT_FILENO, text->data, text->len);

	return r < 0 && r != -EPIPE ? fail(r, "write to stdout") : r;
}

int stats_timer(int64_t interval_ns)
{
	const struct timespec t = { .tv_sec = interval_ns / 1000000000,
				    .tv_nsec = interval_ns % 1000000000 };
	const struct itimerspec spec = { .it_interval = t, .it_value = t };
	CLEANUP_FD int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &spec, NULL) < 0)
		return fail(-errno, "start the timer");
	return TAKE_FD(fd);
}

int stats_tick(int timer)
{
	uint64_t ticks;

	return read(timer, &ticks, sizeof(ticks)) == (ssize_t)sizeof(ticks) ?
		       0 :
		       fail(-errno, "read the timer");
}

void stats_tell_pressure(bool is_told)
{
	static bool said;

	if (is_told || said)
		return;
	said = true;
	fputs("no pressure files (a kernel without PSI, or cgroup v1 alone): pressure is not told\n",
	      stderr);
}

/* ---- members ---- */

static void member_free(struct stats_member *m)
{
	cgroup_watch_close(&m->watch);
	handle_close(&m->handle);
	arena_free(m->arena);
	free(m);
}

/* Its folders are named, not held: many containers, few descriptors. */
static void let_go(int *fd)
{
	attr_closep(fd);
	*fd = -EBADF;
}

static struct stats_member *member_new(void)
{
	struct stats_member *m = calloc(1, sizeof(*m));

	if (!m)
		arena_exhausted();
	*m = (struct stats_member){ .arena = arena_new(),
				    .handle = HANDLE_INIT,
				    .watch = CGROUP_WATCH_INIT };
	return m;
}

bool stats_member_is_alive(const struct stats_member *m)
{
	return m->handle.pidfd >= 0 && sys_pidfd_send_signal(m->handle.pidfd, 0) == 0;
}

static int member_watch(struct stats_set *set, struct stats_member *m)
{
	int r;

	if (!set->watched || m->handle.pidfd < 0 || strv_len(m->handle.state->cgroup_folders) == 0)
		return 0;
	r = cgroup_watch_open(m->handle.state->cgroup_folders, set->removals, true, &m->watch);
	if (r < 0)
		return r;
	stats_tell_pressure(cgroup_watch_has_pressure(&m->watch));
	return 0;
}

/* Return: 1 it is in the set now; 0 it does not run, and is not wanted then; negative errno */
static int add(struct cmd *cmd, struct stats_set *set, const char *name)
{
	struct stats_member *m = member_new();
	/* What is found out about it lives as long as it does, not as long as we. */
	struct cmd own = *cmd;
	int r;

	own.arena = m->arena;
	r = handle_open(&own, name, &m->handle);
	let_go(&m->handle.store);
	let_go(&m->handle.root);
	let_go(&m->handle.dir);
	if (r >= 0 && (set->names || set->all || m->handle.pidfd >= 0)) {
		if (m->handle.state)
			m->cpu = stats_cpu_of_start(m->handle.state);
		r = member_watch(set, m);
		if (r >= 0) {
			void *grown = realloc(set->list,
					      (set->n + 1) * sizeof(struct stats_member *));

			if (!grown)
				arena_exhausted();
			set->list = grown;
			m->found = true;
			set->list[set->n++] = m;
			return 1;
		}
	}
	member_free(m);
	return r;
}

static void remove_at(struct stats_set *set, size_t i)
{
	member_free(set->list[i]);
	set->n--;
	for (; i < set->n; i++)
		set->list[i] = set->list[i + 1];
}

static struct stats_member *find(const struct stats_set *set, const char *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (str_eq(set->list[i]->handle.id, id))
			return set->list[i];
	return NULL;
}

int stats_set_refresh(struct cmd *cmd, struct stats_set *set)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int store = -EBADF;
	char **ids;
	int r;

	if (set->names)
		return 0;
	store = store_folder(cmd);
	r = store < 0 ? store : containers_list(a, store, &ids);
	if (r < 0)
		return r;
	for (size_t i = 0; i < set->n; i++)
		set->list[i]->found = false;
	for (; *ids; ids++) {
		struct stats_member *m = find(set, *ids);

		if (m)
			m->found = true;
		else if (add(cmd, set, *ids) < 0)
			error_clear(); /* removed while we look, or half made: not listed */
	}
	for (size_t i = set->n; i-- > 0;)
		if (!set->list[i]->found)
			remove_at(set, i);
	return 0;
}

int stats_set_open(struct cmd *cmd, struct stats_set *set)
{
	int r = 0;

	if (set->watched)
		r = set->removals = cgroup_watch_removals();
	for (size_t i = 0; r >= 0 && set->names && set->names[i]; i++)
		r = add(cmd, set, set->names[i]);
	return r < 0 ? r : stats_set_refresh(cmd, set);
}

void stats_set_drop(struct stats_set *set, size_t i)
{
	struct stats_member *m = set->list[i];

	if (!set->names && !set->all) {
		remove_at(set, i);
		return;
	}
	cgroup_watch_close(&m->watch);
	let_go(&m->handle.pidfd);
}

size_t stats_set_alive(const struct stats_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += set->list[i]->handle.pidfd >= 0;
	return n;
}

void stats_set_close(struct stats_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		member_free(set->list[i]);
	free(set->list);
	attr_closep(&set->removals);
}
