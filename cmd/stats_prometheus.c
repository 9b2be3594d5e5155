/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_prometheus.c - what containers use, as Prometheus reads it */
#include "cmd/stats_prometheus.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum unit { PLAIN, LIMIT, NANOSECONDS, MICROSECONDS };

/* One line: the labels that all lines have, those of this one, the number. */
struct line {
	struct buf *out;
	const char *metric;
	const struct stats_names *of;
};

struct family {
	const char *name, *type, *help;
	size_t offset; /* of a uint64_t in struct stats_sample */
	enum unit unit;
	/* a metric with more labels: as many lines as there are things; which: of the family */
	void (*list)(const struct line *l, const struct stats_sample *s, const struct family *f);
	int which;
};

void stats_prometheus_label(struct buf *out, const char *name, const char *value)
{
	size_t left = strlen(value);

	buf_printf(out, "%s=\"", name);
	for (; left; left--, value++) {
		size_t good = str_utf8_prefix(value, left);

		if (*value == '\n')
			buf_adds(out, "\\n");
		else if (*value == '\\' || *value == '"')
			buf_printf(out, "\\%c", *value);
		else if (good == 0)
			buf_addc(out, '?');
		else
			buf_addc(out, *value);
		/* a character of several bytes goes as a whole */
		for (; good > 1 && ((unsigned char)value[1] & 0xc0) == 0x80; good--, left--)
			buf_addc(out, *++value);
	}
	buf_addc(out, '"');
}

static void number(struct buf *out, uint64_t value, enum unit unit)
{
	const uint64_t unlimited = INT64_MAX - (UINT64_C(1) << 31);

	if (unit == NANOSECONDS)
		buf_printf(out, "%" PRIu64 ".%09" PRIu64, value / 1000000000, value % 1000000000);
	else if (unit == MICROSECONDS)
		buf_printf(out, "%" PRIu64 ".%06" PRIu64, value / 1000000, value % 1000000);
	else
		buf_printf(out, "%" PRIu64, unit == LIMIT && value >= unlimited ? 0 : value);
}

static void put(const struct line *l, const char *label, const char *text, uint64_t value,
		enum unit unit)
{
	buf_printf(l->out, "%s{", l->metric);
	stats_prometheus_label(l->out, "id", l->of->id);
	buf_addc(l->out, ',');
	stats_prometheus_label(l->out, "name", l->of->name);
	if (label) {
		buf_addc(l->out, ',');
		stats_prometheus_label(l->out, label, text);
	}
	buf_adds(l->out, "} ");
	number(l->out, value, unit);
	buf_addc(l->out, '\n');
}

/* ---- what there may be several of ---- */

static uint64_t at(const void *of, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)of + offset);
}

static void events(const struct line *l, const struct stats_sample *s, const struct family *f)
{
	const struct cgroup_memory_stats *m = &s->cgroup.memory;

	for (size_t i = 0; i < m->n_events; i++)
		if (!f->which || str_eq(m->events[i].name, "oom_kill"))
			put(l, f->which ? NULL : "event", m->events[i].name, m->events[i].value,
			    PLAIN);
}

static void network(const struct line *l, const struct stats_sample *s, const struct family *f)
{
	for (size_t i = 0; i < s->n_interfaces; i++)
		put(l, "interface", s->interfaces[i].name, at(&s->interfaces[i], f->offset), PLAIN);
}

static void hugetlb(const struct line *l, const struct stats_sample *s, const struct family *f)
{
	for (size_t i = 0; i < s->cgroup.n_hugetlb; i++)
		put(l, "pagesize", s->cgroup.hugetlb[i].size, at(&s->cgroup.hugetlb[i], f->offset),
		    PLAIN);
}

enum { READS = CGROUP_IO_KINDS };

static void disks(const struct line *l, const struct stats_sample *s, const struct family *f)
{
	const struct cgroup_io_list *io = &s->cgroup.io[f->which % CGROUP_IO_KINDS];
	const char *op = f->which >= READS ? "Read" : "Write";

	for (size_t i = 0; i < io->n; i++) {
		char device[48];

		if (!str_eq(io->list[i].op, op))
			continue;
		snprintf(device, sizeof(device), "%" PRIu64 ":%" PRIu64, io->list[i].major,
			 io->list[i].minor);
		put(l, "device", device, io->list[i].value, PLAIN);
	}
}

/* ---- the metrics ---- */

#define COUNTER "counter"
#define GAUGE "gauge"
#define AT(member) offsetof(struct stats_sample, cgroup.member)
#define NET(suffix, member, help)                                                  \
	{                                                                          \
		"container_network_" suffix, COUNTER, help,                        \
			offsetof(struct netns_counters, member), PLAIN, network, 0 \
	}
#define PRESSURE(name, member)                                                           \
	{ "container_pressure_" name "_waiting_seconds_total",                           \
	  COUNTER,                                                                       \
	  "Time in which some task waited for it.",                                      \
	  AT(member.some.total),                                                         \
	  MICROSECONDS,                                                                  \
	  NULL,                                                                          \
	  0 },                                                                           \
	{                                                                                \
		"container_pressure_" name "_stalled_seconds_total", COUNTER,            \
			"Time in which all tasks waited for it.", AT(member.full.total), \
			MICROSECONDS, NULL, 0                                            \
	}

static const struct family families[] = {
	{ "container_cpu_usage_seconds_total", COUNTER, "CPU time.", AT(cpu.total), NANOSECONDS,
	  NULL, 0 },
	{ "container_cpu_user_seconds_total", COUNTER, "CPU time in user mode.", AT(cpu.user),
	  NANOSECONDS, NULL, 0 },
	{ "container_cpu_system_seconds_total", COUNTER, "CPU time in the kernel.", AT(cpu.kernel),
	  NANOSECONDS, NULL, 0 },
	{ "container_cpu_cfs_periods_total", COUNTER, "Periods of the CPU quota.", AT(cpu.periods),
	  PLAIN, NULL, 0 },
	{ "container_cpu_cfs_throttled_periods_total", COUNTER,
	  "Periods in which the quota was used up.", AT(cpu.throttled_periods), PLAIN, NULL, 0 },
	{ "container_cpu_cfs_throttled_seconds_total", COUNTER, "Time without CPU by the quota.",
	  AT(cpu.throttled_ns), NANOSECONDS, NULL, 0 },
	{ "container_memory_usage_bytes", GAUGE, "Memory, page cache included.",
	  AT(memory.usage.usage), PLAIN, NULL, 0 },
	{ "container_memory_max_usage_bytes", GAUGE, "The most memory so far.",
	  AT(memory.usage.max), PLAIN, NULL, 0 },
	{ "container_memory_cache", GAUGE, "Page cache in bytes.", AT(memory.cache), PLAIN, NULL,
	  0 },
	{ "container_memory_failcnt", COUNTER, "How often the limit was reached.",
	  AT(memory.usage.failcnt), PLAIN, NULL, 0 },
	{ "container_spec_memory_limit_bytes", GAUGE, "Limit of memory, 0 for none.",
	  AT(memory.usage.limit), LIMIT, NULL, 0 },
	{ "container_memory_events_total", COUNTER, "What the memory controller counts.", 0, PLAIN,
	  events, 0 },
	{ "container_oom_events_total", COUNTER, "Processes that were killed for memory.", 0, PLAIN,
	  events, 1 },
	{ "container_threads", GAUGE, "Threads.", AT(pids), PLAIN, NULL, 0 },
	{ "container_threads_max", GAUGE, "Limit of threads, 0 for none.", AT(pids_limit), LIMIT,
	  NULL, 0 },
	{ "container_fs_reads_bytes_total", COUNTER, "Bytes read from a disk.", 0, PLAIN, disks,
	  READS + CGROUP_IO_SERVICE_BYTES },
	{ "container_fs_writes_bytes_total", COUNTER, "Bytes written to a disk.", 0, PLAIN, disks,
	  CGROUP_IO_SERVICE_BYTES },
	{ "container_fs_reads_total", COUNTER, "Reads from a disk.", 0, PLAIN, disks,
	  READS + CGROUP_IO_SERVICED },
	{ "container_fs_writes_total", COUNTER, "Writes to a disk.", 0, PLAIN, disks,
	  CGROUP_IO_SERVICED },
	NET("receive_bytes_total", rx_bytes, "Bytes received."),
	NET("receive_packets_total", rx_packets, "Packets received."),
	NET("receive_errors_total", rx_errors, "Errors while receiving."),
	NET("receive_packets_dropped_total", rx_dropped, "Packets dropped while receiving."),
	NET("transmit_bytes_total", tx_bytes, "Bytes sent."),
	NET("transmit_packets_total", tx_packets, "Packets sent."),
	NET("transmit_errors_total", tx_errors, "Errors while sending."),
	NET("transmit_packets_dropped_total", tx_dropped, "Packets dropped while sending."),
	{ "container_hugetlb_usage_bytes", GAUGE, "Huge pages.",
	  offsetof(struct cgroup_hugetlb_stats, usage), PLAIN, hugetlb, 0 },
	{ "container_hugetlb_max_usage_bytes", GAUGE, "The most huge pages so far.",
	  offsetof(struct cgroup_hugetlb_stats, max), PLAIN, hugetlb, 0 },
	PRESSURE("cpu", cpu.psi),
	PRESSURE("memory", memory.psi),
	PRESSURE("io", io_psi),
};

void stats_prometheus(struct buf *out, const struct stats_entry *list, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const struct family *f = &families[i];

		buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
		for (size_t k = 0; k < n; k++) {
			const struct stats_sample *s = list[k].sample;
			const struct line l = { out, f->name, &list[k].names };

			if (f->list)
				f->list(&l, s, f);
			else
				put(&l, NULL, NULL, at(s, f->offset), f->unit);
		}
	}
}
