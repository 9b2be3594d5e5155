/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/events_rdt.h - what a container has of resctrl, as the JSON that `runc events` prints */
#pragma once

#include "base/json.h"
#include "cgroups/rdt_stats.h"

/** events_rdt_json - the members of "intel_rdt", in runc's order; none without a class */
void events_rdt_json(struct json_writer *w, const struct rdt_stats *s);
