/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/watch.h - be told what happens in a container's cgroup: its memory ran out, it is empty or not any
 * more, it waits for processors, memory or disks, it is gone
 * All by poll, on descriptors that the kernel wakes; nothing is asked again and again. Sources: kernel
 * admin-guide/cgroup-v2 "cgroup.events", accounting/psi "Monitoring for pressure thresholds". */
#pragma once

#include "base/arena.h"
#include "cgroups/oom.h"
#include "cgroups/stats_data.h"

#include <poll.h>

enum cgroup_event_kind { CGROUP_EVENT_OOM, CGROUP_EVENT_POPULATED, CGROUP_EVENT_PRESSURE };

struct cgroup_event {
	enum cgroup_event_kind kind;
	bool populated;
	const char *resource; /* of a pressure: "cpu", "memory", "io" */
	struct cgroup_psi psi;
};

/* What poll takes of one watch. */
enum { CGROUP_WATCH_OOM, CGROUP_WATCH_POPULATED, CGROUP_WATCH_PSI, CGROUP_WATCH_FDS = 5 };

struct cgroup_watch {
	struct cgroup_oom oom;
	int dir;       /* the first folder: tells whether it is still there */
	int populated; /* cgroup.events of v2; -EBADF: there is none */
	bool was_populated;
	int psi[CGROUP_WATCH_FDS - CGROUP_WATCH_PSI]; /* -EBADF: no such file */
};
#define CGROUP_WATCH_INIT                                                   \
	{                                                                   \
		.oom = CGROUP_OOM_INIT, .dir = -EBADF, .populated = -EBADF, \
		.psi = { -EBADF,                                            \
			 -EBADF,                                            \
			 -EBADF }                                           \
	}

/** cgroup_watch_removals - one descriptor for all watches of a process: readable (POLLIN) when some folder
 *  beside theirs, or one of theirs, was removed; records */
int cgroup_watch_removals(void) MUST_USE;
/** cgroup_watch_removals_take - read it empty; then ask cgroup_watch_is_gone */
void cgroup_watch_removals_take(int removals);

/** cgroup_watch_open - from now on; records
 *  @all: not only memory that ran out. A trigger for pressure is 150 ms of waiting in 2 s: shorter windows
 *  need CAP_SYS_RESOURCE */
int cgroup_watch_open(char *const *folders, int removals, bool all,
		      struct cgroup_watch *ret) MUST_USE;
void cgroup_watch_close(struct cgroup_watch *w);
#define CLEANUP_CGROUP_WATCH __attribute__((cleanup(cgroup_watch_close)))

/** cgroup_watch_has_pressure - will any pressure be told? (a kernel without PSI, v1 alone: no) */
bool cgroup_watch_has_pressure(const struct cgroup_watch *w);

/** cgroup_watch_is_gone - the cgroup was removed */
bool cgroup_watch_is_gone(const struct cgroup_watch *w);

void cgroup_watch_polls(const struct cgroup_watch *w, struct pollfd ret[CGROUP_WATCH_FDS]);

/** cgroup_watch_take - after poll: what has happened, at most CGROUP_WATCH_FDS; never waits
 *  Return: how many; -ENODEV the cgroup is gone */
int cgroup_watch_take(struct arena *a, struct cgroup_watch *w,
		      const struct pollfd polls[CGROUP_WATCH_FDS],
		      struct cgroup_event ret[CGROUP_WATCH_FDS]) MUST_USE;
