/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_unpack_confine.c - what the process that unpacks can still do, and what it cannot
 * Each attempt runs in two children: a free one, where it must work (the control), and a confined one. */
#include "base/error.h"
#include "image/unpack_confine.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int filled = -1, lower = -1;

/* ---- attempts: 0, or a negative errno ---- */

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

static int make_file(void)
{
	return result(openat(filled, "new", O_WRONLY | O_CREAT, 0600));
}

static int link_across_folders(void)
{
	if (mkdirat(filled, "sub", 0700) < 0 && errno != EEXIST)
		return -errno;
	(void)unlinkat(filled, "sub/link", 0);
	return result(linkat(filled, "file", filled, "sub/link", 0));
}

static int make_whiteout(void)
{
	(void)unlinkat(filled, "whiteout", 0);
	return result(mknodat(filled, "whiteout", S_IFCHR, 0));
}

static int make_device(void)
{
	(void)unlinkat(filled, "null", 0);
	return result(mknodat(filled, "null", S_IFCHR | 0600, makedev(1, 3)));
}

static int change_owner(void)
{
	return result(fchownat(filled, "file", 12, 34, 0));
}

static int read_lower(void)
{
	return result(openat(lower, "file", O_RDONLY));
}

static int write_lower(void)
{
	return result(openat(lower, "file", O_WRONLY));
}

static int make_in_lower(void)
{
	return result(openat(lower, "new", O_WRONLY | O_CREAT, 0600));
}

static int read_passwd(void)
{
	return result(open("/etc/passwd", O_RDONLY));
}

static int go_up(void)
{
	return result(openat(filled, "../../../../../../etc/passwd", O_RDONLY));
}

static void *thread_main(void *arg)
{
	return arg;
}

static int run_thread(void)
{
	pthread_t thread;
	int code = pthread_create(&thread, NULL, thread_main, NULL);

	return code ? -code : -pthread_join(thread, NULL);
}

static int make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result(pid);
}

static int open_network(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int open_unix(void)
{
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int make_pair(void)
{
	int fds[2];

	return result(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static int execute(void)
{
	char *const argv[] = { "true", NULL };

	(void)execve("/bin/true", argv, NULL);
	return -errno;
}

static int signal_other(void)
{
	return result(kill(getppid(), 0));
}

static int mount_something(void)
{
	return result(mount("none", "/proc/self/fd", "tmpfs", 0, NULL)) == -EPERM ? -EPERM : 0;
}

static int make_namespace(void)
{
	return result(unshare(CLONE_NEWUSER));
}

static int map_code(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return code == MAP_FAILED ? -errno : munmap(code, 4096);
}

static int take_other_user(void)
{
	return result(setresuid(12, 12, 12));
}

#ifndef __SANITIZE_ADDRESS__
static int map_much(void)
{
	void *p = mmap(NULL, (size_t)2 << 30, PROT_READ,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? -errno : 0;
}
#endif

/* ---- */

enum { CANNOT_CONFINE = 200 };

/* Runs an attempt in a child. Return: its result */
static int in_child(int (*attempt)(void), bool confined, bool keep_devices)
{
	const struct unpack_confine_options options = {
		.rw_dirs = &filled,
		.n_rw = 1,
		.ro_dirs = &lower,
		.n_ro = 1,
		.keep_devices = keep_devices,
	};
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (confined && unpack_confine(&options) < 0) {
			fprintf(stderr, "%s\n", error_text());
			_exit(CANNOT_CONFINE);
		}
		_exit(-attempt());
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -EIO;
	return -WEXITSTATUS(status);
}

static void prepare(void)
{
	const char *dir;

	if (filled >= 0)
		return;
	dir = unit_folder();
	filled = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)close(openat(filled, "file", O_WRONLY | O_CREAT, 0600));
	dir = unit_folder();
	lower = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)close(openat(lower, "file", O_WRONLY | O_CREAT, 0600));
}

static void can_unpack(void)
{
	static int (*const attempts[])(void) = { make_file,    link_across_folders, make_whiteout,
						 change_owner, read_lower,          run_thread };

	if (geteuid() != 0)
		skip("needs root");
	prepare();
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		check_int(in_child(attempts[i], false, false), 0);
		check_int(in_child(attempts[i], true, false), 0);
	}
}

static void makes_devices_only_if_wanted(void)
{
	if (geteuid() != 0)
		skip("needs root");
	prepare();
	check_int(in_child(make_device, true, true), 0);
	check_int(in_child(make_device, true, false), -EPERM);
}

static void cannot_leave_its_folders(void)
{
	static int (*const attempts[])(void) = { write_lower, make_in_lower, read_passwd, go_up };

	if (geteuid() != 0)
		skip("needs root");
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0)
		skip("needs a kernel with Landlock");
	prepare();
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		check_int(in_child(attempts[i], false, false), 0);
		check_int(in_child(attempts[i], true, true), -EACCES);
	}
}

static void cannot_do_anything_else(void)
{
	static const struct {
		const char *what;
		int (*attempt)(void);
		int code;
	} rows[] = {
		{ "process", make_process, -EPERM },  { "network", open_network, -EPERM },
		{ "unix socket", open_unix, -EPERM }, { "socket pair", make_pair, -EPERM },
		{ "program", execute, -EPERM },       { "signal", signal_other, -EPERM },
		{ "mount", mount_something, -EPERM }, { "namespace", make_namespace, -EPERM },
		{ "code", map_code, -EPERM },         { "user", take_other_user, -EPERM },
#ifndef __SANITIZE_ADDRESS__
		{ "memory", map_much, -ENOMEM },
#endif
	};

	if (geteuid() != 0)
		skip("needs root");
	prepare();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		printf("# %s\n", rows[i].what);
		check_int(in_child(rows[i].attempt, false, false), 0);
		check_int(in_child(rows[i].attempt, true, true), rows[i].code);
	}
}

static const struct unit_case cases[] = {
	{ "can unpack", can_unpack },
	{ "makes devices only if they are wanted", makes_devices_only_if_wanted },
	{ "cannot leave its folders", cannot_leave_its_folders },
	{ "cannot do anything else", cannot_do_anything_else },
};
UNIT_MAIN(cases)
