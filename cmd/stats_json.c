/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_json.c - what a container uses, and what happens to it, as JSON */
#include "cmd/stats_json.h"
#include "base/str.h"
#include "cmd/stats_rdt.h"
#include "cmd/stats_rows.h"

/* ---- cpu, cpuset ---- */

#define AT(type, member) offsetof(struct cgroup_##type##_stats, member)

static const struct stats_row total_rows[] = { { "total", AT(cpu, total), false }, { 0 } };
static const struct stats_row mode_rows[] = {
	{ "kernel", AT(cpu, kernel), true },
	{ "user", AT(cpu, user), true },
	{ 0 },
};
static const struct stats_row throttling_rows[] = {
	{ "periods", AT(cpu, periods), false },
	{ "throttledPeriods", AT(cpu, throttled_periods), false },
	{ "throttledTime", AT(cpu, throttled_ns), false },
	{ 0 },
};

static void cpu(struct json_writer *w, const struct cgroup_cpu_stats *c)
{
	json_w_object(w, "cpu");
	if (!stats_rows_all_zero(total_rows, c) || !stats_rows_all_zero(mode_rows, c) ||
	    c->percpu.n) {
		json_w_object(w, "usage");
		stats_rows(w, total_rows, c);
		stats_rows_list(w, "percpu", &c->percpu);
		stats_rows_list(w, "percpu_kernel", &c->percpu_kernel);
		stats_rows_list(w, "percpu_user", &c->percpu_user);
		stats_rows(w, mode_rows, c);
		json_w_end_object(w);
	}
	if (!stats_rows_all_zero(throttling_rows, c)) {
		json_w_object(w, "throttling");
		stats_rows(w, throttling_rows, c);
		json_w_end_object(w);
	}
	stats_rows_pressure(w, &c->psi);
	json_w_end_object(w);
}

static const struct stats_row exclusive_rows[] = {
	{ "cpu_exclusive", AT(cpuset, cpu_exclusive), true },
	{ 0 },
};
static const struct stats_row cpuset_rows[] = {
	{ "mem_hardwall", AT(cpuset, mem_hardwall), true },
	{ "mem_exclusive", AT(cpuset, mem_exclusive), true },
	{ "memory_migrate", AT(cpuset, memory_migrate), true },
	{ "memory_spread_page", AT(cpuset, memory_spread_page), true },
	{ "memory_spread_slab", AT(cpuset, memory_spread_slab), true },
	{ "memory_pressure", AT(cpuset, memory_pressure), true },
	{ "sched_load_balance", AT(cpuset, sched_load_balance), true },
	{ 0 },
};

static void cpuset(struct json_writer *w, const struct cgroup_cpuset_stats *c)
{
	json_w_object(w, "cpuset");
	stats_rows_list(w, "cpus", &c->cpus);
	stats_rows(w, exclusive_rows, c);
	stats_rows_list(w, "mems", &c->mems);
	stats_rows(w, cpuset_rows, c);
	json_w_i64(w, "sched_relax_domain_level", c->sched_relax_domain_level);
	json_w_end_object(w);
}

/* ---- memory, pids, blkio, hugetlb ---- */

static const struct stats_row amount_rows[] = {
	{ "limit", offsetof(struct cgroup_memory_amount, limit), true },
	{ "usage", offsetof(struct cgroup_memory_amount, usage), false },
	{ "max", offsetof(struct cgroup_memory_amount, max), false },
	{ "failcnt", offsetof(struct cgroup_memory_amount, failcnt), true },
	{ 0 },
};

static void amount(struct json_writer *w, const char *key, const struct cgroup_memory_amount *m)
{
	if (stats_rows_all_zero(amount_rows, m))
		return;
	json_w_object(w, key);
	stats_rows(w, amount_rows, m);
	json_w_end_object(w);
}

static void memory(struct json_writer *w, const struct cgroup_memory_stats *m)
{
	json_w_object(w, "memory");
	if (m->cache)
		json_w_u64(w, "cache", m->cache);
	amount(w, "usage", &m->usage);
	amount(w, "swap", &m->swap);
	amount(w, "kernel", &m->kernel);
	amount(w, "kernelTCP", &m->kernel_tcp);
	if (m->n_raw)
		stats_rows_named(w, "raw", m->raw, m->n_raw);
	stats_rows_pressure(w, &m->psi);
	json_w_end_object(w);
}

static const struct stats_row pids_rows[] = {
	{ "current", offsetof(struct cgroup_stats, pids), false },
	{ "limit", offsetof(struct cgroup_stats, pids_limit), false },
	{ 0 },
};

static const struct stats_row io_rows[] = {
	{ "major", offsetof(struct cgroup_io_entry, major), false },
	{ "minor", offsetof(struct cgroup_io_entry, minor), false },
	{ 0 },
};

static void io_entry(struct json_writer *w, const struct cgroup_io_entry *e)
{
	json_w_object(w, NULL);
	stats_rows(w, io_rows, e);
	if (*e->op)
		json_w_str(w, "op", e->op);
	if (e->value)
		json_w_u64(w, "value", e->value);
	json_w_end_object(w);
}

static void blkio(struct json_writer *w, const struct cgroup_stats *s)
{
	static const struct {
		const char *key;
		enum cgroup_io_kind kind;
	} kinds[] = {
		{ "ioServiceBytesRecursive", CGROUP_IO_SERVICE_BYTES },
		{ "ioServicedRecursive", CGROUP_IO_SERVICED },
		{ "ioQueueRecursive", CGROUP_IO_QUEUED },
		{ "ioServiceTimeRecursive", CGROUP_IO_SERVICE_TIME },
		{ "ioWaitTimeRecursive", CGROUP_IO_WAIT_TIME },
		{ "ioMergedRecursive", CGROUP_IO_MERGED },
		{ "ioTimeRecursive", CGROUP_IO_TIME },
		{ "sectorsRecursive", CGROUP_IO_SECTORS },
	};

	json_w_object(w, "blkio");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct cgroup_io_list *l = &s->io[kinds[i].kind];

		if (l->n == 0)
			continue;
		json_w_array(w, kinds[i].key);
		for (size_t k = 0; k < l->n; k++)
			io_entry(w, &l->list[k]);
		json_w_end_array(w);
	}
	stats_rows_pressure(w, &s->io_psi);
	json_w_end_object(w);
}

static const struct stats_row hugetlb_rows[] = {
	{ "usage", AT(hugetlb, usage), false },
	{ "max", AT(hugetlb, max), false },
	{ "failcnt", AT(hugetlb, failcnt), true },
	{ 0 },
};

static void hugetlb(struct json_writer *w, const struct cgroup_stats *s)
{
	json_w_object(w, "hugetlb");
	for (size_t i = 0; i < s->n_hugetlb; i++) {
		json_w_object(w, s->hugetlb[i].size);
		stats_rows(w, hugetlb_rows, &s->hugetlb[i]);
		json_w_end_object(w);
	}
	json_w_end_object(w);
}

/* ---- network ---- */

#define NET(member) offsetof(struct netns_counters, member)

static const struct stats_row network_rows[] = {
	{ "RxBytes", NET(rx_bytes), true },
	{ "RxPackets", NET(rx_packets), true },
	{ "RxErrors", NET(rx_errors), true },
	{ "RxDropped", NET(rx_dropped), true },
	{ "TxBytes", NET(tx_bytes), true },
	{ "TxPackets", NET(tx_packets), true },
	{ "TxErrors", NET(tx_errors), true },
	{ "TxDropped", NET(tx_dropped), true },
	{ 0 },
};

static void network(struct json_writer *w, const struct netns_counters *c, size_t n)
{
	if (n == 0) {
		json_w_str(w, "network_interfaces", NULL);
		return;
	}
	json_w_array(w, "network_interfaces");
	for (size_t i = 0; i < n; i++) {
		json_w_object(w, NULL);
		json_w_str(w, "Name", c[i].name);
		stats_rows(w, network_rows, &c[i]);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

/* ---- lines ---- */

static void begin(struct json_writer *w, const char *type, const char *id)
{
	json_w_object(w, NULL);
	json_w_str(w, "type", type);
	json_w_str(w, "id", id);
}

static void end(struct json_writer *w)
{
	json_w_end_object(w);
	buf_addc(w->out, '\n');
}

static void data(struct json_writer *w, const char *key, const struct stats_sample *s)
{
	json_w_object(w, key);
	cpu(w, &s->cgroup.cpu);
	cpuset(w, &s->cgroup.cpuset);
	memory(w, &s->cgroup.memory);
	json_w_object(w, "pids");
	stats_rows(w, pids_rows, &s->cgroup);
	json_w_end_object(w);
	blkio(w, &s->cgroup);
	hugetlb(w, &s->cgroup);
	json_w_object(w, "intel_rdt");
	stats_json_rdt(w, &s->rdt);
	json_w_end_object(w);
	network(w, s->interfaces, s->n_interfaces);
	json_w_end_object(w);
}

void stats_json_line(struct buf *out, const char *id, const struct stats_sample *s)
{
	struct json_writer w = { .out = out };

	begin(&w, "stats", id);
	data(&w, "data", s);
	end(&w);
}

void stats_json_event(struct buf *out, const char *id, const struct cgroup_event *e)
{
	static const char *const types[] = {
		[CGROUP_EVENT_OOM] = "oom",
		[CGROUP_EVENT_POPULATED] = "populated",
		[CGROUP_EVENT_PRESSURE] = "pressure",
	};
	struct json_writer w = { .out = out };

	begin(&w, types[e->kind], id);
	if (e->kind != CGROUP_EVENT_OOM)
		json_w_object(&w, "data");
	if (e->kind == CGROUP_EVENT_POPULATED)
		json_w_bool(&w, "populated", e->populated);
	if (e->kind == CGROUP_EVENT_PRESSURE) {
		json_w_str(&w, "resource", e->resource);
		stats_rows_pressure(&w, &e->psi);
	}
	if (e->kind != CGROUP_EVENT_OOM)
		json_w_end_object(&w);
	end(&w);
}

/* ---- doboz stats ---- */

static const struct stats_row summary_rows[] = {
	{ "MemoryUsage", offsetof(struct stats_summary, memory), true },
	{ "MemoryLimit", offsetof(struct stats_summary, memory_limit), true },
	{ "NetworkReceived", offsetof(struct stats_summary, received), true },
	{ "NetworkSent", offsetof(struct stats_summary, sent), true },
	{ "BlockRead", offsetof(struct stats_summary, read), true },
	{ "BlockWritten", offsetof(struct stats_summary, written), true },
	{ "Pids", offsetof(struct stats_summary, pids), true },
	{ 0 },
};

void stats_json_full(struct buf *out, const struct stats_names *of, const struct stats_sample *s,
		     const struct stats_summary *sum)
{
	struct json_writer w = { .out = out };

	json_w_object(&w, NULL);
	json_w_str(&w, "Id", of->id);
	json_w_str(&w, "Name", of->name);
	json_w_bool(&w, "Running", s != NULL);
	if (s) {
		stats_rows_percentage(&w, "CpuPercent", sum->cpu_percent);
		stats_rows_percentage(&w, "MemoryPercent", sum->memory_percent);
		stats_rows(&w, summary_rows, sum);
		stats_rows_named(&w, "MemoryEvents", s->cgroup.memory.events,
				 s->cgroup.memory.n_events);
		data(&w, "Stats", s);
	}
	end(&w);
}
