/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/import.c - filter the rules of a docker-style profile, resolve its archMap
 * The rules of the decoded profile and the elements of the file's "syscalls" are the same list, so the
 * conditions are read from the tree beside the rule that they belong to. */
#include "seccomp/import.h"

#include "base/error.h"
#include "base/str.h"

#include <stdio.h>
#include <sys/utsname.h>

struct host {
	char *const *capabilities;
	struct utsname uts;
};

/* docker's names of architectures, by uname's machine. */
static const struct {
	const char *machine, *names[4], *arch;
} machines[] = {
	{ "x86_64", { "amd64", "x86", "x32" }, "SCMP_ARCH_X86_64" },
	{ "aarch64", { "arm64", "arm" }, "SCMP_ARCH_AARCH64" },
	{ "riscv64", { "riscv64" }, "SCMP_ARCH_RISCV64" },
	{ "ppc64le", { "ppc64le" }, "SCMP_ARCH_PPC64LE" },
	{ "s390x", { "s390x", "s390" }, "SCMP_ARCH_S390X" },
	{ "i686", { "x86" }, "SCMP_ARCH_X86" },
	{ "armv7l", { "arm" }, "SCMP_ARCH_ARM" },
};

static bool is_our_arch(const struct host *host, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		for (size_t k = 0; k < ARRAY_SIZE(machines[i].names) && machines[i].names[k]; k++)
			if (str_eq(machines[i].machine, host->uts.machine) &&
			    str_eq(machines[i].names[k], name))
				return true;
	return false;
}

static const char *our_arch(const struct host *host)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (str_eq(machines[i].machine, host->uts.machine))
			return machines[i].arch;
	return NULL;
}

static bool has_all_caps(const struct host *host, const struct json *caps)
{
	json_for_each(cap, caps)
		if (cap->type != JSON_STRING || !strv_has(host->capabilities, cap->text))
			return false;
	return true;
}

static bool has_any_cap(const struct host *host, const struct json *caps)
{
	json_for_each(cap, caps)
		if (cap->type == JSON_STRING && strv_has(host->capabilities, cap->text))
			return true;
	return false;
}

static bool has_arch(const struct host *host, const struct json *arches)
{
	json_for_each(arch, arches)
		if (arch->type == JSON_STRING && is_our_arch(host, arch->text))
			return true;
	return false;
}

static bool kernel_is_at_least(const struct host *host, const char *version)
{
	unsigned major = 0, minor = 0, want_major = 0, want_minor = 0;

	if (sscanf(host->uts.release, "%u.%u", &major, &minor) != 2 ||
	    sscanf(version, "%u.%u", &want_major, &want_minor) != 2)
		return false;
	return major > want_major || (major == want_major && minor >= want_minor);
}

/* A rule counts when every condition of "includes" holds and none of "excludes". */
static bool rule_counts(const struct host *host, const struct json *rule)
{
	const struct json *in = json_get(rule, "includes"), *out = json_get(rule, "excludes");

	if (!has_all_caps(host, json_get(in, "caps")) || has_any_cap(host, json_get(out, "caps")))
		return false;
	if (json_get(in, "arches") && json_get(in, "arches")->count > 0 &&
	    !has_arch(host, json_get(in, "arches")))
		return false;
	if (has_arch(host, json_get(out, "arches")))
		return false;
	if (json_str(in, "minKernel") && !kernel_is_at_least(host, json_str(in, "minKernel")))
		return false;
	return !json_str(out, "minKernel") || !kernel_is_at_least(host, json_str(out, "minKernel"));
}

/* This machine's row of archMap with its sub-architectures; without a row the native one alone counts. */
static void resolve_arch_map(struct arena *a, const struct host *host, const struct json *map,
			     struct seccomp_profile *p)
{
	json_for_each(row, map) {
		if (!str_eq(json_str(row, "architecture"), our_arch(host)))
			continue;
		p->architectures = strv_append(a, p->architectures, json_str(row, "architecture"));
		json_for_each(sub, json_get(row, "subArchitectures"))
			if (sub->type == JSON_STRING)
				p->architectures = strv_append(a, p->architectures, sub->text);
	}
}

static void keep_rules_that_count(const struct host *host, const struct json *rules,
				  struct seccomp_profile *p)
{
	size_t kept = 0, i = 0;

	json_for_each(rule, rules) {
		if (i < p->n_rules && rule_counts(host, rule))
			p->rules[kept++] = p->rules[i];
		i++;
	}
	p->n_rules = kept;
}

int seccomp_import(struct arena *a, const char *what, const char *text, size_t len,
		   char *const *capabilities, struct seccomp_profile **ret)
{
	struct json_decoder d = { .arena = a };
	struct seccomp_profile *p = arena_new_of(a, struct seccomp_profile);
	struct host host = { .capabilities = capabilities };
	struct json *tree;
	int r;

	if (uname(&host.uts) < 0)
		return fail(-errno, "uname");
	r = json_parse(a, what, text, len, &tree);
	if (r == 0)
		r = json_decode(&d, what, tree, seccomp_profile_rows, p);
	if (r < 0)
		return r;
	resolve_arch_map(a, &host, json_get(tree, "archMap"), p);
	keep_rules_that_count(&host, json_get(tree, "syscalls"), p);
	*ret = p;
	return 0;
}
