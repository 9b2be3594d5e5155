/* SPDX-License-Identifier: Apache-2.0 */
/* tests/attack.c - what a hostile container or neighbour does: exchange, push, trace, overwrite
 *
 *	attack exchange A B     swap two names until killed
 *	attack push             TIOCSTI into descriptor 0
 *	attack keyring          print the serial of the session keyring
 *	attack exe SECONDS      try to open /proc/N/exe of everybody else for writing
 *	attack trace SECONDS    try to see descriptors of, and to trace, everybody else who is not this program
 *
 * The last two print "NAME COUNT" lines; the caller judges them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned long seen, hidden, writable, descriptors, traced;

static int exchange(char **args)
{
	for (;;)
		if (renameat2(AT_FDCWD, args[0], AT_FDCWD, args[1], RENAME_EXCHANGE) < 0) {
			perror("exchange");
			return 1;
		}
}

static int push(char **args)
{
	(void)args;
	if (ioctl(0, TIOCSTI, "X") == 0)
		puts("pushed");
	else
		printf("refused: %s\n", strerror(errno));
	return 0;
}

static int keyring(char **args)
{
	(void)args;
	printf("%ld\n", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
	return 0;
}

/* The payload of the neighbours is a busybox, and so are we not: theirs is no target either. */
static int is_payload(const char *exe)
{
	return strstr(exe, "/busybox") || strstr(exe, "/attack");
}

static void try_exe(const char *pid)
{
	char path[64], exe[512], again[64];
	ssize_t n;
	int held, fd;

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n < 0) {
		hidden += errno == EACCES || errno == EPERM;
		return;
	}
	exe[n] = '\0';
	if (is_payload(exe))
		return;
	seen++;
	held = open(path, O_RDONLY | O_CLOEXEC);
	if (held < 0)
		return;
	/* The runtime ends, and so nothing says "text file busy" any more. */
	snprintf(again, sizeof(again), "/proc/self/fd/%d", held);
	for (int i = 0; i < 200; i++) {
		fd = open(again, O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			writable++;
			printf("opened %s\n", exe);
			close(fd);
			break;
		}
		if (errno != ETXTBSY)
			break;
		usleep(100);
	}
	close(held);
}

static void try_trace(const char *pid)
{
	char path[300], exe[512];
	struct dirent *e;
	ssize_t n;
	DIR *d;
	pid_t target = atoi(pid);

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	d = opendir(path);
	if (!d)
		hidden += errno == EACCES || errno == EPERM;
	while (d && (e = readdir(d)))
		if (atoi(e->d_name) > 2) {
			snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, e->d_name);
			n = readlink(path, exe, sizeof(exe) - 1);
			if (n < 0) {
				hidden += errno == EACCES || errno == EPERM;
				continue;
			}
			exe[n] = '\0';
			printf("descriptor %s -> %s\n", path, exe);
			descriptors++;
		}
	if (d)
		closedir(d);
	if (ptrace(PTRACE_ATTACH, target, 0, 0) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	exe[n < 0 ? 0 : n] = '\0';
	if (n > 0 && !is_payload(exe)) {
		traced++;
		printf("traced %s\n", exe);
	}
	waitpid(target, NULL, __WALL);
	ptrace(PTRACE_DETACH, target, 0, 0);
	kill(target, SIGCONT); /* the stop of the attachment may still be pending */
}

static int prowl(char **args, void (*attempt)(const char *))
{
	time_t end = time(NULL) + atoi(args[0]);
	char own[16];

	snprintf(own, sizeof(own), "%d", (int)getpid());
	puts("ready");
	fflush(stdout);
	while (time(NULL) < end && access("/tmp/stop", F_OK) < 0) {
		struct dirent *e;
		DIR *proc = opendir("/proc");

		while (proc && (e = readdir(proc)))
			if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
			    strcmp(e->d_name, own) != 0)
				attempt(e->d_name);
		if (proc)
			closedir(proc);
	}
	printf("seen %lu\nhidden %lu\nwritable %lu\ndescriptors %lu\ntraced %lu\n", seen, hidden,
	       writable, descriptors, traced);
	return 0;
}

static int exe(char **args)
{
	return prowl(args, try_exe);
}

static int trace(char **args)
{
	return prowl(args, try_trace);
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **args);
} attacks[] = {
	{ "exchange", 2, exchange }, { "push", 0, push },   { "keyring", 0, keyring },
	{ "exe", 1, exe },           { "trace", 1, trace },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++)
		if (argc == attacks[i].args + 2 && strcmp(argv[1], attacks[i].name) == 0)
			return attacks[i].run(argv + 2);
	fprintf(stderr, "usage: see the source\n");
	return 2;
}
