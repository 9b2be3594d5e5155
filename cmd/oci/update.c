/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/update.c - update: change the limits of a running container
 * The limits are a linux.resources document: that of --resources (- for stdin), or one made of the options,
 * which do not count beside it. What was written before one write failed is put back. */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"
#include "runtime/container.h"

#include <fcntl.h>
#include <unistd.h>

enum kind { TEXT, SIGNED, UNSIGNED, SIZE };

enum option {
	CPU_PERIOD,
	CPU_QUOTA,
	CPU_BURST,
	CPU_SHARE,
	CPU_RT_PERIOD,
	CPU_RT_RUNTIME,
	CPU_IDLE,
	CPUSET_CPUS,
	CPUSET_MEMS,
	MEMORY,
	MEMORY_RESERVATION,
	MEMORY_SWAP,
	KERNEL_MEMORY,
	KERNEL_MEMORY_TCP,
	PIDS_LIMIT,
	BLKIO_WEIGHT,
	N_OPTIONS,
};

struct update_values {
	const char *resources, *l3_cache_schema, *mem_bw_schema;
	const char *text[N_OPTIONS]; /* "" is as good as not given */
};

/* Where each option's value goes; those of one object follow each other. */
static const struct field {
	const char *object, *key;
	enum kind kind;
} fields[N_OPTIONS] = {
	[CPU_PERIOD] = { "cpu", "period", UNSIGNED },
	[CPU_QUOTA] = { "cpu", "quota", SIGNED },
	[CPU_BURST] = { "cpu", "burst", UNSIGNED },
	[CPU_SHARE] = { "cpu", "shares", UNSIGNED },
	[CPU_RT_PERIOD] = { "cpu", "realtimePeriod", UNSIGNED },
	[CPU_RT_RUNTIME] = { "cpu", "realtimeRuntime", SIGNED },
	[CPU_IDLE] = { "cpu", "idle", SIGNED },
	[CPUSET_CPUS] = { "cpu", "cpus", TEXT },
	[CPUSET_MEMS] = { "cpu", "mems", TEXT },
	[MEMORY] = { "memory", "limit", SIZE },
	[MEMORY_RESERVATION] = { "memory", "reservation", SIZE },
	[MEMORY_SWAP] = { "memory", "swap", SIZE },
	[KERNEL_MEMORY] = { "memory", "kernel", SIZE },
	[KERNEL_MEMORY_TCP] = { "memory", "kernelTCP", SIZE },
	[PIDS_LIMIT] = { "pids", "limit", SIGNED },
	[BLKIO_WEIGHT] = { "blockIO", "weight", UNSIGNED },
};

#define ROW(index, name, value, help)                                                         \
	{                                                                                     \
		0, name, OPT_STRING, offsetof(struct update_values, text[index]), value, help \
	}

static const struct opt opts[] = {
	{ 'r', "resources", OPT_STRING, offsetof(struct update_values, resources), "FILE|-",
	  "linux.resources as JSON; the other options do not count then" },
	ROW(BLKIO_WEIGHT, "blkio-weight", "N", "weight of block IO, 10 to 1000"),
	ROW(CPU_PERIOD, "cpu-period", "US", "CPU period"),
	ROW(CPU_QUOTA, "cpu-quota", "US", "CPU time in a period, -1 for no limit"),
	ROW(CPU_BURST, "cpu-burst", "US", "unused CPU time that may be saved up"),
	ROW(CPU_SHARE, "cpu-share", "N", "relative CPU weight"),
	ROW(CPU_RT_PERIOD, "cpu-rt-period", "US", "realtime period"),
	ROW(CPU_RT_RUNTIME, "cpu-rt-runtime", "US", "realtime time in a period"),
	ROW(CPU_IDLE, "cpu-idle", "0|1", "SCHED_IDLE for the whole cgroup"),
	ROW(CPUSET_CPUS, "cpuset-cpus", "LIST", "processors"),
	ROW(CPUSET_MEMS, "cpuset-mems", "LIST", "memory nodes"),
	ROW(MEMORY, "memory", "BYTES", "limit of memory; units b k m g t, -1 for no limit"),
	ROW(MEMORY_RESERVATION, "memory-reservation", "BYTES", "soft limit"),
	ROW(MEMORY_SWAP, "memory-swap", "BYTES", "limit of memory and swap together"),
	ROW(KERNEL_MEMORY, "kernel-memory", "BYTES", "accepted; kernels since 5.4 ignore it"),
	ROW(KERNEL_MEMORY_TCP, "kernel-memory-tcp", "BYTES", "the same"),
	{ 0, "l3-cache-schema", OPT_STRING, offsetof(struct update_values, l3_cache_schema),
	  "L3:ID=MASK;...", "share of the L3 cache (Intel RDT)" },
	{ 0, "mem-bw-schema", OPT_STRING, offsetof(struct update_values, mem_bw_schema),
	  "MB:ID=N;...", "memory bandwidth (Intel RDT)" },
	ROW(PIDS_LIMIT, "pids-limit", "N", "limit of processes, -1 for no limit"),
	OPT_TABLE_END,
};

static const char *name_of(enum option i)
{
	const struct opt *o = opts;

	while (o->offset != offsetof(struct update_values, text[i]) || o->kind != OPT_STRING)
		o++;
	return o->name;
}

static bool is_given(const struct update_values *v, enum option i)
{
	return v->text[i] && *v->text[i];
}

/* ---- the document ---- */

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

static int write_field(struct json_writer *w, enum option i, const char *text)
{
	const struct field *f = &fields[i];
	uint64_t number;
	int64_t with_sign;

	switch (f->kind) {
	case TEXT:
		json_w_str(w, f->key, text);
		return 0;
	case SIZE:
		return write_size(w, name_of(i), f->key, text);
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
	return refuse(-EINVAL, "invalid value for %s: '%s' is not a number", name_of(i), text);
}

static int make_document(struct arena *a, const struct update_values *v, struct json **ret)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	const char *object = NULL;
	int r = 0;

	json_w_object(&w, NULL);
	for (enum option i = 0; r == 0 && i < N_OPTIONS; i++) {
		if (!is_given(v, i))
			continue;
		if (!str_eq(object, fields[i].object)) {
			if (object)
				json_w_end_object(&w);
			object = fields[i].object;
			json_w_object(&w, object);
		}
		r = write_field(&w, i, v->text[i]);
	}
	if (r < 0)
		return r;
	if (object)
		json_w_end_object(&w);
	json_w_end_object(&w);
	return json_parse(a, "options", text.data, text.len, ret);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct update_values *v = values;
	CLEANUP_FD int root = cmd_root(cmd);
	struct rdt_config rdt = { 0 };
	struct json *change;
	int r = root;

	if (r >= 0)
		r = v->resources ? read_document(cmd->arena, v->resources, &change) :
				   make_document(cmd->arena, v, &change);
	for (enum option i = 0; r >= 0 && v->resources && i < N_OPTIONS; i++)
		if (is_given(v, i))
			warn("update: --%s does not count beside --resources, ignoring",
			     name_of(i));
	if (r < 0)
		return r;
	if (v->l3_cache_schema)
		rdt.l3_cache_schema = arena_strdup(cmd->arena, v->l3_cache_schema);
	if (v->mem_bw_schema)
		rdt.mem_bw_schema = arena_strdup(cmd->arena, v->mem_bw_schema);
	return container_update(root, args[0], change,
				v->l3_cache_schema || v->mem_bw_schema ? &rdt : NULL);
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
