/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/events_json.c - a container's counters as the JSON that `runc events` prints */
#include "cmd/oci/events_json.h"
#include "base/str.h"
#include "cmd/oci/events_rdt.h"

#include <string.h>

/* A number of a struct: its key, its place, and whether a 0 is left out. */
struct row {
	const char *key; /* NULL ends the table */
	size_t offset;
	bool zero_too;
};

static uint64_t value_at(const void *of, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)of + offset);
}

static void numbers(struct json_writer *w, const struct row *row, const void *of)
{
	for (; row->key; row++)
		if (row->zero_too || value_at(of, row->offset))
			json_w_u64(w, row->key, value_at(of, row->offset));
}

static bool all_zero(const struct row *row, const void *of)
{
	for (; row->key; row++)
		if (value_at(of, row->offset))
			return false;
	return true;
}

static void list(struct json_writer *w, const char *key, const struct cgroup_numbers *n)
{
	if (n->n == 0)
		return;
	json_w_array(w, key);
	for (size_t i = 0; i < n->n; i++)
		json_w_u64(w, NULL, n->list[i]);
	json_w_end_array(w);
}

/* ---- pressure ---- */

/* "1.50" is 1.5, "0.00" is 0. */
static void decimal(struct json_writer *w, const char *key, const char *text)
{
	char short_text[32];
	struct json number = { .type = JSON_NUMBER, .text = short_text };
	size_t len = strlen(text);

	if (len >= sizeof(short_text) || text[strspn(text, "0123456789.")])
		text = "0", len = 1;
	memcpy(short_text, text, len + 1);
	if (strchr(short_text, '.')) {
		while (len > 1 && short_text[len - 1] == '0')
			len--;
		len -= short_text[len - 1] == '.';
		short_text[len] = '\0';
	}
	json_w_value(w, key, &number);
}

static bool is_nothing(const char *average)
{
	return !average[strspn(average, "0.")];
}

static void pressure_line(struct json_writer *w, const char *key,
			  const struct cgroup_psi_line *line)
{
	if (!line->avg10 || (is_nothing(line->avg10) && is_nothing(line->avg60) &&
			     is_nothing(line->avg300) && line->total == 0))
		return;
	json_w_object(w, key);
	decimal(w, "avg10", line->avg10);
	decimal(w, "avg60", line->avg60);
	decimal(w, "avg300", line->avg300);
	json_w_u64(w, "total", line->total);
	json_w_end_object(w);
}

static void pressure(struct json_writer *w, const struct cgroup_psi *psi)
{
	if (!psi->set)
		return;
	json_w_object(w, "psi");
	pressure_line(w, "some", &psi->some);
	pressure_line(w, "full", &psi->full);
	json_w_end_object(w);
}

/* ---- cpu, cpuset ---- */

#define AT(type, member) offsetof(struct cgroup_##type##_stats, member)

static const struct row total_rows[] = { { "total", AT(cpu, total), false }, { 0 } };
static const struct row mode_rows[] = {
	{ "kernel", AT(cpu, kernel), true },
	{ "user", AT(cpu, user), true },
	{ 0 },
};
static const struct row throttling_rows[] = {
	{ "periods", AT(cpu, periods), false },
	{ "throttledPeriods", AT(cpu, throttled_periods), false },
	{ "throttledTime", AT(cpu, throttled_ns), false },
	{ 0 },
};

static void cpu(struct json_writer *w, const struct cgroup_cpu_stats *c)
{
	json_w_object(w, "cpu");
	if (!all_zero(total_rows, c) || !all_zero(mode_rows, c) || c->percpu.n) {
		json_w_object(w, "usage");
		numbers(w, total_rows, c);
		list(w, "percpu", &c->percpu);
		list(w, "percpu_kernel", &c->percpu_kernel);
		list(w, "percpu_user", &c->percpu_user);
		numbers(w, mode_rows, c);
		json_w_end_object(w);
	}
	if (!all_zero(throttling_rows, c)) {
		json_w_object(w, "throttling");
		numbers(w, throttling_rows, c);
		json_w_end_object(w);
	}
	pressure(w, &c->psi);
	json_w_end_object(w);
}

static const struct row exclusive_rows[] = {
	{ "cpu_exclusive", AT(cpuset, cpu_exclusive), true },
	{ 0 },
};
static const struct row cpuset_rows[] = {
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
	list(w, "cpus", &c->cpus);
	numbers(w, exclusive_rows, c);
	list(w, "mems", &c->mems);
	numbers(w, cpuset_rows, c);
	json_w_i64(w, "sched_relax_domain_level", c->sched_relax_domain_level);
	json_w_end_object(w);
}

/* ---- memory, pids, blkio, hugetlb ---- */

static const struct row amount_rows[] = {
	{ "limit", offsetof(struct cgroup_memory_amount, limit), true },
	{ "usage", offsetof(struct cgroup_memory_amount, usage), false },
	{ "max", offsetof(struct cgroup_memory_amount, max), false },
	{ "failcnt", offsetof(struct cgroup_memory_amount, failcnt), true },
	{ 0 },
};

static void amount(struct json_writer *w, const char *key, const struct cgroup_memory_amount *m)
{
	if (all_zero(amount_rows, m))
		return;
	json_w_object(w, key);
	numbers(w, amount_rows, m);
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
	if (m->n_raw) {
		json_w_object(w, "raw");
		for (size_t i = 0; i < m->n_raw; i++)
			json_w_u64(w, m->raw[i].name, m->raw[i].value);
		json_w_end_object(w);
	}
	pressure(w, &m->psi);
	json_w_end_object(w);
}

static const struct row pids_rows[] = {
	{ "current", offsetof(struct cgroup_stats, pids), false },
	{ "limit", offsetof(struct cgroup_stats, pids_limit), false },
	{ 0 },
};

static const struct row io_rows[] = {
	{ "major", offsetof(struct cgroup_io_entry, major), false },
	{ "minor", offsetof(struct cgroup_io_entry, minor), false },
	{ 0 },
};

static void io_entry(struct json_writer *w, const struct cgroup_io_entry *e)
{
	json_w_object(w, NULL);
	numbers(w, io_rows, e);
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
	pressure(w, &s->io_psi);
	json_w_end_object(w);
}

static const struct row hugetlb_rows[] = {
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
		numbers(w, hugetlb_rows, &s->hugetlb[i]);
		json_w_end_object(w);
	}
	json_w_end_object(w);
}

/* ---- network ---- */

#define NET(member) offsetof(struct netns_counters, member)

static const struct row network_rows[] = {
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
		numbers(w, network_rows, &c[i]);
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

void events_json_stats(struct buf *out, const char *id, const struct events_stats *s)
{
	struct json_writer w = { .out = out };

	begin(&w, "stats", id);
	json_w_object(&w, "data");
	cpu(&w, &s->cgroup.cpu);
	cpuset(&w, &s->cgroup.cpuset);
	memory(&w, &s->cgroup.memory);
	json_w_object(&w, "pids");
	numbers(&w, pids_rows, &s->cgroup);
	json_w_end_object(&w);
	blkio(&w, &s->cgroup);
	hugetlb(&w, &s->cgroup);
	json_w_object(&w, "intel_rdt");
	events_rdt_json(&w, &s->rdt);
	json_w_end_object(&w);
	network(&w, s->interfaces, s->n_interfaces);
	json_w_end_object(&w);
	end(&w);
}

void events_json_oom(struct buf *out, const char *id)
{
	struct json_writer w = { .out = out };

	begin(&w, "oom", id);
	end(&w);
}
