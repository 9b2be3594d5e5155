/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_limits.c - limits as people type them */
#include "cmd/run_limits.h"

#include "base/error.h"
#include "base/str.h"
#include "cmd/limits.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

static int write_bytes(struct json_writer *w, const char *key, const char *option, const char *text)
{
	uint64_t bytes;

	if (!text)
		return 0;
	if (str_eq(text, "-1")) {
		json_w_i64(w, key, -1);
		return 0;
	}
	if (str_to_bytes(text, &bytes) < 0 || bytes > INT64_MAX || bytes == 0)
		return refuse(-EINVAL, "option --%s: '%s' is not a size (like 512m or 2g)", option,
			      text);
	json_w_i64(w, key, (int64_t)bytes);
	return 0;
}

static int write_memory(struct json_writer *w, const struct run_values *v)
{
	int r;

	if (!v->memory && !v->memory_swap && !v->memory_reservation)
		return 0;
	json_w_object(w, "memory");
	r = write_bytes(w, "limit", "memory", v->memory);
	if (r == 0)
		r = write_bytes(w, "reservation", "memory-reservation", v->memory_reservation);
	if (r == 0)
		r = write_bytes(w, "swap", "memory-swap", v->memory_swap);
	json_w_end_object(w);
	return r;
}

static int write_cpu(struct json_writer *w, const struct run_values *v)
{
	int64_t quota;

	if (!v->cpus && !v->cpu_shares.set && !v->cpuset_cpus && !v->cpuset_mems)
		return 0;
	json_w_object(w, "cpu");
	if (v->cpus) {
		if (limits_cpus(v->cpus, &quota) < 0)
			return refuse(
				-EINVAL,
				"option --cpus: '%s' is not a number of processors of at least 0.01",
				v->cpus);
		json_w_i64(w, "quota", quota);
		json_w_u64(w, "period", LIMITS_CPUS_PERIOD_US);
	}
	if (v->cpu_shares.set)
		json_w_u64(w, "shares", v->cpu_shares.value);
	if (v->cpuset_cpus)
		json_w_str(w, "cpus", v->cpuset_cpus);
	if (v->cpuset_mems)
		json_w_str(w, "mems", v->cpuset_mems);
	json_w_end_object(w);
	return 0;
}

static void write_pids(struct json_writer *w, const struct run_values *v, bool pids_default)
{
	/* docker and podman: 0 and -1 mean no limit on the command line */
	if (v->pids_limit.set ? v->pids_limit.value <= 0 : !pids_default)
		return;
	json_w_object(w, "pids");
	json_w_i64(w, "limit", v->pids_limit.set ? v->pids_limit.value : RUN_PIDS_DEFAULT);
	json_w_end_object(w);
}

int run_limits_resources(struct json_writer *w, const struct run_values *v, bool pids_default)
{
	int r;

	if (v->pids_limit.set && v->pids_limit.value < -1)
		return refuse(-EINVAL, "option --pids-limit: '%lld' is neither a limit nor -1",
			      (long long)v->pids_limit.value);
	json_w_object(w, "resources");
	json_w_array(w, "devices");
	json_w_object(w, NULL);
	json_w_bool(w, "allow", false);
	json_w_str(w, "access", "rwm");
	json_w_end_object(w);
	json_w_end_array(w);
	r = write_memory(w, v);
	if (r == 0)
		r = write_cpu(w, v);
	write_pids(w, v, pids_default);
	json_w_end_object(w);
	return r;
}

/* ---- rlimits ---- */

static int parse_rlimit_value(const char *text, size_t len, uint64_t *ret)
{
	char copy[24];

	if (len == 0 || len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (str_eq(copy, "-1") || str_eq(copy, "unlimited")) {
		*ret = UINT64_MAX;
		return 0;
	}
	return str_to_u64(copy, UINT64_MAX, ret);
}

/* "nofile=1024:2048"; the name is checked by the spec's own rules. */
static int write_rlimit(struct arena *a, struct json_writer *w, const char *text)
{
	const char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
	const char *soft_end = colon ? colon : text + strlen(text);
	uint64_t soft = 0, hard = 0;
	char *name;
	int r;

	if (!equals || equals == text)
		return refuse(-EINVAL, "option --ulimit: '%s' is not NAME=SOFT[:HARD]", text);
	r = parse_rlimit_value(equals + 1, (size_t)(soft_end - equals - 1), &soft);
	hard = soft;
	if (r == 0 && colon)
		r = parse_rlimit_value(colon + 1, strlen(colon + 1), &hard);
	if (r < 0 || soft > hard)
		return refuse(-EINVAL,
			      "option --ulimit: '%s' is not NAME=SOFT[:HARD] with SOFT <= HARD",
			      text);
	name = arena_printf(a, "RLIMIT_%.*s", (int)(equals - text), text);
	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	json_w_object(w, NULL);
	json_w_str(w, "type", name);
	json_w_u64(w, "soft", soft);
	json_w_u64(w, "hard", hard);
	json_w_end_object(w);
	return 0;
}

int run_limits_rlimits(struct arena *a, struct json_writer *w, const struct run_values *v)
{
	int r = 0;

	if (!v->ulimits)
		return 0;
	json_w_array(w, "rlimits");
	for (size_t i = 0; r == 0 && v->ulimits[i]; i++)
		if (!str_eq(v->ulimits[i], "host"))
			r = write_rlimit(a, w, v->ulimits[i]);
	json_w_end_array(w);
	return r;
}
