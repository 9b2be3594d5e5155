/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_table.h - what containers use, as people read it */
#pragma once

#include "cmd/stats_json.h"

enum { STATS_COLUMNS = 9 };

/** stats_table_row - the cells of one container; s and sum NULL: it does not run. Return: cells with them */
char **stats_table_row(struct arena *a, char **cells, const struct stats_names *of,
		       const struct stats_sample *s, const struct stats_summary *sum,
		       bool whole_id);

/** stats_table_header - the first row */
char **stats_table_header(struct arena *a);

/** stats_table_line - the same in one line of a log */
void stats_table_line(struct arena *a, struct buf *out, const struct stats_names *of,
		      const struct stats_sample *s, const struct stats_summary *sum);

/** stats_table_event - one line of a log */
void stats_table_event(struct buf *out, const struct stats_names *of, const struct cgroup_event *e);

/** stats_size - "19.53MiB" (four digits) in steps of 1024, or "1.2kB" (three) in steps of 1000, as docker */
char *stats_size(struct arena *a, uint64_t bytes, bool binary);
