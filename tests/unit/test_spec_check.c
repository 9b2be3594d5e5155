/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_spec_check.c - the rules of the spec beyond types, each with a control */
#include "base/error.h"
#include "runtime/check.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ROOT "\"root\":{\"path\":\"rootfs\"}"
#define HEAD "{\"ociVersion\":\"1.0.2\"," ROOT ","
#define PROCESS(rest) HEAD "\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"," rest "}}"
#define LINUX(rest) HEAD "\"linux\":{" rest "}}"
#define MAP(inside, outside, size) \
	"{\"containerID\":" #inside ",\"hostID\":" #outside ",\"size\":" #size "}"
#define USERNS "\"namespaces\":[{\"type\":\"user\"}],"
#define OCI_VERSION(v) "{\"ociVersion\":\"" v "\"," ROOT "}"

static const struct {
	const char *config, *problem; /* NULL: none */
} rules[] = {
	{ OCI_VERSION("1.0.0"), NULL },
	{ OCI_VERSION("1.3.0"), NULL },
	{ OCI_VERSION("1.99.0"), NULL },
	{ OCI_VERSION("1.0.2-dev"), NULL },
	{ OCI_VERSION("1.1.0+dev"), NULL },
	{ OCI_VERSION("1.0.0-rc5+x"), NULL },
	{ OCI_VERSION("2.0.0"), "config.ociVersion: '2.0.0' is not compatible" },
	{ OCI_VERSION("0.9.0"), "config.ociVersion: '0.9.0' is not compatible" },
	{ OCI_VERSION("1.0"), "config.ociVersion: '1.0' is not a version" },
	{ OCI_VERSION("1.0.0."), "config.ociVersion: " },
	{ OCI_VERSION("01.0.0"), "config.ociVersion: " },
	{ OCI_VERSION("1.0.-1"), "config.ociVersion: " },
	{ OCI_VERSION("1.0.0-"), "config.ociVersion: " },
	{ OCI_VERSION("v1.0.0"), "config.ociVersion: " },
	{ OCI_VERSION("1.0.99999999999"), "config.ociVersion: " },
	{ HEAD "\"annotations\":{\"a\":\"\"}}", NULL },
	{ HEAD "\"annotations\":{\"\":\"a\"}}", "config.annotations: a key is empty" },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"uts\"}]"), NULL },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]"),
	  "malformed spec file: duplicated ns" },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"\"}]"), NULL },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"/proc/1/ns/pid\"}]"), NULL },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"x\"}]"),
	  "config.linux.namespaces[0].path: " },
	{ HEAD "\"hostname\":\"x\",\"linux\":{\"namespaces\":[{\"type\":\"uts\"}]}}", NULL },
	{ HEAD "\"hostname\":\"\"}", NULL },
	{ HEAD "\"hostname\":\"x\"}",
	  "config.hostname: unable to set hostname without a private UTS namespace" },
	{ HEAD "\"domainname\":\"x\"}",
	  "config.domainname: unable to set domainname without a private UTS" },
	{ HEAD
	  "\"hostname\":\"0123456789012345678901234567890123456789012345678901234567890123\",\"linux\":"
	  "{\"namespaces\":[{\"type\":\"uts\"}]}}",
	  NULL },
	{ HEAD
	  "\"hostname\":\"01234567890123456789012345678901234567890123456789012345678901234\",\"linux\":"
	  "{\"namespaces\":[{\"type\":\"uts\"}]}}",
	  "config.hostname: is longer than 64 bytes" },
	{ LINUX("\"namespaces\":[{\"type\":\"time\"}],\"timeOffsets\":{\"monotonic\":{\"secs\":1}}"),
	  NULL },
	{ LINUX("\"timeOffsets\":{}"), NULL },
	{ LINUX("\"timeOffsets\":{\"monotonic\":{\"secs\":1}}"),
	  "config.linux.timeOffsets: time namespace offsets" },
	{ LINUX("\"namespaces\":[{\"type\":\"time\",\"path\":\"/x\"}],\"timeOffsets\":{\"boottime\":{}}"),
	  "config.linux.timeOffsets: offsets of a joined" },
	{ LINUX(USERNS "\"uidMappings\":[" MAP(0, 1000, 1) "," MAP(1, 100000, 65536) "]"), NULL },
	{ LINUX("\"uidMappings\":[" MAP(0, 1000, 1) "]"),
	  "config.linux.uidMappings: user namespace mappings" },
	{ LINUX("\"gidMappings\":[" MAP(0, 1000, 1) "]"),
	  "config.linux.gidMappings: user namespace mappings" },
	{ LINUX(USERNS "\"uidMappings\":[" MAP(0, 1000, 0) "]"),
	  "config.linux.uidMappings[0].size: " },
	{ LINUX(USERNS "\"gidMappings\":[" MAP(0, 1000, 2) "," MAP(1, 5, 1) "]"),
	  "config.linux.gidMappings[1]: overlaps [0]" },
	{ LINUX(USERNS "\"gidMappings\":[" MAP(0, 1000, 2) "," MAP(2, 1001, 1) "]"),
	  "config.linux.gidMappings[1]: overlaps [0]" },
	{ LINUX(USERNS "\"uidMappings\":[" MAP(0, 4294967295, 1) "]"),
	  "config.linux.uidMappings[0]: goes beyond" },
	{ LINUX(USERNS "\"uidMappings\":[" MAP(0, 0, 4294967295) "]"), NULL },
	{ HEAD "\"mounts\":[{\"destination\":\"/a\",\"gidMappings\":[" MAP(0, 0, 0) "]}]}",
	  "config.mounts[0].gidMappings[0].size: " },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":0,\"hard\":0},"
		  "{\"type\":\"RLIMIT_CPU\",\"soft\":0,\"hard\":0}]"),
	  NULL },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":0,\"hard\":0},"
		  "{\"type\":\"RLIMIT_CORE\",\"soft\":0,\"hard\":0}]"),
	  "config.process.rlimits[1].type: 'RLIMIT_CORE' is listed twice" },
	{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_FIFO\",\"priority\":1}"), NULL },
	{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_FIFO\"}"),
	  "config.process.scheduler.priority: required" },
	{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"priority\":1}"),
	  "config.process.scheduler.priority: " },
	{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1}"), NULL },
	{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"runtime\":1}"),
	  "config.process.scheduler: runtime" },
	{ PROCESS("\"execCPUAffinity\":{\"initial\":\"0-3,7\",\"final\":\"1\"}"), NULL },
	{ PROCESS("\"execCPUAffinity\":{\"initial\":\"0-\"}"),
	  "config.process.execCPUAffinity.initial: " },
	{ PROCESS("\"execCPUAffinity\":{\"final\":\"x\"}"),
	  "config.process.execCPUAffinity.final: " },
};

static void each_rule(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		CLEANUP(spec) struct spec *s = NULL;
		int r;

		error_clear();
		require(spec_parse(rules[i].config, strlen(rules[i].config), NULL, NULL, &s) == 0);
		r = spec_check(s, -EBADF);
		if (rules[i].problem ? r == -EINVAL && str_starts(error_text(), rules[i].problem) :
				       r == 0)
			continue;
		printf("# %s\n# got %d '%s'\n", rules[i].config, r, error_text());
		unit_failed = true;
	}
}

static void too_many_maps(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct spec_namespace user = { .type = SPEC_NS_USER };
	struct spec s = { .oci_version = (char *)"1.0.2" };
	const size_t n = 341;

	s.linux_.namespaces = &user;
	s.linux_.n_namespaces = 1;
	s.linux_.uid_maps = arena_array(a, n, sizeof(struct id_map));
	for (size_t i = 0; i < n; i++)
		s.linux_.uid_maps[i] = (struct id_map){ (uint32_t)i, (uint32_t)i, 1 };
	s.linux_.n_uid_maps = n - 1;
	check_int(spec_check(&s, -EBADF), 0);
	s.linux_.n_uid_maps = n;
	check_int(spec_check(&s, -EBADF), -EINVAL);
}

static void root_must_be_a_folder(void)
{
	struct spec s = { .oci_version = (char *)"1.0.2", .root_path = (char *)"rootfs" };
	CLEANUP_FD int fd = -EBADF, file = -EBADF;

	fd = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	require(fd >= 0);
	check_int(spec_check(&s, fd), -EINVAL);
	check_str(error_text(), "invalid rootfs: stat rootfs: no such file or directory");
	error_clear();
	require(mkdirat(fd, "rootfs", 0700) == 0);
	check_int(spec_check(&s, fd), 0);
	check(unlinkat(fd, "rootfs", AT_REMOVEDIR) == 0);
	file = openat(fd, "rootfs", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	require(file >= 0);
	check_int(spec_check(&s, fd), -EINVAL);
	check_str(error_text(), "invalid rootfs: rootfs is not a directory");
}

struct seen {
	size_t n;
	char text[4096];
};

static void collect(void *arg, const char *text)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->text);

	seen->n++;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s\n", text);
}

/* Of every kind one: a rule, the host, and each part of the plan. */
static void everything_at_once(void)
{
	static const char text[] =
		"{\"ociVersion\":\"2.0.0\",\"root\":{\"path\":\"r\"},\"hostname\":\"x\",\"process\":{\"args\":[\"a\"],"
		"\"cwd\":\"/\",\"ioPriority\":{\"class\":\"x\",\"priority\":1},\"apparmorProfile\":\"x\"},"
		"\"mounts\":[{\"destination\":\"/a\",\"source\":\"/no/such/source\",\"options\":[\"bind\",\"bad\"]}],"
		"\"hooks\":{\"poststop\":[{\"path\":\"/no/such/hook\"}]},"
		"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"network\",\"path\":\"/proc/self/ns/uts\"}],"
		"\"sysctl\":{\"kernel.core_pattern\":\"x\"},\"devices\":[{\"type\":\"x\",\"path\":\"/dev/x\"}]}}";
	static const char *const expected[] = {
		"config.ociVersion: '2.0.0' is not compatible with 1.3.0 (config.md \"Specification version\")\n",
		"config.hostname: unable to set hostname",
		"config.hooks.poststop[0].path: '/no/such/hook': no such file",
		"config.mounts[0].source: stat /no/such/source: no such file",
		"config.linux.namespaces[1].path: '/proc/self/ns/uts' is not a network namespace",
		"config.mounts[0].options: 'bad' is unknown",
		"config.linux.devices[0].type: unknown type 'x'",
		"config.linux.sysctl.kernel.core_pattern: not in a separate kernel namespace",
		"process.ioPriority.class: unknown class 'x'",
		"process.apparmorProfile: apparmor is not enabled",
	};
	const struct facts facts = { .in_initial_userns = true,
				     .capabilities = UINT64_MAX,
				     .last_capability = 40 };
	CLEANUP(spec) struct spec *s = NULL;
	struct seen seen = { 0 };

	require(spec_parse(text, sizeof(text) - 1, NULL, NULL, &s) == 0);
	check_int((long long)spec_check_all(s, -EBADF, &facts, collect, &seen),
		  ARRAY_SIZE(expected));
	check_int((long long)seen.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (!strstr(seen.text, expected[i])) {
			printf("# missing: %s\n# in: %s\n", expected[i], seen.text);
			unit_failed = true;
		}
	warnings_clear();
}

static void nothing_decoded(void)
{
	struct spec s = { 0 };
	const struct facts facts = { .last_capability = 40 };
	struct seen seen = { 0 };

	spec_check_all(&s, -EBADF, &facts, collect, &seen);
	check_str(seen.text,
		  "config.process: required when start is called (config.md \"Process\")\n");
}

static const struct unit_case cases[] = {
	{ "each rule, with controls", each_rule },
	{ "at most 340 lines of an id map", too_many_maps },
	{ "the root must be a folder", root_must_be_a_folder },
	{ "check says everything at once", everything_at_once },
	{ "a spec that was not decoded at all", nothing_decoded },
};
UNIT_MAIN(cases)
