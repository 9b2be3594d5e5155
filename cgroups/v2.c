/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/v2.c - linux.resources as writes to v2 controllers */
#include "cgroups/v2.h"
#include "base/error.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define FIELD "linux.resources."

static bool is_amount(const struct opt_i64 *v)
{
	return v->set && v->value != 0;
}

static int only_on_v1(const char *field)
{
	return refuse(-EOPNOTSUPP, FIELD "%s: cgroup v2 has nothing like it", field);
}

/* ---- memory ---- */

/* The spec's swap is memory and swap together, memory.swap.max is swap alone. */
bool cgroup_v2_swap(const struct cgroup_memory *m, int64_t *ret)
{
	struct opt_i64 swap = m->swap;

	if (is_amount(&m->limit) && m->limit.value == -1 && !is_amount(&swap))
		swap = m->limit;
	if (!is_amount(&swap))
		return false;
	*ret = swap.value == -1 ? -1 : swap.value - m->limit.value;
	return true;
}

static int plan_swap(struct cgroup_writes *w, const struct cgroup_memory *m)
{
	struct cgroup_write *write;
	int64_t swap;

	if (!cgroup_v2_swap(m, &swap))
		return 0;
	if (swap != -1 && !is_amount(&m->limit))
		return refuse(-EINVAL,
			      FIELD "memory.swap: unable to set swap limit without memory limit: "
				    "cgroup v2 limits swap alone");
	write = cgroup_writes_number(w, FIELD "memory.swap", "memory.swap.max", swap, "max");
	write->granule = (uint64_t)sysconf(_SC_PAGESIZE);
	/* Without swap accounting: nothing to take back, nothing to forbid. */
	write->tolerate_missing = swap <= 0;
	if (m->check_before_update.value)
		cgroup_writes_floor(w, write, "memory+swap limit", swap == -1 ? -1 : m->swap.value,
				    "memory.current", "memory.swap.current");
	return 0;
}

static int plan_memory(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	const struct cgroup_memory *m = &res->memory;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct cgroup_write *write;
	int r;

	if (m->swappiness.set)
		return only_on_v1("memory.swappiness");
	if (m->disable_oom_killer.value)
		return only_on_v1("memory.disableOOMKiller");
	r = plan_swap(w, m);
	if (r < 0)
		return r;
	if (is_amount(&m->limit)) {
		write = cgroup_writes_number(w, FIELD "memory.limit", "memory.max", m->limit.value,
					     "max");
		write->granule = page;
		if (m->check_before_update.value)
			cgroup_writes_floor(w, write, "memory limit", m->limit.value,
					    "memory.current", NULL);
	}
	if (is_amount(&m->reservation))
		cgroup_writes_number(w, FIELD "memory.reservation", "memory.low",
				     m->reservation.value, "max")
			->granule = page;
	return 0;
}

/* ---- cpu ---- */

/* log2 and 10^x of small numbers to about 1e-14: enough below a ceiling, and no libm to load, which
 * would cost every start of a container. */
static double log2_of(double x)
{
	double whole = 0, digit = 1, fraction = 0;

	while (x >= 2) {
		x /= 2;
		whole++;
	}
	for (int i = 0; i < 50; i++) {
		x *= x;
		digit /= 2;
		if (x >= 2) {
			x /= 2;
			fraction += digit;
		}
	}
	return whole + fraction;
}

static double power_of_10(double exponent)
{
	const double ln_10 = 2.302585092994045684;
	double result = 1, term = 1, sum = 1;

	while (exponent >= 1) {
		exponent--;
		result *= 10;
	}
	for (int i = 1; i < 30; i++) {
		term *= exponent * ln_10 / i;
		sum += term;
	}
	return result * sum;
}

unsigned cgroup_v2_cpu_weight(uint64_t shares)
{
	double l, weight;
	unsigned whole;

	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2_of((double)shares);
	weight = power_of_10((l * l + 125 * l) / 612 - 7.0 / 34);
	whole = (unsigned)weight;
	/* What should be whole may come out a little above. */
	return weight - whole > 1e-9 ? whole + 1 : whole;
}

static int plan_cpu(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	const struct cgroup_cpu *c = &res->cpu;
	bool has_period = c->period.set && c->period.value;
	const char *quota = c->quota.value == -1 ?
				    "max" :
				    arena_printf(w->arena, "%" PRId64, c->quota.value);
	struct cgroup_write *write;

	if (is_amount(&c->realtime_runtime) || (c->realtime_period.set && c->realtime_period.value))
		return only_on_v1("cpu.realtimeRuntime");
	if (c->shares.set && c->shares.value) {
		write = cgroup_writes_number(w, FIELD "cpu.shares", "cpu.weight",
					     cgroup_v2_cpu_weight(c->shares.value), NULL);
		write->granule = 1;
		write->coupled = true;
	}
	if (is_amount(&c->quota))
		cgroup_writes_add(w, FIELD "cpu.quota", "cpu.max",
				  has_period ? arena_printf(w->arena, "%s %" PRIu64, quota,
							    c->period.value) :
					       quota)
			->coupled = true;
	else if (has_period) {
		write = cgroup_writes_add(w, FIELD "cpu.period", "cpu.max",
					  arena_printf(w->arena, "%" PRIu64, c->period.value));
		write->keep_first = true;
		write->coupled = true;
	}
	if (c->burst.set)
		cgroup_writes_add(w, FIELD "cpu.burst", "cpu.max.burst",
				  arena_printf(w->arena, "%" PRIu64, c->burst.value))
			->coupled = true;
	if (c->idle.set)
		cgroup_writes_number(w, FIELD "cpu.idle", "cpu.idle", c->idle.value, NULL)
			->coupled = true;
	return 0;
}

/* v2 takes any list, and where none of it is left to the folder above, all that is left there is used. */
static int plan_cpuset(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	if (res->cpu.cpus && *res->cpu.cpus)
		cgroup_writes_add(w, FIELD "cpu.cpus", "cpuset.cpus", res->cpu.cpus)->in_force =
			"cpuset.cpus.effective";
	if (res->cpu.mems && *res->cpu.mems)
		cgroup_writes_add(w, FIELD "cpu.mems", "cpuset.mems", res->cpu.mems)->in_force =
			"cpuset.mems.effective";
	return 0;
}

/* clone3 into a cgroup whose pids.max is 0 fails, so it comes after the clone. */
static int plan_pids(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	struct cgroup_write *write;

	if (!res->pids_limit.set)
		return 0;
	write = cgroup_writes_number(w, FIELD "pids.limit", "pids.max", res->pids_limit.value,
				     "max");
	write->granule = 1;
	write->after_clone = true;
	return 0;
}

/* ---- io ---- */

/* bfq takes 1..1000 as the spec has it; io.weight of the iocost controller 1..10000, so that 10..1000
 * is stretched, as runc and crun do. */
static void add_weight(struct cgroup_writes *w, const char *why, const char *device,
		       uint64_t weight)
{
	struct cgroup_write *write = cgroup_writes_add(
		w, why, "io.bfq.weight", arena_printf(w->arena, "%s%" PRIu64, device, weight));

	write->else_file = "io.weight";
	write->else_value = arena_printf(w->arena, "%s%" PRIu64, device,
					 1 + (weight - 10) * 9999 / 990);
	if (*device)
		write->undo = arena_printf(w->arena, "%sdefault", device);
}

static int plan_weights(struct cgroup_writes *w, const struct cgroup_block_io *b)
{
	if (b->leaf_weight.set && b->leaf_weight.value)
		return only_on_v1("blockIO.leafWeight");
	if (b->weight.set && b->weight.value)
		add_weight(w, FIELD "blockIO.weight", "", b->weight.value);
	for (size_t i = 0; i < b->n_weight_devices; i++) {
		const struct cgroup_block_device *d = &b->weight_devices[i];

		if (d->leaf_weight.set && d->leaf_weight.value)
			return only_on_v1("blockIO.weightDevice.leafWeight");
		if (d->weight.set && d->weight.value)
			add_weight(w, FIELD "blockIO.weightDevice",
				   arena_printf(w->arena, "%" PRId64 ":%" PRId64 " ", d->major,
						d->minor),
				   d->weight.value);
	}
	return 0;
}

static int plan_io(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	const struct cgroup_block_io *b = &res->block_io;
	const struct {
		const char *why, *key;
		const struct cgroup_block_device *devices;
		size_t n;
	} throttles[] = {
		{ FIELD "blockIO.throttleReadBpsDevice", "rbps", b->read_bps, b->n_read_bps },
		{ FIELD "blockIO.throttleWriteBpsDevice", "wbps", b->write_bps, b->n_write_bps },
		{ FIELD "blockIO.throttleReadIOPSDevice", "riops", b->read_iops, b->n_read_iops },
		{ FIELD "blockIO.throttleWriteIOPSDevice", "wiops", b->write_iops,
		  b->n_write_iops },
	};
	int r = plan_weights(w, b);

	for (size_t t = 0; r == 0 && t < ARRAY_SIZE(throttles); t++)
		for (size_t i = 0; i < throttles[t].n; i++) {
			const struct cgroup_block_device *d = &throttles[t].devices[i];
			char *key = arena_printf(w->arena, "%" PRId64 ":%" PRId64 " %s=", d->major,
						 d->minor, throttles[t].key);
			struct cgroup_write *write = cgroup_writes_add(
				w, throttles[t].why, "io.max",
				/* 0 takes the limit away, as on v1. */
				d->rate ? arena_printf(w->arena, "%s%" PRIu64, key, d->rate) :
					  arena_printf(w->arena, "%smax", key));

			write->undo = arena_printf(w->arena, "%smax", key);
		}
	return r;
}

/* ---- the rest ---- */

static int plan_hugetlb(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_hugepages; i++) {
		const struct cgroup_hugepage *h = &res->hugepages[i];
		char *value = arena_printf(w->arena, "%" PRIu64, h->limit);

		/* Both, for the reason told in v1.c. */
		cgroup_writes_add(w, FIELD "hugepageLimits",
				  arena_printf(w->arena, "hugetlb.%s.max", h->page_size), value)
			->granule = cgroup_writes_page_size(h->page_size);
		cgroup_writes_add(w, FIELD "hugepageLimits",
				  arena_printf(w->arena, "hugetlb.%s.rsvd.max", h->page_size),
				  value)
			->tolerate_missing = true;
	}
	return 0;
}

/* Keyed files whose lines can be taken away again by these words behind the key. */
static const struct {
	const char *file, *nothing;
} keyed_files[] = {
	{ "io.max", "rbps=max wbps=max riops=max wiops=max" },
	{ "io.latency", "target=0" },
	{ "io.weight", "default" },
	{ "io.bfq.weight", "default" },
	{ "rdma.max", "hca_handle=max hca_object=max" },
	{ "misc.max", "max" },
};

/* "io.weight" also has a line without a device: "default 100". */
static const char *undo_of(struct arena *a, const char *file, const char *line)
{
	int len = (int)strcspn(line, " ");

	for (size_t i = 0; i < ARRAY_SIZE(keyed_files); i++)
		if (str_eq(keyed_files[i].file, file) && line[len] && !str_starts(line, "default "))
			return arena_printf(a, "%.*s %s", len, line, keyed_files[i].nothing);
	return NULL;
}

void cgroup_v2_unified(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_unified; i++) {
		const struct json_map *entry = &res->unified[i];
		const char *why = arena_printf(w->arena, FIELD "unified.%s", entry->key);
		char **lines = str_split(w->arena, entry->value, '\n');

		/* Keyed files take one line a write. */
		for (; *lines; lines++)
			if (**lines)
				cgroup_writes_add(w, why, entry->key, *lines)->undo = undo_of(
					w->arena, entry->key, *lines);
	}
}

const struct cgroup_part cgroup_v2_parts[] = {
	{ "memory", plan_memory },
	{ "cpu", plan_cpu },
	{ "cpuset", plan_cpuset },
	{ "pids", plan_pids },
	{ "io", plan_io },
	{ "hugetlb", plan_hugetlb },
	{ "rdma", cgroup_writes_rdma },
	{ 0 },
};
