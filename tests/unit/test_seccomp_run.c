/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_seccomp_run.c - compiled filters in the kernel: each action, operator and entry
 *
 * Every case loads a filter in a child, makes a call there and looks at what became of it. The
 * control of each is the same call without the filter, or an argument that the rule does not match.
 */
#include "base/arena.h"
#include "base/confine.h"
#include "base/error.h"
#include "base/fd.h"
#include "seccomp/kernel.h"
#include "seccomp/listener.h"
#include "tests/unit/seccomp_sim.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ALLOW_BUT(rules) "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [" rules "]}"
#define ON_DUP(action) "{'names': ['dup'], 'action': '" action "'}"

enum { BROKEN = 255 }; /* exit status of a child that could not load its filter */

/* Runs body in a child under the profile. Return: the wait status. */
static int under(const char *profile, int (*body)(void))
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = { 0 };
	int r = sim_compile(a, profile, &p), status = -1;
	pid_t pid;

	if (r < 0)
		printf("# %s\n", error_text());
	pid = fork();
	if (pid == 0) {
		if (r < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    confine_seccomp(p.insns, p.n, p.flags) < 0)
			_exit(BROKEN);
		_exit(body());
	}
	(void)waitpid(pid, &status, 0);
	return status;
}

static int exit_of(const char *profile, int (*body)(void))
{
	int status = under(profile, body);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The bodies answer with the errno of their call; dup of -1 gives EBADF when it is let through. */
static int errno_of(long r)
{
	return r < 0 ? errno : 0;
}

static int call_dup(void)
{
	return errno_of(syscall(SYS_dup, -1));
}

static void actions_that_let_pass(void)
{
	check_int(exit_of("{'defaultAction': 'SCMP_ACT_ALLOW'}", call_dup), EBADF);
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_LOG")), call_dup), EBADF);
}

static void action_errno(void)
{
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_ERRNO")), call_dup), EPERM);
	check_int(exit_of(ALLOW_BUT("{'names': ['dup'], 'action': 'SCMP_ACT_ERRNO',"
				    " 'errnoRet': 77}"),
			  call_dup),
		  77);
	check_int(exit_of("{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 78, 'syscalls': ["
			  "{'names': ['exit_group'], 'action': 'SCMP_ACT_ALLOW'}]}",
			  call_dup),
		  78);
}

/* A second thread makes the call; the first one lives on or not. */
static void *thread_dup(void *arg)
{
	(void)syscall(SYS_dup, -1);
	return arg;
}

static int call_in_thread(void)
{
	pthread_t thread;
	void *value = NULL;
	int alive;

	if (pthread_create(&thread, NULL, thread_dup, &alive) != 0)
		return BROKEN;
	(void)pthread_join(thread, &value);
	return value ? 1 : 42; /* 42: the thread ended before it could return */
}

static void actions_that_kill(void)
{
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_LOG")), call_in_thread), 1);
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_KILL")), call_in_thread), 42);
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_KILL_THREAD")), call_in_thread), 42);
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_KILL_PROCESS")), call_in_thread), -SIGSYS);
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_KILL")), call_dup), -SIGSYS);
}

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	(void)context;
	_exit(signal == SIGSYS && info->si_code == 1 /* SYS_SECCOMP */ &&
			      info->si_syscall == SYS_dup ?
		      43 :
		      44);
}

static int call_with_handler(void)
{
	struct sigaction act = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	(void)sigaction(SIGSYS, &act, NULL);
	return call_dup();
}

static void action_trap(void)
{
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_LOG")), call_with_handler), EBADF);
	check_int(exit_of(ALLOW_BUT(ON_DUP("SCMP_ACT_TRAP")), call_with_handler), 43);
}

static int call_traced(void)
{
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
		return BROKEN;
	(void)raise(SIGSTOP);
	return call_dup();
}

/* A tracer gets an event with errnoRet as its message; without one the call gives ENOSYS. */
static void action_trace(void)
{
	static const char rule[] = ALLOW_BUT(
		"{'names': ['dup'], 'action': 'SCMP_ACT_TRACE', 'errnoRet': 513}");
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p;
	unsigned long message = 0;
	int status = 0;
	pid_t pid;

	check_int(exit_of(rule, call_dup), ENOSYS);
	require(sim_compile(a, rule, &p) == 0);
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    confine_seccomp(p.insns, p.n, p.flags) < 0)
			_exit(BROKEN);
		_exit(call_traced());
	}
	require(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	check_int(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL), 0);
	check_int(ptrace(PTRACE_CONT, pid, 0, 0), 0);
	require(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	check_int(status >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	check_int(ptrace(PTRACE_GETEVENTMSG, pid, 0, &message), 0);
	check_int((long long)message, 513);
	check_int(ptrace(PTRACE_CONT, pid, 0, 0), 0);
	require(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	check_int(WEXITSTATUS(status), EBADF);
}

/* ---- notify ---- */

/* What a word to another process takes is asked about as well. */
#define ASK                                                                                 \
	"{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerPath': '/none', 'syscalls': [{"       \
	"'names': ['dup', 'write', 'sendmsg', 'sendto', 'close', 'futex', 'mmap', 'read']," \
	"'action': 'SCMP_ACT_NOTIFY'}]}"

static int deliver_to(void *arg, int listener)
{
	const int *sock = arg;

	return fd_send(*sock, &listener, 1, "x", 1);
}

static int deliver_nowhere(void *arg, int listener)
{
	(void)arg;
	return fcntl(listener, F_GETFD) == FD_CLOEXEC ? -ENOTCONN : -EBADF;
}

/* Return: the errno of a dup under the filter. */
static NORETURN void ask_and_dup(const struct seccomp_program *p, int sock)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    seccomp_listener_load(p, deliver_to, &sock) < 0)
		_exit(BROKEN);
	_exit(call_dup());
}

static void answer_one(int listener, int want_nr, int with_errno)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp reply = { .error = -with_errno };

	require(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0);
	check_int(call.data.nr, want_nr);
	reply.id = call.id;
	check_int(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply), 0);
}

static void action_notify(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p;
	int pair[2], listener = -1, status = 0;
	size_t n = 0;
	char text;
	pid_t pid;

	require(sim_compile(a, ASK, &p) == 0);
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	pid = fork();
	if (pid == 0)
		ask_and_dup(&p, pair[1]);
	(void)close(pair[1]);
	require(fd_recv(pair[0], &listener, 1, &n, &text, 1) == 1 && n == 1);
	answer_one(listener, SYS_dup, 78);
	require(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	check_int(WEXITSTATUS(status), 78);
	(void)close(listener);
	(void)close(pair[0]);
}

/* In a child: the filter stays. */
static int exit_of_load(const struct seccomp_program *p)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			_exit(BROKEN);
		_exit(-seccomp_listener_load(p, deliver_nowhere, NULL));
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void a_listener_that_goes_nowhere(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p;

	require(sim_compile(a, ASK, &p) == 0);
	check_int(exit_of_load(&p), ENOTCONN);
	p.n = 0;
	check_int(exit_of_load(&p), EINVAL);
}

/* ---- operators ---- */

#define COMPARE(op, value, two)                                                            \
	ALLOW_BUT("{'names': ['dup'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 77, 'args':" \
		  " [{'index': 0, 'value': " value ", 'valueTwo': " two ", 'op': '" op "'}]}")

/* Arguments are compared with all 64 bits, as numbers without a sign. */
static uint64_t argument;
static int call_dup_argument(void)
{
	return errno_of(syscall(SYS_dup, argument)) == 77 ? 77 : 0;
}

static const struct {
	const char *profile;
	uint64_t matched[3], passed[3];
} comparisons[] = {
	{ COMPARE("SCMP_CMP_EQ", "1000", "0"), { 1000, 1000, 1000 }, { 999, 1001, 0x1000003e8 } },
	{ COMPARE("SCMP_CMP_NE", "1000", "0"), { 999, 1001, 0x1000003e8 }, { 1000, 1000, 1000 } },
	{ COMPARE("SCMP_CMP_LT", "1000", "0"), { 0, 998, 999 }, { 1000, 1001, 0x100000001 } },
	{ COMPARE("SCMP_CMP_LE", "1000", "0"), { 0, 999, 1000 }, { 1001, UINT64_MAX, 1ULL << 32 } },
	{ COMPARE("SCMP_CMP_GE", "1000", "0"), { 1000, 1001, 1ULL << 63 }, { 0, 998, 999 } },
	{ COMPARE("SCMP_CMP_GT", "1000", "0"), { 1001, UINT64_MAX, 1ULL << 32 }, { 0, 999, 1000 } },
	{ COMPARE("SCMP_CMP_MASKED_EQ", "4026531840", "2684354560"),
	  { 0xa0000000, 0xafffffff, 0xffffffffa0000001 },
	  { 0xb0000000, 0xa000000, 0xffffffff } },
	{ COMPARE("SCMP_CMP_EQ", "18446744073709551615", "0"),
	  { UINT64_MAX, UINT64_MAX, UINT64_MAX },
	  { 0xffffffff, 0, 1 } },
};

static void operators(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
		for (size_t k = 0; k < 3; k++) {
			argument = comparisons[i].matched[k];
			check_int(exit_of(comparisons[i].profile, call_dup_argument), 77);
			argument = comparisons[i].passed[k];
			check_int(exit_of(comparisons[i].profile, call_dup_argument), 0);
		}
	}
}

static uint64_t second;
static int call_dup3(void)
{
	return errno_of(syscall(SYS_dup3, -1, argument, second));
}

#define TWO_ARGS(first, then)                                                          \
	ALLOW_BUT("{'names': ['dup3'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 77,"    \
		  " 'args': [{'index': " first ", 'value': 500, 'op': 'SCMP_CMP_EQ'}," \
		  " {'index': " then ", 'value': 600, 'op': 'SCMP_CMP_EQ'}]}")

static void conditions_are_joined_by_and(void)
{
	argument = 500;
	second = 600;
	check_int(exit_of(TWO_ARGS("1", "2"), call_dup3), 77);
	second = 601;
	check(exit_of(TWO_ARGS("1", "2"), call_dup3) != 77);
	argument = 501;
	second = 600;
	check(exit_of(TWO_ARGS("1", "2"), call_dup3) != 77);
}

static void two_conditions_on_one_argument_are_joined_by_or(void)
{
	argument = 500;
	check_int(exit_of(TWO_ARGS("1", "1"), call_dup3), 77);
	argument = 600;
	check_int(exit_of(TWO_ARGS("1", "1"), call_dup3), 77);
	argument = 601;
	check(exit_of(TWO_ARGS("1", "1"), call_dup3) != 77);
}

static void two_rules_for_one_call_are_joined_by_or(void)
{
	static const char profile[] = ALLOW_BUT(
		"{'names': ['dup3'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 77,"
		" 'args': [{'index': 1, 'value': 500, 'op': 'SCMP_CMP_EQ'}]},"
		"{'names': ['dup3'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 78,"
		" 'args': [{'index': 1, 'value': 600, 'op': 'SCMP_CMP_EQ'}]}");

	second = 0;
	argument = 500;
	check_int(exit_of(profile, call_dup3), 77);
	argument = 600;
	check_int(exit_of(profile, call_dup3), 78);
	argument = 601;
	check_int(exit_of(profile, call_dup3), EBADF);
}

/* ---- entries of other architectures ---- */

#ifdef __x86_64__
/* getpid through the 32-bit entry: number 20 there, which is writev here. */
static int enter_32bit(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
	return r > 0 ? 0 : (int)-r;
}

static int enter_x32(void)
{
	return errno_of(syscall(SIM_X32_BIT | SYS_getppid));
}

static void other_entries_do_not_slip_past(void)
{
	static const char only_64[] = "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 77,"
				      " 'architectures': ['SCMP_ARCH_X86_64'], 'syscalls': [{"
				      "'names': ['getpid', 'getppid', 'writev', 'exit',"
				      " 'exit_group', 'open_by_handle_at'],"
				      " 'action': 'SCMP_ACT_ALLOW'}]}";

	/* The x32 call is stopped by the filter whether the kernel has x32 or not. */
	check_int(exit_of(only_64, enter_x32), -SIGSYS);
	if (enter_32bit() != 0)
		skip("this kernel has no 32-bit entry");
	check_int(exit_of("{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86']}",
			  enter_32bit),
		  0);
	check_int(exit_of(only_64, enter_32bit), -SIGSYS);
	check_int(exit_of("{'defaultAction': 'SCMP_ACT_ALLOW'}", enter_32bit), -SIGSYS);
}

static void rules_hold_in_listed_architectures(void)
{
	static const char deny[] =
		"{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86_64',"
		" 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'], 'syscalls': [{'names': ['getpid', 'getppid'],"
		" 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 77}]}";

	check_int(exit_of(deny, enter_x32), 77);
	if (enter_32bit() != 0)
		skip("this kernel has no 32-bit entry");
	check_int(exit_of(deny, enter_32bit), 77);
}
#endif

/* ---- what the kernel has ---- */

static void knows_the_kernel(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_int((long long)strv_len(seccomp_kernel_actions(a)), 9); /* all of them since 5.0 */
	check(strv_has(seccomp_kernel_flags(a), "SECCOMP_FILTER_FLAG_TSYNC"));
	check(strv_has(seccomp_kernel_flags(a), "SECCOMP_FILTER_FLAG_SPEC_ALLOW"));
}

static const struct unit_case cases[] = {
	{ "allow and log let pass", actions_that_let_pass },
	{ "errno", action_errno },
	{ "kill: thread and process", actions_that_kill },
	{ "trap", action_trap },
	{ "trace, with and without a tracer", action_trace },
	{ "notify, with nothing asked about on the way", action_notify },
	{ "notify: the load or the delivery fails", a_listener_that_goes_nowhere },
	{ "each operator on 64 bits", operators },
	{ "conditions are joined by and", conditions_are_joined_by_and },
	{ "two on one argument by or", two_conditions_on_one_argument_are_joined_by_or },
	{ "two rules by or", two_rules_for_one_call_are_joined_by_or },
#ifdef __x86_64__
	{ "32-bit and x32 entries do not slip past", other_entries_do_not_slip_past },
	{ "rules hold in listed architectures", rules_hold_in_listed_architectures },
#endif
	{ "says what the kernel has", knows_the_kernel },
};
UNIT_MAIN(cases)
