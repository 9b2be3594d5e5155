/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_cgroup_devices.c - device rules: the v1 list, and the v2 program, which is run by a
 * small interpreter here, and handed to the kernel's verifier */
#include "cgroups/devices.h"
#include "cgroups/program.h"
#include "tests/unit/cgroup_fake.h"

#include <linux/bpf.h>

enum { R = BPF_DEVCG_ACC_READ, W = BPF_DEVCG_ACC_WRITE, M = BPF_DEVCG_ACC_MKNOD };

/* The few instructions that the generator knows; -1 for any other. */
static int run(const struct bpf_insn *insns, size_t n, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t reg[10] = { 0 };

	for (size_t pc = 0; pc < n; pc++) {
		const struct bpf_insn *i = &insns[pc];
		uint64_t *dst = &reg[i->dst_reg];

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			memcpy(dst, (const char *)ctx + i->off, 4);
			*dst &= UINT32_MAX;
			break;
		case BPF_ALU | BPF_MOV | BPF_X:
			*dst = (uint32_t)reg[i->src_reg];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*dst = (uint64_t)i->imm;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			*dst = (uint32_t)*dst & (uint32_t)i->imm;
			break;
		case BPF_ALU | BPF_RSH | BPF_K:
			*dst = (uint32_t)*dst >> i->imm;
			break;
		case BPF_JMP32 | BPF_JNE | BPF_K:
			if ((uint32_t)*dst != (uint32_t)i->imm)
				pc += (size_t)i->off;
			break;
		case BPF_JMP32 | BPF_JEQ | BPF_K:
			if ((uint32_t)*dst == (uint32_t)i->imm)
				pc += (size_t)i->off;
			break;
		case BPF_JMP | BPF_EXIT:
			return (int)reg[0];
		default:
			return -1;
		}
	}
	return -1;
}

static int decide(const char *rules, char type, uint32_t major, uint32_t minor, unsigned access)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_resources res = { 0 };
	struct bpf_cgroup_dev_ctx ctx = { .major = major, .minor = minor };
	struct bpf_insn *insns;
	size_t n;

	if (fake_resources(a, arena_printf(a, "{\"devices\":[%s]}", rules), &res) < 0)
		return -2;
	ctx.access_type = access << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	cgroup_devices_v2(a, &res, &insns, &n);
	return run(insns, n, &ctx);
}

#define DENY_ALL "{\"allow\":false,\"access\":\"rwm\"}"
#define ALLOW_ALL "{\"allow\":true,\"access\":\"rwm\"}"
#define KMSG_READ "{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":11,\"access\":\"r\"}"
#define KMSG_WRITE "{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":11,\"access\":\"w\"}"
#define KMSG_NOT_WRITE "{\"allow\":false,\"type\":\"c\",\"major\":1,\"minor\":11,\"access\":\"w\"}"
#define DISK_NOT "{\"allow\":false,\"type\":\"b\",\"major\":8}"
#define HIGH "{\"allow\":true,\"type\":\"c\",\"major\":4294967295,\"minor\":0}"

static void decisions(void)
{
	check_int(decide("", 'c', 1, 11, R), 0);
	check_int(decide("", 'c', 1, 3, R | W), 1);
	check_int(decide("", 'c', 136, 77, R | W), 1);
	check_int(decide("", 'b', 8, 0, M), 1);
	check_int(decide("", 'b', 8, 0, R), 0);
	check_int(decide("", 'b', 1, 3, R), 0); /* the type counts */
	check_int(decide(DENY_ALL "," KMSG_READ, 'c', 1, 11, R), 1);
	check_int(decide(DENY_ALL "," KMSG_READ, 'c', 1, 11, R | W), 0);
	check_int(decide(DENY_ALL "," KMSG_READ "," KMSG_WRITE, 'c', 1, 11, R | W), 1);
	check_int(decide(KMSG_READ "," DENY_ALL, 'c', 1, 11, R), 0); /* the last one decides */
	check_int(decide(ALLOW_ALL, 'b', 9, 9, R | W | M), 1);
	check_int(decide(ALLOW_ALL "," KMSG_NOT_WRITE, 'c', 1, 11, R), 1);
	check_int(decide(ALLOW_ALL "," KMSG_NOT_WRITE, 'c', 1, 11, R | W), 0);
	check_int(decide(ALLOW_ALL "," DISK_NOT, 'b', 8, 3, R), 0);
	check_int(decide(ALLOW_ALL "," DISK_NOT, 'b', 9, 3, R), 1);
	check_int(decide(HIGH, 'c', UINT32_MAX, 0, R | W), 1);
	check_int(decide(HIGH, 'c', UINT32_MAX - 1, 0, R | W), 0);
}

static const char *v1_text(struct arena *a, const char *rules)
{
	struct cgroup_resources res = { 0 };
	struct cgroup_writes w = { .arena = a };
	CLEANUP_BUF struct buf out = { 0 };

	if (fake_resources(a, arena_printf(a, "{\"devices\":[%s]}", rules), &res) < 0 ||
	    cgroup_devices_v1(&w, &res) < 0)
		return error_text();
	for (size_t i = 0; i < w.n && !str_eq(w.list[i].value, "c *:* m"); i++)
		buf_printf(&out, "%s %s;", w.list[i].file + strlen("devices."), w.list[i].value);
	return arena_strdup(a, out.data ? out.data : "");
}

static void v1_lists(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(v1_text(a, ""), "deny a;");
	check_str(v1_text(a, ALLOW_ALL), "allow a;");
	check_str(v1_text(a, KMSG_READ "," DENY_ALL), "deny a;");
	check_str(v1_text(a, DENY_ALL "," KMSG_READ "," KMSG_WRITE), "deny a;allow c 1:11 rw;");
	check_str(v1_text(a, DENY_ALL "," KMSG_READ "," KMSG_WRITE "," KMSG_NOT_WRITE),
		  "deny a;allow c 1:11 r;");
	check_str(v1_text(a, ALLOW_ALL "," KMSG_NOT_WRITE), "allow a;deny c 1:11 w;");
	/* A part of "all" is said for both types: to the kernel, "a 8:0 r" is simply all. */
	check_str(v1_text(a, "{\"allow\":true,\"type\":\"a\",\"major\":8,\"access\":\"r\"}"),
		  "deny a;allow b 8:* r;allow c 8:* r;");
	check(strstr(v1_text(a, ALLOW_ALL
			     ",{\"allow\":false,\"type\":\"c\",\"access\":\"w\"}," KMSG_WRITE),
		     "devices[2]: cgroup v1 cannot allow 'c 1:11 w'"));
}

/* From what devices.list shows to what these rules say. */
static const char *change_text(struct arena *a, const char *list, const char *rules)
{
	struct cgroup_resources res = { 0 };
	struct cgroup_writes w = { .arena = a };
	CLEANUP_BUF struct buf out = { 0 };
	struct cgroup_device_list *to;

	if (fake_resources(a, arena_printf(a, "{\"devices\":[%s]}", rules), &res) < 0 ||
	    cgroup_devices_list(a, &res, &to) < 0)
		return error_text();
	cgroup_devices_change(&w, cgroup_devices_read(a, arena_strdup(a, list), to), to);
	for (size_t i = 0; i < w.n; i++)
		buf_printf(&out, "%s %s;", w.list[i].file + strlen("devices."), w.list[i].value);
	return arena_strdup(a, out.data ? out.data : "");
}

#define EVERY_DEVICE                                                                           \
	"c *:* m\nb *:* m\nc 1:3 rwm\nc 1:5 rwm\nc 1:7 rwm\nc 1:8 rwm\nc 1:9 rwm\nc 5:0 rwm\n" \
	"c 5:1 rwm\nc 5:2 rwm\nc 136:* rwm\n"

static void v1_changes(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(change_text(a, EVERY_DEVICE, DENY_ALL), "");
	check_str(change_text(a, EVERY_DEVICE, DENY_ALL "," KMSG_READ), "allow c 1:11 r;");
	check_str(change_text(a, EVERY_DEVICE "c 1:11 rw\nb 8:0 r\n", DENY_ALL "," KMSG_READ),
		  "deny c 1:11 w;deny b 8:0 r;");
	check_str(change_text(a, EVERY_DEVICE "c 1:11 w\n", DENY_ALL "," KMSG_READ),
		  "allow c 1:11 r;deny c 1:11 w;");
	check_str(change_text(a, EVERY_DEVICE, ALLOW_ALL), "allow a;");
	check_str(change_text(a, "a *:* rwm\n", ALLOW_ALL), "");
	check(str_starts(change_text(a, "a *:* rwm\n", DENY_ALL), "deny a;allow c *:* m;"));
}

static void kernel_takes_it(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char *const rules[] = { "", ALLOW_ALL, DENY_ALL "," KMSG_READ,
					     ALLOW_ALL "," KMSG_NOT_WRITE "," DISK_NOT };

	if (geteuid() != 0)
		skip("needs root");
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct cgroup_resources res = { 0 };
		struct bpf_insn *insns;
		size_t n;
		int fd;

		require(fake_resources(a, arena_printf(a, "{\"devices\":[%s]}", rules[i]), &res) ==
			0);
		cgroup_devices_v2(a, &res, &insns, &n);
		fd = cgroup_program_load(insns, n);
		if (fd == -EPERM || fd == -ENOSYS || fd == -EINVAL) {
			struct bpf_insn least[] = {
				{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
				{ .code = BPF_JMP | BPF_EXIT },
			};

			if (cgroup_program_load(least, 2) < 0)
				skip("the kernel takes no device programs here");
		}
		check(fd >= 0);
		if (fd >= 0)
			(void)close(fd);
	}
}

static const struct unit_case cases[] = {
	{ "the program decides as the rules say", decisions },
	{ "v1: a change touches what differs alone", v1_changes },
	{ "v1: a default and its exceptions", v1_lists },
	{ "the kernel's verifier takes the program", kernel_takes_it },
};
UNIT_MAIN(cases)
