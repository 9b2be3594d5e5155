/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_runtime_names.c - kernel parameters, capabilities, limits, lists of numbers */
#include "base/error.h"
#include "base/ranges.h"
#include "base/str.h"
#include "runtime/caps.h"
#include "runtime/process_names.h"
#include "runtime/rlimits.h"
#include "runtime/sysctl.h"

#include "tests/unit/unit.h"

#define ALL_NAMESPACES (CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWUSER)

static const struct {
	const char *key;
	uint64_t namespaces;
	const char *path; /* NULL: refused */
} sysctls[] = {
	{ "net.ipv4.ip_forward", CLONE_NEWNET, "net/ipv4/ip_forward" },
	{ "net/ipv4/ip_forward", CLONE_NEWNET, "net/ipv4/ip_forward" },
	{ "net.ipv4.conf.eth0/1.rp_filter", CLONE_NEWNET, "net/ipv4/conf/eth0.1/rp_filter" },
	{ "net/ipv4/conf/eth0.1/rp_filter", CLONE_NEWNET, "net/ipv4/conf/eth0.1/rp_filter" },
	{ "net.ipv4.ip_forward", CLONE_NEWIPC, NULL },
	{ "net.ipv4.ip_forward", 0, NULL },
	{ "kernel.shmmax", CLONE_NEWIPC, "kernel/shmmax" },
	{ "kernel.shmmax", CLONE_NEWNET, NULL },
	{ "kernel.sem", CLONE_NEWIPC, "kernel/sem" },
	{ "kernel.msg_next_id", CLONE_NEWIPC, "kernel/msg_next_id" },
	{ "fs.mqueue.queues_max", CLONE_NEWIPC, "fs/mqueue/queues_max" },
	{ "fs.mqueue", CLONE_NEWIPC, NULL },
	{ "kernel.domainname", CLONE_NEWUTS, "kernel/domainname" },
	{ "kernel.domainname", CLONE_NEWNET, NULL },
	{ "kernel.hostname", ALL_NAMESPACES, NULL },
	{ "user.max_user_namespaces", CLONE_NEWUSER, "user/max_user_namespaces" },
	{ "user.max_user_namespaces", CLONE_NEWNET, NULL },
	{ "kernel.core_pattern", ALL_NAMESPACES, NULL },
	{ "kernel.shmmaxx", ALL_NAMESPACES, NULL },
	{ "vm.swappiness", ALL_NAMESPACES, NULL },
	{ "network.x", ALL_NAMESPACES, NULL },
	{ "net", ALL_NAMESPACES, NULL },
	{ "net.", ALL_NAMESPACES, NULL },
	{ "", ALL_NAMESPACES, NULL },
	{ ".net.x", ALL_NAMESPACES, NULL },
	{ "/net/x", ALL_NAMESPACES, NULL },
	{ "net..x", ALL_NAMESPACES, NULL },
	{ "net/../kernel/core_pattern", ALL_NAMESPACES, NULL },
	{ "net.//.kernel.core_pattern", ALL_NAMESPACES, NULL },
	{ "net/./x", ALL_NAMESPACES, NULL },
	{ "net.ipv4.a+kernel.core_pattern=b", ALL_NAMESPACES, NULL },
	{ "net.ipv4.a b", ALL_NAMESPACES, NULL },
	{ "net.ipv4.a\n", ALL_NAMESPACES, NULL },
	{ "NET.ipv4.a", ALL_NAMESPACES, NULL },
};

static void kernel_parameters(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		char *path = NULL;
		int r = sysctl_path(a, sysctls[i].key, sysctls[i].namespaces, &path);

		printf("# '%s'\n", sysctls[i].key);
		check_int(r, sysctls[i].path ? 0 : -EINVAL);
		check_str(path, sysctls[i].path);
	}
}

#define BIT(n) (UINT64_C(1) << (n))
enum { CHOWN = 0, KILL = 5, SYS_ADMIN = 21, LAST = 40 };

static size_t count_warnings(void)
{
	size_t n = 0;

	for (const char *w = warnings_next(NULL); w; w = warnings_next(w))
		n++;
	warnings_clear();
	return n;
}

static void capability_names(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	warnings_clear();
	check(caps_mask(str_split(a, "CAP_CHOWN,CAP_SYS_ADMIN", ','), "x", LAST) ==
	      (BIT(CHOWN) | BIT(SYS_ADMIN)));
	check_int((long long)count_warnings(), 0);
	check(caps_mask(str_split(a, "CAP_CHOWN,CAP_NOTHING,", ','), "x", LAST) == BIT(CHOWN));
	check_int((long long)count_warnings(), 2);
	/* One that this kernel is too old for. */
	check(caps_mask(str_split(a, "CAP_SYS_ADMIN", ','), "x", SYS_ADMIN - 1) == 0);
	check_int((long long)count_warnings(), 1);
	/* The spec has names; libcap would take a number. */
	check(caps_mask(str_split(a, "5,41,CAP_5", ','), "x", LAST) == 0);
	check_int((long long)count_warnings(), 3);
	check(caps_mask(NULL, "x", LAST) == 0);
	check_str(str_join(a, caps_names(a, BIT(CHOWN) | BIT(KILL)), " "), "CAP_CHOWN CAP_KILL");
}

static void capability_sets(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **both = str_split(a, "CAP_CHOWN,CAP_KILL", ','),
	     **one = str_split(a, "CAP_CHOWN", ',');
	struct plan_caps caps;

	warnings_clear();
	caps_plan(&(struct spec_capabilities){ .bounding = both,
					       .permitted = both,
					       .effective = one },
		  UINT64_MAX, LAST, &caps);
	check(caps.bounding == (BIT(CHOWN) | BIT(KILL)) && caps.permitted == caps.bounding);
	check(caps.effective == BIT(CHOWN) && caps.inheritable == 0 && caps.ambient == 0);
	check_int((long long)count_warnings(), 0);
	/* What the caller lacks is masked and told once; what the kernel would refuse does not stay. */
	caps_plan(
		&(struct spec_capabilities){
			.bounding = both, .permitted = one, .effective = both, .ambient = both },
		BIT(CHOWN), LAST, &caps);
	check(caps.bounding == BIT(CHOWN) && caps.permitted == BIT(CHOWN) &&
	      caps.effective == BIT(CHOWN));
	check(caps.ambient == 0);
	check_int((long long)count_warnings(), 1);
	caps_plan(NULL, UINT64_MAX, LAST, &caps);
	check(!caps.bounding && !caps.effective && !caps.permitted && !caps.inheritable &&
	      !caps.ambient);
}

static void limit_names(void)
{
	check_int(rlimits_from_name("RLIMIT_NOFILE"), RLIMIT_NOFILE);
	check_int(rlimits_from_name("RLIMIT_RTTIME"), RLIMIT_RTTIME);
	check_int(rlimits_from_name("RLIMIT_nofile"), -EINVAL);
	check_int(rlimits_from_name("NOFILE"), -EINVAL);
	check_int(rlimits_from_name(""), -EINVAL);
	check_str(rlimits_name(RLIMIT_AS), "RLIMIT_AS");
	check_str(rlimits_name(99), "?");
	for (int i = 0; i < RLIM_NLIMITS; i++)
		check_int(rlimits_from_name(rlimits_name(i)), i);
}

static const struct {
	const char *text;
	int r;
	unsigned long mask;
} ranges[] = {
	{ "0", 0, 1 },          { "0-3,7", 0, 0x8f },    { "7,0-3", 0, 0x8f },
	{ "5-5", 0, 0x20 },     { "63", 0, 1UL << 63 },  { "64", -ERANGE, 0 },
	{ "0-64", -ERANGE, 0 }, { "", -EINVAL, 0 },      { "3-1", -EINVAL, 0 },
	{ "1,", -EINVAL, 0 },   { ",1", -EINVAL, 0 },    { "-1", -EINVAL, 0 },
	{ "1-", -EINVAL, 0 },   { "1--2", -EINVAL, 0 },  { "a", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },   { "1-2-3", -EINVAL, 0 }, { "99999999999999999999", -ERANGE, 0 },
};

static void number_lists(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		unsigned long *mask = NULL, bits = 0;

		printf("# '%s'\n", ranges[i].text);
		check_int(ranges_parse(a, ranges[i].text, 63, &mask, &bits), ranges[i].r);
		if (ranges[i].r < 0)
			continue;
		check(mask[0] == ranges[i].mask);
		check_int((long long)bits, 64);
	}
}

static void words(void)
{
	int64_t value = -1;

	check_int(process_name_value(process_scheduler_policies, "SCHED_BATCH", &value), 0);
	check_int(value, 3);
	check_int(process_name_value(process_scheduler_policies, "SCHED_ISO", &value), -EINVAL);
	check_int(process_name_value(process_scheduler_policies, NULL, &value), -EINVAL);
	check_int(process_name_value(process_io_classes, "IOPRIO_CLASS_IDLE", &value), 0);
	check_int(value, 3);
	check_int(process_name_value(process_memory_modes, "MPOL_LOCAL", &value), 0);
	check_int(value, 4);
}

static const struct unit_case cases[] = {
	{ "kernel parameters by namespace", kernel_parameters },
	{ "names of capabilities", capability_names },
	{ "sets of capabilities", capability_sets },
	{ "names of limits", limit_names },
	{ "lists of numbers", number_lists },
	{ "words of the scheduler, of I/O and of memory", words },
};
UNIT_MAIN(cases)
