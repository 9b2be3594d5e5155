/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/compile.c - a profile to a BPF program, by libseccomp (the only file that uses it)
 *
 * libseccomp builds the program for the native architecture and those that the profile lists. A
 * call of any other architecture kills the thread, and so does an x32 call when x32 is not listed:
 * that is libseccomp's answer to a "bad" architecture, and it stays in place. Before that program
 * stands our ENOSYS stub (enosys.h) when the default action is an errno. Everything here is pure:
 * neither the kernel nor the process is changed or asked. */
#include "seccomp/compile.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "seccomp/builtin.h"
#include "seccomp/check.h"
#include "seccomp/enosys.h"

#include <ctype.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
	ARGS_MAX = 6,
	ARCHS_MAX = 32,
	/* What Linux 5.14 has; told to libseccomp so that it does not probe the running kernel. */
	API_LEVEL = 6,
	/* From here on a binary tree is shorter than a list; with 0 rules libseccomp 2.5.4 breaks.
	 */
	TREE_FROM_RULES = 9,
	X32_BIT = 0x40000000,
	ARM_PRIVATE = 0x0f0000, /* cacheflush, set_tls and others, far above the ordinary numbers */
};

static void filter_freep(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

/* ---- one rule ---- */

static uint32_t libseccomp_action(int action, const struct opt_u64 *errno_ret)
{
	uint32_t data = errno_ret->set ? (uint32_t)errno_ret->value : EPERM;

	switch ((enum seccomp_action)action) {
	case SECCOMP_ACTION_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	case SECCOMP_ACTION_KILL_PROCESS:
		return SCMP_ACT_KILL_PROCESS;
	case SECCOMP_ACTION_TRAP:
		return SCMP_ACT_TRAP;
	case SECCOMP_ACTION_ERRNO:
		return SCMP_ACT_ERRNO(data);
	case SECCOMP_ACTION_TRACE:
		return SCMP_ACT_TRACE(data);
	case SECCOMP_ACTION_ALLOW:
		return SCMP_ACT_ALLOW;
	case SECCOMP_ACTION_LOG:
		return SCMP_ACT_LOG;
	case SECCOMP_ACTION_NOTIFY:
		return SCMP_ACT_NOTIFY;
	}
	return SCMP_ACT_KILL_PROCESS;
}

static const enum scmp_compare libseccomp_operator[] = {
	[SECCOMP_CMP_NE] = SCMP_CMP_NE,
	[SECCOMP_CMP_LT] = SCMP_CMP_LT,
	[SECCOMP_CMP_LE] = SCMP_CMP_LE,
	[SECCOMP_CMP_EQ] = SCMP_CMP_EQ,
	[SECCOMP_CMP_GE] = SCMP_CMP_GE,
	[SECCOMP_CMP_GT] = SCMP_CMP_GT,
	[SECCOMP_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static struct scmp_arg_cmp libseccomp_arg(const struct seccomp_arg *arg)
{
	return (struct scmp_arg_cmp){
		.arg = (unsigned)arg->index,
		.op = libseccomp_operator[arg->op],
		.datum_a = arg->value,
		.datum_b = arg->value_two,
	};
}

/* Does the rule have two conditions on the same argument? */
static bool repeats_argument(const struct seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1U << rule->args[i].index)
			return true;
		seen |= 1U << rule->args[i].index;
	}
	return false;
}

/* Conditions are joined by "and"; but when two speak of the same argument, each one becomes a rule
 * of its own ("or"). That is what profiles in the field rely on (runc has always done so). */
static int add_rule(scmp_filter_ctx filter, uint32_t action, int nr,
		    const struct seccomp_rule *rule)
{
	struct scmp_arg_cmp args[ARGS_MAX];
	int r = 0;

	if (!repeats_argument(rule)) {
		for (size_t i = 0; i < rule->n_args; i++)
			args[i] = libseccomp_arg(&rule->args[i]);
		return seccomp_rule_add_array(filter, action, nr, (unsigned)rule->n_args, args);
	}
	for (size_t i = 0; r == 0 && i < rule->n_args; i++) {
		args[0] = libseccomp_arg(&rule->args[i]);
		r = seccomp_rule_add_array(filter, action, nr, 1, args);
	}
	return r;
}

/* ---- all rules ---- */

struct build {
	struct arena *arena;
	const struct seccomp_profile *profile;
	scmp_filter_ctx filter;
	uint32_t default_action;
	size_t rules; /* that were added */
	char **unknown;
};

/* Profiles list calls that are newer than many a libseccomp. Where the default refuses, nothing is lost
 * but the call itself; anything else that a rule wanted of it is worth a word. */
static bool matters_unknown(const struct build *b, const struct seccomp_rule *rule)
{
	bool refused = b->profile->default_action == SECCOMP_ACTION_ERRNO;

	return !refused ||
	       (rule->action != SECCOMP_ACTION_ALLOW && rule->action != SECCOMP_ACTION_ERRNO);
}

static int add_names(struct build *b, size_t number, const struct seccomp_rule *rule)
{
	uint32_t action = libseccomp_action(rule->action, &rule->errno_ret);

	/* libseccomp refuses a rule that says what the default says. */
	if (action == b->default_action)
		return 0;
	for (size_t i = 0; rule->names[i]; i++) {
		int r, nr = seccomp_syscall_resolve_name(rule->names[i]);

		if (nr == __NR_SCMP_ERROR) {
			if (matters_unknown(b, rule) && !strv_has(b->unknown, rule->names[i]))
				b->unknown = strv_append(b->arena, b->unknown, rule->names[i]);
			continue;
		}
		r = add_rule(b->filter, action, nr, rule);
		if (r < 0)
			return fail(r, "linux.seccomp.syscalls[%zu]: add a rule for '%s'", number,
				    rule->names[i]);
		b->rules++;
	}
	return 0;
}

static int add_rules(struct build *b, const struct seccomp_profile *p)
{
	int r;

	for (size_t i = 0; i < p->n_rules; i++) {
		r = add_names(b, i, &p->rules[i]);
		if (r < 0)
			return r;
	}
	if (b->unknown)
		warn("linux.seccomp: system calls that libseccomp %s does not know: %s, ignoring",
		     seccomp_library_version(b->arena), str_join(b->arena, b->unknown, " "));
	if (b->rules < TREE_FROM_RULES)
		return 0;
	r = seccomp_attr_set(b->filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return r < 0 ? fail(r, "linux.seccomp: order the filter as a tree") : 0;
}

/* ---- architectures ---- */

/* "SCMP_ARCH_X86_64" to libseccomp's token; 0 when this libseccomp does not know it. */
static uint32_t arch_token(const char *name)
{
	const char *rest = str_after(name, "SCMP_ARCH_");
	char lower[32] = "";

	for (size_t i = 0; rest && rest[i] && i < sizeof(lower) - 1; i++)
		lower[i] = (char)tolower((unsigned char)rest[i]);
	return seccomp_arch_resolve_name(lower);
}

char **seccomp_library_archs(struct arena *a)
{
	char **list = strv_concat(a, NULL, NULL);

	for (const char *const *name = seccomp_arch_names; *name; name++)
		if (arch_token(*name))
			list = strv_append(a, list, *name);
	return list;
}

static int add_architectures(scmp_filter_ctx filter, const struct seccomp_profile *p)
{
	for (size_t i = 0; p->architectures && p->architectures[i]; i++) {
		uint32_t token = arch_token(p->architectures[i]);
		int r;

		if (!token)
			return refuse(
				-EINVAL,
				"linux.seccomp.architectures[%zu]: %s is unknown to libseccomp", i,
				p->architectures[i]);
		r = seccomp_arch_add(filter, token);
		if (r < 0 && r != -EEXIST)
			return fail(r, "linux.seccomp.architectures[%zu]: add %s", i,
				    p->architectures[i]);
	}
	return 0;
}

/* ---- ENOSYS for what is newer than the profile ---- */

/* The highest number of one architecture that the profile names, or -1. */
static int newest_call(const struct seccomp_profile *p, uint32_t token)
{
	int newest = -1;

	for (size_t i = 0; i < p->n_rules; i++) {
		for (char **name = p->rules[i].names; *name; name++) {
			int nr = seccomp_syscall_resolve_name_arch(token, *name);

			if (token == SCMP_ARCH_ARM && nr >= ARM_PRIVATE)
				continue;
			if (nr > newest)
				newest = nr;
		}
	}
	return newest;
}

static size_t add_range(const struct seccomp_profile *p, uint32_t token, struct enosys_range *range)
{
	int newest = newest_call(p, token);

	if (newest < 0)
		return 0;
	*range = (struct enosys_range){ .audit_arch = token, .newest = (uint32_t)newest };
	/* x32 has no AUDIT_ARCH of its own: it is x86_64 with a bit in the number. Without x32 in
	 * the profile those numbers are left to libseccomp, which kills. */
	if (token == SCMP_ARCH_X32)
		range->audit_arch = SCMP_ARCH_X86_64;
	if (token == SCMP_ARCH_X86_64)
		range->end = X32_BIT;
	if (token == SCMP_ARCH_ARM)
		range->end = ARM_PRIVATE;
	return 1;
}

/* Only before a program whose default is an errno other than ENOSYS: then every call that the stub
 * answers would have been denied with that errno. */
static size_t make_stub(const struct seccomp_profile *p, uint32_t default_action,
			struct sock_filter *insns)
{
	struct enosys_range ranges[ARCHS_MAX];
	uint32_t native = seccomp_arch_native();
	size_t n = 0;

	if (p->default_action != SECCOMP_ACTION_ERRNO || default_action == SCMP_ACT_ERRNO(ENOSYS))
		return 0;
	n += add_range(p, native, &ranges[n]);
	for (size_t i = 0; p->architectures && p->architectures[i] && n < ARCHS_MAX; i++) {
		uint32_t token = arch_token(p->architectures[i]);

		if (token != native)
			n += add_range(p, token, &ranges[n]);
	}
	return enosys_stub(ranges, n, insns);
}

/* ---- the program ---- */

static unsigned filter_flags(const struct seccomp_profile *p)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} table[] = {
		{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
		{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
		{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
		  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
	};
	bool notifies = seccomp_profile_notifies(p);
	unsigned flags = notifies ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;

	/* Absent (not empty) means SPEC_ALLOW, as runc and crun have it: a filter alone is no
	 * reason to slow the processor down. */
	if (!p->flags)
		return flags | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strv_has(p->flags, table[i].name))
			flags |= (unsigned)table[i].flag;
	/* How a listener waits: without one the kernel refuses the flag. All threads at once: there is
	 * one, and the messenger (seccomp/listener.c), which must stay outside. */
	return flags & ~(unsigned)(notifies ? SECCOMP_FILTER_FLAG_TSYNC :
					      SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
}

/* libseccomp 2.5 writes programs to descriptors only. */
static int export_program(struct arena *a, scmp_filter_ctx filter, const struct sock_filter *head,
			  size_t n_head, struct seccomp_program *ret)
{
	CLEANUP_FD int fd = -EBADF;
	struct sock_filter *insns;
	struct stat st;
	size_t n;
	int r;

	fd = memfd_create("seccomp", MFD_CLOEXEC);
	if (fd < 0)
		return fail(-errno, "create a memory file");
	r = seccomp_export_bpf(filter, fd);
	if (r < 0)
		return fail(r, "linux.seccomp: compile the filter");
	if (fstat(fd, &st) < 0)
		return fail(-errno, "stat a memory file");
	n = n_head + (size_t)st.st_size / sizeof(*insns);
	if (n > BPF_MAXINSNS)
		return refuse(-E2BIG,
			      "linux.seccomp: the filter has %zu instructions, more than %d", n,
			      BPF_MAXINSNS);
	insns = arena_array(a, n, sizeof(*insns));
	memcpy(insns, head, n_head * sizeof(*insns));
	if (pread(fd, insns + n_head, (size_t)st.st_size, 0) != st.st_size)
		return fail(-EIO, "read a memory file");
	ret->insns = insns;
	ret->n = (unsigned short)n;
	return 0;
}

int seccomp_compile_fresh(struct arena *a, const struct seccomp_profile *profile,
			  struct seccomp_program *ret)
{
	__attribute__((cleanup(filter_freep))) scmp_filter_ctx filter = NULL;
	struct sock_filter stub[ARCHS_MAX * ENOSYS_INSNS_PER_RANGE];
	struct seccomp_program program = { .flags = filter_flags(profile) };
	struct build b = { .arena = a, .profile = profile };
	size_t n_stub;
	int r;

	r = seccomp_check(profile);
	if (r < 0)
		return r;
	(void)seccomp_api_set(API_LEVEL);
	b.default_action = libseccomp_action(profile->default_action, &profile->default_errno_ret);
	filter = seccomp_init(b.default_action);
	if (!filter)
		return fail(-ENOMEM, "linux.seccomp: start a filter");
	b.filter = filter;
	r = add_architectures(filter, profile);
	if (r < 0)
		return r;
	r = add_rules(&b, profile);
	if (r < 0)
		return r;
	n_stub = make_stub(profile, b.default_action, stub);
	r = export_program(a, filter, stub, n_stub, &program);
	if (r < 0)
		return r;
	*ret = program;
	return 0;
}

int seccomp_compile(struct arena *a, const struct seccomp_profile *profile,
		    struct seccomp_program *ret)
{
	if (!seccomp_builtin(a, profile, ret))
		return seccomp_compile_fresh(a, profile, ret);
	ret->flags = filter_flags(profile);
	return 0;
}

const char *seccomp_library_version(struct arena *a)
{
	const struct scmp_version *v = seccomp_version();

	return arena_printf(a, "%u.%u.%u", v->major, v->minor, v->micro);
}
