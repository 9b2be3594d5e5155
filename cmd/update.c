/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/update.c - update: new limits for containers that run, and memory taken back from them */
#include "base/error.h"
#include "base/str.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"
#include "cmd/limits.h"
#include "runtime/container.h"

#include <stdio.h>

struct update_values {
	struct limits limits;
	const char *reclaim;
};

struct order {
	const struct json *change; /* NULL: no limits */
	uint64_t reclaim;          /* 0: nothing */
};

static const struct opt opts[] = {
	LIMIT_ROW('m', LIMIT_MEMORY, "memory", "BYTES", "limit of memory: 512m, 2g; -1 for none"),
	LIMIT_ROW(0, LIMIT_MEMORY_RESERVATION, "memory-reservation", "BYTES",
		  "soft limit of memory"),
	LIMIT_ROW(0, LIMIT_MEMORY_SWAP, "memory-swap", "BYTES",
		  "limit of memory and swap together, -1 for none"),
	LIMIT_ROW(0, LIMIT_CPUS, "cpus", "N", "number of processors: 1.5"),
	LIMIT_ROW('c', LIMIT_CPU_SHARES, "cpu-shares", "N", "relative CPU weight"),
	LIMIT_ROW(0, LIMIT_CPU_PERIOD, "cpu-period", "US", "CPU period"),
	LIMIT_ROW(0, LIMIT_CPU_QUOTA, "cpu-quota", "US", "CPU time in a period, -1 for no limit"),
	LIMIT_ROW(0, LIMIT_CPUSET_CPUS, "cpuset-cpus", "LIST", "processors: 0-3,7"),
	LIMIT_ROW(0, LIMIT_CPUSET_MEMS, "cpuset-mems", "LIST", "memory nodes"),
	LIMIT_ROW(0, LIMIT_PIDS, "pids-limit", "N", "limit of processes, -1 for none"),
	LIMIT_ROW(0, LIMIT_BLKIO_WEIGHT, "blkio-weight", "N", "weight of block IO, 10 to 1000"),
	{ 0, "reclaim", OPT_STRING, offsetof(struct update_values, reclaim), "BYTES",
	  "take this much memory back, behind the new limits" },
	OPT_TABLE_END,
};

static int reclaim(struct handle *h, uint64_t bytes)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct cgroup_reclaimed m;
	int r = container_reclaim(h->root, h->id, bytes, &m);

	if (r < 0)
		return r;
	buf_printf(&out, "%s: ", h->meta->name);
	limits_describe_reclaimed(bytes, &m, &out);
	return cmd_print(&out);
}

static int update_one(struct handle *h, void *arg)
{
	const struct order *order = arg;
	int r = 0;

	if (h->pidfd < 0)
		return refuse(-ESRCH, "container %s is not running", h->meta->name);
	if (order->change)
		r = container_update(h->root, h->id, order->change, NULL);
	return r == 0 && order->reclaim ? reclaim(h, order->reclaim) : r;
}

/* To the spec 0 means "as it was" (pids: none at all); people who type it mean no limit, if anything. */
static int without_zeros(struct limits *l)
{
	static const enum limit sizes[] = { LIMIT_MEMORY, LIMIT_MEMORY_RESERVATION,
					    LIMIT_MEMORY_SWAP };

	if (str_eq(l->text[LIMIT_PIDS], "0"))
		l->text[LIMIT_PIDS] = "-1";
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (str_eq(l->text[sizes[i]], "0"))
			return refuse(-EINVAL, "option --%s: '0' is not a size (like 512m or 2g)",
				      limits_name(opts, sizes[i]));
	return 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct update_values *v = values;
	struct limits limits = v->limits;
	struct order order = { 0 };
	struct json *change = NULL;
	int r = without_zeros(&limits);

	if (r == 0)
		r = limits_document(cmd->arena, opts, &limits, &change);
	if (r == 0 && v->reclaim)
		r = limits_reclaim(v->reclaim, &order.reclaim);
	if (r < 0)
		return r;
	order.change = change->count ? change : NULL;
	if (!order.change && !order.reclaim)
		return refuse(-EINVAL, "update: nothing to change; 'doboz update --help' lists it");
	return handle_for_each(cmd, args, update_one, &order);
}

const struct command cmd_doboz_update = {
	.name = "update",
	.arguments = "[OPTIONS] CONTAINER...",
	.summary = "change limits of containers, take memory back",
	.opts = opts,
	.values_size = sizeof(struct update_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
