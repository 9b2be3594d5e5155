/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/devices.c - device rules, in one normal form, for both kernels' ways
 *
 * v2 program: r6 major, r7 minor, r8 type, r9 the accesses (r, w, m bits) that no rule has decided yet.
 * The rules are visited from the last to the first. One that matches the device takes its accesses out
 * of r9 (allow; done when none is left) or ends it all when it names one of r9 (deny). What is left at
 * the end is denied. The first rule for all devices and accesses ends the program: the verifier refuses
 * code that nobody can reach. */
#include "cgroups/devices.h"
#include "base/error.h"
#include "base/str.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#define FIELD "linux.resources.devices"

enum { ANY = -1 };
enum {
	MKNOD = BPF_DEVCG_ACC_MKNOD,
	READ = BPF_DEVCG_ACC_READ,
	WRITE = BPF_DEVCG_ACC_WRITE,
	ALL = MKNOD | READ | WRITE,
};

struct rule {
	bool allow, ours;
	char type; /* 'a', 'b', 'c' */
	int64_t major, minor;
	unsigned access;
};

/* What runc and crun also add behind the config's rules. */
static const struct rule every_container[] = {
	{ true, true, 'c', ANY, ANY, MKNOD }, /* making a node is not opening it */
	{ true, true, 'b', ANY, ANY, MKNOD }, { true, true, 'c', 1, 3, ALL }, /* null */
	{ true, true, 'c', 1, 5, ALL },                                       /* zero */
	{ true, true, 'c', 1, 7, ALL },                                       /* full */
	{ true, true, 'c', 1, 8, ALL },                                       /* random */
	{ true, true, 'c', 1, 9, ALL },                                       /* urandom */
	{ true, true, 'c', 5, 0, ALL },                                       /* tty */
	{ true, true, 'c', 5, 1, ALL },                                       /* console */
	{ true, true, 'c', 5, 2, ALL },                                       /* ptmx */
	{ true, true, 'c', 136, ANY, ALL },                                   /* pts */
};

static struct rule normal(const struct cgroup_device_rule *d)
{
	struct rule rule = {
		.allow = d->allow,
		.type = d->type ? d->type : 'a',
		.major = d->major.set ? d->major.value : ANY,
		.minor = d->minor.set ? d->minor.value : ANY,
		.access = (d->mknod ? MKNOD : 0U) | (d->read ? READ : 0U) | (d->write ? WRITE : 0U),
	};

	if (!rule.access)
		rule.access = ALL;
	return rule;
}

static struct rule *all_rules(struct arena *a, const struct cgroup_resources *res, size_t *ret_n)
{
	struct rule *rules = arena_array(a, res->n_devices + ARRAY_SIZE(every_container),
					 sizeof(*rules));

	for (size_t i = 0; i < res->n_devices; i++)
		rules[i] = normal(&res->devices[i]);
	memcpy(rules + res->n_devices, every_container, sizeof(every_container));
	*ret_n = res->n_devices + ARRAY_SIZE(every_container);
	return rules;
}

static bool is_everything(const struct rule *r)
{
	return r->type == 'a' && r->major == ANY && r->minor == ANY && r->access == ALL;
}

/* ---- v1 ---- */

/* The kernel's own model: a default, and exceptions that say the opposite. */
struct cgroup_device_list {
	bool allow;
	struct rule *exceptions;
	size_t n;
};

static bool covers(int64_t wide, int64_t narrow)
{
	return wide == ANY || wide == narrow;
}

static bool overlaps(int64_t a, int64_t b)
{
	return a == ANY || b == ANY || a == b;
}

static char *rule_text(struct arena *a, const struct rule *r)
{
	char major[24] = "*", minor[24] = "*";

	if (r->major != ANY)
		snprintf(major, sizeof(major), "%" PRId64, r->major);
	if (r->minor != ANY)
		snprintf(minor, sizeof(minor), "%" PRId64, r->minor);
	return arena_printf(a, "%c %s:%s %s%s%s", r->type, major, minor,
			    r->access & READ ? "r" : "", r->access & WRITE ? "w" : "",
			    r->access & MKNOD ? "m" : "");
}

/* A rule that agrees with the default takes exceptions back: whole ones only. */
static int take_back(struct cgroup_device_list *list, const struct rule *rule)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < list->n; i++) {
			struct rule *e = &list->exceptions[i];

			if (e->type != rule->type || !(e->access & rule->access) ||
			    !overlaps(e->major, rule->major) || !overlaps(e->minor, rule->minor))
				continue;
			if (!covers(rule->major, e->major) || !covers(rule->minor, e->minor))
				return -EOPNOTSUPP;
			if (pass == 1)
				e->access &= ~rule->access;
		}
	return 0;
}

static int apply(struct cgroup_device_list *list, const struct rule *rule)
{
	if (rule->allow == list->allow)
		return take_back(list, rule);
	for (size_t i = 0; i < list->n; i++) {
		struct rule *e = &list->exceptions[i];

		if (e->type == rule->type && e->major == rule->major && e->minor == rule->minor) {
			e->access |= rule->access;
			return 0;
		}
	}
	list->exceptions[list->n++] = *rule;
	return 0;
}

/* "a" means everything to the kernel, whatever numbers follow it: a part is said for b and c. */
static int apply_types(struct cgroup_device_list *list, const struct rule *rule)
{
	struct rule part = *rule;
	int r;

	if (is_everything(rule)) {
		*list = (struct cgroup_device_list){ .allow = rule->allow,
						     .exceptions = list->exceptions };
		return 0;
	}
	if (rule->type != 'a')
		return apply(list, rule);
	part.type = 'b';
	r = apply(list, &part);
	part.type = 'c';
	return r < 0 ? r : apply(list, &part);
}

int cgroup_devices_list(struct arena *a, const struct cgroup_resources *res,
			struct cgroup_device_list **ret)
{
	size_t n;
	struct rule *rules = all_rules(a, res, &n);
	struct cgroup_device_list *list = arena_new_of(a, struct cgroup_device_list);

	list->exceptions = arena_array(a, 2 * n, sizeof(*rules));
	for (size_t i = 0; i < n; i++) {
		int r = apply_types(list, &rules[i]);

		/* Ours only widen: where they cannot be said, the container has less. */
		if (r < 0 && !rules[i].ours)
			return refuse(
				r,
				FIELD
				"[%zu]: cgroup v1 cannot %s '%s' within a wider rule before it",
				i, rules[i].allow ? "allow" : "deny", rule_text(a, &rules[i]));
	}
	*ret = list;
	return 0;
}

static void write_rule(struct cgroup_writes *w, bool allow, const char *text)
{
	cgroup_writes_add(w, FIELD, allow ? "devices.allow" : "devices.deny", text);
}

static void write_all(struct cgroup_writes *w, const struct cgroup_device_list *list)
{
	write_rule(w, list->allow, "a");
	for (size_t i = 0; i < list->n; i++)
		if (list->exceptions[i].access)
			write_rule(w, !list->allow, rule_text(w->arena, &list->exceptions[i]));
}

int cgroup_devices_v1(struct cgroup_writes *w, const struct cgroup_resources *res)
{
	struct cgroup_device_list *list;
	int r = cgroup_devices_list(w->arena, res, &list);

	if (r == 0)
		write_all(w, list);
	return r;
}

/* ---- v1, of a container that runs ---- */

static int64_t read_device_number(const char *text)
{
	uint64_t number;

	return text && str_to_u64(text, UINT32_MAX, &number) == 0 ? (int64_t)number : ANY;
}

/* "c 1:3 rwm", with "*" for any */
static bool read_rule(char *line, struct rule *ret)
{
	const char *type = strsep(&line, " "), *major = line ? strsep(&line, ":") : NULL;
	const char *minor = line ? strsep(&line, " ") : NULL;

	if (!line || strlen(type) != 1)
		return false;
	*ret = (struct rule){
		.type = *type,
		.major = read_device_number(major),
		.minor = read_device_number(minor),
		.access = (strchr(line, 'r') ? READ : 0U) | (strchr(line, 'w') ? WRITE : 0U) |
			  (strchr(line, 'm') ? MKNOD : 0U),
	};
	return true;
}

struct cgroup_device_list *cgroup_devices_read(struct arena *a, char *text,
					       const struct cgroup_device_list *known)
{
	struct cgroup_device_list *list = arena_new_of(a, struct cgroup_device_list);
	size_t lines = 1;
	char *line;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	list->exceptions = arena_array(a, lines, sizeof(*list->exceptions));
	while ((line = strsep(&text, "\n")))
		list->n += read_rule(line, &list->exceptions[list->n]);
	if (list->n != 1 || !is_everything(&list->exceptions[0]))
		return list;
	if (known && known->allow)
		*list = *known;
	else
		*list = (struct cgroup_device_list){ .allow = true };
	return list;
}

/* The accesses that the list has for exactly this device or these devices. */
static unsigned access_of(const struct cgroup_device_list *list, const struct rule *rule)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct rule *e = &list->exceptions[i];

		if (e->type == rule->type && e->major == rule->major && e->minor == rule->minor)
			return e->access;
	}
	return 0;
}

/* What one list has more than the other. */
static void write_difference(struct cgroup_writes *w, bool allow,
			     const struct cgroup_device_list *more,
			     const struct cgroup_device_list *less)
{
	for (size_t i = 0; i < more->n; i++) {
		struct rule rule = more->exceptions[i];

		rule.access &= ~access_of(less, &rule);
		if (rule.access)
			write_rule(w, allow, rule_text(w->arena, &rule));
	}
}

void cgroup_devices_change(struct cgroup_writes *w, const struct cgroup_device_list *from,
			   const struct cgroup_device_list *to)
{
	if (from->allow != to->allow) {
		write_all(w, to);
		return;
	}
	write_difference(w, !to->allow, to, from);
	write_difference(w, to->allow, from, to);
}

/* ---- v2 ---- */

struct program {
	struct bpf_insn *insns;
	size_t n;
};

static void emit(struct program *p, unsigned code, unsigned dst, unsigned src, int off, int64_t imm)
{
	p->insns[p->n++] = (struct bpf_insn){
		.code = (unsigned char)code,
		.dst_reg = (unsigned char)(dst & 15),
		.src_reg = (unsigned char)(src & 15),
		.off = (short)off,
		/* 32-bit comparisons: the bits count, not the sign. */
		.imm = (int)(uint32_t)imm,
	};
}

static void emit_return(struct program *p, int value)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, value);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* Jump behind this rule unless reg is value; the distance is filled in at the end of the rule. */
static void emit_unless(struct program *p, unsigned reg, int64_t value)
{
	emit(p, BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, 0, value);
}

static void emit_head(struct program *p)
{
	enum { TYPE_AND_ACCESS = offsetof(struct bpf_cgroup_dev_ctx, access_type) };

	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_8, BPF_REG_1, TYPE_AND_ACCESS, 0);
	emit(p, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_9, BPF_REG_8, 0, 0);
	emit(p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_8, 0, 0, 0xffff);
	emit(p, BPF_ALU | BPF_RSH | BPF_K, BPF_REG_9, 0, 0, 16);
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_6, BPF_REG_1,
	     offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_7, BPF_REG_1,
	     offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
}

static void emit_rule(struct program *p, const struct rule *r)
{
	size_t start = p->n;

	if (r->type != 'a')
		emit_unless(p, BPF_REG_8,
			    r->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (r->major != ANY)
		emit_unless(p, BPF_REG_6, r->major);
	if (r->minor != ANY)
		emit_unless(p, BPF_REG_7, r->minor);
	if (r->allow) {
		emit(p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_9, 0, 0, ALL & ~r->access);
		emit_unless(p, BPF_REG_9, 0);
		emit_return(p, 1);
	} else {
		emit(p, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_9, 0, 0);
		emit(p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, r->access);
		emit(p, BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0);
		emit_return(p, 0);
	}
	for (size_t i = start; i < p->n; i++)
		if (BPF_CLASS(p->insns[i].code) == BPF_JMP32)
			p->insns[i].off = (short)(p->n - i - 1);
}

void cgroup_devices_v2(struct arena *a, const struct cgroup_resources *res, struct bpf_insn **ret,
		       size_t *ret_n)
{
	enum { HEAD = 6, RULE = 8, TAIL = 2 };
	size_t n;
	struct rule *rules = all_rules(a, res, &n);
	struct program p = { .insns = arena_array(a, HEAD + n * RULE + TAIL, sizeof(*p.insns)) };
	bool allow = false;

	emit_head(&p);
	while (n-- > 0) {
		if (is_everything(&rules[n])) {
			allow = rules[n].allow;
			break;
		}
		emit_rule(&p, &rules[n]);
	}
	emit_return(&p, allow);
	*ret = p.insns;
	*ret_n = p.n;
}
