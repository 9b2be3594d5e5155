/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/update.c - update: change the limits of a running container
 * The limits are a linux.resources document: that of --resources (- for stdin), or one made of the options,
 * which do not count beside it. What was written before one write failed is put back. */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"
#include "cmd/limits.h"
#include "runtime/container.h"

#include <fcntl.h>
#include <unistd.h>

struct update_values {
	struct limits limits;
	const char *resources, *l3_cache_schema, *mem_bw_schema, *reclaim;
};

static const struct opt opts[] = {
	{ 'r', "resources", OPT_STRING, offsetof(struct update_values, resources), "FILE|-",
	  "linux.resources as JSON; the other options do not count then" },
	LIMIT_ROW(0, LIMIT_BLKIO_WEIGHT, "blkio-weight", "N", "weight of block IO, 10 to 1000"),
	LIMIT_ROW(0, LIMIT_CPU_PERIOD, "cpu-period", "US", "CPU period"),
	LIMIT_ROW(0, LIMIT_CPU_QUOTA, "cpu-quota", "US", "CPU time in a period, -1 for no limit"),
	LIMIT_ROW(0, LIMIT_CPU_BURST, "cpu-burst", "US", "unused CPU time that may be saved up"),
	LIMIT_ROW(0, LIMIT_CPU_SHARES, "cpu-share", "N", "relative CPU weight"),
	LIMIT_ROW(0, LIMIT_CPU_RT_PERIOD, "cpu-rt-period", "US", "realtime period"),
	LIMIT_ROW(0, LIMIT_CPU_RT_RUNTIME, "cpu-rt-runtime", "US", "realtime time in a period"),
	LIMIT_ROW(0, LIMIT_CPU_IDLE, "cpu-idle", "0|1", "SCHED_IDLE for the whole cgroup"),
	LIMIT_ROW(0, LIMIT_CPUSET_CPUS, "cpuset-cpus", "LIST", "processors"),
	LIMIT_ROW(0, LIMIT_CPUSET_MEMS, "cpuset-mems", "LIST", "memory nodes"),
	LIMIT_ROW(0, LIMIT_MEMORY, "memory", "BYTES",
		  "limit of memory; units b k m g t, -1 for no limit"),
	LIMIT_ROW(0, LIMIT_MEMORY_RESERVATION, "memory-reservation", "BYTES", "soft limit"),
	LIMIT_ROW(0, LIMIT_MEMORY_SWAP, "memory-swap", "BYTES",
		  "limit of memory and swap together"),
	LIMIT_ROW(0, LIMIT_KERNEL_MEMORY, "kernel-memory", "BYTES",
		  "accepted; kernels since 5.4 ignore it"),
	LIMIT_ROW(0, LIMIT_KERNEL_MEMORY_TCP, "kernel-memory-tcp", "BYTES", "the same"),
	{ 0, "l3-cache-schema", OPT_STRING, offsetof(struct update_values, l3_cache_schema),
	  "L3:ID=MASK;...", "share of the L3 cache (Intel RDT)" },
	{ 0, "mem-bw-schema", OPT_STRING, offsetof(struct update_values, mem_bw_schema),
	  "MB:ID=N;...", "memory bandwidth (Intel RDT)" },
	LIMIT_ROW(0, LIMIT_PIDS, "pids-limit", "N", "limit of processes, -1 for no limit"),
	{ 0, "reclaim", OPT_STRING, offsetof(struct update_values, reclaim), "BYTES",
	  "take this much memory back, behind the new limits" },
	OPT_TABLE_END,
};

static int read_document(struct arena *a, const char *path, struct json **ret)
{
	CLEANUP_FD int fd = -EBADF;
	char *text;
	size_t len;
	int r;

	fd = str_eq(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
				 open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(-errno, "open %s", path);
	r = fd_read_all(a, fd, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "read resources '%s'", path);
	r = json_parse(a, "resources", text, len, ret);
	return r == 0 && (*ret)->type != JSON_OBJECT ?
		       refuse(-EINVAL, "resources: expected an object") :
		       r;
}

static int reclaim(int root, const char *id, uint64_t bytes)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct cgroup_reclaimed m;
	int r = container_reclaim(root, id, bytes, &m);

	if (r < 0)
		return r;
	limits_describe_reclaimed(bytes, &m, &out);
	return cmd_print(&out);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct update_values *v = values;
	CLEANUP_FD int root = cmd_root(cmd);
	struct rdt_config rdt = { 0 };
	struct json *change;
	uint64_t bytes = 0;
	int r = root;

	if (r >= 0 && v->reclaim)
		r = limits_reclaim(v->reclaim, &bytes);
	if (r >= 0)
		r = v->resources ? read_document(cmd->arena, v->resources, &change) :
				   limits_document(cmd->arena, opts, &v->limits, &change);
	for (enum limit i = 0; r >= 0 && v->resources && i < N_LIMITS; i++)
		if (limits_is_given(&v->limits, i))
			warn("update: --%s does not count beside --resources, ignoring",
			     limits_name(opts, i));
	if (r < 0)
		return r;
	if (v->l3_cache_schema)
		rdt.l3_cache_schema = arena_strdup(cmd->arena, v->l3_cache_schema);
	if (v->mem_bw_schema)
		rdt.mem_bw_schema = arena_strdup(cmd->arena, v->mem_bw_schema);
	r = container_update(root, args[0], change,
			     v->l3_cache_schema || v->mem_bw_schema ? &rdt : NULL);
	return r == 0 && v->reclaim ? reclaim(root, args[0], bytes) : r;
}

const struct command cmd_oci_update = {
	.name = "update",
	.arguments = "[OPTIONS] ID",
	.summary = "change the limits of a container",
	.opts = opts,
	.values_size = sizeof(struct update_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
