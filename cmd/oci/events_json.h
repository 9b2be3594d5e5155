/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/events_json.h - a container's counters as the JSON that `runc events` prints
 * Callers decode it into runc's types (its types/events.go), so keys, their order, and which of them
 * are left out when they are 0 follow that. */
#pragma once

#include "base/json.h"
#include "cgroups/rdt_stats.h"
#include "cgroups/stats.h"
#include "netns/counters.h"

struct events_stats {
	struct cgroup_stats cgroup;
	struct rdt_stats rdt; /* all 0: no class */
	struct netns_counters *interfaces;
	size_t n_interfaces;
};

/** events_json_stats - one line {"type":"stats","id":ID,"data":{...}} with its line end */
void events_json_stats(struct buf *out, const char *id, const struct events_stats *s);

/** events_json_oom - one line {"type":"oom","id":ID} */
void events_json_oom(struct buf *out, const char *id);
