/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_confine.c - rights that were given up are gone; each test has its control */
#include "base/confine.h"
#include "base/error.h"
#include "base/fd.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Runs fn in a child, so that what it gives up is given up there. Return: its exit status */
static int in_child(int (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A child in a new user namespace, which lives until the returned descriptor is closed. */
static int userns_child(pid_t *ret_pid)
{
	int ends[2], ready[2];
	char byte = 0;

	if (pipe2(ends, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0)
		return -errno;
	*ret_pid = fork();
	if (*ret_pid == 0) {
		(void)close(ends[1]);
		byte = unshare(CLONE_NEWUSER) == 0;
		if (write(ready[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 0)
			_exit(0);
		_exit(1);
	}
	(void)close(ends[0]);
	(void)close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		byte = 0;
	(void)close(ready[0]);
	if (byte)
		return ends[1];
	(void)close(ends[1]);
	(void)waitpid(*ret_pid, NULL, 0);
	return -EPERM;
}

static void end_child(int fd, pid_t pid)
{
	(void)close(fd);
	(void)waitpid(pid, NULL, 0);
}

static const struct id_map two_maps[] = {
	{ .container_id = 0, .host_id = 100000, .size = 1000 },
	{ .container_id = 1000, .host_id = 200000, .size = 5 },
};

static void maps_as_root(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	unsigned in, out, size;
	char path[64], *text = "";
	pid_t pid;
	int fd;

	if (geteuid() != 0)
		skip("needs root");
	fd = userns_child(&pid);
	if (fd < 0)
		skip("no user namespaces here");
	check_int(confine_write_id_maps(pid, two_maps, 2, two_maps, 1), 0);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	check_int(file_read_at(a, AT_FDCWD, path, 4096, &text, NULL), 0);
	check_int(sscanf(text, "%u %u %u", &in, &out, &size), 3);
	check(in == 0 && out == 100000 && size == 1000);
	check(confine_write_id_maps(pid, two_maps, 2, two_maps, 1) < 0); /* only once */
	check_str(error_text(), "write gid_map: operation not permitted");
	end_child(fd, pid);
}

static int drop_to_user(void)
{
	return setresgid(4243, 4243, 4243) | setresuid(4242, 4242, 4242) |
	       prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int own_id_alone(void)
{
	struct id_map uid = { .host_id = 4242, .size = 1 }, gid = { .host_id = 4243, .size = 1 };
	pid_t pid;
	int fd, r;

	if (drop_to_user() != 0)
		return 2;
	fd = userns_child(&pid);
	if (fd < 0)
		return 77;
	r = confine_write_id_maps(pid, &uid, 1, &gid, 1);
	end_child(fd, pid);
	return r < 0;
}

static int foreign_ids(void)
{
	pid_t pid;
	int fd, r;

	if (drop_to_user() != 0)
		return 2;
	fd = userns_child(&pid);
	if (fd < 0)
		return 77;
	r = confine_write_id_maps(pid, two_maps, 2, two_maps, 2);
	end_child(fd, pid);
	return r < 0 && (strstr(error_text(), "newgidmap failed: ") ||
			 strstr(error_text(), "newgidmap is not installed"));
}

static void maps_as_user(void)
{
	int status;

	if (geteuid() != 0)
		skip("needs root, to become a user without ranges");
	status = in_child(own_id_alone);
	if (status == 77)
		skip("no user namespaces for users here");
	check_int(status, 0);
	check_int(in_child(foreign_ids), 1);
}

static void too_many_maps(void)
{
	static struct id_map many[5000];

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct id_map){ (uint32_t)i, 1000000000 + (uint32_t)i, 1 };
	check_int(confine_write_id_maps(getpid(), many, 5000, many, 5000), -EINVAL);
	check_str(error_text(), "gid_map: 5000 mappings, the kernel takes 340");
	check_int(confine_write_id_maps(getpid(), many, 1, many, 0), -EINVAL);
	check_str(error_text(), "gid_map: no mapping");
}

static void own_maps(void)
{
	struct id_map maps[16];
	size_t n = 0;

	check_int(confine_own_maps(false, maps, ARRAY_SIZE(maps), &n), 0);
	check(n >= 1 && maps[0].container_id == 0 && maps[0].host_id == geteuid());
	check_int(maps[0].size, 1);
	for (size_t i = 1; i < n; i++)
		check(maps[i].container_id == maps[i - 1].container_id + maps[i - 1].size);
	check_int(confine_own_maps(true, maps, 1, &n), 0);
	check(n == 1 && maps[0].host_id == getegid());
}

static int bounded(void)
{
	const uint64_t keep = 1ULL << CAP_KILL;
	int r = confine_bounding_set(keep);

	return r < 0 || prctl(PR_CAPBSET_READ, CAP_KILL) != 1 ||
	       prctl(PR_CAPBSET_READ, CAP_CHOWN) != 0 || prctl(PR_CAPBSET_READ, CAP_SYSLOG) != 0;
}

static void bounding_set(void)
{
	if (prctl(PR_CAPBSET_READ, CAP_CHOWN) != 1 || geteuid() != 0)
		skip("needs root with CAP_CHOWN and CAP_KILL");
	check_int(in_child(bounded), 0);
	check_int(prctl(PR_CAPBSET_READ, CAP_CHOWN), 1);
}

static int filtered(void)
{
	static const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	if (getppid() <= 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) /* the control */
		return 2;
	if (confine_seccomp(insns, ARRAY_SIZE(insns), 0) < 0)
		return 3;
	return !(syscall(SYS_getppid) == -1 && errno == EXDEV);
}

static void seccomp(void)
{
	static const struct sock_filter bad[] = { BPF_STMT(0xffff, 0) };

	check_int(in_child(filtered), 0);
	check(confine_seccomp(bad, 1, 0) < 0);
}

/* rw/ and ro/ are allowed, out/ is not. */
static int place = -EBADF, rw = -EBADF, ro = -EBADF;

static int can(const char *path, int flags)
{
	CLEANUP_FD int fd = openat(place, path, flags | O_CLOEXEC, 0600);

	return fd >= 0;
}

static int landlocked(void)
{
	int r;

	if (!can("out/f", O_RDWR) || !can("ro/f", O_RDWR)) /* the control */
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 3;
	r = confine_landlock(&rw, 1, &ro, 1);
	if (r == -EOPNOTSUPP)
		return 77;
	if (r < 0)
		return 4;
	if (!can("rw/new", O_RDWR | O_CREAT) || !can("ro/f", O_RDONLY))
		return 5;
	if (can("out/f", O_RDONLY) || can("ro/f", O_WRONLY) || can("ro/new", O_WRONLY | O_CREAT))
		return 6;
	if (mkdirat(rw, "d", 0700) < 0 || renameat(rw, "new", rw, "d/new") < 0)
		return 7;
	return mkdirat(ro, "d", 0700) == 0 || renameat(rw, "d/new", place, "out/new") == 0;
}

static void landlock(void)
{
	static const char *const folders[] = { "rw", "ro", "out" };
	int status;

	place = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		int folder;

		check_int(mkdirat(place, folders[i], 0700), 0);
		folder = openat(place, folders[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		(void)close(openat(folder, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		(void)close(folder);
	}
	rw = openat(place, "rw", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ro = openat(place, "ro", O_PATH | O_DIRECTORY | O_CLOEXEC);
	status = in_child(landlocked);
	(void)close(TAKE_FD(rw));
	(void)close(TAKE_FD(ro));
	(void)close(TAKE_FD(place));
	if (status == 77)
		skip("no Landlock in this kernel");
	check_int(status, 0);
}

static const struct unit_case tests[] = {
	{ "root writes any map, and only once", maps_as_root },
	{ "a user maps the own id, and no foreign ones", maps_as_user },
	{ "too many mappings and none are clean errors", too_many_maps },
	{ "the own maps are without gaps", own_maps },
	{ "the bounding set keeps what it should", bounding_set },
	{ "a loaded filter filters", seccomp },
	{ "Landlock leaves only the given folders", landlock },
};
UNIT_MAIN(tests)
