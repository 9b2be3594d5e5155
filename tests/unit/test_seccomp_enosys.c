/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_seccomp_enosys.c - ENOSYS for what is newer than a profile, and no hole by it
 * Programs run in the interpreter of seccomp_sim.h, so every number and architecture can be tried.
 */
#include "base/arena.h"
#include "base/error.h"
#include "seccomp/enosys.h"
#include "tests/unit/seccomp_sim.h"
#include "tests/unit/unit.h"

#include <sys/syscall.h>

#ifdef __x86_64__

/* The newest call that each profile names is openat2: 437 on all three architectures. */
#define NAMES "'names': ['openat2', 'read']"
#define X86_64 "'architectures': ['SCMP_ARCH_X86_64']"
#define ALL "'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']"
#define RULES ", 'syscalls': [{" NAMES ", 'action': 'SCMP_ACT_ALLOW'}]}"
#define ERRNO(e) "'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': " e ", "

enum { NEWEST = 437 };

static uint32_t errno_ret(uint32_t err)
{
	return SECCOMP_RET_ERRNO | err;
}

static void newer_calls_get_enosys(void)
{
	static const struct {
		uint32_t arch, base;
	} entries[] = {
		{ AUDIT_ARCH_X86_64, 0 },
		{ AUDIT_ARCH_I386, 0 },
		{ AUDIT_ARCH_X86_64, SIM_X32_BIT },
	};
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p;

	require(sim_compile(a, "{" ERRNO("77") ALL RULES, &p) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		uint32_t arch = entries[i].arch, base = entries[i].base;

		check_int(sim_call(&p, arch, base + NEWEST, 0, 0), SECCOMP_RET_ALLOW);
		check_int(sim_call(&p, arch, base + NEWEST - 1, 0, 0), errno_ret(77));
		check_int(sim_call(&p, arch, base + NEWEST + 1, 0, 0), errno_ret(ENOSYS));
		check_int(sim_call(&p, arch, base + 600, 0, 0), errno_ret(ENOSYS));
	}
	check_int(sim_call(&p, AUDIT_ARCH_X86_64, SYS_read, 0, 0), SECCOMP_RET_ALLOW);
	check_int(sim_call(&p, AUDIT_ARCH_AARCH64, 600, 0, 0), SECCOMP_RET_KILL_THREAD);
}

static void only_an_errno_default_has_a_stub(void)
{
	static const struct {
		const char *profile;
		uint32_t verdict; /* of a call that is newer */
	} table[] = {
		{ "{" ERRNO("1") X86_64 RULES, SECCOMP_RET_ERRNO | ENOSYS },
		{ "{" ERRNO("38") X86_64 RULES, SECCOMP_RET_ERRNO | ENOSYS },
		{ "{'defaultAction': 'SCMP_ACT_KILL_PROCESS', " X86_64 RULES,
		  SECCOMP_RET_KILL_PROCESS },
		{ "{'defaultAction': 'SCMP_ACT_TRAP', " X86_64 RULES, SECCOMP_RET_TRAP },
		{ "{'defaultAction': 'SCMP_ACT_LOG', " X86_64 RULES, SECCOMP_RET_LOG },
		{ "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{" NAMES
		  ", 'action': 'SCMP_ACT_TRAP'}]}",
		  SECCOMP_RET_ALLOW },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct seccomp_program p;

		require(sim_compile(a, table[i].profile, &p) == 0);
		check_int(sim_call(&p, AUDIT_ARCH_X86_64, NEWEST + 1, 0, 0), table[i].verdict);
	}
}

/* Numbers around every edge that the stub or libseccomp compares with. */
static const uint32_t edges[] = { 0,
				  1,
				  NEWEST,
				  NEWEST + 1,
				  SIM_X32_BIT - 1,
				  SIM_X32_BIT,
				  SIM_X32_BIT + NEWEST,
				  SIM_X32_BIT + NEWEST + 1,
				  0x7fffffff,
				  0x80000000,
				  0xfffffffe,
				  0xffffffff };

/* The same program behind the stub and without it: the stub may only turn errno 77 into ENOSYS. */
static void the_stub_never_allows(void)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64 };
	static const char *const profiles[] = { "{" ERRNO("77") X86_64 RULES,
						"{" ERRNO("77") ALL RULES };
	/* One range of six instructions (x86_64), two of five. */
	static const size_t stub_length[] = { 6, 6 + 5 + 5 };

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct seccomp_program with, without;

		require(sim_compile(a, profiles[i], &with) == 0);
		without = with;
		without.insns += stub_length[i];
		without.n = (unsigned short)(with.n - stub_length[i]);
		for (size_t k = 0; k < ARRAY_SIZE(archs) * ARRAY_SIZE(edges); k++) {
			uint32_t arch = archs[k / ARRAY_SIZE(edges)];
			uint32_t nr = edges[k % ARRAY_SIZE(edges)];
			uint32_t bare = sim_call(&without, arch, nr, 0, 0);
			uint32_t got = sim_call(&with, arch, nr, 0, 0);

			check(got == bare || (bare == errno_ret(77) && got == errno_ret(ENOSYS)));
		}
	}
}

static void x32_without_its_architecture_is_killed(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p;

	require(sim_compile(a, "{" ERRNO("77") X86_64 RULES, &p) == 0);
	check_int(sim_call(&p, AUDIT_ARCH_X86_64, SIM_X32_BIT, 0, 0), SECCOMP_RET_KILL_THREAD);
	check_int(sim_call(&p, AUDIT_ARCH_X86_64, SIM_X32_BIT + 600, 0, 0),
		  SECCOMP_RET_KILL_THREAD);
	check_int(sim_call(&p, AUDIT_ARCH_I386, 3, 0, 0), SECCOMP_RET_KILL_THREAD);
	check_int(sim_call(&p, AUDIT_ARCH_I386, 600, 0, 0), SECCOMP_RET_KILL_THREAD);
}
#endif

/* Numbers from .end on belong to somebody else, as ARM's private calls do. */
static void a_range_ends(void)
{
	static const struct enosys_range arm = { AUDIT_ARCH_ARM, 400, 0x0f0000 };
	struct sock_filter insns[ENOSYS_INSNS_PER_RANGE + 1];
	struct seccomp_program p = { .insns = insns };

	p.n = (unsigned short)enosys_stub(&arm, 1, insns);
	insns[p.n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	check_int(sim_call(&p, AUDIT_ARCH_ARM, 400, 0, 0), SECCOMP_RET_TRAP);
	check_int(sim_call(&p, AUDIT_ARCH_ARM, 401, 0, 0), SECCOMP_RET_ERRNO | ENOSYS);
	check_int(sim_call(&p, AUDIT_ARCH_ARM, 0x0effff, 0, 0), SECCOMP_RET_ERRNO | ENOSYS);
	check_int(sim_call(&p, AUDIT_ARCH_ARM, 0x0f0000, 0, 0), SECCOMP_RET_TRAP);
	check_int(sim_call(&p, AUDIT_ARCH_ARM, 0x0f0005, 0, 0), SECCOMP_RET_TRAP);
	check_int(sim_call(&p, AUDIT_ARCH_AARCH64, 401, 0, 0), SECCOMP_RET_TRAP);
}

static const struct unit_case cases[] = {
#ifdef __x86_64__
	{ "newer calls get ENOSYS on each architecture", newer_calls_get_enosys },
	{ "only before an errno default", only_an_errno_default_has_a_stub },
	{ "the stub never allows", the_stub_never_allows },
	{ "x32 and 32-bit calls are killed when not listed",
	  x32_without_its_architecture_is_killed },
#endif
	{ "a range ends where other numbers begin", a_range_ends },
};
UNIT_MAIN(cases)
