/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/resources.h - linux.resources of config.json as plain structs, and its decode table
 * Knows: the JSON.  Does not know: any cgroup file.
 * Source: runtime-spec config-linux.md "Control groups". Units are the spec's: bytes, microseconds. */
#pragma once

#include "base/json.h"

struct cgroup_device_rule {
	bool allow;
	char type;                   /* 'a', 'b', 'c' */
	struct opt_i64 major, minor; /* unset or -1: any */
	bool read, write, mknod;
};

struct cgroup_memory {
	struct opt_i64 limit, reservation, swap; /* bytes; -1 unlimited; swap is memory + swap */
	struct opt_i64 kernel, kernel_tcp;
	struct opt_u64 swappiness;
	struct opt_bool disable_oom_killer, use_hierarchy, check_before_update;
};

struct cgroup_cpu {
	struct opt_u64 shares;
	struct opt_i64 quota; /* us per period; -1 unlimited */
	struct opt_u64 burst, period;
	struct opt_i64 realtime_runtime;
	struct opt_u64 realtime_period;
	char *cpus, *mems;
	struct opt_i64 idle;
};

struct cgroup_block_device {
	int64_t major, minor;
	struct opt_u64 weight, leaf_weight; /* weightDevice[] */
	uint64_t rate;                      /* throttle*Device[] */
};

struct cgroup_block_io {
	struct opt_u64 weight, leaf_weight; /* 10..1000 */
	struct cgroup_block_device *weight_devices, *read_bps, *write_bps, *read_iops, *write_iops;
	size_t n_weight_devices, n_read_bps, n_write_bps, n_read_iops, n_write_iops;
};

struct cgroup_hugepage {
	char *page_size; /* "2MB" */
	uint64_t limit;
};

struct cgroup_rdma {
	char *device; /* first: the key of a JSON_K_KEYED row */
	struct opt_u64 hca_handles, hca_objects;
};

struct cgroup_net_prio {
	char *name;
	uint64_t priority;
};

struct cgroup_resources {
	struct cgroup_device_rule *devices;
	size_t n_devices;
	struct cgroup_memory memory;
	struct cgroup_cpu cpu;
	struct opt_i64 pids_limit; /* 0 is a limit; -1 unlimited */
	struct cgroup_block_io block_io;
	struct cgroup_hugepage *hugepages;
	size_t n_hugepages;
	struct cgroup_rdma *rdma;
	size_t n_rdma;
	struct opt_u64 net_class_id;
	struct cgroup_net_prio *net_prios;
	size_t n_net_prios;
	struct json_map *unified;
	size_t n_unified;
};

/* More device rules than this are refused: each one is a write (v1) or some instructions (v2). */
enum { CGROUP_DEVICE_RULES_MAX = 1024 };

/* Decodes a linux.resources object into a zeroed struct cgroup_resources. */
extern const struct json_row cgroup_resources_rows[];

/**
 * cgroup_resources_check - the rules that no table row can say: weights, burst against quota, names
 * that become part of a file or a line; records
 * A number 0 of shares, quota, period, weights and memory amounts means "not set", as callers mean it.
 */
int cgroup_resources_check(const struct cgroup_resources *res) MUST_USE;
