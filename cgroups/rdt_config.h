/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt_config.h - linux.intelRdt of config.json as a plain struct, and lines of schemata; pure
 * A line is "RESOURCE:ID=VALUE;ID=VALUE"; masks are hexadecimal, bandwidths decimal.
 * Source: runtime-spec 1.3 config-linux.md "IntelRdt". */
#pragma once

#include "base/arena.h"
#include "base/json.h"

#include <stdbool.h>

struct rdt_config {
	char *clos_id; /* NULL, "": the container's id names the class; "/": the default class */
	char *l3_cache_schema, *mem_bw_schema;
	char **schemata;
	bool enable_monitoring;
};
extern const struct json_row rdt_config_rows[];

/** rdt_config_check - the rules about a config alone; records -EINVAL. @id: of the container, which may have
 *  to name a class; NULL: it has one already */
int rdt_config_check(const struct rdt_config *c, const char *id) MUST_USE;

/** rdt_config_lines - what is written, in the order of the spec: l3CacheSchema, memBwSchema, schemata
 *  l3CacheSchema may have several lines; its MB: lines give way to memBwSchema (runtime-spec 1.0 to 1.2) */
char **rdt_config_lines(struct arena *a, const struct rdt_config *c) MUST_USE;

/** rdt_config_matches - does the text of a schemata file say what a line says, for each domain of it?
 *  @bandwidth_step: the kernel rounds bandwidths up to a multiple of it; 0: it does not */
bool rdt_config_matches(const char *line, const char *text, uint64_t bandwidth_step);
