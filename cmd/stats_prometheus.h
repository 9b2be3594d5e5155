/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_prometheus.h - what containers use, as Prometheus reads it (text format 0.0.4)
 * The names are cadvisor's where it has one. Source: prometheus.io "Exposition formats". */
#pragma once

#include "cmd/stats_json.h"

struct stats_entry {
	struct stats_names names;
	const struct stats_sample *sample;
};

/** stats_prometheus - every metric once, with its samples of all containers */
void stats_prometheus(struct buf *out, const struct stats_entry *list, size_t n);

/** stats_prometheus_label - NAME="VALUE": backslash, quote and line end are escaped, what is no UTF-8 is '?' */
void stats_prometheus_label(struct buf *out, const char *name, const char *value);
