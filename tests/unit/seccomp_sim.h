/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/seccomp_sim.h - for the tests of seccomp/: profiles from text, verdicts without a
 * kernel */
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "seccomp/compile.h"
#include "seccomp/profile.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

/* x32 has no architecture of its own: it is x86_64 with this bit in the number. */
enum { SIM_X32_BIT = 0x40000000 };

/** sim_decode - a profile out of JSON with ' for " */
static inline int sim_decode(struct arena *a, const char *text, struct seccomp_profile *ret)
{
	struct json_decoder d = { .arena = a };
	char *copy = arena_strdup(a, text);
	struct json *tree;
	int r;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	r = json_parse(a, "profile", copy, strlen(copy), &tree);
	if (r < 0)
		return r;
	return json_decode(&d, "linux.seccomp", tree, seccomp_profile_rows, ret);
}

static inline int sim_compile(struct arena *a, const char *text, struct seccomp_program *ret)
{
	struct seccomp_profile p = { 0 };
	int r = sim_decode(a, text, &p);

	return r < 0 ? r : seccomp_compile(a, &p, ret);
}

static inline bool sim_jumps(const struct sock_filter *i, uint32_t acc)
{
	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return acc == i->k;
	case BPF_JGT:
		return acc > i->k;
	case BPF_JGE:
		return acc >= i->k;
	default:
		return acc & i->k; /* BPF_JSET */
	}
}

/**
 * sim_verdict - what the program returns for one call: SECCOMP_RET_*, with its data
 * Knows the instructions that filters are made of; any other ends with 0xdead, which no test
 * expects.
 */
static inline uint32_t sim_verdict(const struct seccomp_program *p, const struct seccomp_data *data)
{
	uint32_t acc = 0;

	for (size_t pc = 0; pc < p->n; pc++) {
		const struct sock_filter *i = &p->insns[pc];

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			if (i->code != (BPF_LD | BPF_W | BPF_ABS) || i->k > sizeof(*data) - 4)
				return 0xdead;
			memcpy(&acc, (const char *)data + i->k, sizeof(acc));
			break;
		case BPF_ALU:
			if (i->code != (BPF_ALU | BPF_AND | BPF_K))
				return 0xdead;
			acc &= i->k;
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += sim_jumps(i, acc) ? i->jt : i->jf;
			break;
		case BPF_RET:
			return i->k;
		default:
			return 0xdead;
		}
	}
	return 0xdead;
}

static inline uint32_t sim_call(const struct seccomp_program *p, uint32_t arch, uint32_t nr,
				uint64_t arg0, uint64_t arg1)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = arch, .args = { arg0, arg1 } };

	return sim_verdict(p, &data);
}
