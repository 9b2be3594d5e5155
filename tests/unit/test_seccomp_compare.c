/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_seccomp_compare.c - our default profile beside the one that podman installs
 * Each difference must stand in the table with a reason, and each row must be a difference.
 * Compared for x86_64 with the capabilities of `doboz run`; arguments are not compared, only that
 * there are. */
#include "base/arena.h"
#include "base/fd.h"
#include "base/json.h"
#include "seccomp/groups.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/capability.h>

static const char file[] = "/usr/share/containers/seccomp.json";

enum { NAMES_MAX = 1024 };

enum answer { ENOSYS_ANSWER, EPERM_ANSWER, ALLOW_ANSWER, ARGS_ANSWER };
static const char *const answers[] = { "ENOSYS", "EPERM", "allow", "by arguments" };

struct call {
	const char *name;
	enum answer ours, theirs;
	bool explained;
};

struct calls {
	struct call all[NAMES_MAX];
	size_t n;
};

static struct call *call_named(struct calls *calls, const char *name)
{
	for (size_t i = 0; i < calls->n; i++)
		if (str_eq(calls->all[i].name, name))
			return &calls->all[i];
	calls->all[calls->n].name = name;
	return &calls->all[calls->n++];
}

/* ---- theirs ---- */

static const char *const run_capabilities[] = {
	"CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",     "CAP_FSETID",
	"CAP_KILL",    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",    "CAP_SETGID",
	"CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT", NULL,
};
static const char *const run_arches[] = { "amd64", NULL };

/* How many members of the list are in the set? */
static size_t overlap(const struct json *list, const char *const *set)
{
	size_t n = 0;

	json_for_each(member, list)
		n += strv_has((char *const *)set, member->text);
	return n;
}

static bool applies(const struct json *rule)
{
	const struct json *includes = json_get(rule, "includes");
	const struct json *caps = json_get(includes, "caps"),
			  *arches = json_get(includes, "arches");

	if (caps && overlap(caps, run_capabilities) < caps->count)
		return false;
	if (arches && overlap(arches, run_arches) == 0)
		return false;
	return overlap(json_get(json_get(rule, "excludes"), "caps"), run_capabilities) == 0;
}

static void read_theirs(const struct json *profile, struct calls *calls)
{
	json_for_each(rule, json_get(profile, "syscalls")) {
		const struct json *args = json_get(rule, "args");
		bool allow = str_eq(json_str(rule, "action"), "SCMP_ACT_ALLOW");

		if (!applies(rule))
			continue;
		json_for_each(name, json_get(rule, "names"))
			call_named(calls, name->text)->theirs = args && args->count ? ARGS_ANSWER :
								allow               ? ALLOW_ANSWER :
										      EPERM_ANSWER;
	}
}

/* ---- ours ---- */

static enum answer answer_of(const struct seccomp_group *group)
{
	static const enum answer table[] = {
		[SECCOMP_GROUP_ALLOW] = ALLOW_ANSWER,
		[SECCOMP_GROUP_DENY] = EPERM_ANSWER,
		[SECCOMP_GROUP_ABSENT] = ENOSYS_ANSWER,
		[SECCOMP_GROUP_ARGS] = ARGS_ANSWER,
	};

	/* The only one of the capabilities above that opens a group. */
	if (group->opened_by & UINT64_C(1) << CAP_SYS_CHROOT)
		return ALLOW_ANSWER;
	return table[group->otherwise];
}

static void read_ours(struct calls *calls)
{
	for (size_t i = 0; i < seccomp_n_groups; i++)
		for (const char *const *name = seccomp_groups[i].calls; *name; name++)
			call_named(calls, *name)->ours = answer_of(&seccomp_groups[i]);
}

/* ---- the differences ---- */

static const struct {
	const char *reason;
	enum answer ours, theirs;
	const char *const names[32];
} expected[] = {
	{ "useless without CAP_SYS_ADMIN, so not reachable without it",
	  EPERM_ANSWER,
	  ALLOW_ANSWER,
	  { "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
	    "open_tree", "pivot_root", "umount", "umount2" } },
	{ "new namespaces only with CAP_SYS_ADMIN; the other flags stay free",
	  ARGS_ANSWER,
	  ALLOW_ANSWER,
	  { "clone", "unshare" } },
	{ "its flags cannot be filtered; libc falls back to clone on ENOSYS",
	  ENOSYS_ANSWER,
	  ALLOW_ANSWER,
	  { "clone3" } },
	{ "keyrings are shared with the host's user", EPERM_ANSWER, ALLOW_ANSWER, { "keyctl" } },
	{ "reaches into other processes, so with CAP_SYS_PTRACE",
	  EPERM_ANSWER,
	  ALLOW_ANSWER,
	  { "pidfd_getfd" } },
	{ "the whole machine: with CAP_SYS_BOOT, CAP_SYSLOG",
	  EPERM_ANSWER,
	  ALLOW_ANSWER,
	  { "reboot", "syslog" } },
	{ "TIOCSTI types into the caller's terminal", ARGS_ANSWER, ALLOW_ANSWER, { "ioctl" } },
	{ "known and denied gets EPERM; they leave it to the default",
	  EPERM_ANSWER,
	  ENOSYS_ANSWER,
	  { "add_key", "request_key", "io_uring_enter", "io_uring_register", "io_uring_setup",
	    "quotactl_fd", "lsm_get_self_attr", "lsm_list_modules", "lsm_set_self_attr",
	    "open_tree_attr" } },
	{ "harmless, and younger than their list; moby allows them too",
	  ALLOW_ANSWER,
	  ENOSYS_ANSWER,
	  { "cachestat",
	    "fchmodat2",
	    "file_getattr",
	    "file_setattr",
	    "futex_requeue",
	    "futex_wait",
	    "futex_waitv",
	    "futex_wake",
	    "getxattrat",
	    "io_pgetevents_time64",
	    "listmount",
	    "listxattrat",
	    "map_shadow_stack",
	    "mseal",
	    "removexattrat",
	    "riscv_hwprobe",
	    "set_mempolicy_home_node",
	    "setxattrat",
	    "statmount",
	    "uprobe",
	    "uretprobe" } },
	{ "harmless; moby allows io_pgetevents and vmsplice",
	  ALLOW_ANSWER,
	  EPERM_ANSWER,
	  { "io_pgetevents", "nice", "vmsplice" } },
	{ "names of other architectures, without effect on this one",
	  ALLOW_ANSWER,
	  ENOSYS_ANSWER,
	  { "arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush", "get_tls",
	    "riscv_flush_icache", "set_tls", "sync_file_range2" } },
	{ "removed from the kernel: ENOSYS is the truth",
	  ENOSYS_ANSWER,
	  EPERM_ANSWER,
	  { "nfsservctl", "query_module" } },
	{ "no calls of these architectures", ENOSYS_ANSWER, ALLOW_ANSWER, { "syscall", "timerfd" } },
};

static void each_row_is_a_difference(struct calls *calls)
{
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		for (const char *const *name = expected[i].names; *name; name++) {
			struct call *call = call_named(calls, *name);

			if (call->ours != expected[i].ours || call->theirs != expected[i].theirs)
				printf("# %s\n", *name);
			check_str(answers[call->ours], answers[expected[i].ours]);
			check_str(answers[call->theirs], answers[expected[i].theirs]);
			call->explained = true;
		}
	}
}

static void each_difference_has_a_reason(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct calls *calls = arena_new_of(a, struct calls);
	struct json *profile;
	char *text;
	size_t len;

	if (file_read_at(a, AT_FDCWD, file, JSON_SIZE_MAX, &text, &len) < 0)
		skip("podman's profile is not installed");
	require(json_parse(a, "profile", text, len, &profile) == 0);
	read_theirs(profile, calls);
	check(calls->n > 300);
	read_ours(calls);
	each_row_is_a_difference(calls);
	for (size_t i = 0; i < calls->n; i++) {
		const struct call *call = &calls->all[i];

		if (call->ours == call->theirs || call->explained)
			continue;
		printf("# %s: ours %s, theirs %s\n", call->name, answers[call->ours],
		       answers[call->theirs]);
		check(!"a difference without a reason");
	}
}

static const struct unit_case cases[] = {
	{ "each difference to podman's profile has a reason", each_difference_has_a_reason },
};
UNIT_MAIN(cases)
