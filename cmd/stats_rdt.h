/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_rdt.h - what a container has of resctrl, as the JSON that `runc events` prints */
#pragma once

#include "base/json.h"
#include "cgroups/rdt_stats.h"

/** stats_json_rdt - the members of "intel_rdt", in runc's order; none without a class */
void stats_json_rdt(struct json_writer *w, const struct rdt_stats *s);
