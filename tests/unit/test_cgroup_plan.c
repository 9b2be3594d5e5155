/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_cgroup_plan.c - saved v1, v2 and hybrid hosts: what is found, and the golden list of
 * writes of one full resources object on each */
#include "cgroups/v2.h"
#include "tests/unit/cgroup_fake.h"

static const char full[] =
	"{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},"
	"{\"allow\":true,\"type\":\"b\",\"major\":8,\"minor\":0,\"access\":\"r\"}],"
	"\"memory\":{\"limit\":67108864,\"reservation\":33554432,\"swap\":100663296},"
	"\"cpu\":{\"shares\":512,\"quota\":50000,\"period\":100000,\"burst\":1000,\"cpus\":\"0-1\","
	"\"mems\":\"0\",\"idle\":0},"
	"\"pids\":{\"limit\":0},"
	"\"blockIO\":{\"weight\":500,\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":10}],"
	"\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1000}],"
	"\"throttleWriteBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":0}],"
	"\"throttleReadIOPSDevice\":[{\"major\":8,\"minor\":16,\"rate\":3}],"
	"\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":16,\"rate\":4}]},"
	"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":4194304}],"
	"\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3},\"mlx5_2\":{\"hcaObjects\":9}}";

static const char full_v1_end[] = ",\"network\":{\"classID\":1048577,"
				  "\"priorities\":[{\"name\":\"eth0\",\"priority\":5}]}}";
static const char full_v2_end[] = ",\"unified\":{\"memory.high\":\"60000000\","
				  "\"io.max\":\"8:0 rbps=1\\n8:16 wbps=2\"}}";

static const char every_device[] = "devices.allow=c *:* m\n"
				   "devices.allow=b *:* m\n"
				   "devices.allow=c 1:3 rwm\n"
				   "devices.allow=c 1:5 rwm\n"
				   "devices.allow=c 1:7 rwm\n"
				   "devices.allow=c 1:8 rwm\n"
				   "devices.allow=c 1:9 rwm\n"
				   "devices.allow=c 5:0 rwm\n"
				   "devices.allow=c 5:1 rwm\n"
				   "devices.allow=c 5:2 rwm\n"
				   "devices.allow=c 136:* rwm\n";

static void print_write(struct buf *out, const struct cgroup_write *w)
{
	buf_printf(out, "%s=%s", w->file, w->value);
	if (w->else_file)
		buf_printf(out, " else %s=%s", w->else_file, w->else_value);
	buf_printf(out, "%s%s%s%s\n", w->after_clone ? " after-clone" : "",
		   w->tolerate_missing ? " optional" : "", w->keep_first ? " keep-first" : "",
		   w->floor ? " checked" : "");
}

static char *print(struct arena *a, const struct cgroup_plan *plan)
{
	CLEANUP_BUF struct buf out = { 0 };

	for (size_t i = 0; i < plan->n_folders; i++) {
		const struct cgroup_folder *f = &plan->folders[i];

		buf_printf(&out, "%s (%s)", f->path, f->name);
		for (char **c = f->controllers; c && *c; c++)
			buf_printf(&out, " +%s", *c);
		buf_addc(&out, '\n');
		for (size_t k = 0; k < f->n_writes; k++)
			print_write(&out, &f->writes[k]);
	}
	return arena_strdup(a, out.len ? out.data : "");
}

static bool all_may_be_made(const struct cgroup_hierarchy *h, const char *path)
{
	return !str_ends(h->mount, "/memory") && *path == '/';
}

/* The plan as text, or the error. */
static const char *plan_text(struct arena *a, const struct fake_host *f, const char *resources,
			     const struct cgroup_options *opt)
{
	struct cgroup_resources res = { 0 };
	struct cgroup_host *host;
	struct cgroup_plan *plan = NULL;
	int r = fake_read(a, f, &host);

	fake_remove();
	if (r == 0)
		r = fake_resources(a, resources, &res);
	if (r == 0) {
		host->may_make = all_may_be_made;
		r = cgroup_plan_build(a, host, &res, opt, &plan);
	}
	return r < 0 ? error_text() : print(a, plan);
}

static const struct cgroup_options as_root = { .default_name = "/doboz/x", .privileged = true };

static void finds_v1(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_host *host = NULL;
	const struct cgroup_hierarchy *h;

	check_int(fake_read(a, &fake_v1, &host), 0);
	fake_remove();
	require(host);
	check_int(host->layout, CGROUP_V1);
	check_int(host->n_hierarchies, 11);
	h = &host->hierarchies[1];
	check_str(h->mount, "/sys/fs/cgroup/cpu,cpuacct");
	check_str(str_join(a, h->controllers, " "), "cpu cpuacct");
	h = &host->hierarchies[3];
	check_str(h->own_path, "/own");
	check(h->writable);
	check_str(host->hierarchies[10].controllers[0], "name=systemd");
}

static void finds_v2(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_host *host = NULL;
	const struct cgroup_hierarchy *h;

	check_int(fake_read(a, &fake_v2, &host), 0);
	fake_remove();
	require(host);
	check_int(host->layout, CGROUP_V2);
	check_int(host->n_hierarchies, 1);
	h = &host->hierarchies[0];
	check_str(str_join(a, h->controllers, " "), "cpuset cpu io memory hugetlb pids rdma misc");
	check_str(h->own_path, "/user.slice/app.slice/shell.scope");
	check_str(h->base_path, "/user.slice/app.slice");
}

static void finds_hybrid(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fake_host f = fake_hybrid;
	struct cgroup_host *host = NULL;

	check_int(fake_read(a, &f, &host), 0);
	fake_remove();
	require(host);
	check_int(host->layout, CGROUP_HYBRID);
	check_int(host->n_hierarchies, 6);
	for (size_t i = 0; i < host->n_hierarchies; i++)
		check(!strv_has(host->hierarchies[i].controllers, "pids"));
	/* A mount over the others hides them; the same hierarchy twice counts once. */
	f.mountinfo = "37 1 0:35 / /a rw - cgroup cgroup rw,pids\n"
		      "38 1 0:36 / /b rw - cgroup cgroup rw,cpu\n"
		      "39 38 0:40 / /b rw - tmpfs tmpfs rw\n"
		      "40 1 0:41 /deep /c ro - cgroup cgroup rw,memory\n"
		      "41 1 0:41 / /d rw - cgroup cgroup rw,memory\n"
		      "42 1 0:35 / /e rw - cgroup cgroup rw,pids\n";
	check_int(fake_read(a, &f, &host), 0);
	fake_remove();
	check_int(host->layout, CGROUP_V1);
	check_int(host->n_hierarchies, 2);
	check_str(host->hierarchies[0].mount, "/a");
	check_str(host->hierarchies[1].mount, "/d");
	check(!host->hierarchies[1].read_only);
}

static void golden_v1(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(plan_text(a, &fake_v1, arena_printf(a, "%s%s", full, full_v1_end), &as_root),
		  arena_printf(a,
			       "/sys/fs/cgroup/cpu,cpuacct/doboz/x (/doboz/x)\n"
			       "cpu.shares=512\n"
			       "cpu.cfs_period_us=100000\n"
			       "cpu.cfs_quota_us=50000\n"
			       "cpu.cfs_burst_us=1000\n"
			       "cpu.idle=0\n"
			       "/sys/fs/cgroup/cpuset/doboz/x (/doboz/x)\n"
			       "cpuset.cpus=0-1\n"
			       "cpuset.mems=0\n"
			       "/sys/fs/cgroup/memory/doboz/x (/doboz/x)\n"
			       "memory.limit_in_bytes=67108864\n"
			       "memory.memsw.limit_in_bytes=100663296\n"
			       "memory.soft_limit_in_bytes=33554432\n"
			       "/sys/fs/cgroup/devices/doboz/x (/doboz/x)\n"
			       "devices.deny=a\n"
			       "devices.allow=b 8:0 r\n"
			       "%s"
			       "/sys/fs/cgroup/blkio/doboz/x (/doboz/x)\n"
			       "blkio.bfq.weight=500 else blkio.weight=500\n"
			       "blkio.bfq.weight_device=8:0 10 else blkio.weight_device=8:0 10\n"
			       "blkio.throttle.read_bps_device=8:0 1000\n"
			       "blkio.throttle.write_bps_device=8:0 0\n"
			       "blkio.throttle.read_iops_device=8:16 3\n"
			       "blkio.throttle.write_iops_device=8:16 4\n"
			       "/sys/fs/cgroup/pids/doboz/x (/doboz/x)\n"
			       "pids.max=0\n"
			       "/sys/fs/cgroup/hugetlb/doboz/x (/doboz/x)\n"
			       "hugetlb.2MB.limit_in_bytes=4194304\n"
			       "hugetlb.2MB.rsvd.limit_in_bytes=4194304 optional\n"
			       "/sys/fs/cgroup/net/doboz/x (/doboz/x)\n"
			       "net_cls.classid=1048577\n"
			       "net_prio.ifpriomap=eth0 5\n"
			       "/sys/fs/cgroup/rdma/doboz/x (/doboz/x)\n"
			       "rdma.max=mlx5_1 hca_handle=3 hca_object=max\n"
			       "rdma.max=mlx5_2 hca_handle=max hca_object=9\n"
			       "/sys/fs/cgroup/systemd/doboz/x (/doboz/x)\n"
			       "/sys/fs/cgroup/freezer/doboz/x (/doboz/x)\n",
			       every_device));
}

/* What v2 has not, and current kernels only in part. */
static void golden_v1_old(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = plan_text(
		a, &fake_v1,
		"{\"cpu\":{\"realtimePeriod\":1000000,\"realtimeRuntime\":950000},"
		"\"memory\":{\"swappiness\":7,\"disableOOMKiller\":true},"
		"\"blockIO\":{\"leafWeight\":11,\"weightDevice\":["
		"{\"major\":8,\"minor\":0,\"leafWeight\":12}]}}",
		&as_root);
	static const char *const writes[] = {
		"\ncpu.rt_period_us=1000000\n", "\ncpu.rt_runtime_us=950000\n",
		"\nmemory.swappiness=7\n",      "\nmemory.oom_control=1\n",
		"\nblkio.leaf_weight=11\n",     "\nblkio.leaf_weight_device=8:0 12\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
		if (!strstr(text, writes[i]))
			check_str(text, writes[i]);
}

/* As in runc: the spec recommends against them, kernels since 5.16 only keep up appearances of a limit of
 * kernel memory and since 5.11 of a choice of hierarchy, and v2 has none. */
static void accepted_without_write(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char old[] = "{\"memory\":{\"limit\":4096,\"kernel\":8192,\"kernelTCP\":8192,"
				  "\"useHierarchy\":true}}";
	static const char plain[] = "{\"memory\":{\"limit\":4096}}";

	check_str(plan_text(a, &fake_v1, old, &as_root), plan_text(a, &fake_v1, plain, &as_root));
	check_str(plan_text(a, &fake_v2, old, &as_root), plan_text(a, &fake_v2, plain, &as_root));
}

static void golden_v2(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(
		plan_text(a, &fake_v2, arena_printf(a, "%s%s", full, full_v2_end), &as_root),
		"/sys/fs/cgroup/doboz/x (/doboz/x) +memory +cpu +cpuset +pids +io +hugetlb +rdma\n"
		"memory.swap.max=33554432\n"
		"memory.max=67108864\n"
		"memory.low=33554432\n"
		"cpu.weight=59\n"
		"cpu.max=50000 100000\n"
		"cpu.max.burst=1000\n"
		"cpu.idle=0\n"
		"cpuset.cpus=0-1\n"
		"cpuset.mems=0\n"
		"pids.max=0 after-clone\n"
		"io.bfq.weight=500 else io.weight=4950\n"
		"io.bfq.weight=8:0 10 else io.weight=8:0 1\n"
		"io.max=8:0 rbps=1000\n"
		"io.max=8:0 wbps=max\n"
		"io.max=8:16 riops=3\n"
		"io.max=8:16 wiops=4\n"
		"hugetlb.2MB.max=4194304\n"
		"hugetlb.2MB.rsvd.max=4194304 optional\n"
		"rdma.max=mlx5_1 hca_handle=3 hca_object=max\n"
		"rdma.max=mlx5_2 hca_handle=max hca_object=9\n"
		"memory.high=60000000\n"
		"io.max=8:0 rbps=1\n"
		"io.max=8:16 wbps=2\n");
	check_str(
		plan_text(
			a, &fake_v2,
			"{\"cpu\":{\"period\":50000},\"memory\":{\"limit\":-1,\"reservation\":-1}}",
			&as_root),
		"/sys/fs/cgroup/doboz/x (/doboz/x) +memory +cpu +cpuset +io +pids\n"
		"memory.swap.max=max optional\n"
		"memory.max=max\n"
		"memory.low=max\n"
		"cpu.max=50000 keep-first\n");
}

static void golden_hybrid(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(plan_text(a, &fake_hybrid,
			    "{\"devices\":[{\"allow\":true}],\"memory\":{\"limit\":4096,"
			    "\"checkBeforeUpdate\":true},"
			    "\"pids\":{\"limit\":-1},"
			    "\"hugepageLimits\":[{\"pageSize\":\"1GB\",\"limit\":0}]}",
			    &as_root),
		  "/sys/fs/cgroup/unified/doboz/x (/doboz/x) +hugetlb\n"
		  "hugetlb.1GB.max=0\n"
		  "hugetlb.1GB.rsvd.max=0 optional\n"
		  "/sys/fs/cgroup/cpu/doboz/x (/doboz/x)\n"
		  "/sys/fs/cgroup/memory/doboz/x (/doboz/x)\n"
		  "memory.limit_in_bytes=4096 checked\n"
		  "/sys/fs/cgroup/devices/doboz/x (/doboz/x)\n"
		  "devices.allow=a\n"
		  "/sys/fs/cgroup/systemd/doboz/x (/doboz/x)\n"
		  "/sys/fs/cgroup/freezer/doboz/x (/doboz/x)\n");
}

static void paths(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_options opt = as_root;
	struct fake_host f = fake_v2;

	/* Relative: below the own cgroup, on v2 beside it. */
	opt.cgroups_path = "my//./box/";
	check(str_starts(
		plan_text(a, &fake_v2, "{}", &opt),
		"/sys/fs/cgroup/user.slice/app.slice/my/box (/user.slice/app.slice/my/box)"));
	check(str_starts(plan_text(a, &fake_v1, "{}", &opt),
			 "/sys/fs/cgroup/memory/own/my/box (/own/my/box)\n"));
	/* Only a part of the hierarchy is mounted. */
	f.mountinfo = "30 1 0:28 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
	opt.cgroups_path = "/box";
	check(str_starts(plan_text(a, &f, "{}", &opt), "/sys/fs/cgroup/box (/user.slice/box) "));
	f.folders[1] = "+app.slice";
	f.folders[2] = "+app.slice/shell.scope";
	f.folders[3] = NULL;
	opt.cgroups_path = "box";
	check(str_starts(plan_text(a, &f, "{}", &opt),
			 "/sys/fs/cgroup/app.slice/box (/user.slice/app.slice/box) "));
	f.mountinfo = "30 1 0:28 /other /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
	check_str(plan_text(a, &f, "{}", &opt), "");

	opt.cgroups_path = "/a/../b";
	check(strstr(plan_text(a, &fake_v1, "{}", &opt), "holds '..'"));
	opt.cgroups_path = "..";
	check(strstr(plan_text(a, &fake_v1, "{}", &opt), "holds '..'"));
	opt.cgroups_path = "/";
	check(strstr(plan_text(a, &fake_v1, "{}", &opt), "is the root"));
	opt.cgroups_path = "/a\nb";
	check(strstr(plan_text(a, &fake_v1, "{}", &opt), "control character"));
}

static void unprivileged(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_options opt = { .default_name = "doboz/x", .cgroups_path = "/mine/x" };
	struct fake_host f = fake_hybrid;

	/* Where the folder can be made it is, and device rules are left to the user namespace. */
	check_str(plan_text(a, &fake_hybrid, "{\"devices\":[{\"allow\":false}]}", &opt),
		  "/sys/fs/cgroup/unified/mine/x (/mine/x)\n"
		  "/sys/fs/cgroup/cpu/mine/x (/mine/x)\n"
		  "/sys/fs/cgroup/devices/mine/x (/mine/x)\n"
		  "/sys/fs/cgroup/systemd/mine/x (/mine/x)\n"
		  "/sys/fs/cgroup/freezer/mine/x (/mine/x)\n");
	check(str_starts(plan_text(a, &fake_hybrid, "{\"memory\":{\"limit\":4096}}", &opt),
			 "linux.resources.memory.limit: no memory cgroup that we may use below "
			 "'/sys/fs/cgroup/memory'; let root make a folder"));
	check(str_starts(plan_text(a, &fake_hybrid, "{\"pids\":{\"limit\":5}}", &opt),
			 "linux.resources.pids.limit: no pids controller is mounted"));
	/* Nothing is writable, nothing was asked for. */
	opt.cgroups_path = NULL;
	f.mountinfo = "32 30 0:30 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n"
		      "34 30 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup ro,memory\n";
	check_str(plan_text(a, &f, "{\"cpu\":{\"quota\":-1}}", &opt), "");
}

static void refusals(void)
{
	static const struct {
		const struct fake_host *host;
		const char *resources, *error;
	} cases[] = {
		{ &fake_v2, "{\"memory\":{\"swappiness\":1}}", "memory.swappiness: cgroup v2 has" },
		{ &fake_v2, "{\"memory\":{\"swap\":4096}}",
		  "memory.swap: unable to set swap limit without memory limit" },
		{ &fake_v2, "{\"memory\":{\"disableOOMKiller\":true}}", "disableOOMKiller" },
		{ &fake_v2, "{\"cpu\":{\"realtimeRuntime\":5}}", "realtimeRuntime" },
		{ &fake_v2, "{\"blockIO\":{\"leafWeight\":50}}", "leafWeight" },
		{ &fake_v2, "{\"network\":{\"classID\":5}}", "no net_cls controller is mounted" },
		{ &fake_v2, "{\"unified\":{\"perf_event.x\":\"5\"}}",
		  "does not offer the perf_event" },
		{ &fake_v1, "{\"unified\":{\"memory.high\":\"5\"}}", "needs cgroup v2" },
		{ &fake_hybrid, "{\"cpu\":{\"cpus\":\"0\"}}", "no cpuset controller is mounted" },
		{ &fake_hybrid, "{\"rdma\":{\"x\":{}}}", "no rdma controller is mounted" },
		{ &fake_v1,
		  "{\"devices\":[{\"allow\":true,\"type\":\"c\"},"
		  "{\"allow\":false,\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"w\"}]}",
		  "devices[1]: cgroup v1 cannot deny 'c 1:3 w' within a wider rule" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		const char *text = plan_text(a, cases[i].host, cases[i].resources, &as_root);

		if (!strstr(text, cases[i].error))
			check_str(text, cases[i].error);
	}
}

/* The writes of an update of a container that was made with `before`. */
static const char *update_text(struct arena *a, const struct fake_host *f, const char *before,
			       const char *change, const char *after)
{
	struct cgroup_resources res[3] = { 0 };
	const struct cgroup_update update = { &res[1], &res[0], &res[2] };
	char *folders[] = { "/sys/fs/cgroup/memory/box", "/sys/fs/cgroup/box", NULL };
	struct cgroup_host *host;
	struct cgroup_plan *plan;
	int r = fake_read(a, f, &host);

	fake_remove();
	if (r == 0)
		r = fake_resources(a, before, &res[0]);
	if (r == 0)
		r = fake_resources(a, change, &res[1]);
	if (r == 0)
		r = fake_resources(a, after, &res[2]);
	if (r == 0)
		r = cgroup_plan_update(a, host, &update, folders + (f == &fake_v2), &plan);
	return r < 0 ? error_text() : print(a, plan);
}

static void updates(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	/* v2 limits swap alone: a new limit of memory changes it, too. */
	check_str(update_text(a, &fake_v2, "{\"memory\":{\"limit\":4096,\"swap\":16384}}",
			      "{\"memory\":{\"limit\":8192}}",
			      "{\"memory\":{\"limit\":8192,\"swap\":16384}}"),
		  "/sys/fs/cgroup/box (/sys/fs/cgroup/box) +memory\n"
		  "memory.swap.max=8192\nmemory.max=8192\n");
	check_str(update_text(a, &fake_v2, "{\"memory\":{\"limit\":4096}}",
			      "{\"memory\":{\"swap\":16384}}",
			      "{\"memory\":{\"limit\":4096,\"swap\":16384}}"),
		  "/sys/fs/cgroup/box (/sys/fs/cgroup/box) +memory\n"
		  "memory.swap.max=12288\nmemory.max=4096\n");
	check(strstr(update_text(a, &fake_v2, "{}", "{\"memory\":{\"swap\":16384}}",
				 "{\"memory\":{\"swap\":16384}}"),
		     "unable to set swap limit without memory limit"));
	/* What the change does not touch is not written. */
	check_str(update_text(a, &fake_v2, "{\"memory\":{\"limit\":4096},\"pids\":{\"limit\":3}}",
			      "{\"cpu\":{\"quota\":5000}}", "{\"memory\":{\"limit\":4096}}"),
		  "/sys/fs/cgroup/box (/sys/fs/cgroup/box) +cpu\ncpu.max=5000\n");
	check_str(update_text(a, &fake_v1, "{\"memory\":{\"swap\":8192}}",
			      "{\"memory\":{\"limit\":4096,\"checkBeforeUpdate\":true}}",
			      "{\"memory\":{\"limit\":4096,\"swap\":8192}}"),
		  "/sys/fs/cgroup/memory/box (/sys/fs/cgroup/memory/box)\n"
		  "memory.limit_in_bytes=4096 checked\n"
		  "memory.memsw.limit_in_bytes=8192 checked\n");
}

static void weights(void)
{
	/* 2 and 1024 are the defaults of v1 and v2; the rest by the published formula. */
	static const unsigned table[][2] = {
		{ 0, 1 },         { 1, 1 },          { 2, 1 },          { 3, 2 },
		{ 4, 2 },         { 8, 3 },          { 16, 5 },         { 32, 8 },
		{ 64, 12 },       { 128, 21 },       { 256, 35 },       { 512, 59 },
		{ 1000, 99 },     { 1024, 100 },     { 2048, 174 },     { 4096, 303 },
		{ 8192, 532 },    { 16384, 942 },    { 32768, 1681 },   { 65536, 3023 },
		{ 131072, 5478 }, { 262143, 10000 }, { 262144, 10000 }, { 500000, 10000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		check_int(cgroup_v2_cpu_weight(table[i][0]), table[i][1]);
	for (unsigned shares = 3; shares < 262144; shares++)
		require(cgroup_v2_cpu_weight(shares) >= cgroup_v2_cpu_weight(shares - 1));
}

static const struct unit_case cases[] = {
	{ "a v1 host is found", finds_v1 },
	{ "a v2 host is found, and the folder beside our own", finds_v2 },
	{ "a hybrid host is found; plain, covered and repeated folders are not", finds_hybrid },
	{ "every write of a full object on v1", golden_v1 },
	{ "every write of a full object on v2", golden_v2 },
	{ "what v2 has not is written on v1", golden_v1_old },
	{ "kernel memory and hierarchy are accepted without a write", accepted_without_write },
	{ "hybrid: v1 first, v2 for the rest", golden_hybrid },
	{ "cgroupsPath: absolute, relative, partly mounted, refused", paths },
	{ "an ordinary user uses what it may", unprivileged },
	{ "what cannot be held is refused by its field", refusals },
	{ "an update knows memory and swap together", updates },
	{ "cpu.shares to cpu.weight", weights },
};
UNIT_MAIN(cases)
