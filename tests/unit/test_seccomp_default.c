/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_seccomp_default.c - the default profile, call by call
 *
 * tests/golden/seccomp-default-*.txt hold the expected answer for every number. They are compared
 * by an interpreter; the calls that must be denied are then made for real, in a child. */
#include "base/arena.h"
#include "base/confine.h"
#include "base/fd.h"
#include "base/str.h"
#include "seccomp/default.h"
#include "seccomp/groups.h"
#include "tests/unit/seccomp_sim.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CAP(name) (UINT64_C(1) << CAP_##name)

/* What `doboz run` gives. */
static const uint64_t run_capabilities = CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) |
					 CAP(FSETID) | CAP(KILL) | CAP(NET_BIND_SERVICE) |
					 CAP(SETFCAP) | CAP(SETGID) | CAP(SETPCAP) | CAP(SETUID) |
					 CAP(SYS_CHROOT);

static struct seccomp_program program_for(struct arena *a, uint64_t capabilities)
{
	struct seccomp_program p = { 0 };

	check_int(seccomp_compile(a, seccomp_default_profile(a, capabilities), &p), 0);
	return p;
}

/* ---- the groups ---- */

static const struct seccomp_group *group_of(const char *name, size_t *ret_times)
{
	const struct seccomp_group *found = NULL;

	*ret_times = 0;
	for (size_t i = 0; i < seccomp_n_groups; i++) {
		if (strv_has((char *const *)seccomp_groups[i].calls, name)) {
			found = &seccomp_groups[i];
			(*ret_times)++;
		}
	}
	return found;
}

static void a_call_is_in_one_group(void)
{
	for (size_t i = 0; i < seccomp_n_groups; i++) {
		for (const char *const *name = seccomp_groups[i].calls; *name; name++) {
			size_t times;

			(void)group_of(*name, &times);
			if (times != 1)
				printf("# %s\n", *name);
			check_int((long long)times, 1);
		}
	}
}

/* ---- the golden tables ---- */

static const struct {
	const char *word;
	uint32_t verdict;
} words[] = {
	{ "allow", SECCOMP_RET_ALLOW },
	{ "EPERM", SECCOMP_RET_ERRNO | EPERM },
	{ "ENOSYS", SECCOMP_RET_ERRNO | ENOSYS },
	{ "EAFNOSUPPORT", SECCOMP_RET_ERRNO | EAFNOSUPPORT },
};

static uint32_t verdict_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq(words[i].word, word))
			return words[i].verdict;
	return 0xdead;
}

struct golden {
	unsigned nr;
	char name[64], word[16];
};

/* Return: the number of lines, 0 when the file cannot be read. */
static size_t read_golden(struct arena *a, const char *file, struct golden *lines, size_t max)
{
	const char *src = getenv("DOBOZ_SRC");
	char *text, **rows;
	size_t n = 0, len;

	if (file_read_at(a, AT_FDCWD, arena_printf(a, "%s/tests/golden/%s", src ? src : ".", file),
			 1 << 20, &text, &len) < 0)
		return 0;
	rows = str_split(a, text, '\n');
	for (size_t i = 0; rows[i] && n < max; i++)
		if (sscanf(rows[i], "%u %63s %15s", &lines[n].nr, lines[n].name, lines[n].word) ==
		    3)
			n++;
	return n;
}

static const struct {
	const char *file;
	uint32_t arch;
} tables[] = {
	{ "seccomp-default-x86_64.txt", AUDIT_ARCH_X86_64 },
	{ "seccomp-default-x86.txt", AUDIT_ARCH_I386 },
};

enum { GOLDEN_LINES = 457 }; /* numbers 0 to 456, what libseccomp 2.5.4 knows */

#ifdef __x86_64__
static void every_number_answers_as_expected(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = program_for(a, run_capabilities);
	struct golden *lines = arena_array(a, GOLDEN_LINES + 1, sizeof(*lines));

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		require(read_golden(a, tables[t].file, lines, GOLDEN_LINES + 1) == GOLDEN_LINES);
		for (size_t i = 0; i < GOLDEN_LINES; i++) {
			uint32_t got = sim_call(&p, tables[t].arch, lines[i].nr, 0, 0);
			size_t times;

			if (got != verdict_of(lines[i].word))
				printf("# %s: %u %s\n", tables[t].file, lines[i].nr, lines[i].name);
			check_int(got, verdict_of(lines[i].word));
			(void)group_of(lines[i].name, &times);
			if (!str_eq(lines[i].name, "-"))
				check_int((long long)times, 1);
		}
	}
	/* Behind the table: what a newer libseccomp knows by name, or ENOSYS. */
	for (uint32_t nr = 500; nr <= 600; nr++)
		check_int(sim_call(&p, AUDIT_ARCH_X86_64, nr, 0, 0), SECCOMP_RET_ERRNO | ENOSYS);
}

static void other_architectures_are_killed(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = program_for(a, run_capabilities);

	check_int(sim_call(&p, AUDIT_ARCH_AARCH64, 0, 0, 0), SECCOMP_RET_KILL_THREAD);
}

/* Makes every denied call of the table for real. Return: number of the first wrong one, or 0. */
static int make_denied_calls(const struct golden *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t want = verdict_of(lines[i].word);
		long r;

		/* uretprobe and uprobe pass every filter (Linux 6.14) and end in SIGILL. */
		if (want == SECCOMP_RET_ALLOW || lines[i].nr == 335 || lines[i].nr == 336)
			continue;
		/* -1 as every argument does no harm should the filter not hold; socket would work.
		 */
		r = syscall(lines[i].nr, lines[i].nr == SYS_socket ? 0L : -1L, -1L, -1L, -1L, -1L,
			    -1L);
		if (r != -1 || (want & SECCOMP_RET_DATA) != (uint32_t)errno)
			return (int)lines[i].nr;
	}
	return 0;
}

static void denied_calls_are_denied_by_the_kernel(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = program_for(a, run_capabilities);
	struct golden *lines = arena_array(a, GOLDEN_LINES, sizeof(*lines));
	int status = -1, pipe_fds[2], wrong = -1;
	pid_t pid;

	require(read_golden(a, tables[0].file, lines, GOLDEN_LINES) == GOLDEN_LINES);
	require(pipe(pipe_fds) == 0);
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		    confine_seccomp(p.insns, p.n, p.flags) == 0) {
			wrong = make_denied_calls(lines, GOLDEN_LINES);
			_exit(write(pipe_fds[1], &wrong, sizeof(wrong)) != sizeof(wrong));
		}
		_exit(1);
	}
	(void)close(pipe_fds[1]);
	check(read(pipe_fds[0], &wrong, sizeof(wrong)) == sizeof(wrong));
	(void)close(pipe_fds[0]);
	check(waitpid(pid, &status, 0) == pid && status == 0);
	check_int(wrong, 0);
}

/* ---- rules with arguments ---- */

enum { NONE = SECCOMP_RET_ALLOW };
#define ERR(e) (SECCOMP_RET_ERRNO | (e))
#define HIGH \
	(UINT64_C(1) << 32) /* a bit that the kernel ignores and a careless filter does not   \
				  */

static const struct {
	uint32_t nr;
	uint64_t arg0, arg1;
	uint32_t verdict;
} argument_cases[] = {
	{ SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0, NONE },
	{ SYS_clone, 0x80 | 17, 0, NONE },
	{ SYS_clone, HIGH | 17, 0, NONE },
	{ SYS_clone, CLONE_NEWNS, 0, ERR(EPERM) },
	{ SYS_clone, CLONE_NEWUSER | 17, 0, ERR(EPERM) },
	{ SYS_clone, CLONE_NEWNET | CLONE_NEWUSER, 0, ERR(EPERM) },
	{ SYS_clone, HIGH | CLONE_NEWUSER, 0, ERR(EPERM) },
	{ SYS_clone, CLONE_NEWCGROUP, 0, ERR(EPERM) },
	{ SYS_clone, CLONE_NEWUTS, 0, ERR(EPERM) },
	{ SYS_clone, CLONE_NEWIPC, 0, ERR(EPERM) },
	{ SYS_clone, CLONE_NEWPID, 0, ERR(EPERM) },
	{ SYS_unshare, CLONE_FS | CLONE_FILES, 0, NONE },
	{ SYS_unshare, CLONE_NEWUSER, 0, ERR(EPERM) },
	{ SYS_unshare, 0x80 /* CLONE_NEWTIME */, 0, ERR(EPERM) },
	{ SYS_unshare, HIGH | CLONE_NEWNS, 0, ERR(EPERM) },
	{ SYS_socket, AF_UNIX, 0, NONE },
	{ SYS_socket, AF_INET, 0, NONE },
	{ SYS_socket, AF_INET6, 0, NONE },
	{ SYS_socket, AF_NETLINK, 0, NONE },
	{ SYS_socket, AF_PACKET, 0, NONE },
	{ SYS_socket, HIGH | AF_INET, 0, NONE },
	{ SYS_socket, 38 /* AF_ALG */, 0, ERR(EAFNOSUPPORT) },
	{ SYS_socket, HIGH | 38, 0, ERR(EAFNOSUPPORT) },
	{ SYS_socket, 40 /* AF_VSOCK */, 0, ERR(EAFNOSUPPORT) },
	{ SYS_socket, HIGH | 40, 0, ERR(EAFNOSUPPORT) },
	{ SYS_socket, AF_XDP, 0, ERR(EAFNOSUPPORT) },
	{ SYS_socket, 46, 0, ERR(ENOSYS) },
	{ SYS_ioctl, 0, TIOCSTI, ERR(EPERM) },
	{ SYS_ioctl, 0, HIGH | TIOCSTI, ERR(EPERM) },
	{ SYS_ioctl, 0, TCGETS, NONE },
	{ SYS_ioctl, 0, TIOCGWINSZ, NONE },
	{ SYS_ioctl, 0, UINT64_C(0xffffffff80045430), NONE }, /* sign-extended, as musl passes it */
	{ SYS_personality, 0, 0, NONE },
	{ SYS_personality, 8, 0, NONE },
	{ SYS_personality, 0x20000, 0, NONE },
	{ SYS_personality, 0x20008, 0, NONE },
	{ SYS_personality, 0xffffffff, 0, NONE },
	{ SYS_personality, UINT64_MAX, 0, NONE },
	{ SYS_personality, ADDR_NO_RANDOMIZE, 0, ERR(ENOSYS) },
	{ SYS_personality, HIGH | READ_IMPLIES_EXEC, 0, ERR(ENOSYS) },
};

static void arguments_decide(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = program_for(a, run_capabilities);

	for (size_t i = 0; i < ARRAY_SIZE(argument_cases); i++) {
		uint32_t got = sim_call(&p, AUDIT_ARCH_X86_64, argument_cases[i].nr,
					argument_cases[i].arg0, argument_cases[i].arg1);

		if (got != argument_cases[i].verdict)
			printf("# case %zu\n", i);
		check_int(got, argument_cases[i].verdict);
	}
}

/* Every command of 20 bits, and every single-bit neighbour: TIOCSTI alone is refused. */
static void one_ioctl_is_refused(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = program_for(a, run_capabilities);
	size_t refused = 0;

	for (uint64_t cmd = 0; cmd < 1 << 20; cmd++)
		refused += sim_call(&p, AUDIT_ARCH_X86_64, SYS_ioctl, 0, cmd) != SECCOMP_RET_ALLOW;
	check_int((long long)refused, 1);
	for (unsigned bit = 0; bit < 32; bit++)
		check_int(sim_call(&p, AUDIT_ARCH_X86_64, SYS_ioctl, 0,
				   TIOCSTI ^ UINT64_C(1) << bit),
			  SECCOMP_RET_ALLOW);
}

/* ---- capabilities ---- */

static const struct {
	uint64_t capability;
	uint32_t nr;
	uint64_t arg0;
	uint32_t without;
} openings[] = {
	{ CAP(SYS_ADMIN), SYS_mount, 0, ERR(EPERM) },
	{ CAP(SYS_ADMIN), SYS_clone3, 0, ERR(ENOSYS) },
	{ CAP(SYS_ADMIN), SYS_clone, CLONE_NEWUSER, ERR(EPERM) },
	{ CAP(SYS_ADMIN), SYS_unshare, CLONE_NEWNS, ERR(EPERM) },
	{ CAP(SYS_ADMIN), SYS_setns, 0, ERR(EPERM) },
	{ CAP(SYS_ADMIN), SYS_bpf, 0, ERR(EPERM) },
	{ CAP(BPF), SYS_bpf, 0, ERR(EPERM) },
	{ CAP(PERFMON), SYS_perf_event_open, 0, ERR(EPERM) },
	{ CAP(SYSLOG), SYS_syslog, 0, ERR(EPERM) },
	{ CAP(SYS_PTRACE), SYS_kcmp, 0, ERR(EPERM) },
	{ CAP(DAC_READ_SEARCH), SYS_open_by_handle_at, 0, ERR(EPERM) },
	{ CAP(SYS_CHROOT), SYS_chroot, 0, ERR(EPERM) },
	{ CAP(SYS_MODULE), SYS_init_module, 0, ERR(EPERM) },
	{ CAP(SYS_PACCT), SYS_acct, 0, ERR(EPERM) },
	{ CAP(SYS_RAWIO), SYS_iopl, 0, ERR(EPERM) },
	{ CAP(SYS_TIME), SYS_clock_settime, 0, ERR(EPERM) },
	{ CAP(SYS_TTY_CONFIG), SYS_vhangup, 0, ERR(EPERM) },
	{ CAP(SYS_BOOT), SYS_reboot, 0, ERR(EPERM) },
	{ CAP(SYS_NICE), SYS_move_pages, 0, ERR(EPERM) },
	{ CAP(NET_ADMIN), SYS_socket, AF_XDP, ERR(EAFNOSUPPORT) },
};

static void capabilities_open_groups(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program none = program_for(a, 0);

	for (size_t i = 0; i < ARRAY_SIZE(openings); i++) {
		struct seccomp_program with = program_for(a, openings[i].capability);

		check_int(sim_call(&none, AUDIT_ARCH_X86_64, openings[i].nr, openings[i].arg0, 0),
			  openings[i].without);
		check_int(sim_call(&with, AUDIT_ARCH_X86_64, openings[i].nr, openings[i].arg0, 0),
			  SECCOMP_RET_ALLOW);
	}
}

static void no_capability_opens_the_worst(void)
{
	static const uint32_t never[] = { SYS_io_uring_setup, SYS_keyctl, SYS_kexec_load,
					  SYS_userfaultfd,    SYS_swapon, SYS_uselib };
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = program_for(a, UINT64_MAX);

	for (size_t i = 0; i < ARRAY_SIZE(never); i++)
		check_int(sim_call(&p, AUDIT_ARCH_X86_64, never[i], 0, 0), ERR(EPERM));
	check_int(sim_call(&p, AUDIT_ARCH_X86_64, SYS_socket, 38, 0), ERR(EAFNOSUPPORT));
	check_int(sim_call(&p, AUDIT_ARCH_X86_64, SYS_ioctl, 0, TIOCSTI), ERR(EPERM));
}
#endif

static const struct unit_case cases[] = {
	{ "a call is in one group", a_call_is_in_one_group },
#ifdef __x86_64__
	{ "every number answers as expected", every_number_answers_as_expected },
	{ "other architectures are killed", other_architectures_are_killed },
	{ "the kernel denies what is denied", denied_calls_are_denied_by_the_kernel },
	{ "arguments decide", arguments_decide },
	{ "of all ioctls, TIOCSTI is refused", one_ioctl_is_refused },
	{ "capabilities open groups", capabilities_open_groups },
	{ "no capability opens the worst", no_capability_opens_the_worst },
#endif
};
UNIT_MAIN(cases)
