/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/resources.c - linux.resources of config.json: the tables that read it */
#include "cgroups/resources.h"

#include <stdio.h>
#include <string.h>

#define NUMBER(s, field) .offset = offsetof(struct s, field), .min = -1, .max = INT64_MAX
#define AT(s, field) .offset = offsetof(struct s, field)
#define ARRAY_AT(s, field, rows)                                                       \
	.offset = offsetof(struct s, field), .offset2 = offsetof(struct s, n_##field), \
	.table = (rows), .size = sizeof(*((struct s *)NULL)->field)

/* ---- devices ---- */

static int decode_device_type(struct json_decoder *d, const struct json *value, void *field)
{
	if (value->type != JSON_STRING)
		return json_problem(d, "expected a string");
	if (strlen(value->text) != 1 || !strchr("abc", value->text[0]))
		return json_problem(d, "unknown value '%s', expected a, b or c", value->text);
	*(char *)field = value->text[0];
	return 0;
}

/* field is .read; .write and .mknod are set through the rule around it. */
static int decode_device_access(struct json_decoder *d, const struct json *value, void *field)
{
	struct cgroup_device_rule *rule = (void *)((char *)field -
						   offsetof(struct cgroup_device_rule, read));

	if (value->type != JSON_STRING)
		return json_problem(d, "expected a string");
	if (!*value->text || value->text[strspn(value->text, "rwm")])
		return json_problem(d, "'%s' is not made of r, w and m", value->text);
	rule->read = strchr(value->text, 'r');
	rule->write = strchr(value->text, 'w');
	rule->mknod = strchr(value->text, 'm');
	return 0;
}

static const struct json_row device_rows[] = {
	{ "allow", JSON_K_BOOL, AT(cgroup_device_rule, allow), .flags = JSON_REQUIRED },
	{ "type", JSON_K_CUSTOM, AT(cgroup_device_rule, type), .decode = decode_device_type },
	{ "major", JSON_K_OPT_I64, AT(cgroup_device_rule, major), .min = -1, .max = UINT32_MAX },
	{ "minor", JSON_K_OPT_I64, AT(cgroup_device_rule, minor), .min = -1, .max = UINT32_MAX },
	{ "access", JSON_K_CUSTOM, AT(cgroup_device_rule, read), .decode = decode_device_access },
	{ 0 },
};

/* ---- memory, cpu, pids ---- */

static const struct json_row memory_rows[] = {
	{ "limit", JSON_K_OPT_I64, NUMBER(cgroup_memory, limit) },
	{ "reservation", JSON_K_OPT_I64, NUMBER(cgroup_memory, reservation) },
	{ "swap", JSON_K_OPT_I64, NUMBER(cgroup_memory, swap) },
	{ "kernel", JSON_K_OPT_I64, NUMBER(cgroup_memory, kernel) },
	{ "kernelTCP", JSON_K_OPT_I64, NUMBER(cgroup_memory, kernel_tcp) },
	{ "swappiness", JSON_K_OPT_U64, AT(cgroup_memory, swappiness), .umax = 100 },
	{ "disableOOMKiller", JSON_K_OPT_BOOL, AT(cgroup_memory, disable_oom_killer) },
	{ "useHierarchy", JSON_K_OPT_BOOL, AT(cgroup_memory, use_hierarchy) },
	{ "checkBeforeUpdate", JSON_K_OPT_BOOL, AT(cgroup_memory, check_before_update) },
	{ 0 },
};

static const struct json_row cpu_rows[] = {
	{ "shares", JSON_K_OPT_U64, AT(cgroup_cpu, shares) },
	{ "quota", JSON_K_OPT_I64, NUMBER(cgroup_cpu, quota) },
	{ "burst", JSON_K_OPT_U64, AT(cgroup_cpu, burst) },
	{ "period", JSON_K_OPT_U64, AT(cgroup_cpu, period) },
	{ "realtimeRuntime", JSON_K_OPT_I64, NUMBER(cgroup_cpu, realtime_runtime) },
	{ "realtimePeriod", JSON_K_OPT_U64, AT(cgroup_cpu, realtime_period) },
	{ "cpus", JSON_K_STRING, AT(cgroup_cpu, cpus) },
	{ "mems", JSON_K_STRING, AT(cgroup_cpu, mems) },
	{ "idle", JSON_K_OPT_I64, AT(cgroup_cpu, idle), .min = 0, .max = 1 },
	{ 0 },
};

static const struct json_row pids_rows[] = {
	{ "limit", JSON_K_OPT_I64, NUMBER(cgroup_resources, pids_limit) },
	{ 0 },
};

/* "pids" is an object with one member, which is kept without a struct of its own. */
static int decode_pids(struct json_decoder *d, const struct json *value, void *field)
{
	struct cgroup_resources *res = (void *)((char *)field -
						offsetof(struct cgroup_resources, pids_limit));

	return json_decode_value(d, value, pids_rows, res);
}

/* ---- blockIO ---- */

static const struct json_row weight_device_rows[] = {
	{ "major", JSON_K_I64, AT(cgroup_block_device, major), .flags = JSON_REQUIRED,
	  .max = UINT32_MAX },
	{ "minor", JSON_K_I64, AT(cgroup_block_device, minor), .flags = JSON_REQUIRED,
	  .max = UINT32_MAX },
	{ "weight", JSON_K_OPT_U64, AT(cgroup_block_device, weight), .umax = 1000 },
	{ "leafWeight", JSON_K_OPT_U64, AT(cgroup_block_device, leaf_weight), .umax = 1000 },
	{ 0 },
};

static const struct json_row throttle_rows[] = {
	{ "major", JSON_K_I64, AT(cgroup_block_device, major), .flags = JSON_REQUIRED,
	  .max = UINT32_MAX },
	{ "minor", JSON_K_I64, AT(cgroup_block_device, minor), .flags = JSON_REQUIRED,
	  .max = UINT32_MAX },
	{ "rate", JSON_K_U64, AT(cgroup_block_device, rate), .flags = JSON_REQUIRED },
	{ 0 },
};

static const struct json_row block_io_rows[] = {
	{ "weight", JSON_K_OPT_U64, AT(cgroup_block_io, weight), .umax = 1000 },
	{ "leafWeight", JSON_K_OPT_U64, AT(cgroup_block_io, leaf_weight), .umax = 1000 },
	{ "weightDevice", JSON_K_ARRAY,
	  ARRAY_AT(cgroup_block_io, weight_devices, weight_device_rows) },
	{ "throttleReadBpsDevice", JSON_K_ARRAY,
	  ARRAY_AT(cgroup_block_io, read_bps, throttle_rows) },
	{ "throttleWriteBpsDevice", JSON_K_ARRAY,
	  ARRAY_AT(cgroup_block_io, write_bps, throttle_rows) },
	{ "throttleReadIOPSDevice", JSON_K_ARRAY,
	  ARRAY_AT(cgroup_block_io, read_iops, throttle_rows) },
	{ "throttleWriteIOPSDevice", JSON_K_ARRAY,
	  ARRAY_AT(cgroup_block_io, write_iops, throttle_rows) },
	{ 0 },
};

/* ---- hugetlb, rdma, network ---- */

static const struct json_row hugepage_rows[] = {
	{ "pageSize", JSON_K_STRING, AT(cgroup_hugepage, page_size), .flags = JSON_REQUIRED },
	{ "limit", JSON_K_U64, AT(cgroup_hugepage, limit), .flags = JSON_REQUIRED },
	{ 0 },
};

static const struct json_row rdma_rows[] = {
	{ "hcaHandles", JSON_K_OPT_U64, AT(cgroup_rdma, hca_handles), .umax = UINT32_MAX },
	{ "hcaObjects", JSON_K_OPT_U64, AT(cgroup_rdma, hca_objects), .umax = UINT32_MAX },
	{ 0 },
};

static const struct json_row net_prio_rows[] = {
	{ "name", JSON_K_STRING, AT(cgroup_net_prio, name), .flags = JSON_REQUIRED },
	{ "priority", JSON_K_U64, AT(cgroup_net_prio, priority), .flags = JSON_REQUIRED,
	  .umax = UINT32_MAX },
	{ 0 },
};

static const struct json_row network_rows[] = {
	{ "classID", JSON_K_OPT_U64, AT(cgroup_resources, net_class_id), .umax = UINT32_MAX },
	{ "priorities", JSON_K_ARRAY, ARRAY_AT(cgroup_resources, net_prios, net_prio_rows) },
	{ 0 },
};

static int decode_network(struct json_decoder *d, const struct json *value, void *field)
{
	struct cgroup_resources *res = (void *)((char *)field -
						offsetof(struct cgroup_resources, net_class_id));

	return json_decode_value(d, value, network_rows, res);
}

const struct json_row cgroup_resources_rows[] = {
	{ "devices", JSON_K_ARRAY, ARRAY_AT(cgroup_resources, devices, device_rows) },
	{ "memory", JSON_K_OBJECT, AT(cgroup_resources, memory), .table = memory_rows },
	{ "cpu", JSON_K_OBJECT, AT(cgroup_resources, cpu), .table = cpu_rows },
	{ "pids", JSON_K_CUSTOM, AT(cgroup_resources, pids_limit), .table = pids_rows,
	  .decode = decode_pids },
	{ "blockIO", JSON_K_OBJECT, AT(cgroup_resources, block_io), .table = block_io_rows },
	{ "hugepageLimits", JSON_K_ARRAY, ARRAY_AT(cgroup_resources, hugepages, hugepage_rows) },
	{ "rdma", JSON_K_KEYED, ARRAY_AT(cgroup_resources, rdma, rdma_rows) },
	{ "network", JSON_K_CUSTOM, AT(cgroup_resources, net_class_id), .table = network_rows,
	  .decode = decode_network },
	{ "unified", JSON_K_MAP, AT(cgroup_resources, unified),
	  .offset2 = offsetof(struct cgroup_resources, n_unified) },
	{ 0 },
};
