/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats_v2.c - which v2 file holds which counter
 * Names and meanings are v1's where v1 has the thing: "swap" is memory and swap together. */
#include "base/str.h"
#include "cgroups/stats_files.h"

#include <string.h>

#define AT(member) offsetof(struct cgroup_stats, member)

enum { US_NS = 1000 };

/* ---- cpu: cpu.stat and the pressure are there without the controller, too ---- */

static const struct cgroup_stats_key cpu_keys[] = {
	{ "cpu.stat", "usage_usec", AT(cpu.total), US_NS },
	{ "cpu.stat", "user_usec", AT(cpu.user), US_NS },
	{ "cpu.stat", "system_usec", AT(cpu.kernel), US_NS },
	{ "cpu.stat", "nr_periods", AT(cpu.periods), 1 },
	{ "cpu.stat", "nr_throttled", AT(cpu.throttled_periods), 1 },
	{ "cpu.stat", "throttled_usec", AT(cpu.throttled_ns), US_NS },
	{ 0 },
};

static void read_pressure(struct cgroup_stats_reader *rd)
{
	cgroup_stats_psi(rd, "cpu.pressure", &rd->stats->cpu.psi);
	cgroup_stats_psi(rd, "memory.pressure", &rd->stats->memory.psi);
	cgroup_stats_psi(rd, "io.pressure", &rd->stats->io_psi);
}

static void read_cpuset(struct cgroup_stats_reader *rd)
{
	cgroup_stats_ranges(rd, "cpuset.cpus.effective", &rd->stats->cpuset.cpus);
	cgroup_stats_ranges(rd, "cpuset.mems.effective", &rd->stats->cpuset.mems);
}

/* ---- memory ---- */

static const struct cgroup_stats_number memory_numbers[] = {
	{ "memory.current", AT(memory.usage.usage) },
	{ "memory.max", AT(memory.usage.limit) },
	{ "memory.peak", AT(memory.usage.max) }, /* Linux 5.19 */
	{ "memory.swap.current", AT(memory.swap.usage) },
	{ "memory.swap.max", AT(memory.swap.limit) },
	{ 0 },
};

static const struct cgroup_stats_key memory_keys[] = {
	{ "memory.events", "max", AT(memory.usage.failcnt), 1 },
	{ 0 },
};

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* There is no peak of both together. */
static void read_memory(struct cgroup_stats_reader *rd)
{
	struct cgroup_memory_stats *m = &rd->stats->memory;

	m->swap.usage = sum(m->swap.usage, m->usage.usage);
	m->swap.limit = sum(m->swap.limit, m->usage.limit);
	m->cache = cgroup_stats_memory(rd, "memory.events", "file");
}

/* ---- pids: without the controller, the processes of the folder itself ---- */

static const struct cgroup_stats_number pids_numbers[] = {
	{ "pids.current", AT(pids) },
	{ "pids.max", AT(pids_limit) },
	{ 0 },
};

static void read_pids(struct cgroup_stats_reader *rd)
{
	char *text;

	if (rd->stats->pids_limit == UINT64_MAX)
		rd->stats->pids_limit = 0;
	if (faccessat(rd->dir, "pids.current", F_OK, 0) == 0)
		return;
	text = cgroup_stats_text(rd, "cgroup.procs");
	for (; text && *text; text++)
		rd->stats->pids += *text == '\n';
}

/* ---- io: "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ..." ---- */

static const struct {
	const char *key, *op;
	enum cgroup_io_kind kind;
} io_keys[] = {
	{ "rbytes", "Read", CGROUP_IO_SERVICE_BYTES },
	{ "wbytes", "Write", CGROUP_IO_SERVICE_BYTES },
	{ "rios", "Read", CGROUP_IO_SERVICED },
	{ "wios", "Write", CGROUP_IO_SERVICED },
};

static void read_io_word(struct cgroup_stats_reader *rd, struct cgroup_io_entry device, char *word)
{
	const char *key = strsep(&word, "=");

	for (size_t i = 0; word && i < ARRAY_SIZE(io_keys); i++)
		if (str_eq(key, io_keys[i].key) && cgroup_stats_to_u64(word, &device.value)) {
			device.op = io_keys[i].op;
			cgroup_stats_add_io(rd, io_keys[i].kind, device);
		}
}

static void read_io(struct cgroup_stats_reader *rd)
{
	char *text = cgroup_stats_text(rd, "io.stat"), *line;

	while (text && (line = strsep(&text, "\n"))) {
		struct cgroup_io_entry device = { 0 };
		char *name = strsep(&line, " "), *word;
		const char *major = strsep(&name, ":");

		if (!name || str_to_u64(major, UINT32_MAX, &device.major) < 0 ||
		    str_to_u64(name, UINT32_MAX, &device.minor) < 0)
			continue;
		while ((word = strsep(&line, " ")))
			read_io_word(rd, device, word);
	}
}

static void read_hugetlb(struct cgroup_stats_reader *rd)
{
	cgroup_stats_hugetlb(rd, &(struct cgroup_stats_hugetlb){ .usage = ".current",
								 .events = ".events" });
}

const struct cgroup_stats_part cgroup_stats_v2_parts[] = {
	{ "cpu.stat", NULL, cpu_keys, NULL },
	{ "cgroup.procs", pids_numbers, NULL, read_pids },
	{ "cgroup.procs", NULL, NULL, read_pressure },
	{ "cpuset.cpus.effective", NULL, NULL, read_cpuset, .detail = true },
	{ "memory.current", memory_numbers, memory_keys, read_memory },
	{ "io.stat", NULL, NULL, read_io },
	{ "cgroup.procs", NULL, NULL, read_hugetlb, .detail = true },
	{ 0 },
};
