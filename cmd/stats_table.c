/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_table.c - what containers use, as people read it */
#include "cmd/stats_table.h"
#include "base/str.h"

#include <time.h>

enum { SHORT_ID = 12 };

char *stats_size(struct arena *a, uint64_t bytes, bool binary)
{
	static const char *const units[2][7] = {
		{ "B", "kB", "MB", "GB", "TB", "PB", "EB" },
		{ "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" },
	};
	double step = binary ? 1024 : 1000, value = (double)bytes;
	size_t unit = 0;

	while (value >= step && unit + 1 < ARRAY_SIZE(units[0])) {
		value /= step;
		unit++;
	}
	/* 999.9 of four digits would be written as 1e+03 with three. */
	if (value >= step - 0.5 && unit + 1 < ARRAY_SIZE(units[0])) {
		value /= step;
		unit++;
	}
	return value >= 1000 ?
		       arena_printf(a, "%.0f%s", value, units[binary][unit]) :
		       arena_printf(a, "%.*g%s", binary ? 4 : 3, value, units[binary][unit]);
}

static char *pair(struct arena *a, uint64_t one, uint64_t other, bool binary)
{
	return arena_printf(a, "%s / %s", stats_size(a, one, binary), stats_size(a, other, binary));
}

/* How much of the last ten seconds something waited for it, in percent. */
static const char *waited(const struct cgroup_psi *psi)
{
	return psi->set && psi->some.avg10 ? psi->some.avg10 : "--";
}

static char *pressures(struct arena *a, const struct stats_sample *s)
{
	return arena_printf(a, "%s / %s / %s", waited(&s->cgroup.cpu.psi),
			    waited(&s->cgroup.memory.psi), waited(&s->cgroup.io_psi));
}

char **stats_table_header(struct arena *a)
{
	static char *const header[STATS_COLUMNS + 1] = {
		"ID",     "NAME",     "CPU %", "MEM USAGE / LIMIT",      "MEM %",
		"NET IO", "BLOCK IO", "PIDS",  "PRESSURE CPU / MEM / IO"
	};

	return strv_concat(a, header, NULL);
}

char **stats_table_row(struct arena *a, char **cells, const struct stats_names *of,
		       const struct stats_sample *s, const struct stats_summary *sum, bool whole_id)
{
	char *row[STATS_COLUMNS + 1] = { arena_printf(a, "%.*s", whole_id ? INT32_MAX : SHORT_ID,
						      of->id),
					 str_printable(a, of->name),
					 "--",
					 "-- / --",
					 "--",
					 "-- / --",
					 "-- / --",
					 "--",
					 "-- / -- / --" };

	if (s) {
		row[2] = arena_printf(a, "%.2f%%", sum->cpu_percent);
		row[3] = pair(a, sum->memory, sum->memory_limit, true);
		row[4] = arena_printf(a, "%.2f%%", sum->memory_percent);
		row[5] = pair(a, sum->received, sum->sent, false);
		row[6] = pair(a, sum->read, sum->written, false);
		row[7] = arena_printf(a, "%llu", (unsigned long long)sum->pids);
		row[8] = pressures(a, s);
	}
	return strv_concat(a, cells, row);
}

/* ---- a log ---- */

static void begin(struct buf *out, const struct stats_names *of)
{
	buf_printf(out, "%sZ %s ", str_utc((uint64_t)time(NULL)).text, of->name);
}

void stats_table_line(struct arena *a, struct buf *out, const struct stats_names *of,
		      const struct stats_sample *s, const struct stats_summary *sum)
{
	begin(out, of);
	buf_printf(out,
		   "stats: cpu %.2f%%, memory %s (%.2f%%), net %s, block %s, pids %llu, "
		   "pressure %s\n",
		   sum->cpu_percent, pair(a, sum->memory, sum->memory_limit, true),
		   sum->memory_percent, pair(a, sum->received, sum->sent, false),
		   pair(a, sum->read, sum->written, false), (unsigned long long)sum->pids,
		   pressures(a, s));
}

void stats_table_event(struct buf *out, const struct stats_names *of, const struct cgroup_event *e)
{
	begin(out, of);
	switch (e->kind) {
	case CGROUP_EVENT_OOM:
		buf_adds(out, "oom: the memory ran out\n");
		break;
	case CGROUP_EVENT_POPULATED:
		buf_printf(out, "populated: %s\n",
			   e->populated ? "there are processes" : "no process is left");
		break;
	case CGROUP_EVENT_PRESSURE:
		buf_printf(out, "pressure: waits for %s, %s%% of the last ten seconds\n",
			   e->resource, waited(&e->psi));
		break;
	}
}
