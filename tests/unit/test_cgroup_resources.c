/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_cgroup_resources.c - linux.resources: every refused input, by row of the tables */
#include "tests/unit/cgroup_fake.h"

static const struct {
	const char *text, *error; /* NULL: accepted */
} inputs[] = {
	{ "{}", NULL },
	{ "{\"unknown\":1,\"memory\":{\"unknown\":1}}", NULL },
	{ "{\"memory\":null}", NULL },
	{ "{\"devices\":[{}]}", "linux.resources.devices[0].allow" },
	{ "{\"devices\":[{\"allow\":1}]}", "linux.resources.devices[0].allow" },
	{ "{\"devices\":[{\"allow\":true,\"type\":\"p\"}]}", "devices[0].type: unknown value 'p'" },
	{ "{\"devices\":[{\"allow\":true,\"type\":\"\"}]}", "devices[0].type: unknown value ''" },
	{ "{\"devices\":[{\"allow\":true,\"type\":1}]}", "devices[0].type: expected a string" },
	{ "{\"devices\":[{\"allow\":true,\"access\":\"rx\"}]}",
	  "devices[0].access: 'rx' is not made" },
	{ "{\"devices\":[{\"allow\":true,\"access\":\"\"}]}", "devices[0].access: '' is not made" },
	{ "{\"devices\":[{\"allow\":true,\"major\":-2}]}", "devices[0].major" },
	{ "{\"devices\":[{\"allow\":true,\"minor\":4294967296}]}", "devices[0].minor" },
	{ "{\"memory\":{\"limit\":-2}}", "memory.limit" },
	{ "{\"memory\":{\"limit\":\"1g\"}}", "memory.limit" },
	{ "{\"memory\":{\"limit\":9223372036854775808}}", "memory.limit" },
	{ "{\"memory\":{\"reservation\":-2}}", "memory.reservation" },
	{ "{\"memory\":{\"swap\":-2}}", "memory.swap" },
	{ "{\"memory\":{\"limit\":10,\"swap\":9}}", "memory+swap limit should be >= memory limit" },
	{ "{\"memory\":{\"limit\":10,\"swap\":10}}", NULL },
	{ "{\"memory\":{\"limit\":-1,\"swap\":10}}", "memory.swap: a limit of memory and swap" },
	{ "{\"memory\":{\"kernel\":-2}}", "memory.kernel" },
	{ "{\"memory\":{\"kernelTCP\":true}}", "memory.kernelTCP" },
	{ "{\"memory\":{\"swappiness\":101}}", "memory.swappiness" },
	{ "{\"memory\":{\"disableOOMKiller\":1}}", "memory.disableOOMKiller" },
	{ "{\"memory\":{\"useHierarchy\":1}}", "memory.useHierarchy" },
	{ "{\"memory\":{\"checkBeforeUpdate\":1}}", "memory.checkBeforeUpdate" },
	{ "{\"cpu\":{\"shares\":-1}}", "cpu.shares" },
	{ "{\"cpu\":{\"quota\":-2}}", "cpu.quota" },
	{ "{\"cpu\":{\"period\":-1}}", "cpu.period" },
	{ "{\"cpu\":{\"burst\":-1}}", "cpu.burst" },
	{ "{\"cpu\":{\"quota\":10,\"burst\":11}}", "cpu.burst: must not be more" },
	{ "{\"cpu\":{\"quota\":-1,\"burst\":11}}", NULL },
	{ "{\"cpu\":{\"realtimeRuntime\":-2}}", "cpu.realtimeRuntime" },
	{ "{\"cpu\":{\"realtimePeriod\":-1}}", "cpu.realtimePeriod" },
	{ "{\"cpu\":{\"cpus\":\"0\\n1\"}}", "cpu.cpus" },
	{ "{\"cpu\":{\"mems\":\"../x\"}}", "cpu.mems: '../x' is not a list" },
	{ "{\"cpu\":{\"cpus\":\"0-3,7\",\"mems\":\"\"}}", NULL },
	{ "{\"cpu\":{\"idle\":2}}", "cpu.idle" },
	{ "{\"cpu\":{\"idle\":-1}}", "cpu.idle" },
	{ "{\"pids\":{\"limit\":-2}}", "pids.limit" },
	{ "{\"pids\":5}", "linux.resources.pids" },
	{ "{\"blockIO\":{\"weight\":9}}", "blockIO.weight: must be 10 to 1000" },
	{ "{\"blockIO\":{\"weight\":1001}}", "blockIO.weight" },
	{ "{\"blockIO\":{\"weight\":0}}", NULL },
	{ "{\"blockIO\":{\"leafWeight\":9}}", "blockIO.leafWeight: must be 10 to 1000" },
	{ "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0}]}}",
	  "weightDevice[0]: needs" },
	{ "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":5}]}}",
	  "weightDevice[0]: weights must be" },
	{ "{\"blockIO\":{\"weightDevice\":[{\"minor\":0,\"weight\":50}]}}",
	  "weightDevice[0].major" },
	{ "{\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0}]}}", "[0].rate" },
	{ "{\"blockIO\":{\"throttleWriteBpsDevice\":[{\"major\":-8,\"minor\":0,\"rate\":1}]}}",
	  "throttleWriteBpsDevice[0].major" },
	{ "{\"blockIO\":{\"throttleReadIOPSDevice\":{}}}", "throttleReadIOPSDevice" },
	{ "{\"blockIO\":{\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":0,\"rate\":-1}]}}",
	  "throttleWriteIOPSDevice[0].rate" },
	{ "{\"hugepageLimits\":[{\"limit\":1}]}", "hugepageLimits[0].pageSize" },
	{ "{\"hugepageLimits\":[{\"pageSize\":\"2MB\"}]}", "hugepageLimits[0].limit" },
	{ "{\"hugepageLimits\":[{\"pageSize\":\"../2MB\",\"limit\":1}]}", "is not like 2MB" },
	{ "{\"hugepageLimits\":[{\"pageSize\":\"2TB\",\"limit\":1}]}", "is not like 2MB" },
	{ "{\"hugepageLimits\":[{\"pageSize\":\"2\",\"limit\":1}]}", "is not like 2MB" },
	{ "{\"network\":{\"classID\":4294967296}}", "network.classID" },
	{ "{\"network\":{\"priorities\":[{\"name\":\"a b\",\"priority\":1}]}}",
	  "is not an interface" },
	{ "{\"network\":{\"priorities\":[{\"name\":\"lo\"}]}}", "priorities[0].priority" },
	{ "{\"network\":[]}", "linux.resources.network" },
	{ "{\"rdma\":{\"x\":{\"hcaHandles\":4294967296}}}", "hcaHandles" },
	{ "{\"rdma\":{\"x\":{\"hcaObjects\":-1}}}", "hcaObjects" },
	{ "{\"rdma\":{\"a b\":{}}}", "'a b' is not the name of a device" },
	{ "{\"rdma\":[]}", "rdma: expected an object" },
	{ "{\"unified\":{\"memory.high\":1}}", "unified" },
	{ "{\"unified\":{\"../memory.high\":\"1\"}}", "unified: '../memory.high' is not a file" },
	{ "{\"unified\":{\"high\":\"1\"}}", "unified: 'high' is not a file" },
	{ "{\"unified\":{\"cgroup.procs\":\"1\"}}", "unified: 'cgroup.procs' is not a limit" },
	{ "{\"unified\":{\"a.b\":\"1\",\"a.b\":\"2\"}}", "a.b" },
};

static void every_row(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct cgroup_resources res = { 0 };
		int r = fake_resources(a, inputs[i].text, &res);

		if (r == 0)
			r = cgroup_resources_check(&res);
		if ((r < 0) != !!inputs[i].error ||
		    (r < 0 && inputs[i].error && !strstr(error_text(), inputs[i].error))) {
			printf("# %s\n", inputs[i].text);
			check_str(r < 0 ? error_text() : "accepted", inputs[i].error);
		}
	}
}

static void too_many_rules(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_resources res = { .n_devices = CGROUP_DEVICE_RULES_MAX + 1 };

	check_int(cgroup_resources_check(&res), -EINVAL);
	res.n_devices--;
	check_int(cgroup_resources_check(&res), 0);
}

static const struct unit_case cases[] = {
	{ "bad input is refused by its path, good input is not", every_row },
	{ "the number of device rules is bounded", too_many_rules },
};
UNIT_MAIN(cases)
