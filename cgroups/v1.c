/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/v1.c - linux.resources as writes to v1 controllers */
#include "cgroups/v1.h"
#include "base/error.h"
#include "base/str.h"

#include <inttypes.h>
#include <unistd.h>

#define FIELD "linux.resources."

static bool is_amount(const struct opt_i64 *v)
{
	return v->set && v->value != 0;
}

/* memory.limit <= memory.memsw.limit holds at every moment, so whether one raises or lowers decides
 * which write has to be first: they are coupled. */
static int plan_memory(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	const struct cgroup_memory *m = &res->memory;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct opt_i64 swap = m->swap;
	struct cgroup_write *write;

	/* Unlimited memory with an old limit of memory + swap would be refused. */
	if (is_amount(&m->limit) && m->limit.value == -1 && !is_amount(&swap))
		swap = m->limit;
	if (is_amount(&m->limit)) {
		write = cgroup_writes_number(w, FIELD "memory.limit", "memory.limit_in_bytes",
					     m->limit.value, "-1");
		write->granule = page;
		write->coupled = true;
		if (m->check_before_update.value)
			cgroup_writes_floor(w, write, "memory limit", m->limit.value,
					    "memory.usage_in_bytes", NULL);
	}
	if (is_amount(&swap)) {
		write = cgroup_writes_number(w, FIELD "memory.swap", "memory.memsw.limit_in_bytes",
					     swap.value, "-1");
		write->granule = page;
		write->coupled = true;
		/* Without swap accounting there is nothing to take back. */
		write->tolerate_missing = swap.value == -1;
		if (m->check_before_update.value)
			cgroup_writes_floor(w, write, "memory+swap limit", swap.value,
					    "memory.memsw.usage_in_bytes", NULL);
	}
	if (is_amount(&m->reservation))
		cgroup_writes_number(w, FIELD "memory.reservation", "memory.soft_limit_in_bytes",
				     m->reservation.value, "-1")
			->granule = page;
	if (m->swappiness.set)
		cgroup_writes_number(w, FIELD "memory.swappiness", "memory.swappiness",
				     (int64_t)m->swappiness.value, NULL)
			->granule = 1;
	if (m->disable_oom_killer.set)
		cgroup_writes_add(w, FIELD "memory.disableOOMKiller", "memory.oom_control",
				  m->disable_oom_killer.value ? "1" : "0");
	return 0;
}

static void add_u64(struct cgroup_writes *w, const char *why, const char *file,
		    const struct opt_u64 *v)
{
	struct cgroup_write *write;

	if (!v->set || v->value == 0)
		return;
	write = cgroup_writes_add(w, why, file, arena_printf(w->arena, "%" PRIu64, v->value));
	write->granule = 1;
	write->coupled = true;
}

static int plan_cpu(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	const struct cgroup_cpu *c = &res->cpu;

	add_u64(w, FIELD "cpu.shares", "cpu.shares", &c->shares);
	add_u64(w, FIELD "cpu.period", "cpu.cfs_period_us", &c->period);
	if (is_amount(&c->quota))
		cgroup_writes_number(w, FIELD "cpu.quota", "cpu.cfs_quota_us", c->quota.value, "-1")
			->coupled = true;
	if (c->burst.set)
		cgroup_writes_add(w, FIELD "cpu.burst", "cpu.cfs_burst_us",
				  arena_printf(w->arena, "%" PRIu64, c->burst.value))
			->coupled = true;
	add_u64(w, FIELD "cpu.realtimePeriod", "cpu.rt_period_us", &c->realtime_period);
	if (is_amount(&c->realtime_runtime))
		cgroup_writes_number(w, FIELD "cpu.realtimeRuntime", "cpu.rt_runtime_us",
				     c->realtime_runtime.value, "-1")
			->coupled = true;
	if (c->idle.set)
		cgroup_writes_number(w, FIELD "cpu.idle", "cpu.idle", c->idle.value, NULL)
			->coupled = true;
	return 0;
}

static int plan_cpuset(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	if (res->cpu.cpus && *res->cpu.cpus)
		cgroup_writes_add(w, FIELD "cpu.cpus", "cpuset.cpus", res->cpu.cpus);
	if (res->cpu.mems && *res->cpu.mems)
		cgroup_writes_add(w, FIELD "cpu.mems", "cpuset.mems", res->cpu.mems);
	return 0;
}

static int plan_pids(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	if (res->pids_limit.set)
		cgroup_writes_number(w, FIELD "pids.limit", "pids.max", res->pids_limit.value,
				     "max")
			->granule = 1;
	return 0;
}

/* The scheduler that is built in decides the name of the file: cfq's until 5.0, bfq's since. */
static void add_weight(struct cgroup_writes *w, const char *why, const char *device,
		       const struct opt_u64 *weight, const char *const files[2])
{
	struct cgroup_write *write;

	if (!weight->set || weight->value == 0)
		return;
	write = cgroup_writes_add(w, why, files[0],
				  arena_printf(w->arena, "%s%" PRIu64, device, weight->value));
	write->else_file = files[1];
	write->else_value = write->value;
	if (*device)
		write->undo = arena_printf(w->arena, "%s0", device);
}

static const char *const weight_files[2] = { "blkio.bfq.weight", "blkio.weight" };
static const char *const weight_device_files[2] = { "blkio.bfq.weight_device",
						    "blkio.weight_device" };
static const char *const leaf_files[2] = { "blkio.leaf_weight", NULL };
static const char *const leaf_device_files[2] = { "blkio.leaf_weight_device", NULL };

static int plan_blkio(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	const struct cgroup_block_io *b = &res->block_io;
	const struct {
		const char *why, *file;
		const struct cgroup_block_device *devices;
		size_t n;
	} throttles[] = {
		{ FIELD "blockIO.throttleReadBpsDevice", "blkio.throttle.read_bps_device",
		  b->read_bps, b->n_read_bps },
		{ FIELD "blockIO.throttleWriteBpsDevice", "blkio.throttle.write_bps_device",
		  b->write_bps, b->n_write_bps },
		{ FIELD "blockIO.throttleReadIOPSDevice", "blkio.throttle.read_iops_device",
		  b->read_iops, b->n_read_iops },
		{ FIELD "blockIO.throttleWriteIOPSDevice", "blkio.throttle.write_iops_device",
		  b->write_iops, b->n_write_iops },
	};

	add_weight(w, FIELD "blockIO.weight", "", &b->weight, weight_files);
	add_weight(w, FIELD "blockIO.leafWeight", "", &b->leaf_weight, leaf_files);
	for (size_t i = 0; i < b->n_weight_devices; i++) {
		const struct cgroup_block_device *d = &b->weight_devices[i];
		char *name = arena_printf(w->arena, "%" PRId64 ":%" PRId64 " ", d->major, d->minor);

		add_weight(w, FIELD "blockIO.weightDevice.weight", name, &d->weight,
			   weight_device_files);
		add_weight(w, FIELD "blockIO.weightDevice.leafWeight", name, &d->leaf_weight,
			   leaf_device_files);
	}
	for (size_t t = 0; t < ARRAY_SIZE(throttles); t++)
		for (size_t i = 0; i < throttles[t].n; i++) {
			const struct cgroup_block_device *d = &throttles[t].devices[i];
			char *name = arena_printf(w->arena, "%" PRId64 ":%" PRId64, d->major,
						  d->minor);

			cgroup_writes_add(w, throttles[t].why, throttles[t].file,
					  arena_printf(w->arena, "%s %" PRIu64, name, d->rate))
				->undo = arena_printf(w->arena, "%s 0", name);
		}
	return 0;
}

/* The reservation limit (.rsvd, Linux 5.7) stops mmap, the usage limit stops page faults, which
 * MAP_NORESERVE reaches without a reservation: both are set, as runc does. */
static int plan_hugetlb(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_hugepages; i++) {
		const struct cgroup_hugepage *h = &res->hugepages[i];
		char *value = arena_printf(w->arena, "%" PRIu64, h->limit);

		cgroup_writes_add(w, FIELD "hugepageLimits",
				  arena_printf(w->arena, "hugetlb.%s.limit_in_bytes", h->page_size),
				  value)
			->granule = cgroup_writes_page_size(h->page_size);
		cgroup_writes_add(w, FIELD "hugepageLimits",
				  arena_printf(w->arena, "hugetlb.%s.rsvd.limit_in_bytes",
					       h->page_size),
				  value)
			->tolerate_missing = true;
	}
	return 0;
}

static int plan_net_cls(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	if (res->net_class_id.set)
		cgroup_writes_number(w, FIELD "network.classID", "net_cls.classid",
				     (int64_t)res->net_class_id.value, NULL)
			->granule = 1;
	return 0;
}

static int plan_net_prio(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_net_prios; i++) {
		const struct cgroup_net_prio *p = &res->net_prios[i];

		cgroup_writes_add(w, FIELD "network.priorities", "net_prio.ifpriomap",
				  arena_printf(w->arena, "%s %" PRIu64, p->name, p->priority))
			->undo = arena_printf(w->arena, "%s 0", p->name);
	}
	return 0;
}

const struct cgroup_part cgroup_v1_parts[] = {
	{ "memory", plan_memory },      { "cpu", plan_cpu },
	{ "cpuset", plan_cpuset },      { "pids", plan_pids },
	{ "blkio", plan_blkio },        { "hugetlb", plan_hugetlb },
	{ "net_cls", plan_net_cls },    { "net_prio", plan_net_prio },
	{ "rdma", cgroup_writes_rdma }, { 0 },
};
