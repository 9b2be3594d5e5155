/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_sample.h - what a container uses at one moment, and what follows from it
 * The shared half of `doboz stats` and `doboz-oci events`; every output form starts from here. */
#pragma once

#include "cgroups/rdt_stats.h"
#include "cgroups/stats.h"
#include "netns/counters.h"
#include "runtime/state.h"

struct stats_sample {
	struct cgroup_stats cgroup;
	struct rdt_stats rdt; /* all 0: no class */
	struct netns_counters *interfaces;
	size_t n_interfaces;
	int64_t time_ns; /* since boot */
};

/** stats_sample_take - read all of it; records
 *  @pidfd: of init; what is read of its network counts only if it is alive afterwards
 *  @details: as of cgroup_stats_read */
int stats_sample_take(struct arena *a, const struct state *s, int pidfd, bool details,
		      struct stats_sample *ret) MUST_USE;

/* The CPU time of an earlier moment; zeroed: none, so that the start of the container counts. */
struct stats_cpu {
	uint64_t total_ns;
	int64_t time_ns;
};

/* What people look at. */
struct stats_summary {
	double cpu_percent;            /* of one processor, since the earlier moment */
	uint64_t memory, memory_limit; /* without what the kernel can forget at any time; the host's
					  memory where there is no limit */
	double memory_percent;
	uint64_t received, sent, read, written; /* bytes */
	uint64_t pids;
};

/** stats_cpu_of_start - the moment when init was started, with no CPU time used yet */
struct stats_cpu stats_cpu_of_start(const struct state *s);

/** stats_summarize - @before is brought up to this sample */
struct stats_summary stats_summarize(const struct stats_sample *s, struct stats_cpu *before);

/** stats_raw - a number of memory.stat, 0 when it is not there */
uint64_t stats_raw(const struct cgroup_memory_stats *m, const char *name);
