/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/limits.c - the limits that options change, as one linux.resources document */
#include "cmd/limits.h"
#include "base/error.h"
#include "base/str.h"
#include "cgroups/reclaim.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum kind { TEXT, SIGNED, UNSIGNED, SIZE, CPUS };

/* Where each option's value goes; those of one object follow each other. */
static const struct field {
	const char *object, *key;
	enum kind kind;
} fields[N_LIMITS] = {
	[LIMIT_CPU_PERIOD] = { "cpu", "period", UNSIGNED },
	[LIMIT_CPU_QUOTA] = { "cpu", "quota", SIGNED },
	[LIMIT_CPUS] = { "cpu", "quota", CPUS },
	[LIMIT_CPU_BURST] = { "cpu", "burst", UNSIGNED },
	[LIMIT_CPU_SHARES] = { "cpu", "shares", UNSIGNED },
	[LIMIT_CPU_RT_PERIOD] = { "cpu", "realtimePeriod", UNSIGNED },
	[LIMIT_CPU_RT_RUNTIME] = { "cpu", "realtimeRuntime", SIGNED },
	[LIMIT_CPU_IDLE] = { "cpu", "idle", SIGNED },
	[LIMIT_CPUSET_CPUS] = { "cpu", "cpus", TEXT },
	[LIMIT_CPUSET_MEMS] = { "cpu", "mems", TEXT },
	[LIMIT_MEMORY] = { "memory", "limit", SIZE },
	[LIMIT_MEMORY_RESERVATION] = { "memory", "reservation", SIZE },
	[LIMIT_MEMORY_SWAP] = { "memory", "swap", SIZE },
	[LIMIT_KERNEL_MEMORY] = { "memory", "kernel", SIZE },
	[LIMIT_KERNEL_MEMORY_TCP] = { "memory", "kernelTCP", SIZE },
	[LIMIT_PIDS] = { "pids", "limit", SIGNED },
	[LIMIT_BLKIO_WEIGHT] = { "blockIO", "weight", UNSIGNED },
};

const char *limits_name(const struct opt *opts, enum limit i)
{
	while (opts->offset != offsetof(struct limits, text[i]) || opts->kind != OPT_STRING)
		opts++;
	return opts->name;
}

bool limits_is_given(const struct limits *l, enum limit i)
{
	return l->text[i] && *l->text[i];
}

int limits_cpus(const char *text, int64_t *ret_quota)
{
	const char *dot = strchr(text, '.');
	size_t whole_len = dot ? (size_t)(dot - text) : strlen(text);
	int64_t quota = 0, scale = LIMITS_CPUS_PERIOD_US;

	if (whole_len == 0 || whole_len > 5)
		return -EINVAL;
	for (size_t i = 0; i < whole_len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -EINVAL;
		quota = quota * 10 + (text[i] - '0') * (int64_t)LIMITS_CPUS_PERIOD_US;
	}
	for (const char *c = dot ? dot + 1 : ""; *c; c++) {
		if (!isdigit((unsigned char)*c))
			return -EINVAL;
		scale /= 10;
		quota += (*c - '0') * scale;
	}
	*ret_quota = quota;
	return quota >= 1000 ? 0 : -EINVAL;
}

/* "67108864", "64m", "-1" */
static int write_size(struct json_writer *w, const char *option, const char *key, const char *text)
{
	uint64_t bytes;

	if (str_eq(text, "-1")) {
		json_w_i64(w, key, -1);
		return 0;
	}
	if (str_to_bytes(text, &bytes) < 0 || bytes > INT64_MAX)
		return refuse(-EINVAL, "invalid value for %s: invalid size: '%s'", option, text);
	json_w_u64(w, key, bytes);
	return 0;
}

static int write_field(struct json_writer *w, const char *name, enum limit i, const char *text)
{
	const struct field *f = &fields[i];
	uint64_t number;
	int64_t with_sign;

	switch (f->kind) {
	case TEXT:
		json_w_str(w, f->key, text);
		return 0;
	case SIZE:
		return write_size(w, name, f->key, text);
	case CPUS:
		if (limits_cpus(text, &with_sign) < 0)
			break;
		json_w_i64(w, f->key, with_sign);
		json_w_u64(w, "period", LIMITS_CPUS_PERIOD_US);
		return 0;
	case SIGNED:
		if (str_to_i64(text, INT64_MIN, INT64_MAX, &with_sign) < 0)
			break;
		json_w_i64(w, f->key, with_sign);
		return 0;
	case UNSIGNED:
		if (str_to_u64(text, UINT64_MAX, &number) < 0)
			break;
		json_w_u64(w, f->key, number);
		return 0;
	}
	return refuse(-EINVAL, "invalid value for %s: '%s' is not a number", name, text);
}

/* All three are about one quota. */
static int check_cpus(const struct opt *opts, const struct limits *l)
{
	static const enum limit others[] = { LIMIT_CPU_QUOTA, LIMIT_CPU_PERIOD };

	for (size_t i = 0; limits_is_given(l, LIMIT_CPUS) && i < ARRAY_SIZE(others); i++)
		if (limits_is_given(l, others[i]))
			return refuse(-EINVAL, "--cpus and --%s say the same: give one of them",
				      limits_name(opts, others[i]));
	return 0;
}

int limits_document(struct arena *a, const struct opt *opts, const struct limits *l,
		    struct json **ret)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	const char *object = NULL;
	int r = check_cpus(opts, l);

	if (r < 0)
		return r;
	json_w_object(&w, NULL);
	for (enum limit i = 0; r == 0 && i < N_LIMITS; i++) {
		if (!limits_is_given(l, i))
			continue;
		if (!str_eq(object, fields[i].object)) {
			if (object)
				json_w_end_object(&w);
			object = fields[i].object;
			json_w_object(&w, object);
		}
		r = write_field(&w, limits_name(opts, i), i, l->text[i]);
	}
	if (r < 0)
		return r;
	if (object)
		json_w_end_object(&w);
	json_w_end_object(&w);
	return json_parse(a, "options", text.data, text.len, ret);
}

int limits_reclaim(const char *text, uint64_t *ret)
{
	if (str_to_bytes(text, ret) < 0 || *ret == 0)
		return refuse(-EINVAL, "invalid value for reclaim: invalid size: '%s'", text);
	return 0;
}

void limits_describe_reclaimed(uint64_t asked, const struct cgroup_reclaimed *m, struct buf *out)
{
	buf_printf(out,
		   "reclaimed %" PRIu64 " of %" PRIu64 " bytes: %" PRIu64 " before, %" PRIu64
		   " after\n",
		   m->before > m->after ? m->before - m->after : 0, asked, m->before, m->after);
}
