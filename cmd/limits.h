/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/limits.h - the limits that options change, as one linux.resources document: both `update` verbs */
#pragma once

#include "cmd/opts.h"

enum limit {
	LIMIT_CPU_PERIOD,
	LIMIT_CPU_QUOTA,
	LIMIT_CPUS, /* "1.5": quota and period at once */
	LIMIT_CPU_BURST,
	LIMIT_CPU_SHARES,
	LIMIT_CPU_RT_PERIOD,
	LIMIT_CPU_RT_RUNTIME,
	LIMIT_CPU_IDLE,
	LIMIT_CPUSET_CPUS,
	LIMIT_CPUSET_MEMS,
	LIMIT_MEMORY,
	LIMIT_MEMORY_RESERVATION,
	LIMIT_MEMORY_SWAP,
	LIMIT_KERNEL_MEMORY,
	LIMIT_KERNEL_MEMORY_TCP,
	LIMIT_PIDS,
	LIMIT_BLKIO_WEIGHT,
	N_LIMITS,
};

/* First member of the values of a verb; "" is as good as not given. */
struct limits {
	const char *text[N_LIMITS];
};

#define LIMIT_ROW(letter, limit, name, value, help)                                         \
	{                                                                                   \
		letter, name, OPT_STRING, offsetof(struct limits, text[limit]), value, help \
	}

bool limits_is_given(const struct limits *l, enum limit i);

/** limits_name - what the verb's table calls the option */
const char *limits_name(const struct opt *opts, enum limit i);

/** limits_document - linux.resources with what was given, and nothing else; records */
int limits_document(struct arena *a, const struct opt *opts, const struct limits *l,
		    struct json **ret) MUST_USE;

/** limits_cpus - "1.5" as microseconds in LIMITS_CPUS_PERIOD_US, exactly, without floating point; at least
 *  0.01. Return: 0; -EINVAL */
enum { LIMITS_CPUS_PERIOD_US = 100000 };
int limits_cpus(const char *text, int64_t *ret_quota) MUST_USE;

/** limits_reclaim - the value of --reclaim, and what came of it, as a line of text */
int limits_reclaim(const char *text, uint64_t *ret) MUST_USE;
struct cgroup_reclaimed;
void limits_describe_reclaimed(uint64_t asked, const struct cgroup_reclaimed *m, struct buf *out);
