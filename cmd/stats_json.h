/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_json.h - what a container uses, and what happens to it, as JSON
 * Callers decode `runc events` into runc's types (its types/events.go), so keys, their order, and which of
 * them are left out when they are 0 follow that. What runc has not is beside it, or in types of its own. */
#pragma once

#include "base/json.h"
#include "cgroups/watch.h"
#include "cmd/stats_sample.h"

/** stats_json_line - one line {"type":"stats","id":ID,"data":{...}} with its line end */
void stats_json_line(struct buf *out, const char *id, const struct stats_sample *s);

/** stats_json_event - one line {"type":"oom","id":ID}, {"type":"populated","id":ID,"data":{...}} or
 *  {"type":"pressure",...} with its line end */
void stats_json_event(struct buf *out, const char *id, const struct cgroup_event *e);

/* A container of the store. */
struct stats_names {
	const char *id, *name;
};
/** stats_json_full - one line for people's programs: the summary, and runc's data as "Stats"
 *  @s, @sum: NULL: it does not run */
void stats_json_full(struct buf *out, const struct stats_names *of, const struct stats_sample *s,
		     const struct stats_summary *sum);
