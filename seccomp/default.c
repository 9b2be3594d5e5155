/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/default.c - the default profile of `doboz run`, by groups of system calls
 *
 * groups.c says which calls; here are the rules that look at arguments. The kernel takes only the
 * low 32 bits of those arguments, while a filter sees 64: a plain "not equal" could be passed by
 * setting a high bit (CVE-2019-10063), so every comparison here is MASKED_EQ on 32 bits or fewer.
 * No two rules with different actions overlap, hence their order does not matter. */
#include "seccomp/default.h"

#include "base/attr.h"
#include "seccomp/groups.h"

#include <linux/capability.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/socket.h>

enum {
	RULES_MAX = 256,
	TIOCSTI_COMMAND = 0x5412, /* the same on every architecture that we cover */
	FAMILIES = 46,            /* AF_MAX of Linux 6.18 */
};
static const uint64_t low32 = 0xffffffff;

#define CAP(name) (UINT64_C(1) << CAP_##name)

static struct seccomp_rule *add_rule(struct arena *a, struct seccomp_profile *p, int action,
				     int err, const char *const *names)
{
	struct seccomp_rule *rule = &p->rules[p->n_rules++];

	rule->names = strv_concat(a, NULL, (char *const *)names);
	rule->action = action;
	if (action == SECCOMP_ACTION_ERRNO)
		rule->errno_ret = (struct opt_u64){ true, (uint64_t)err };
	return rule;
}

/* ALLOW (err 0) or errno for a call whose first or second argument has these bits. */
static void add_masked(struct arena *a, struct seccomp_profile *p, int err, const char *name,
		       unsigned index, uint64_t mask, uint64_t value)
{
	const char *const names[] = { name, NULL };
	struct seccomp_rule *rule = add_rule(
		a, p, err ? SECCOMP_ACTION_ERRNO : SECCOMP_ACTION_ALLOW, err, names);

	rule->args = arena_new_of(a, struct seccomp_arg);
	rule->n_args = 1;
	*rule->args = (struct seccomp_arg){ index, mask, value, SECCOMP_CMP_MASKED_EQ };
}

/* ---- calls that depend on their arguments ---- */

/* Flags of clone and unshare that make namespaces: EPERM, one rule a bit; none of them: allowed. */
static void add_without_flags(struct arena *a, struct seccomp_profile *p, const char *name,
			      uint64_t flags)
{
	add_masked(a, p, 0, name, 0, flags, 0);
	for (uint64_t bit = 1; bit <= flags; bit <<= 1)
		if (flags & bit)
			add_masked(a, p, EPERM, name, 0, bit, bit);
}

static void add_namespaces(struct arena *a, struct seccomp_profile *p)
{
	const uint64_t flags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
			       CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

	add_without_flags(a, p, "clone", flags);
	/* In clone's flags that bit belongs to the exit signal. */
	add_without_flags(a, p, "unshare", flags | CLONE_NEWTIME);
}

static const struct {
	int family;
	uint64_t opened_by; /* 0: always */
} families[] = {
	{ AF_UNIX, 0 },
	{ AF_INET, 0 },
	{ AF_INET6, 0 },
	{ AF_NETLINK, 0 },
	{ AF_PACKET, 0 },
	{ AF_KEY, CAP(NET_ADMIN) },
	{ AF_CAN, CAP(NET_ADMIN) },
	{ AF_XDP, CAP(NET_ADMIN) },
};

static bool family_allowed(int family, uint64_t capabilities)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].family == family)
			return !families[i].opened_by || (families[i].opened_by & capabilities);
	return false;
}

/* The other families answer as a kernel that was built without them. */
static void add_socket(struct arena *a, struct seccomp_profile *p, uint64_t capabilities)
{
	for (int family = 0; family < FAMILIES; family++)
		add_masked(a, p, family_allowed(family, capabilities) ? 0 : EAFNOSUPPORT, "socket",
			   0, low32, (uint64_t)family);
}

/* "Any other command": it differs from TIOCSTI in at least one of its 32 bits. */
static void add_ioctl(struct arena *a, struct seccomp_profile *p)
{
	for (unsigned bit = 0; bit < 32; bit++)
		add_masked(a, p, 0, "ioctl", 1, UINT64_C(1) << bit,
			   ~(uint64_t)TIOCSTI_COMMAND & UINT64_C(1) << bit);
	add_masked(a, p, EPERM, "ioctl", 1, low32, TIOCSTI_COMMAND);
}

static void add_personality(struct arena *a, struct seccomp_profile *p)
{
	/* PER_LINUX, PER_LINUX32, both with UNAME26, and the question "which one is it?" */
	static const uint64_t values[] = { 0, 0x8, 0x20000, 0x20008, 0xffffffff };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		add_masked(a, p, 0, "personality", 0, low32, values[i]);
}

/* ---- the whole ---- */

static void add_group(struct arena *a, struct seccomp_profile *p, const struct seccomp_group *group,
		      uint64_t capabilities)
{
	if (group->otherwise == SECCOMP_GROUP_ALLOW || (group->opened_by & capabilities))
		add_rule(a, p, SECCOMP_ACTION_ALLOW, 0, group->calls);
	else if (group->otherwise == SECCOMP_GROUP_DENY)
		add_rule(a, p, SECCOMP_ACTION_ERRNO, EPERM, group->calls);
	/* ABSENT is what the default action says, ARGS is added by its own function. */
}

static const char *const architectures[] = {
#if defined(__x86_64__)
	"SCMP_ARCH_X86_64",
	"SCMP_ARCH_X86",
	"SCMP_ARCH_X32",
#elif defined(__aarch64__)
	"SCMP_ARCH_AARCH64",
	"SCMP_ARCH_ARM",
#endif
	NULL,
};

struct seccomp_profile *seccomp_default_profile(struct arena *a, uint64_t capabilities)
{
	struct seccomp_profile *p = arena_new_of(a, struct seccomp_profile);

	p->default_action = SECCOMP_ACTION_ERRNO;
	p->default_errno_ret = (struct opt_u64){ true, ENOSYS };
	p->architectures = strv_concat(a, NULL, (char *const *)architectures);
	p->rules = arena_array(a, RULES_MAX, sizeof(*p->rules));
	for (size_t i = 0; i < seccomp_n_groups; i++)
		add_group(a, p, &seccomp_groups[i], capabilities);
	if (!(capabilities & CAP(SYS_ADMIN)))
		add_namespaces(a, p);
	add_socket(a, p, capabilities);
	add_ioctl(a, p);
	add_personality(a, p);
	return p;
}
