/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_systemd.c - the systemd driver without a systemd: names of units and their folders, what
 * systemd is told of the limits, and the messages to the helper */
#include "cgroups/plan_unit.h"
#include "cgroups/systemd.h"
#include "cgroups/unit.h"
#include "cgroups/wire.h"
#include "tests/unit/cgroup_fake.h"

#include <sys/socket.h>

/* ---- names ---- */

static const struct {
	const char *path;
	bool user;
	const char *want; /* "SLICE NAME PATH", or the error */
} names[] = {
	{ NULL, false, "system.slice doboz-ID.scope /system.slice/doboz-ID.scope" },
	{ "", true, "user.slice doboz-ID.scope /user.slice/doboz-ID.scope" },
	{ "machine.slice:libpod:0a", false,
	  "machine.slice libpod-0a.scope /machine.slice/libpod-0a.scope" },
	{ ":docker:x", false, "system.slice docker-x.scope /system.slice/docker-x.scope" },
	{ "a-b-c.slice:p:n", false,
	  "a-b-c.slice p-n.scope /a.slice/a-b.slice/a-b-c.slice/p-n.scope" },
	{ "-.slice:p:n", false, "-.slice p-n.scope /p-n.scope" },
	{ "a.slice:p:x-y.slice", false, "a.slice x-y.slice /x.slice/x-y.slice" },
	{ "/a/b", false,
	  "linux.cgroupsPath: expected cgroupsPath to be of format \"slice:prefix:name\" for "
	  "systemd cgroups, got \"/a/b\" instead" },
	{ "a:b", false,
	  "linux.cgroupsPath: expected cgroupsPath to be of format \"slice:prefix:name\" for "
	  "systemd cgroups, got \"a:b\" instead" },
	{ "a:b:c:d", false,
	  "linux.cgroupsPath: expected cgroupsPath to be of format \"slice:prefix:name\" for "
	  "systemd cgroups, got \"a:b:c:d\" instead" },
	{ "a:b:c", false, "linux.cgroupsPath: invalid slice name: 'a'" },
	{ ".slice:b:c", false, "linux.cgroupsPath: invalid slice name: '.slice'" },
	{ "a--b.slice:b:c", false, "linux.cgroupsPath: invalid slice name: 'a--b.slice'" },
	{ "-a.slice:b:c", false, "linux.cgroupsPath: invalid slice name: '-a.slice'" },
	{ "a/b.slice:b:c", false, "linux.cgroupsPath: invalid slice name: 'a/b.slice'" },
	{ "..slice:b:c", false, "linux.cgroupsPath: invalid slice name: '..slice'" },
	{ ":b:../c", false, "linux.cgroupsPath: 'b-../c.scope' is no name of a systemd unit" },
	{ ":b:", false, "linux.cgroupsPath: 'b-.scope' is no name of a systemd unit" },
	{ ":b:a b", false, "linux.cgroupsPath: 'b-a b.scope' is no name of a systemd unit" },
	{ ":b:-.slice", false, "linux.cgroupsPath: '-.slice' is no name of a systemd unit" },
};

static void names_units(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct cgroup_unit unit;
		int r = cgroup_unit_parse(a, names[i].path, "ID", names[i].user, &unit);

		check_str(r < 0 ? error_text() :
				  arena_printf(a, "%s %s %s", unit.slice, unit.name, unit.path),
			  names[i].want);
	}
}

static void bounds_names(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_unit unit;
	char id[300];

	memset(id, 'x', sizeof(id));
	id[255 - strlen("doboz-.scope")] = '\0';
	check_int(cgroup_unit_parse(a, NULL, id, false, &unit), 0);
	check_int((long long)strlen(unit.name), 255);
	strcat(id, "x");
	check_int(cgroup_unit_parse(a, NULL, id, false, &unit), -EINVAL);
}

/* ---- properties ---- */

static const char *text_of(struct arena *a, const struct cgroup_properties *p)
{
	CLEANUP_BUF struct buf out = { 0 };

	buf_adds(&out, "");
	for (size_t i = 0; i < p->n; i++)
		buf_printf(&out, "%s %s %s%s\n", p->list[i].name, p->list[i].type,
			   str_join(a, p->list[i].values, ","),
			   p->list[i].after_clone ? " after-clone" : "");
	return arena_strdup(a, out.data);
}

static const char *limits(struct arena *a, bool v2, unsigned version, const char *resources)
{
	struct cgroup_properties p = { .arena = a, .version = version };
	struct cgroup_resources res = { 0 };
	int r = fake_resources(a, resources, &res);

	if (r == 0)
		r = cgroup_properties_limits(&p, v2, &res);
	return r < 0 ? error_text() : text_of(a, &p);
}

static const char most[] =
	"{\"memory\":{\"limit\":67108864,\"reservation\":33554432,\"swap\":100663296},"
	"\"cpu\":{\"shares\":512,\"quota\":33333,\"period\":100000,\"cpus\":\"0-1,9\",\"mems\":\"0\"},"
	"\"pids\":{\"limit\":100},\"blockIO\":{\"weight\":500}}";

static void tells_limits(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(limits(a, true, 252, most), "MemoryMax t 67108864\n"
					      "MemoryLow t 33554432\n"
					      "MemorySwapMax t 33554432\n"
					      "CPUWeight t 59\n"
					      "AllowedCPUs ay 3,2\n"
					      "AllowedMemoryNodes ay 1\n"
					      "IOWeight t 4500\n"
					      "CPUQuotaPeriodUSec t 100000\n"
					      "CPUQuotaPerSecUSec t 340000\n"
					      "TasksMax t 100\n");
	check_str(limits(a, false, 252, most), "MemoryLimit t 67108864\n"
					       "CPUShares t 512\n"
					       "BlockIOWeight t 500\n"
					       "CPUQuotaPeriodUSec t 100000\n"
					       "CPUQuotaPerSecUSec t 340000\n"
					       "TasksMax t 100\n");
	/* An old one is told what it knows. */
	check_str(limits(a, true, 241, most), "MemoryMax t 67108864\n"
					      "MemoryLow t 33554432\n"
					      "MemorySwapMax t 33554432\n"
					      "CPUWeight t 59\n"
					      "IOWeight t 4500\n"
					      "CPUQuotaPerSecUSec t 340000\n"
					      "TasksMax t 100\n");
	check_str(limits(a, true, 252, "{}"), "");
}

static void tells_edges(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(limits(a, true, 252, "{\"pids\":{\"limit\":0}}"), "TasksMax t 1 after-clone\n");
	check_str(limits(a, true, 252, "{\"pids\":{\"limit\":16}}"), "TasksMax t 16\n");
	check_str(limits(a, true, 252,
			 "{\"pids\":{\"limit\":-1},\"memory\":{\"limit\":-1},"
			 "\"cpu\":{\"quota\":-1}}"),
		  "MemoryMax t 18446744073709551615\n"
		  "MemorySwapMax t 18446744073709551615\n"
		  "CPUQuotaPerSecUSec t 18446744073709551615\n"
		  "TasksMax t 18446744073709551615\n");
	check_str(limits(a, true, 252, "{\"cpu\":{\"idle\":1,\"shares\":2}}"), "CPUWeight t 0\n");
	check_str(limits(a, true, 251, "{\"cpu\":{\"idle\":1,\"shares\":2}}"), "CPUWeight t 1\n");
	check_str(limits(a, true, 252, "{\"cpu\":{\"quota\":9223372036854775807,\"period\":1}}"),
		  "CPUQuotaPeriodUSec t 1\nCPUQuotaPerSecUSec t 18446744073709551615\n");
}

static void tells_unified(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	check_str(limits(a, true, 252,
			 "{\"unified\":{\"memory.high\":\"1000\",\"memory.max\":\"max\","
			 "\"cpu.max\":\"20000 50000\",\"cpuset.cpus\":\"8\",\"pids.max\":\"3\","
			 "\"io.max\":\"8:0 rbps=1\",\"cpu.weight\":\"7\"}}"),
		  "MemoryHigh t 1000\n"
		  "MemoryMax t 18446744073709551615\n"
		  "CPUQuotaPeriodUSec t 50000\n"
		  "CPUQuotaPerSecUSec t 400000\n"
		  "AllowedCPUs ay 0,1\n"
		  "TasksMax t 3 after-clone\n"
		  "CPUWeight t 7\n");
	check_str(limits(a, true, 252, "{\"unified\":{\"memory.high\":\"1k\"}}"),
		  "linux.resources.unified.memory.high: value conversion error: '1k'");
	check_str(limits(a, true, 252, "{\"unified\":{\"cpu.max\":\"1 2 3\"}}"),
		  "linux.resources.unified.cpu.max: value conversion error: '1 2 3'");
	check_str(limits(a, true, 252, "{\"unified\":{\"cpuset.cpus\":\"1-99999999999\"}}"),
		  "linux.resources.unified.cpuset.cpus: value conversion error: '1-99999999999'");
}

static const char *annotated(struct arena *a, const char *key, const char *value)
{
	struct cgroup_properties p = { .arena = a, .version = 252 };
	struct json_map map = { .key = arena_strdup(a, key), .value = arena_strdup(a, value) };

	return cgroup_properties_annotations(&p, &map, 1) < 0 ? error_text() : text_of(a, &p);
}

static void takes_annotations(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
#define P "org.systemd.property."

	check_str(annotated(a, "io.other", "x"), "");
	check_str(annotated(a, P "CollectMode", "'inactive'"), "CollectMode s inactive\n");
	check_str(annotated(a, P "After", "['a.service', 'b.service']"),
		  "After as a.service,b.service\n");
	check_str(annotated(a, P "TimeoutStopUSec", "uint64 5"), "TimeoutStopUSec t 5\n");
	check_str(annotated(a, P "TimeoutStopSec", "5"), "TimeoutStopUSec t 5000000\n");
	check_str(annotated(a, P "TimeoutStopSec", "1.5"), "TimeoutStopUSec t 1500000\n");
	/* no unit of time */
	check_str(annotated(a, P "FooSEC", "5"), "FooSEC i 5\n");
	check_str(annotated(a, P "TimeoutStopSec", "'x'"),
		  "annotation " P "TimeoutStopSec='x' value parse error: not a number of seconds");
	check_str(annotated(a, P "TimeoutStopSec", "-1"),
		  "annotation " P "TimeoutStopSec=-1 value parse error: not a number of seconds");
	check_str(annotated(a, P "TimeoutStopSec", "uint64 18446744073709551615"),
		  "annotation " P "TimeoutStopSec=uint64 18446744073709551615 value parse error: "
		  "not a number of seconds");
	check_str(annotated(a, P "Ab", "'x'"), "annotation " P "Ab name incorrect: too short");
	check_str(annotated(a, P "A-b-c", "'x'"),
		  "annotation " P "A-b-c name incorrect: contains non-alphabetic character");
	check_str(annotated(a, P "Description", "x"),
		  "annotation " P "Description=x value parse error: unknown word");
#undef P
}

static const char *devices(struct arena *a, const char *resources)
{
	struct cgroup_properties p = { .arena = a, .version = 252 };
	struct cgroup_resources res = { 0 };
	int r = fake_resources(a, resources, &res);

	if (r == 0)
		r = cgroup_properties_devices(&p, &res);
	return r < 0 ? error_text() : text_of(a, &p);
}

static void tells_devices(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char always[] = ",char-*,m,block-*,m,/dev/char/1:3,rwm";
	const char *got = devices(a,
				  "{\"devices\":[{\"allow\":false},{\"allow\":true,\"type\":\"b\","
				  "\"major\":8,\"minor\":1,\"access\":\"r\"},{\"allow\":true,"
				  "\"type\":\"c\",\"major\":10,\"access\":\"rw\"},{\"allow\":true,"
				  "\"type\":\"c\",\"minor\":3,\"access\":\"r\"}]}");

	check(str_starts(got, "DevicePolicy s strict\nDeviceAllow a(ss) \n"
			      "DeviceAllow a(ss) /dev/block/8:1,r,char-10,rw"));
	check(strstr(got, always) != NULL);
	/* Everything: systemd has nothing to do. All but some: it can say that only as nothing. */
	check_str(devices(a, "{\"devices\":[{\"allow\":true}]}"), "");
	check_str(devices(a, "{\"devices\":[{\"allow\":true},{\"allow\":false,\"type\":\"c\","
			     "\"major\":1,\"minor\":1}]}"),
		  "DevicePolicy s strict\nDeviceAllow a(ss) \n");
}

/* ---- plans ---- */

static struct cgroup_systemd manager = { .fd = -EBADF, .version = 252, .control_group = "" };

static const char *plan_text(struct arena *a, const struct fake_host *f, bool user,
			     const char *resources, const char *path)
{
	struct cgroup_options opt = {
		.id = "ID", .cgroups_path = path, .default_name = "/d", .privileged = !user
	};
	struct cgroup_resources res = { 0 };
	CLEANUP_BUF struct buf out = { 0 };
	struct cgroup_host *host;
	struct cgroup_plan *plan;
	int r = fake_read(a, f, &host);

	fake_remove();
	if (r == 0)
		r = fake_resources(a, resources, &res);
	if (r < 0)
		return error_text();
	manager.user = user;
	manager.control_group = user ? "/user.slice/user@5.service" : "";
	host->systemd = &manager;
	if (cgroup_plan_build(a, host, &res, &opt, &plan) < 0)
		return error_text();
	for (size_t i = 0; i < plan->n_folders; i++) {
		const struct cgroup_folder *folder = &plan->folders[i];

		buf_printf(&out, "%s (%s)\n", folder->path, folder->name);
		for (size_t k = 0; k < folder->n_writes; k++)
			if (!str_starts(folder->writes[k].file, "devices."))
				buf_printf(&out, "%s=%s%s%s\n", folder->writes[k].file,
					   folder->writes[k].value,
					   folder->writes[k].else_value ? " else " : "",
					   folder->writes[k].else_value ?: "");
	}
	buf_printf(&out, "%s", text_of(a, plan->properties));
	return arena_strdup(a, out.data);
}

static void plans_units(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char unit[] = "Delegate b true\nPIDs au 0\nDefaultDependencies b false\n"
				   "CollectMode s inactive-or-failed\nCPUAccounting b true\n"
				   "MemoryAccounting b true\nIOAccounting b true\n"
				   "TasksAccounting b true\n";
	static const char res[] = "{\"cpu\":{\"quota\":33333},\"blockIO\":{\"weight\":200}}";

	check_str(plan_text(a, &fake_v2, false, res, "a-b.slice:p:n"),
		  arena_printf(a,
			       "/sys/fs/cgroup/a.slice/a-b.slice/p-n.scope "
			       "(/a.slice/a-b.slice/p-n.scope)\n"
			       "cpu.max=34000\n"
			       "io.bfq.weight=200 else 1200\n"
			       "Description s container ID\nSlice s a-b.slice\n%s"
			       "IOWeight t 1200\nCPUQuotaPerSecUSec t 340000\n",
			       unit));
	check_str(plan_text(a, &fake_v2, true, "{}", NULL),
		  arena_printf(a,
			       "/sys/fs/cgroup/user.slice/user@5.service/user.slice/doboz-ID.scope "
			       "(/user.slice/user@5.service/user.slice/doboz-ID.scope)\n"
			       "Description s container ID\nSlice s user.slice\n%s",
			       unit));
	check_str(plan_text(a, &fake_hybrid, true, "{}", NULL),
		  "cannot use rootless systemd cgroups manager on cgroup v1");
	check(strstr(plan_text(a, &fake_v1, false, res, NULL),
		     "/sys/fs/cgroup/freezer/system.slice/doboz-ID.scope "
		     "(/system.slice/doboz-ID.scope)\n") != NULL);
	/* A slice has no first process, and is in no other's. */
	check(strstr(plan_text(a, &fake_v2, false, "{}", "a.slice:p:n.slice"), "PIDs") == NULL);
	check(strstr(plan_text(a, &fake_v2, false, "{}", "a.slice:p:n.slice"),
		     "Wants as a.slice\n") != NULL);
}

static void plans_updates(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_resources change = { 0 }, before = { 0 }, after = { 0 };
	char *folders[] = { "/sys/fs/cgroup/system.slice/doboz-ID.scope", NULL };
	struct cgroup_host *host;
	struct cgroup_plan *plan = NULL;

	require(fake_read(a, &fake_v2, &host) == 0);
	fake_remove();
	host->systemd = &manager;
	check_int(fake_resources(a, "{\"cpu\":{\"quota\":11111},\"memory\":{\"limit\":4096}}",
				 &change),
		  0);
	check_int(fake_resources(a, "{\"cpu\":{\"quota\":1000,\"period\":50000,\"cpus\":\"0\"}}",
				 &before),
		  0);
	check_int(fake_resources(a,
				 "{\"cpu\":{\"quota\":11111,\"period\":50000,\"cpus\":\"0\"},"
				 "\"memory\":{\"limit\":4096}}",
				 &after),
		  0);
	check_int(cgroup_plan_update(a, host,
				     &(struct cgroup_update){ &change, &before, &after, "u.scope" },
				     folders, &plan),
		  0);
	require(plan);
	check_str(plan->folders[0].writes[1].value, "11500");
	check_str(text_of(a, plan->properties), "MemoryMax t 4096\nCPUQuotaPerSecUSec t 230000\n");
	check_str(text_of(a, plan->properties_before),
		  "MemoryMax t 18446744073709551615\nCPUQuotaPerSecUSec t 20000\n");
}

/* ---- messages ---- */

static void sends_words(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf message = { 0 }, big = { 0 };
	char **words;
	int pair[2];

	require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	check_int(wire_recv(a, pair[0], 1, &words), -ETIMEDOUT);
	wire_add(&message, "a");
	wire_add(&message, "");
	wire_add(&message, "b c\n");
	check_int(wire_send(pair[1], &message), 0);
	check_int(wire_recv(a, pair[0], 1000, &words), 1);
	check_str(str_join(a, words, "|"), "a||b c\n");
	/* No NUL at the end, and too long a one. */
	check_int((long long)send(pair[1], "ab", 2, 0), 2);
	check_int(wire_recv(a, pair[0], 1000, &words), -EBADMSG);
	while (big.len <= WIRE_MESSAGE_MAX)
		wire_add(&big, "x");
	check_int(wire_send(pair[1], &big), -EMSGSIZE);
	(void)close(pair[1]);
	check_int(wire_recv(a, pair[0], 1000, &words), 0);
	(void)close(pair[0]);
}

static const struct unit_case cases[] = {
	{ "slice:prefix:name", names_units },     { "names are bounded", bounds_names },
	{ "limits as properties", tells_limits }, { "limits: the edges", tells_edges },
	{ "limits: unified", tells_unified },     { "org.systemd.property", takes_annotations },
	{ "devices of v1", tells_devices },       { "plans of units", plans_units },
	{ "plans of updates", plans_updates },    { "messages", sends_words },
};
UNIT_MAIN(cases)
