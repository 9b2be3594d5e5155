/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_stats.c - saved cgroup folders of v1 and v2, and the JSON that comes out of them */
#include "base/fd.h"
#include "base/str.h"
#include "cmd/stats_prometheus.h"
#include "cmd/stats_table.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

struct file {
	const char *name, *text;
};

static int saved(const struct file *f)
{
	int dir = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (; f->name; f++) {
		CLEANUP_FD int fd = openat(dir, f->name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		check_int(fd_write_all(fd, f->text, strlen(f->text)), 0);
	}
	return dir;
}

/* The line of a container with these folders, in the journal's order. */
static char *line_of(struct arena *a, const struct file *const *folders)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct stats_sample s = { 0 };

	for (; *folders; folders++) {
		CLEANUP_FD int dir = saved(*folders);

		cgroup_stats_folder(a, dir, true, &s.cgroup);
	}
	stats_json_line(&out, "x", &s);
	return arena_strdup(a, out.data);
}

static const struct file v2[] = {
	{ "cgroup.controllers", "cpuset cpu io memory hugetlb pids\n" },
	{ "cgroup.procs", "1\n2\n3\n" },
	{ "cpu.stat",
	  "usage_usec 2500\nuser_usec 1500\nsystem_usec 1000\ncore_sched.force_idle_usec 0\n"
	  "nr_periods 7\nnr_throttled 2\nthrottled_usec 30\nnr_bursts 0\nburst_usec 0\n" },
	{ "cpu.pressure", "some avg10=1.50 avg60=0.07 avg300=10.00 total=12345\n"
			  "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n" },
	{ "cpuset.cpus.effective", "0-2,5\n" },
	{ "cpuset.mems.effective", "0\n" },
	{ "memory.current", "4096\n" },
	{ "memory.max", "8192\n" },
	{ "memory.peak", "5000\n" },
	{ "memory.swap.current", "100\n" },
	{ "memory.swap.max", "1000\n" },
	{ "memory.events", "low 0\nhigh 3\nmax 4\noom 1\noom_kill 1\noom_group_kill 0\n" },
	{ "memory.stat", "file 300\nanon 12\nzswap -4\n" },
	{ "memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"
			     "full avg10=0.00 avg60=0.00 avg300=0.00 total=1\n" },
	{ "pids.current", "3\n" },
	{ "pids.max", "20\n" },
	{ "io.stat", "8:16 rbytes=10 wbytes=0 rios=2 wios=3 dbytes=0 dios=0\n"
		     "253:0 rbytes=1 wbytes=4 rios=5 wios=6 dbytes=0 dios=0\n8:0\n" },
	{ "hugetlb.2MB.current", "2097152\n" },
	{ "hugetlb.2MB.events", "max 5\n" },
	{ "hugetlb.2MB.rsvd.current", "4194304\n" },
	{ "hugetlb.1GB.current", "0\n" },
	{ "hugetlb.1GB.events", "max 0\n" },
	{ 0 },
};

static const char v2_line[] =
	"{\"type\":\"stats\",\"id\":\"x\",\"data\":{\"cpu\":{\"usage\":{\"total\":2500000,\"kernel\":1000000,"
	"\"user\":1500000},\"throttling\":{\"periods\":7,\"throttledPeriods\":2,\"throttledTime\":30000},"
	"\"psi\":{\"some\":{\"avg10\":1.5,\"avg60\":0.07,\"avg300\":10,\"total\":12345}}},"
	"\"cpuset\":{\"cpus\":[0,1,2,5],\"cpu_exclusive\":0,\"mems\":[0],\"mem_hardwall\":0,"
	"\"mem_exclusive\":0,\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
	"\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":0},"
	"\"memory\":{\"cache\":300,\"usage\":{\"limit\":8192,\"usage\":4096,\"max\":5000,\"failcnt\":4},"
	"\"swap\":{\"limit\":9192,\"usage\":4196,\"failcnt\":0},"
	"\"raw\":{\"anon\":12,\"file\":300,\"zswap\":0},"
	"\"psi\":{\"some\":{\"avg10\":0,\"avg60\":0,\"avg300\":0,\"total\":1},"
	"\"full\":{\"avg10\":0,\"avg60\":0,\"avg300\":0,\"total\":1}}},"
	"\"pids\":{\"current\":3,\"limit\":20},"
	"\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"minor\":16,\"op\":\"Read\",\"value\":10},"
	"{\"major\":8,\"minor\":16,\"op\":\"Write\"},{\"major\":253,\"op\":\"Read\",\"value\":1},"
	"{\"major\":253,\"op\":\"Write\",\"value\":4}],"
	"\"ioServicedRecursive\":[{\"major\":8,\"minor\":16,\"op\":\"Read\",\"value\":2},"
	"{\"major\":8,\"minor\":16,\"op\":\"Write\",\"value\":3},"
	"{\"major\":253,\"op\":\"Read\",\"value\":5},{\"major\":253,\"op\":\"Write\",\"value\":6}]},"
	"\"hugetlb\":{\"1GB\":{\"failcnt\":0},\"2MB\":{\"usage\":4194304,\"failcnt\":5}},"
	"\"intel_rdt\":{},\"network_interfaces\":null}}\n";

static const struct file v1_cpu[] = {
	{ "cgroup.procs", "1\n" },
	{ "cpu.shares", "1024\n" },
	{ "cpu.stat", "nr_periods 1\nnr_throttled 0\nthrottled_time 9\n" },
	{ "cpuacct.usage", "777\n" },
	{ "cpuacct.stat", "user 3\nsystem 4\n" },
	{ "cpuacct.usage_percpu", "700 70 7 \n" },
	{ "cpuacct.usage_all", "cpu user system\n0 1 2\n1 3 4\n2 5 6\n" },
	{ 0 },
};

static const struct file v1_cpuset[] = {
	{ "cgroup.procs", "1\n" },
	{ "cpuset.cpus", "1\n" },
	{ "cpuset.mems", "0-1\n" },
	{ "cpuset.memory_pressure", "6\n" },
	{ "cpuset.sched_relax_domain_level", "-1\n" },
	{ 0 },
};

static const struct file v1_memory[] = {
	{ "cgroup.procs", "1\n" },
	{ "memory.usage_in_bytes", "40\n" },
	{ "memory.max_usage_in_bytes", "50\n" },
	{ "memory.limit_in_bytes", "60\n" },
	{ "memory.failcnt", "7\n" },
	{ "memory.memsw.limit_in_bytes", "9223372036854771712\n" },
	{ "memory.kmem.usage_in_bytes", "8\n" },
	{ "memory.stat", "cache 11\nrss 3\ntotal_cache 12\n" },
	{ 0 },
};

static const struct file v1_blkio[] = {
	{ "cgroup.procs", "1\n" },
	{ "blkio.reset_stats", "" },
	{ "blkio.bfq.io_serviced_recursive", "Total 0\n" },
	{ "blkio.sectors_recursive", "8:0 17\n" },
	{ "blkio.time_recursive", "8:0 3\n" },
	{ "blkio.io_serviced_recursive", "8:0 Read 2\n8:0 Total 2\nTotal 2\n" },
	{ "blkio.throttle.io_serviced", "8:0 Read 99\nTotal 99\n" },
	{ 0 },
};

static const struct file v1_hugetlb[] = {
	{ "cgroup.procs", "1\n" },
	{ "hugetlb.2MB.usage_in_bytes", "1\n" },
	{ "hugetlb.2MB.max_usage_in_bytes", "2\n" },
	{ "hugetlb.2MB.failcnt", "3\n" },
	{ "pids.current", "1\n" },
	{ "pids.max", "max\n" },
	{ 0 },
};

/* The folder that a container also gets on v2 of a hybrid host. */
static const struct file hybrid_v2[] = {
	{ "cgroup.controllers", "\n" },
	{ "cgroup.procs", "1\n2\n" },
	{ "cpu.stat", "usage_usec 9\nuser_usec 9\nsystem_usec 9\n" },
	{ "io.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
			 "full avg10=100.00 avg60=0.10 avg300=0.00 total=2\n" },
	{ 0 },
};

static const char hybrid_line[] =
	"{\"type\":\"stats\",\"id\":\"x\",\"data\":{\"cpu\":{\"usage\":{\"total\":777,"
	"\"percpu\":[700,70,7],\"percpu_kernel\":[2,4,6],\"percpu_user\":[1,3,5],"
	"\"kernel\":40000000,\"user\":30000000},\"throttling\":{\"periods\":1,\"throttledTime\":9}},"
	"\"cpuset\":{\"cpus\":[1],\"cpu_exclusive\":0,\"mems\":[0,1],\"mem_hardwall\":0,"
	"\"mem_exclusive\":0,\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
	"\"memory_pressure\":6,\"sched_load_balance\":0,\"sched_relax_domain_level\":-1},"
	"\"memory\":{\"cache\":11,\"usage\":{\"limit\":60,\"usage\":40,\"max\":50,\"failcnt\":7},"
	"\"swap\":{\"limit\":9223372036854771712,\"failcnt\":0},"
	"\"kernel\":{\"limit\":0,\"usage\":8,\"failcnt\":0},"
	"\"raw\":{\"cache\":11,\"rss\":3,\"total_cache\":12}},"
	"\"pids\":{\"current\":1},"
	"\"blkio\":{\"ioServicedRecursive\":[{\"major\":8,\"op\":\"Read\",\"value\":2},"
	"{\"major\":8,\"op\":\"Total\",\"value\":2}],"
	"\"ioTimeRecursive\":[{\"major\":8,\"value\":3}],"
	"\"sectorsRecursive\":[{\"major\":8,\"value\":17}],"
	"\"psi\":{\"full\":{\"avg10\":100,\"avg60\":0.1,\"avg300\":0,\"total\":2}}},"
	"\"hugetlb\":{\"2MB\":{\"usage\":1,\"max\":2,\"failcnt\":3}},"
	"\"intel_rdt\":{},\"network_interfaces\":null}}\n";

static void reads_v2(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct file *const folders[] = { v2, NULL };

	check_str(line_of(a, folders), v2_line);
}

static void reads_hybrid(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct file *const folders[] = { hybrid_v2, v1_cpu,     v1_cpuset, v1_memory,
					       v1_blkio,  v1_hugetlb, NULL };

	check_str(line_of(a, folders), hybrid_line);
}

/* Without the controllers v2 still counts time and processes. */
static void reads_bare_v2(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct file *const folders[] = { hybrid_v2, NULL };
	const char *line = line_of(a, folders);

	check(strstr(line, "\"usage\":{\"total\":9000,\"kernel\":9000,\"user\":9000}"));
	check(strstr(line, "\"pids\":{\"current\":2}"));
	check(strstr(line, "\"memory\":{},"));
}

/* What the kernel would never write breaks nothing. */
static void survives_garbage(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const struct file odd[] = {
		{ "cgroup.controllers", "" },
		{ "cgroup.procs", "" },
		{ "cpu.stat", "usage_usec\nusage_usec x\n\n user_usec 1\n" },
		{ "cpu.pressure", "some avg10=\nfull avg10=9 avg60=x avg300=1e9 total=1\nsome\n" },
		{ "cpuset.cpus.effective", "5-3,x,9-y,4294967296,65535-99999999\n" },
		{ "memory.current", "99999999999999999999\n" },
		{ "memory.stat", "\nfile\nfile x\n -\n" },
		{ "io.stat", ":\n8:\n8:0 rbytes= wbytes\nx:y rbytes=1\n" },
		{ "hugetlb..current", "1\n" },
		{ 0 },
	};
	const struct file *const folders[] = { odd, NULL };
	const char *line = line_of(a, folders);

	check(strstr(line, "\"full\":{\"avg10\":9,\"avg60\":0,\"avg300\":0,\"total\":1}"));
	check(strstr(line, "\"cpus\":[9,65535]"));
	check(strstr(line, "\"blkio\":{}"));
}

static void writes_devices(void)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct netns_counters devices[] = { { .name = "eth0", .rx_bytes = 5, .tx_dropped = 1 } };
	struct stats_sample s = { .interfaces = devices, .n_interfaces = 1 };

	stats_json_line(&out, "x", &s);
	check(strstr(out.data,
		     "\"network_interfaces\":[{\"Name\":\"eth0\",\"RxBytes\":5,\"RxPackets\":0,"
		     "\"RxErrors\":0,\"RxDropped\":0,\"TxBytes\":0,\"TxPackets\":0,"
		     "\"TxErrors\":0,\"TxDropped\":1}]}}\n"));
	buf_free(&out);
	out = (struct buf){ 0 };
	stats_json_event(&out, "x", &(struct cgroup_event){ .kind = CGROUP_EVENT_OOM });
	check_str(out.data, "{\"type\":\"oom\",\"id\":\"x\"}\n");
}

static void writes_events(void)
{
	CLEANUP_BUF struct buf out = { 0 };
	char avg[] = "4.20", none[] = "0.00";
	struct cgroup_psi psi = { .set = true, .some = { avg, none, none, 7 } };

	stats_json_event(&out, "x",
			 &(struct cgroup_event){ .kind = CGROUP_EVENT_POPULATED,
						 .populated = true });
	stats_json_event(&out, "x",
			 &(struct cgroup_event){
				 .kind = CGROUP_EVENT_PRESSURE, .resource = "io", .psi = psi });
	check_str(out.data,
		  "{\"type\":\"populated\",\"id\":\"x\",\"data\":{\"populated\":true}}\n"
		  "{\"type\":\"pressure\",\"id\":\"x\",\"data\":{\"resource\":\"io\",\"psi\":"
		  "{\"some\":{\"avg10\":4.2,\"avg60\":0,\"avg300\":0,\"total\":7}}}}\n");
}

static void escapes_labels(void)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{ "", "l=\"\"" },
		{ "plain", "l=\"plain\"" },
		{ "a\"b\\c\nd", "l=\"a\\\"b\\\\c\\nd\"" },
		{ "\xc3\xa9\xe2\x82\xac!", "l=\"\xc3\xa9\xe2\x82\xac!\"" },
		{ "a\x80z\xc3", "l=\"a?z?\"" },
		{ "\xff\"", "l=\"?\\\"\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP_BUF struct buf out = { 0 };

		stats_prometheus_label(&out, "l", rows[i].value);
		check_str(out.data, rows[i].text);
	}
}

/* Every sample stands behind the header of its own metric. */
static void writes_prometheus(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf out = { 0 };
	struct netns_counters devices[] = { { .name = "e\"0", .rx_bytes = 5 } };
	struct stats_sample one = { .interfaces = devices, .n_interfaces = 1 }, two = { 0 };
	struct stats_entry list[] = { { { "1", "one" }, &one }, { { "2", "two" }, &two } };
	CLEANUP_FD int dir = saved(v2);

	cgroup_stats_folder(a, dir, true, &one.cgroup);
	two.cgroup.memory.usage.limit = UINT64_MAX;
	stats_prometheus(&out, list, ARRAY_SIZE(list));
	check(strstr(out.data,
		     "# HELP container_cpu_usage_seconds_total CPU time.\n"
		     "# TYPE container_cpu_usage_seconds_total counter\n"
		     "container_cpu_usage_seconds_total{id=\"1\",name=\"one\"} 0.002500000\n"
		     "container_cpu_usage_seconds_total{id=\"2\",name=\"two\"} 0.000000000\n#"));
	check(strstr(out.data, "container_spec_memory_limit_bytes{id=\"1\",name=\"one\"} 8192\n"
			       "container_spec_memory_limit_bytes{id=\"2\",name=\"two\"} 0\n#"));
	check(strstr(out.data, "{id=\"1\",name=\"one\",device=\"253:0\"} 4\n"));
	check(strstr(out.data,
		     "receive_bytes_total{id=\"1\",name=\"one\",interface=\"e\\\"0\"} 5\n"));
	check(strstr(out.data, "container_oom_events_total{id=\"1\",name=\"one\"} 1\n"));
	check(strstr(out.data,
		     "container_memory_events_total{id=\"1\",name=\"one\",event=\"max\"} 4\n"));
	check(strstr(
		out.data,
		"container_pressure_cpu_waiting_seconds_total{id=\"1\",name=\"one\"} 0.012345\n"));
	check(strstr(out.data,
		     "container_hugetlb_usage_bytes{id=\"1\",name=\"one\",pagesize=\"2MB\"} "
		     "4194304\n"));
}

static void writes_sizes(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const struct {
		uint64_t bytes;
		const char *binary, *decimal;
	} rows[] = {
		{ 0, "0B", "0B" },
		{ 999, "999B", "999B" },
		{ 1000, "1000B", "1kB" },
		{ 1023, "1023B", "1.02kB" },
		{ 1024, "1KiB", "1.02kB" },
		{ 20478689, "19.53MiB", "20.5MB" },
		{ 67108864, "64MiB", "67.1MB" },
		{ 999999, "976.6KiB", "1MB" },
		{ 1048575, "1MiB", "1.05MB" },
		{ UINT64_MAX, "16EiB", "18.4EB" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_str(stats_size(a, rows[i].bytes, true), rows[i].binary);
		check_str(stats_size(a, rows[i].bytes, false), rows[i].decimal);
	}
}

static void summarizes(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_named_number raw[] = { { "inactive_file", 1024 } };
	struct stats_sample s = { .time_ns = 4000000000 };
	struct stats_cpu before = { .total_ns = 1000000000, .time_ns = 2000000000 };
	const struct stats_names of = { "0123456789abcdef", "n" };
	struct stats_summary sum;
	char **cells;

	s.cgroup.cpu.total = 2500000000;
	s.cgroup.memory.usage.usage = 3072;
	s.cgroup.memory.usage.limit = 4096;
	s.cgroup.memory.raw = raw;
	s.cgroup.memory.n_raw = 1;
	s.cgroup.pids = 3;
	sum = stats_summarize(&s, &before);
	cells = stats_table_row(a, stats_table_header(a), &of, &s, &sum, false);
	check_int((long long)strv_len(cells), 2 * STATS_COLUMNS);
	check_str(str_join(a, cells + STATS_COLUMNS, "|"),
		  "0123456789ab|n|75.00%|2KiB / 4KiB|50.00%|0B / 0B|0B / 0B|3|-- / -- / --");
	/* The same moment again: nothing is divided by it. */
	sum = stats_summarize(&s, &before);
	check(sum.cpu_percent <= 0);
	cells = stats_table_row(a, NULL, &of, NULL, NULL, true);
	check_str(str_join(a, cells, "|"),
		  "0123456789abcdef|n|--|-- / --|--|-- / --|-- / --|--|-- / -- / --");
}

static const struct unit_case cases[] = {
	{ "writes events of the cgroup", writes_events },
	{ "escapes the labels of Prometheus", escapes_labels },
	{ "writes Prometheus' text, each metric in one piece", writes_prometheus },
	{ "writes sizes as docker does", writes_sizes },
	{ "sums up what people look at", summarizes },
	{ "reads a v2 folder", reads_v2 },
	{ "reads the folders of a hybrid host, v1 counting", reads_hybrid },
	{ "reads a v2 folder without controllers", reads_bare_v2 },
	{ "survives what no kernel writes", survives_garbage },
	{ "writes network devices and an OOM", writes_devices },
};
UNIT_MAIN(cases)
