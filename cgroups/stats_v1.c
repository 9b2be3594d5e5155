/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats_v1.c - which v1 file holds which counter */
#include "base/str.h"
#include "cgroups/stats_files.h"

#include <string.h>

enum { TICK_NS = 10000000 };

#define AT(member) offsetof(struct cgroup_stats, member)

/* ---- cpu ---- */

static const struct cgroup_stats_number cpuacct_numbers[] = {
	{ "cpuacct.usage", AT(cpu.total) },
	{ 0 },
};

static const struct cgroup_stats_key cpu_keys[] = {
	{ "cpu.stat", "nr_periods", AT(cpu.periods), 1 },
	{ "cpu.stat", "nr_throttled", AT(cpu.throttled_periods), 1 },
	{ "cpu.stat", "throttled_time", AT(cpu.throttled_ns), 1 },
	{ 0 },
};

/* In ticks of USER_HZ, which is 100 on every architecture with cgroups that is still built. */
static const struct cgroup_stats_key cpuacct_keys[] = {
	{ "cpuacct.stat", "user", AT(cpu.user), TICK_NS },
	{ "cpuacct.stat", "system", AT(cpu.kernel), TICK_NS },
	{ 0 },
};

static void add(struct cgroup_stats_reader *rd, struct cgroup_numbers *to, const char *text)
{
	enum { CPUS_MAX = 65536 };
	uint64_t value;

	if (!text || to->n == CPUS_MAX || !cgroup_stats_to_u64(text, &value))
		return;
	/* The room doubles whenever it is full: at 0, 1, 2, 4, ... */
	if ((to->n & (to->n - 1)) == 0) {
		uint64_t *grown = arena_array(rd->arena, to->n ? to->n * 2 : 1, sizeof(*grown));

		if (to->n)
			memcpy(grown, to->list, to->n * sizeof(*grown));
		to->list = grown;
	}
	to->list[to->n++] = value;
}

static void read_cpuacct(struct cgroup_stats_reader *rd)
{
	struct cgroup_cpu_stats *cpu = &rd->stats->cpu;
	char *text = cgroup_stats_text(rd, "cpuacct.usage_percpu"), *line;

	while (text && (line = strsep(&text, " \n")))
		if (*line)
			add(rd, &cpu->percpu, line);
	/* "cpu user system", then a line for each */
	text = cgroup_stats_text(rd, "cpuacct.usage_all");
	if (text)
		(void)strsep(&text, "\n");
	while (text && (line = strsep(&text, "\n"))) {
		(void)strsep(&line, " ");
		add(rd, &cpu->percpu_user, strsep(&line, " "));
		add(rd, &cpu->percpu_kernel, strsep(&line, " "));
	}
}

/* ---- cpuset ---- */

static const struct cgroup_stats_number cpuset_numbers[] = {
	{ "cpuset.cpu_exclusive", AT(cpuset.cpu_exclusive) },
	{ "cpuset.mem_hardwall", AT(cpuset.mem_hardwall) },
	{ "cpuset.mem_exclusive", AT(cpuset.mem_exclusive) },
	{ "cpuset.memory_migrate", AT(cpuset.memory_migrate) },
	{ "cpuset.memory_spread_page", AT(cpuset.memory_spread_page) },
	{ "cpuset.memory_spread_slab", AT(cpuset.memory_spread_slab) },
	{ "cpuset.memory_pressure", AT(cpuset.memory_pressure) },
	{ "cpuset.sched_load_balance", AT(cpuset.sched_load_balance) },
	{ 0 },
};

static void read_cpuset(struct cgroup_stats_reader *rd)
{
	struct cgroup_cpuset_stats *c = &rd->stats->cpuset;
	char *level = cgroup_stats_text(rd, "cpuset.sched_relax_domain_level");

	cgroup_stats_ranges(rd, "cpuset.cpus", &c->cpus);
	cgroup_stats_ranges(rd, "cpuset.mems", &c->mems);
	if (level) {
		level[strcspn(level, "\n")] = '\0';
		if (str_to_i64(level, INT32_MIN, INT32_MAX, &c->sched_relax_domain_level) < 0)
			c->sched_relax_domain_level = 0;
	}
}

/* ---- memory, pids ---- */

#define AMOUNT(name, member)                                                    \
	{ "memory." name "usage_in_bytes", AT(memory.member.usage) },           \
		{ "memory." name "max_usage_in_bytes", AT(memory.member.max) }, \
		{ "memory." name "failcnt", AT(memory.member.failcnt) },        \
	{                                                                       \
		"memory." name "limit_in_bytes", AT(memory.member.limit)        \
	}

static const struct cgroup_stats_number memory_numbers[] = {
	AMOUNT("", usage),
	AMOUNT("memsw.", swap),
	AMOUNT("kmem.", kernel),
	AMOUNT("kmem.tcp.", kernel_tcp),
	{ 0 },
};

static void read_memory(struct cgroup_stats_reader *rd)
{
	rd->stats->memory.cache = cgroup_stats_memory(rd, "memory.oom_control", "cache");
}

static const struct cgroup_stats_number pids_numbers[] = {
	{ "pids.current", AT(pids) },
	{ "pids.max", AT(pids_limit) },
	{ 0 },
};

static void read_pids(struct cgroup_stats_reader *rd)
{
	if (rd->stats->pids_limit == UINT64_MAX)
		rd->stats->pids_limit = 0;
}

/* ---- blkio ---- */

static const char *const io_files[CGROUP_IO_KINDS] = {
	[CGROUP_IO_SECTORS] = "sectors",        [CGROUP_IO_SERVICE_TIME] = "io_service_time",
	[CGROUP_IO_WAIT_TIME] = "io_wait_time", [CGROUP_IO_MERGED] = "io_merged",
	[CGROUP_IO_QUEUED] = "io_queued",       [CGROUP_IO_TIME] = "time",
	[CGROUP_IO_SERVICED] = "io_serviced",   [CGROUP_IO_SERVICE_BYTES] = "io_service_bytes",
};

/* The scheduler in use decides which files count: bfq's with and without debugging, cfq's (gone since
 * 5.0), and what the throttling layer sees of every device. */
static const struct {
	const char *prefix, *suffix;
	enum cgroup_io_kind first;
} io_groups[] = {
	{ "blkio.bfq.", "_recursive", CGROUP_IO_SECTORS },
	{ "blkio.bfq.", "_recursive", CGROUP_IO_SERVICED },
	{ "blkio.", "_recursive", CGROUP_IO_SECTORS },
	{ "blkio.throttle.", "_recursive", CGROUP_IO_SERVICED },
	{ "blkio.throttle.", "", CGROUP_IO_SERVICED },
};

/* "8:0 Read 4096", "8:0 17"; the sums at the end ("Total 4096") have no device. */
static void read_io_file(struct cgroup_stats_reader *rd, const char *file, enum cgroup_io_kind kind)
{
	char *text = cgroup_stats_text(rd, file), *line;

	while (text && (line = strsep(&text, "\n"))) {
		struct cgroup_io_entry e = { .op = "" };
		const char *major = strsep(&line, ":"), *minor = line ? strsep(&line, " ") : NULL;
		const char *word = line ? strsep(&line, " ") : NULL;

		if (line)
			e.op = word;
		if (word && str_to_u64(major, UINT32_MAX, &e.major) == 0 &&
		    str_to_u64(minor, UINT32_MAX, &e.minor) == 0 &&
		    cgroup_stats_to_u64(line ? line : word, &e.value))
			cgroup_stats_add_io(rd, kind, e);
	}
}

static void read_blkio(struct cgroup_stats_reader *rd)
{
	for (size_t g = 0; g < ARRAY_SIZE(io_groups); g++) {
		for (int kind = (int)io_groups[g].first; kind < CGROUP_IO_KINDS; kind++) {
			read_io_file(rd,
				     arena_printf(rd->arena, "%s%s%s", io_groups[g].prefix,
						  io_files[kind], io_groups[g].suffix),
				     kind);
			if (rd->stats->io[io_groups[g].first].n == 0)
				break;
		}
		if (rd->stats->io[io_groups[g].first].n)
			return;
	}
}

static void read_hugetlb(struct cgroup_stats_reader *rd)
{
	cgroup_stats_hugetlb(rd, &(struct cgroup_stats_hugetlb){ .usage = ".usage_in_bytes",
								 .max = ".max_usage_in_bytes",
								 .failcnt = ".failcnt" });
}

const struct cgroup_stats_part cgroup_stats_v1_parts[] = {
	{ "cpu.shares", NULL, cpu_keys, NULL },
	{ "cpuacct.usage", cpuacct_numbers, cpuacct_keys, NULL },
	{ "cpuacct.usage", NULL, NULL, read_cpuacct, .detail = true },
	{ "cpuset.cpus", cpuset_numbers, NULL, read_cpuset, .detail = true },
	{ "memory.usage_in_bytes", memory_numbers, NULL, read_memory },
	{ "pids.current", pids_numbers, NULL, read_pids },
	{ "blkio.reset_stats", NULL, NULL, read_blkio },
	/* The sizes of pages, and so the names, depend on the machine: looked for everywhere. */
	{ "cgroup.procs", NULL, NULL, read_hugetlb, .detail = true },
	{ 0 },
};
