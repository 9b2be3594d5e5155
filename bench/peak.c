/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peak.c - the largest resident set of one command itself, without its children
 * ru_maxrss after a spawn counts the spawner in, so the command is stopped where it ends (ptrace), while its
 * memory is still there, and VmHWM is read. Usage: peak COMMAND [ARG...]; prints KiB, or nothing when the
 * command fails. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static long read_peak(pid_t pid)
{
	char line[256];
	long kib = -1;
	FILE *status;

	(void)snprintf(line, sizeof(line), "/proc/%d/status", (int)pid);
	status = fopen(line, "re");
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (status)
		(void)fclose(status);
	return kib;
}

static int run(char **argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0)
		return 111;
	(void)execvp(argv[0], argv);
	return 111;
}

int main(int argc, char **argv)
{
	long kib = -1;
	int status;
	pid_t pid;

	if (argc < 2)
		return 100;
	pid = fork();
	if (pid == 0)
		_exit(run(argv + 1));
	if (pid < 0 || waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL) < 0)
		return 111;
	for (int signal = 0; WIFSTOPPED(status);) {
		if (ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal) < 0 ||
		    waitpid(pid, &status, 0) < 0)
			return 111;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			kib = read_peak(pid);
		signal = WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || kib < 0)
		return 1;
	(void)printf("%ld\n", kib);
	return 0;
}
