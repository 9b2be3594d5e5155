/* SPDX-License-Identifier: Apache-2.0 */
/* tests/faults/fault.c - run a command, and kill it, or fail one of its system calls, at a chosen point
 *
 *	fault [-c | -a PID] [-n N] [-e ERRNO] [-o FILE] COMMAND [ARGUMENT...]
 *
 * A point is the entry of the N-th system call (from 1) of the command itself; with -c of all that it
 * forks, counted together; with -a of a process that exists already, while the command runs untraced.
 * There the process is killed before the call is made, or, with -e, the call is not made and returns
 * -ERRNO. Whatever else is traced goes on, and is let go at the end. FILE gets "hit N CALL-NUMBER", or
 * "end N" when there were only N points (without -n they are only counted). The exit status is the
 * command's, 128+n when it was killed.
 *
 * By ptrace and not by a timer, so that a sweep over N misses nothing and can be repeated. As root, a
 * program that is not dumpable can be traced too; what execve would gain by set-id bits is lost. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers below are those of x86-64"
#endif

enum {
	OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
		  PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC
};
enum { TASKS_MAX = 1024 };

/* One traced thread. */
struct task {
	pid_t tid, process;
	bool inside;  /* between the entry and the exit of a system call */
	bool failing; /* the call was left out; its result is still to be written */
};

static struct {
	bool children;
	pid_t attached, main;
	long at, counted, call; /* call: number of the system call that was hit, -1 none */
	int error;
	bool begun; /* the command has been executed: from now on calls count */
	bool done;  /* the point was reached: nothing is counted any more */
	struct task tasks[TASKS_MAX];
	size_t n_tasks;
} f = { .call = -1 };

static void die(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(125);
}

static pid_t process_of(pid_t tid)
{
	char path[64], line[256];
	int process = tid;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "Tgid: %d", &process) == 1)
			break;
	if (status)
		fclose(status);
	return process;
}

static struct task *task_of(pid_t tid)
{
	for (size_t i = 0; i < f.n_tasks; i++)
		if (f.tasks[i].tid == tid)
			return &f.tasks[i];
	if (f.n_tasks == TASKS_MAX) {
		errno = E2BIG;
		die("tasks");
	}
	f.tasks[f.n_tasks] = (struct task){ .tid = tid, .process = process_of(tid) };
	return &f.tasks[f.n_tasks++];
}

static void forget(pid_t tid)
{
	for (size_t i = 0; i < f.n_tasks; i++)
		if (f.tasks[i].tid == tid)
			f.tasks[i] = f.tasks[--f.n_tasks];
}

static bool is_target(const struct task *t)
{
	if (f.attached)
		return t->process == f.attached;
	return (t->process == f.main) != f.children;
}

/* exit does not return; the C library takes any result of brk for an address, and says in its own way that it has no
 * thread-local storage; and a close that fails has closed. */
static bool can_fail(long call)
{
	return call != SYS_exit && call != SYS_exit_group && call != SYS_rt_sigreturn &&
	       call != SYS_brk && call != SYS_arch_prctl && call != SYS_close;
}

static void enter(struct task *t)
{
	struct user_regs_struct regs;

	if (!f.begun || f.done || !is_target(t) || ++f.counted != f.at)
		return;
	if (ptrace(PTRACE_GETREGS, t->tid, 0, &regs) < 0)
		return;
	f.done = true;
	f.call = (long)regs.orig_rax;
	if (!f.error) {
		kill(t->process, SIGKILL);
	} else if (can_fail(f.call)) {
		regs.orig_rax = (unsigned long long)-1;
		t->failing = ptrace(PTRACE_SETREGS, t->tid, 0, &regs) == 0;
	}
}

static void leave(struct task *t)
{
	struct user_regs_struct regs;

	if (!t->failing || ptrace(PTRACE_GETREGS, t->tid, 0, &regs) < 0)
		return;
	regs.rax = (unsigned long long)-f.error;
	(void)ptrace(PTRACE_SETREGS, t->tid, 0, &regs);
	t->failing = false;
}

/* Once the point is behind, system calls are no longer looked at. */
static void go_on(const struct task *t, int signal)
{
	bool calls = !f.done || t->failing;

	(void)ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, 0, (long)signal);
}

static void stopped(struct task *t, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		t->inside = !t->inside;
		if (t->inside)
			enter(t);
		else
			leave(t);
		signal = 0;
	} else if (event == PTRACE_EVENT_EXEC) {
		t->process = process_of(t->tid);
		f.begun = true;
		signal = 0;
	} else if (event) {
		signal = 0;
	}
	go_on(t, signal);
}

/* Seized, not traced from within: so a task that it forks does not begin with a SIGSTOP, which would be
 * left over when the tracer goes. */
static void seize(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, (long)OPTIONS) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
		die("trace");
}

/* The command waits until it is traced; what it does before its execve is no point. */
static void start(char **argv)
{
	int gate[2];
	char byte;

	if (pipe(gate) < 0 || (f.main = fork()) < 0)
		die("fork");
	if (f.main == 0) {
		close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		close(gate[0]);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	close(gate[0]);
	seize(f.attached ? f.attached : f.main);
	f.begun = f.attached != 0;
	close(gate[1]);
}

/* Until the command has ended. Return: its status */
static int follow(void)
{
	int status;

	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			die("wait");
		if (WIFSTOPPED(status)) {
			stopped(task_of(tid), status);
			continue;
		}
		forget(tid);
		if (tid == f.main)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

static void report(const char *path)
{
	FILE *out = path ? fopen(path, "we") : NULL;

	if (!out)
		return;
	if (f.call >= 0)
		fprintf(out, "hit %ld %ld\n", f.at, f.call);
	else
		fprintf(out, "end %ld\n", f.counted);
	fclose(out);
}

int main(int argc, char **argv)
{
	const char *out = NULL;
	int option, status;

	while ((option = getopt(argc, argv, "+ca:n:e:o:")) != -1) {
		switch (option) {
		case 'c':
			f.children = true;
			break;
		case 'a':
			f.attached = (pid_t)atoi(optarg);
			break;
		case 'n':
			f.at = atol(optarg);
			break;
		case 'e':
			f.error = atoi(optarg);
			break;
		case 'o':
			out = optarg;
			break;
		default:
			return 125;
		}
	}
	if (!argv[optind])
		return 125;
	start(argv + optind);
	status = follow();
	report(out);
	return status;
}
