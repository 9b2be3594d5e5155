/* SPDX-License-Identifier: Apache-2.0 */
/* image/platform.c - aliases, variants, and the choice in an index */
#include "image/platform.h"

#include "base/error.h"
#include "base/str.h"

#include <string.h>
#include <sys/utsname.h>

/* What uname and people call an architecture, and its name and variant in images. */
static const struct {
	const char *alias, *architecture, *variant;
} aliases[] = {
	{ "x86_64", "amd64", NULL },      { "x86-64", "amd64", NULL },
	{ "i386", "386", NULL },          { "i486", "386", NULL },
	{ "i586", "386", NULL },          { "i686", "386", NULL },
	{ "aarch64", "arm64", NULL },     { "armv8l", "arm", "v7" },
	{ "armv7l", "arm", "v7" },        { "armhf", "arm", "v7" },
	{ "armel", "arm", "v6" },         { "armv6l", "arm", "v6" },
	{ "mips64el", "mips64le", NULL }, { "loongarch64", "loong64", NULL },
	{ "loong64", "loong64", NULL },
};

/* Machines that run the images of others: wanted runs on offered, in order of preference. */
static const struct {
	const char *architecture, *also;
} runs_also[] = {
	{ "amd64", "386" },
	{ "arm64", "arm" },
};

static void set_architecture(struct arena *a, const char *name, struct platform *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (str_eq(aliases[i].alias, name)) {
			p->architecture = arena_strdup(a, aliases[i].architecture);
			if (!p->variant && aliases[i].variant)
				p->variant = arena_strdup(a, aliases[i].variant);
			return;
		}
	p->architecture = arena_strdup(a, name);
}

int platform_parse(struct arena *a, const char *text, struct platform *ret)
{
	struct platform p = { .os = arena_strdup(a, "linux") };
	struct utsname uts;
	char **parts;
	size_t n;

	if (!text) {
		if (uname(&uts) < 0)
			return fail(-errno, "uname");
		set_architecture(a, uts.machine, &p);
		*ret = p;
		return 0;
	}
	parts = str_split(a, text, '/');
	n = strv_len(parts);
	if (n > 3)
		return refuse(-EINVAL, "platform '%s': expected OS/ARCH[/VARIANT]", text);
	for (size_t i = 0; i < n; i++)
		if (!*parts[i])
			return refuse(-EINVAL, "platform '%s': an empty part", text);
	if (n > 1)
		p.os = parts[0];
	p.variant = n > 2 ? parts[2] : NULL;
	set_architecture(a, parts[n > 1 ? 1 : 0], &p);
	*ret = p;
	return 0;
}

/* "v7" to 70, "v8.1" to 81; no variant is what the architecture's first images had. */
static int variant_number(const struct platform *p)
{
	unsigned major = 0, minor = 0;
	const char *digits = p->variant ? str_after(p->variant, "v") : NULL;

	if (!digits) {
		if (str_eq(p->architecture, "arm64"))
			return 80;
		return str_eq(p->architecture, "amd64") ? 10 : 0;
	}
	for (; *digits >= '0' && *digits <= '9' && major < 100; digits++)
		major = major * 10 + (unsigned)(*digits - '0');
	if (*digits == '.' && digits[1] >= '0' && digits[1] <= '9')
		minor = (unsigned)(digits[1] - '0');
	return (int)(major * 10 + minor);
}

int platform_rank(const struct platform *wanted, const struct platform *offered)
{
	int have, want;

	if (!str_eq(wanted->os, offered->os))
		return 0;
	if (!str_eq(wanted->architecture, offered->architecture)) {
		for (size_t i = 0; i < ARRAY_SIZE(runs_also); i++)
			if (!wanted->variant &&
			    str_eq(runs_also[i].architecture, wanted->architecture) &&
			    str_eq(runs_also[i].also, offered->architecture))
				return 1;
		return 0;
	}
	have = variant_number(offered);
	want = variant_number(wanted);
	/* arm without a variant wanted takes what there is */
	if (want == 0)
		return 2000 - have;
	return have <= want ? 1000 + have : 0;
}

static bool is_attestation(const struct json *descriptor)
{
	return json_str(json_get(descriptor, "annotations"), "vnd.docker.reference.type") != NULL;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

const struct json *platform_choose(struct arena *a, const struct json *manifests,
				   const struct platform *wanted)
{
	const struct json *best = NULL;
	int best_rank = 0;

	json_for_each(d, manifests) {
		const struct json *platform = json_get(d, "platform");
		struct platform offered = { .os = arena_strdup(
						    a, or_empty(json_str(platform, "os"))) };
		int rank;

		if (is_attestation(d))
			continue;
		offered.variant = json_str(platform, "variant") ?
					  arena_strdup(a, json_str(platform, "variant")) :
					  NULL;
		if (platform)
			set_architecture(a, or_empty(json_str(platform, "architecture")), &offered);
		rank = platform ? platform_rank(wanted, &offered) : 0;
		if (rank > best_rank) {
			best = d;
			best_rank = rank;
		} else if (!platform && !best) {
			best = d;
		}
	}
	return best;
}
