/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_proc.c - parsing of saved and of real /proc files */
#include "base/fd.h"
#include "base/proc.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

static int fake = -EBADF;

static void put(const char *path, const char *text)
{
	CLEANUP_FD int fd = openat(fake, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	check_int(fd_write_all(fd, text, strlen(text)), 0);
}

static void make_fake(void)
{
	fake = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check_int(mkdirat(fake, "self", 0700) | mkdirat(fake, "7", 0700), 0);
}

static void remove_fake(void)
{
	(void)close(TAKE_FD(fake));
}

static void mounts(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct proc_mount *m = NULL;
	size_t n = 0;

	make_fake();
	put("self/mountinfo", "36 35 98:0 /r\\040x /m\\134n rw,noatime master:1 shared:2 - ext3 "
			      "/dev/root rw,errors=continue\n"
			      "37 36 0:5 / / ro - tmpfs none rw\n");
	check_int(proc_mountinfo(a, fake, &m, &n), 0);
	check_int(n, 2);
	check(m[0].id == 36 && m[0].parent == 35);
	check_str(m[0].root, "/r x");
	check_str(m[0].target, "/m\\n");
	check_str(m[0].options, "rw,noatime");
	check_str(m[0].type, "ext3");
	check_str(m[0].source, "/dev/root");
	check_str(m[0].super_options, "rw,errors=continue");
	check_str(m[1].type, "tmpfs");
	put("self/mountinfo", "36 35 98:0 /r\n");
	check_int(proc_mountinfo(a, fake, &m, &n), -EINVAL);
	remove_fake();
}

static void cgroups(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct proc_cgroup *c = NULL;
	size_t n = 0;

	make_fake();
	put("self/cgroup", "8:cpu,cpuacct:/x\n1:name=systemd:/a:b\n0::/v2\n");
	check_int(proc_cgroups(a, fake, "self", &c, &n), 0);
	check_int(n, 3);
	check_str(c[0].controllers, "cpu,cpuacct");
	check_str(c[1].path, "/a:b");
	check_str(c[2].controllers, "");
	check_str(c[2].path, "/v2");
	check_int(proc_cgroups(a, fake, "9", &c, &n), -ESRCH);
	remove_fake();
}

static void start_time(void)
{
	uint64_t ticks = 0;
	char state = 0;

	make_fake();
	put("7/stat", "7 (a) Z 1 (b) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22222 23\n");
	check_int(proc_start_time(fake, 7, &ticks, &state), 0);
	check_int(ticks, 22222);
	check_int(state, 'S');
	check_int(proc_start_time(fake, 8, &ticks, NULL), -ESRCH);
	remove_fake();
}

static void real(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int proc = open("/proc", O_PATH | O_CLOEXEC);
	struct proc_mount *m;
	struct proc_cgroup *c;
	uint64_t ticks = 0;
	char *boot, state;
	size_t n = 0;

	check_int(proc_mountinfo(a, proc, &m, &n), 0);
	check(n > 0);
	check_int(proc_cgroups(a, proc, "self", &c, &n), 0);
	check_int(proc_start_time(proc, getpid(), &ticks, &state), 0);
	check(ticks > 0 && state == 'R');
	check_int(proc_boot_id(a, proc, &boot), 0);
}

static const struct unit_case tests[] = {
	{ "mountinfo", mounts },
	{ "cgroup lines of both versions", cgroups },
	{ "start time behind a hostile program name", start_time },
	{ "the machine's own /proc", real },
};
UNIT_MAIN(tests)
