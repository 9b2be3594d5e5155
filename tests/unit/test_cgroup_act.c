/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_cgroup_act.c - real folders on this host's cgroups, below /doboz-test-PID
 * Limits bind, joining, freezing, killing what is frozen, nested children, destroy with and without
 * live processes. Every child is ours; every folder is removed. */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { TIMEOUT_MS = 20000, MIB = 1024 * 1024 };

static struct arena *a;
static struct cgroup_host *host;
static char top[64];

/* Why nothing here can run, or NULL. */
static const char *setup(void)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	error_clear();
	arena_free(a);
	a = arena_new();
	r = cgroup_host_read(a, proc, "", &host);
	(void)close(proc);
	check_int(r, 0);
	if (r < 0)
		return error_text();
	if (geteuid() != 0)
		return "needs root";
	if (host->layout == CGROUP_NONE)
		return "no cgroups are mounted";
	for (size_t i = 0; i < host->n_hierarchies; i++)
		if (host->hierarchies[i].read_only)
			return "cgroups are mounted read-only";
	snprintf(top, sizeof(top), "/doboz-test-%d", (int)getpid());
	return NULL;
}

#define SETUP()                            \
	do {                               \
		const char *why = setup(); \
		if (why)                   \
			skip(why);         \
	} while (0)

static bool is_offered(const char *v1, const char *v2)
{
	for (size_t i = 0; i < host->n_hierarchies; i++)
		if (strv_has(host->hierarchies[i].controllers, host->hierarchies[i].v2 ? v2 : v1))
			return true;
	return false;
}

static struct cgroup_plan *plan_for(const struct cgroup_resources *res)
{
	struct cgroup_options opt = { .cgroups_path = arena_printf(a, "%s/box", top),
				      .privileged = true };
	struct cgroup_plan *plan = NULL;
	int r = cgroup_plan_build(a, host, res, &opt, &plan);

	if (r < 0)
		printf("# %s\n", error_text());
	return plan;
}

/* Removes the folders and the one above them. */
static void finish(const struct cgroup_plan *plan)
{
	char **folders = cgroup_folders(a, plan);

	if (cgroup_destroy(folders, TIMEOUT_MS) < 0)
		printf("# %s\n", error_text());
	for (char **f = folders; *f; f++) {
		check(access(*f, F_OK) < 0);
		*strrchr(*f, '/') = '\0';
		check(rmdir(*f) == 0 || errno == ENOENT);
	}
	arena_free(a);
	a = NULL;
}

static int create(const struct cgroup_plan *plan, struct cgroup_join *ret)
{
	int r = cgroup_create_v2(plan, ret);

	if (r >= 0)
		r = cgroup_create_v1(plan, ret);
	if (r < 0)
		cgroup_create_undo(plan, ret);
	return r;
}

/* As the runtime does it: the child joins, and waits while the parent writes what comes after. */
static pid_t spawn(const struct cgroup_plan *plan, const struct cgroup_join *join, int (*run)(void))
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	int gate[2];
	char byte;
	pid_t pid;

	if (join->v2_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)join->v2_fd;
	}
	(void)fflush(stdout);
	check_int(pipe(gate), 0);
	pid = sys_clone3(&args, sizeof(args));
	if (pid == 0) {
		(void)close(gate[1]);
		if (cgroup_join_v1(join) < 0 || read(gate[0], &byte, 1) != 0)
			_exit(99);
		_exit(run());
	}
	check(pid > 0);
	check_int(cgroup_after_clone(plan), 0);
	(void)close(gate[0]);
	(void)close(gate[1]);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = -1;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int do_nothing(void)
{
	return 7;
}

static int sleep_forever(void)
{
	for (;;)
		(void)pause();
	return 0;
}

static int eat_memory(void)
{
	char *p = mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 98;
	memset(p, 1, 64 * MIB);
	return 0;
}

static int fork_once(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno == EAGAIN ? 11 : 98 : 0;
}

static int open_kmsg(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return 98;
	return fd < 0 ? errno == EPERM ? 11 : 97 : 0;
}

/* Runs one child under the resources; its status. */
static int run_under(const struct cgroup_resources *res, int (*run)(void))
{
	struct cgroup_plan *plan = plan_for(res);
	struct cgroup_join join;
	int status = -1, r;

	if (!plan)
		return -1;
	r = create(plan, &join);
	if (r < 0)
		printf("# %s\n", error_text());
	check_int(r, 0);
	if (r == 0) {
		status = wait_for(spawn(plan, &join, run));
		cgroup_join_close(&join);
	}
	finish(plan);
	return status;
}

static void join(void)
{
	struct cgroup_resources res = { 0 };

	SETUP();
	check_int(run_under(&res, do_nothing), 7 << 8);
}

static void folders_show(void)
{
	struct cgroup_resources res = { 0 };
	struct cgroup_plan *plan;
	struct cgroup_join j;
	char *text;
	size_t len;
	pid_t pid;

	SETUP();
	plan = plan_for(&res);
	require(plan);
	check_int(create(plan, &j), 0);
	pid = spawn(plan, &j, sleep_forever);
	/* The last hierarchy to be joined tells that all of them are. */
	for (bool there = false; !there;) {
		pid_t *pids;
		size_t n = 0;
		char *last[] = { (char *)plan->folders[plan->n_folders - 1].path, NULL };

		require(cgroup_pids(a, last, &pids, &n) == 0);
		there = n == 1 && pids[0] == pid;
	}
	check_int(file_read_at(a, AT_FDCWD, arena_printf(a, "/proc/%d/cgroup", (int)pid), 65536,
			       &text, &len),
		  0);
	for (size_t i = 0; i < plan->n_folders; i++)
		check(strstr(text, arena_printf(a, ":%s\n", plan->folders[i].name)));
	/* A second container in the same place is refused. */
	{
		struct cgroup_join none = { .v2_fd = -EBADF };

		check_int(create(plan, &none), -EEXIST);
		check(strstr(error_text(), "is not empty"));
		check_int(none.v2_fd, -EBADF);
	}
	cgroup_join_close(&j);
	check_int(cgroup_destroy(cgroup_folders(a, plan), TIMEOUT_MS), 0);
	check_int(wait_for(pid), SIGKILL);
	finish(plan);
}

static void memory_binds(void)
{
	struct cgroup_resources res = { .memory = { .limit = { true, 16 * MIB },
						    .swap = { true, 16 * MIB } } };

	SETUP();
	if (!is_offered("memory", "memory"))
		skip("no memory controller");
	check_int(run_under(&res, eat_memory), SIGKILL);
	setup();
	res.memory.limit.value = res.memory.swap.value = 256 * MIB;
	check_int(run_under(&res, eat_memory), 0);
}

static void pids_bind(void)
{
	struct cgroup_resources res = { .pids_limit = { true, 1 } };

	SETUP();
	if (!is_offered("pids", "pids"))
		skip("no pids controller");
	check_int(run_under(&res, fork_once), 11 << 8);
	setup();
	res.pids_limit.value = 8;
	check_int(run_under(&res, fork_once), 0);
	setup();
	res.pids_limit.value = 0;
	check_int(run_under(&res, fork_once), 11 << 8);
}

static void devices_bind(void)
{
	struct cgroup_device_rule all = { .allow = true };
	struct cgroup_resources res = { 0 };

	SETUP();
	check_int(run_under(&res, open_kmsg), 11 << 8);
	setup();
	res.devices = &all;
	res.n_devices = 1;
	check_int(run_under(&res, open_kmsg), 0);
}

/* A nested folder with a process in every hierarchy, frozen, and one more level. */
static void kills_frozen_nested(void)
{
	struct cgroup_resources res = { 0 };
	struct cgroup_plan *plan;
	struct cgroup_join j, inner = { .v2_fd = -EBADF };
	char **folders, **nested = NULL;
	pid_t pid, deep;

	SETUP();
	plan = plan_for(&res);
	require(plan);
	require(create(plan, &j) == 0);
	folders = cgroup_folders(a, plan);
	for (char **f = folders; *f; f++) {
		char *path = arena_printf(a, "%s/a", *f);

		check_int(mkdir(path, 0755), 0);
		check_int(mkdir(arena_printf(a, "%s/b", path), 0755), 0);
		if (strstr(path, "/cpuset/")) {
			char *text;
			size_t len;

			check_int(file_read_at(a, AT_FDCWD, arena_printf(a, "%s/cpuset.cpus", *f),
					       4096, &text, &len),
				  0);
			check(len > 1);
			check_int(file_write_at(AT_FDCWD, arena_printf(a, "%s/cpuset.cpus", path),
						text),
				  0);
			check_int(file_write_at(AT_FDCWD, arena_printf(a, "%s/cpuset.mems", path),
						"0"),
				  0);
		}
		nested = strv_append(a, nested, path);
	}
	pid = spawn(plan, &j, sleep_forever);
	check_int(cgroup_open(nested, &inner), 0);
	deep = spawn(plan, &inner, sleep_forever);
	check(pid > 0 && deep > 0);
	check_int(cgroup_is_frozen(folders), 0);
	check_int(cgroup_freeze(folders, true, TIMEOUT_MS), 0);
	check_int(cgroup_is_frozen(folders), 1);
	check_int(cgroup_freeze(folders, false, TIMEOUT_MS), 0);
	check_int(cgroup_is_frozen(folders), 0);
	/* Somebody else may freeze by the v1 freezer, the nested folder on its own too. */
	for (char **f = nested; *f; f++)
		(void)!file_write_at(AT_FDCWD, arena_printf(a, "%s/freezer.state", *f), "FROZEN");
	check_int(cgroup_freeze(folders, true, TIMEOUT_MS), 0);
	cgroup_join_close(&j);
	cgroup_join_close(&inner);
	check_int(cgroup_destroy(folders, TIMEOUT_MS), 0);
	check_int(wait_for(pid), SIGKILL);
	check_int(wait_for(deep), SIGKILL);
	check_int(cgroup_destroy(folders, TIMEOUT_MS), 0); /* again: nothing to do */
	finish(plan);
}

static void signals_all(void)
{
	struct cgroup_resources res = { 0 };
	struct cgroup_plan *plan;
	struct cgroup_join j;
	pid_t pids[3], *listed;
	size_t n = 0;

	SETUP();
	plan = plan_for(&res);
	require(plan);
	require(create(plan, &j) == 0);
	for (int i = 0; i < 3; i++)
		pids[i] = spawn(plan, &j, sleep_forever);
	while (n < 3)
		require(cgroup_pids(a, cgroup_folders(a, plan), &listed, &n) == 0);
	check_int(n, 3);
	check_int(cgroup_signal_all(cgroup_folders(a, plan), SIGTERM), 0);
	for (int i = 0; i < 3; i++)
		check_int(wait_for(pids[i]), SIGTERM);
	cgroup_join_close(&j);
	finish(plan);
}

static char *value_of(const struct cgroup_plan *plan, const char *file)
{
	for (size_t i = 0; i < plan->n_folders; i++) {
		char *text;
		size_t len;

		if (file_read_at(a, AT_FDCWD, arena_printf(a, "%s/%s", plan->folders[i].path, file),
				 65536, &text, &len) == 0) {
			text[strcspn(text, "\n")] = '\0';
			return text;
		}
	}
	return NULL;
}

static int update(const struct cgroup_plan *plan, const struct cgroup_resources *res)
{
	struct cgroup_plan *u;
	const struct cgroup_update change = { .change = res };
	int r = cgroup_plan_update(a, host, &change, cgroup_folders(a, plan), &u);

	if (r == 0)
		r = cgroup_apply(u, NULL, NULL);
	if (r < 0)
		printf("# %s\n", error_text());
	return r;
}

static void updates(void)
{
	struct cgroup_resources res = { .memory = { .limit = { true, 16 * MIB },
						    .swap = { true, 32 * MIB } },
					.cpu = { .quota = { true, 50000 },
						 .period = { true, 100000 },
						 .burst = { true, 40000 } } };
	struct cgroup_plan *plan;
	struct cgroup_join j;

	SETUP();
	if (!is_offered("memory", "") || !is_offered("cpu", ""))
		skip("no v1 memory and cpu controllers");
	plan = plan_for(&res);
	require(plan);
	require(create(plan, &j) == 0);
	cgroup_join_close(&j);
	check_str(value_of(plan, "memory.limit_in_bytes"), "16777216");
	check_str(value_of(plan, "memory.memsw.limit_in_bytes"), "33554432");
	/* Up over the old swap limit, and down below the old memory limit: either order. */
	res.memory.limit.value = 64 * MIB;
	res.memory.swap.value = 128 * MIB;
	res.cpu.quota.value = 20000;
	res.cpu.burst.value = 10000;
	check_int(update(plan, &res), 0);
	check_str(value_of(plan, "memory.memsw.limit_in_bytes"), "134217728");
	check_str(value_of(plan, "cpu.cfs_quota_us"), "20000");
	check_str(value_of(plan, "cpu.cfs_burst_us"), "10000");
	res.memory.limit.value = 4 * MIB;
	res.memory.swap.value = 8 * MIB;
	check_int(update(plan, &res), 0);
	check_str(value_of(plan, "memory.limit_in_bytes"), "4194304");
	check_str(value_of(plan, "memory.memsw.limit_in_bytes"), "8388608");
	/* A refused one takes the others back: the kernel's least quota is 1000 us. */
	res.memory.limit.value = res.memory.swap.value = 32 * MIB;
	res.cpu.quota.value = 10;
	res.cpu.burst.value = 0;
	check_int(update(plan, &res), -EINVAL);
	check(strstr(error_text(), "linux.resources.cpu.quota: write '10' to"));
	check_str(value_of(plan, "memory.limit_in_bytes"), "4194304");
	check_str(value_of(plan, "memory.memsw.limit_in_bytes"), "8388608");
	check_str(value_of(plan, "cpu.cfs_burst_us"), "10000");
	finish(plan);
}

/* With a process in it a list of v2 cannot be emptied again: one that a failed update has not reached stays empty, and
 * one that it has gets what is in force. */
static void updates_v2_lists(void)
{
	struct json_map odd[] = { { "io.max", "4000:0 rbps=1000" } };
	struct cgroup_resources early = { .memory = { .limit = { true, 0x1000 },
						      .check_before_update = { true, true } },
					  .cpu = { .cpus = "0" } };
	struct cgroup_resources late = { .cpu = { .cpus = "0" }, .unified = odd, .n_unified = 1 };
	struct cgroup_resources none = { 0 };
	struct cgroup_plan *plan;
	struct cgroup_join j;
	pid_t sleeper;

	SETUP();
	if (host->layout != CGROUP_V2)
		skip("the host is not pure v2");
	plan = plan_for(&none);
	require(plan);
	require(create(plan, &j) == 0);
	sleeper = spawn(plan, &j, sleep_forever);
	check_int(update(plan, &early), -EBUSY);
	check_str(value_of(plan, "cpuset.cpus"), "");
	check(update(plan, &late) < 0);
	check_str(value_of(plan, "cpuset.cpus"), value_of(plan, "cpuset.cpus.effective"));
	check(strlen(value_of(plan, "cpuset.cpus")) > strlen("0"));
	check_int(kill(sleeper, SIGKILL), 0);
	check_int(wait_for(sleeper), SIGKILL);
	cgroup_join_close(&j);
	finish(plan);
}

/* The same on v2: weights, cpu.max keeps its quota, and the device program is replaced. */
static void updates_v2(void)
{
	struct cgroup_device_rule all = { .allow = true };
	struct cgroup_resources res = {
		.memory = { .limit = { true, 16 * MIB }, .check_before_update = { true, true } },
		.cpu = { .quota = { true, 50000 }, .shares = { true, 1024 } }
	};
	struct cgroup_resources later = { .cpu = { .period = { true, 200000 } },
					  .devices = &all,
					  .n_devices = 1 };
	struct cgroup_plan *plan;
	struct cgroup_join j;

	SETUP();
	if (host->layout != CGROUP_V2)
		skip("the host is not pure v2");
	plan = plan_for(&res);
	require(plan);
	require(create(plan, &j) == 0);
	check_str(value_of(plan, "memory.max"), "16777216");
	check_str(value_of(plan, "cpu.max"), "50000 100000");
	check_str(value_of(plan, "cpu.weight"), "100");
	check_int(update(plan, &later), 0);
	check_str(value_of(plan, "cpu.max"), "50000 200000");
	check_int(wait_for(spawn(plan, &j, open_kmsg)), 0);
	/* One line of a keyed file is refused: the files before it are as they were. */
	struct json_map odd[] = { { "io.max", "4000:0 rbps=1000" } };
	struct cgroup_resources many = {
		.memory = { .limit = { true, 64 * MIB } },
		.cpu = { .quota = { true, 70000 }, .shares = { true, 5000 }, .cpus = "0" },
		.pids_limit = { true, 9 },
		.unified = odd,
		.n_unified = 1
	};
	check(update(plan, &many) < 0);
	check(strstr(error_text(), "linux.resources.unified.io.max"));
	check_str(value_of(plan, "memory.max"), "16777216");
	check_str(value_of(plan, "cpu.max"), "50000 200000");
	check_str(value_of(plan, "cpu.weight"), "100");
	check_str(value_of(plan, "cpuset.cpus"), "");
	check_str(value_of(plan, "pids.max"), "max");
	many.n_unified = 0;
	check_int(update(plan, &many), 0);
	check_str(value_of(plan, "pids.max"), "9");
	check_str(value_of(plan, "cpuset.cpus"), "0");
	check_int(update(plan, &res), 0);
	many.cpu.cpus = NULL;
	many.cpu.shares.value = 1024;
	many.cpu.quota.value = 50000;
	many.memory.limit.value = 16 * MIB;
	check_int(update(plan, &many), 0);
	later.n_devices = 0;
	later.cpu.period.set = false;
	later.cpu.shares = (struct opt_u64){ true, 2 };
	later.cpu.burst = (struct opt_u64){ true, 90000000 };
	check_int(update(plan, &later), -EINVAL);
	check_str(value_of(plan, "cpu.weight"), "100");
	/* Less than what is in use. */
	check_int(wait_for(spawn(plan, &j, do_nothing)), 7 << 8);
	res.memory.limit.value = 0x1000;
	if (strtoull(value_of(plan, "memory.current"), NULL, 10) > 0x1000) {
		check_int(update(plan, &res), -EBUSY);
		check(strstr(error_text(), "rejecting memory limit 4096 < usage"));
	}
	check_str(value_of(plan, "memory.max"), "16777216");
	cgroup_join_close(&j);
	finish(plan);
}

/* As an ordinary user, in folders that root made and gave away, where root did so. */
static int as_user(void)
{
	struct cgroup_resources res = { .pids_limit = { true, 1 } };
	struct cgroup_options opt = { .cgroups_path = arena_printf(a, "%s/mine", top),
				      .default_name = "doboz/mine" };
	struct cgroup_resources memory = { .memory = { .limit = { true, 64 * MIB } } };
	struct cgroup_plan *plan;
	struct cgroup_join j;
	int r = 0;

	if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
		return 1;
	if (cgroup_plan_build(a, host, &memory, &opt, &plan) != -EACCES ||
	    !strstr(error_text(), "linux.resources.memory.limit: no memory cgroup that we may use"))
		return 2;
	if (cgroup_plan_build(a, host, &res, &opt, &plan) < 0)
		return 3;
	if (plan->n_folders != 2 || create(plan, &j) < 0)
		return 4;
	r = wait_for(spawn(plan, &j, fork_once)) == 11 << 8 ? 0 : 5;
	cgroup_join_close(&j);
	return cgroup_destroy(cgroup_folders(a, plan), TIMEOUT_MS) < 0 ? 6 : r;
}

static void ordinary_user(void)
{
	static const char *const given[] = { "pids", "cpu" };
	char *paths[2] = { NULL, NULL };
	pid_t pid;

	SETUP();
	if (!is_offered("pids", "") || !is_offered("cpu", "") || !is_offered("memory", ""))
		skip("no v1 pids, cpu and memory controllers");
	for (size_t i = 0; i < host->n_hierarchies; i++)
		for (int k = 0; k < 2; k++)
			if (strv_has(host->hierarchies[i].controllers, given[k]) &&
			    !host->hierarchies[i].v2) {
				paths[k] = arena_printf(a, "%s%s", host->hierarchies[i].mount, top);
				check_int(mkdir(paths[k], 0755), 0);
				check_int(chown(paths[k], 65534, 65534), 0);
			}
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(as_user());
	check_int(wait_for(pid), 0);
	for (int k = 0; k < 2; k++)
		check(paths[k] && rmdir(paths[k]) == 0);
	arena_free(a);
	a = NULL;
}

static void not_taken_is_an_error(void)
{
	struct cgroup_resources res = { .cpu = { .shares = { true, 300000 } } };
	struct cgroup_plan *plan;
	struct cgroup_join j;

	SETUP();
	if (!is_offered("cpu", ""))
		skip("no v1 cpu controller");
	plan = plan_for(&res);
	require(plan);
	check_int(create(plan, &j), -ERANGE);
	check(strstr(error_text(), "linux.resources.cpu.shares: the kernel did not take '300000'"));
	finish(plan);
}

static const struct unit_case cases[] = {
	{ "a child joins every folder", join },
	{ "/proc/PID/cgroup shows the planned names; a populated place is refused", folders_show },
	{ "a memory limit kills, a larger one does not", memory_binds },
	{ "a pids limit stops fork, 0 too", pids_bind },
	{ "devices are denied by default, and all allowed by a rule", devices_bind },
	{ "frozen and nested members are killed, destroy is idempotent", kills_frozen_nested },
	{ "a signal reaches every process", signals_all },
	{ "an update goes either way, and is taken back as a whole", updates },
	{ "v2: an update keeps, replaces, and is checked against the usage", updates_v2 },
	{ "v2: lists that were empty, behind a failed update", updates_v2_lists },
	{ "an ordinary user in given folders", ordinary_user },
	{ "a value that the kernel changes is an error", not_taken_is_an_error },
};
UNIT_MAIN(cases)
