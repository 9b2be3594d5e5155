/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt_stats.h - what a container has of resctrl: the machine's abilities, its schemata, its counters */
#pragma once

#include "cgroups/rdt.h"

#include <stdint.h>

/* One domain of mon_data, in the order of their names. */
struct rdt_domain {
	uint64_t total_bytes, local_bytes, occupancy;
};

struct rdt_stats {
	bool has_cache, has_bandwidth; /* the machine can divide it */
	char *cbm_mask;                /* hexadecimal, as the kernel writes it */
	uint64_t min_cbm_bits, cache_closids;
	uint64_t bandwidth_gran, delay_linear, min_bandwidth, bandwidth_closids;
	char **root_schemata, **schemata; /* lines without the kernel's indent; NULL: no class */
	bool counts_bandwidth, counts_occupancy;
	struct rdt_domain *domains;
	size_t n_domains;
};

/** rdt_stats_read - all of it; records only that the class cannot be read. A counter that the kernel calls
 *  unavailable is 0. Without a monitoring group of its own, the counters are those of the class. */
int rdt_stats_read(struct arena *a, const struct rdt_host *h, const struct rdt_group *g,
		   const char *id, struct rdt_stats *ret) MUST_USE;

/** rdt_stats_line - the last of the lines that is of a resource ("L3" finds L3CODE too), or NULL */
const char *rdt_stats_line(char *const *lines, const char *resource);
