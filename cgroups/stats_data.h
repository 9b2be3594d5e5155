/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats_data.h - the counters of a container, as data alone */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_numbers {
	uint64_t *list;
	size_t n;
};

/* One line of a pressure file. The averages are percentages, in the kernel's own decimals. */
struct cgroup_psi_line {
	char *avg10, *avg60, *avg300; /* NULL: the line is not there */
	uint64_t total;               /* us */
};

struct cgroup_psi {
	bool set;
	struct cgroup_psi_line some, full;
};

struct cgroup_cpu_stats {
	uint64_t total, kernel, user; /* ns */
	struct cgroup_numbers percpu, percpu_kernel, percpu_user;
	uint64_t periods, throttled_periods, throttled_ns;
	struct cgroup_psi psi;
};

/* The flags of v1's cpuset; of v2 the lists only, as they are in effect. */
struct cgroup_cpuset_stats {
	struct cgroup_numbers cpus, mems;
	uint64_t cpu_exclusive, mem_hardwall, mem_exclusive, memory_migrate, memory_spread_page,
		memory_spread_slab, memory_pressure, sched_load_balance;
	int64_t sched_relax_domain_level;
};

/* Bytes; a limit of UINT64_MAX is none. */
struct cgroup_memory_amount {
	uint64_t limit, usage, max, failcnt;
};

struct cgroup_named_number {
	char *name;
	uint64_t value;
};

struct cgroup_memory_stats {
	uint64_t cache;
	struct cgroup_memory_amount usage, swap, kernel, kernel_tcp; /* swap: memory and swap */
	struct cgroup_named_number *raw; /* memory.stat, sorted by name */
	size_t n_raw;
	struct cgroup_named_number *events; /* memory.events, v1: memory.oom_control; sorted */
	size_t n_events;
	struct cgroup_psi psi;
};

struct cgroup_io_entry {
	uint64_t major, minor;
	const char *op; /* "Read", "Write", ...; "" */
	uint64_t value;
};

/* The order in which v1 is asked. */
enum cgroup_io_kind {
	CGROUP_IO_SECTORS,
	CGROUP_IO_SERVICE_TIME,
	CGROUP_IO_WAIT_TIME,
	CGROUP_IO_MERGED,
	CGROUP_IO_QUEUED,
	CGROUP_IO_TIME,
	CGROUP_IO_SERVICED,
	CGROUP_IO_SERVICE_BYTES,
	CGROUP_IO_KINDS,
};

struct cgroup_io_list {
	struct cgroup_io_entry *list;
	size_t n, capacity;
};

struct cgroup_hugetlb_stats {
	char *size; /* "2MB" */
	uint64_t usage, max, failcnt;
};

struct cgroup_stats {
	struct cgroup_cpu_stats cpu;
	struct cgroup_cpuset_stats cpuset;
	struct cgroup_memory_stats memory;
	uint64_t pids, pids_limit; /* 0: no limit */
	struct cgroup_io_list io[CGROUP_IO_KINDS];
	struct cgroup_psi io_psi;
	struct cgroup_hugetlb_stats *hugetlb; /* sorted by size's text */
	size_t n_hugetlb;
};
