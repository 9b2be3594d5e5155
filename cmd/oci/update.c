/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/update.c - update: change the limits of a running container
 * The limits come as a linux.resources document (--resources FILE, - for stdin), with the options laid over
 * it. What was written before one write failed is put back. */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"
#include "runtime/container.h"

#include <fcntl.h>
#include <unistd.h>

struct update_values {
	const char *resources, *cpus, *mems, *memory, *memory_reservation, *memory_swap;
	const char *l3_cache_schema, *mem_bw_schema;
	struct opt_i64 cpu_quota, cpu_burst, cpu_rt_runtime, cpu_idle, pids;
	struct opt_u64 cpu_period, cpu_shares, cpu_rt_period, blkio_weight;
};

static int read_document(struct arena *a, const char *path, struct cgroup_resources *res)
{
	struct json_decoder d = { .arena = a };
	CLEANUP_FD int fd = -EBADF;
	struct json *tree;
	char *text;
	size_t len;
	int r;

	fd = str_eq(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
				 open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(-errno, "resources '%s'", path);
	r = fd_read_all(a, fd, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "read resources '%s'", path);
	r = json_parse(a, "resources", text, len, &tree);
	return r < 0 ? r : json_decode(&d, "resources", tree, cgroup_resources_rows, res);
}

/* "67108864", "64m", "-1" */
static int lay_size(const char *option, const char *text, struct opt_i64 *field)
{
	uint64_t bytes;

	if (!text)
		return 0;
	field->set = true;
	field->value = -1;
	if (str_eq(text, "-1"))
		return 0;
	if (str_to_bytes(text, &bytes) < 0 || bytes > INT64_MAX)
		return refuse(-EINVAL, "option --%s: '%s' is not a size", option, text);
	field->value = (int64_t)bytes;
	return 0;
}

static void lay_i64(struct opt_i64 *field, struct opt_i64 option)
{
	*field = option.set ? option : *field;
}

static void lay_u64(struct opt_u64 *field, struct opt_u64 option)
{
	*field = option.set ? option : *field;
}

static int lay_options(struct arena *a, const struct update_values *v, struct cgroup_resources *res)
{
	int r;

	lay_i64(&res->cpu.quota, v->cpu_quota);
	lay_i64(&res->cpu.realtime_runtime, v->cpu_rt_runtime);
	lay_i64(&res->cpu.idle, v->cpu_idle);
	lay_i64(&res->pids_limit, v->pids);
	lay_u64(&res->cpu.period, v->cpu_period);
	lay_u64(&res->cpu.shares, v->cpu_shares);
	lay_u64(&res->cpu.realtime_period, v->cpu_rt_period);
	lay_u64(&res->block_io.weight, v->blkio_weight);
	if (v->cpu_burst.set)
		res->cpu.burst = (struct opt_u64){ true, (uint64_t)v->cpu_burst.value };
	if (v->cpus)
		res->cpu.cpus = arena_strdup(a, v->cpus);
	if (v->mems)
		res->cpu.mems = arena_strdup(a, v->mems);
	r = lay_size("memory", v->memory, &res->memory.limit);
	if (r == 0)
		r = lay_size("memory-reservation", v->memory_reservation, &res->memory.reservation);
	return r < 0 ? r : lay_size("memory-swap", v->memory_swap, &res->memory.swap);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct update_values *v = values;
	struct cgroup_resources res = { 0 };
	struct rdt_config rdt = { 0 };
	CLEANUP_FD int root = -EBADF;
	int r = v->resources ? read_document(cmd->arena, v->resources, &res) : 0;

	if (r == 0)
		r = lay_options(cmd->arena, v, &res);
	if (r < 0)
		return r;
	if (v->l3_cache_schema)
		rdt.l3_cache_schema = arena_strdup(cmd->arena, v->l3_cache_schema);
	if (v->mem_bw_schema)
		rdt.mem_bw_schema = arena_strdup(cmd->arena, v->mem_bw_schema);
	root = cmd_root(cmd);
	if (root < 0)
		return root;
	return container_update(root, args[0], &res,
				v->l3_cache_schema || v->mem_bw_schema ? &rdt : NULL);
}

#define AT(field) offsetof(struct update_values, field)

static const struct opt opts[] = {
	{ 'r', "resources", OPT_STRING, AT(resources), "FILE|-", "linux.resources as JSON" },
	{ 0, "blkio-weight", OPT_U64, AT(blkio_weight), "N", "weight of block IO, 10 to 1000" },
	{ 0, "cpu-period", OPT_U64, AT(cpu_period), "US", "CPU period" },
	{ 0, "cpu-quota", OPT_I64, AT(cpu_quota), "US", "CPU time in a period" },
	{ 0, "cpu-burst", OPT_I64, AT(cpu_burst), "US", "unused CPU time that may be saved up" },
	{ 0, "cpu-share", OPT_U64, AT(cpu_shares), "N", "relative CPU weight" },
	{ 0, "cpu-rt-period", OPT_U64, AT(cpu_rt_period), "US", "realtime period" },
	{ 0, "cpu-rt-runtime", OPT_I64, AT(cpu_rt_runtime), "US", "realtime time in a period" },
	{ 0, "cpu-idle", OPT_I64, AT(cpu_idle), "0|1", "SCHED_IDLE for the whole cgroup" },
	{ 0, "cpuset-cpus", OPT_STRING, AT(cpus), "LIST", "processors" },
	{ 0, "cpuset-mems", OPT_STRING, AT(mems), "LIST", "memory nodes" },
	{ 0, "memory", OPT_STRING, AT(memory), "BYTES", "limit of memory" },
	{ 0, "memory-reservation", OPT_STRING, AT(memory_reservation), "BYTES", "soft limit" },
	{ 0, "memory-swap", OPT_STRING, AT(memory_swap), "BYTES", "memory and swap" },
	{ 0, "kernel-memory", OPT_IGNORED_STRING, 0, "BYTES",
	  "accepted; kernels since 5.4 ignore it" },
	{ 0, "kernel-memory-tcp", OPT_IGNORED_STRING, 0, "BYTES", "the same" },
	{ 0, "l3-cache-schema", OPT_STRING, AT(l3_cache_schema), "L3:ID=MASK;...",
	  "share of the L3 cache (Intel RDT)" },
	{ 0, "mem-bw-schema", OPT_STRING, AT(mem_bw_schema), "MB:ID=N;...",
	  "memory bandwidth (Intel RDT)" },
	{ 0, "pids-limit", OPT_I64, AT(pids), "N", "limit of processes" },
	OPT_TABLE_END,
};

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
