/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_opts.c - every spelling of an option that callers send */
#include "base/error.h"
#include "base/str.h"
#include "cmd/opts.h"
#include "tests/unit/unit.h"

struct values {
	bool flag, other;
	const char *text;
	char **list;
	struct opt_u64 number;
	struct opt_i64 seconds;
};

static const struct opt table[] = {
	{ 'f', "flag", OPT_FLAG, offsetof(struct values, flag), NULL, "" },
	{ 'o', "other", OPT_FLAG, offsetof(struct values, other), NULL, "" },
	{ 't', "text", OPT_STRING, offsetof(struct values, text), "TEXT", "" },
	{ 'l', "list", OPT_STRINGS, offsetof(struct values, list), "TEXT", "" },
	{ 'n', "number", OPT_U64, offsetof(struct values, number), "N", "" },
	{ 's', "seconds", OPT_SECONDS, offsetof(struct values, seconds), "S", "" },
	{ 0, "old", OPT_IGNORED_FLAG, 0, NULL, "" },
	OPT_TABLE_END,
};

/* A parse of the words; the arguments end up joined in args. */
static int parse(const char *words, int stop_after, struct values *ret, char args[256])
{
	static struct arena *a;
	char **list;
	int r;

	if (!a)
		a = arena_new();
	*ret = (struct values){ 0 };
	args[0] = '\0';
	error_clear();
	r = opts_parse(a, table, *words ? str_split(a, words, ' ') : (char *[]){ NULL }, stop_after,
		       ret, &list);
	if (r == 0)
		(void)snprintf(args, 256, "%s", str_join(a, list, " "));
	return r;
}

static void spellings(void)
{
	static const char *const same[] = { "--text=x a", "--text x a", "-text x a",
					    "-text=x a",  "-t x a",     "-tx a",
					    "-t=x a",     "a --text x", "a -t x" };
	struct values v;
	char args[256];

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		check_int(parse(same[i], -1, &v, args), 0);
		check_str(v.text, "x");
		check_str(args, "a");
	}
}

static void flags(void)
{
	struct values v;
	char args[256];

	check_int(parse("-fo", -1, &v, args), 0);
	check(v.flag && v.other);
	check_int(parse("--flag=false --other=true --old", -1, &v, args), 0);
	check(!v.flag && v.other);
	check_int(parse("-fot x", -1, &v, args), 0);
	check_str(v.text, "x");
	check_int(parse("-f=false -o=1", -1, &v, args), 0);
	check(!v.flag && v.other);
	check_int(parse("--flag=T --other=FALSE", -1, &v, args), 0);
	check(v.flag && !v.other);
	check_int(parse("-f=maybe", -1, &v, args), -EINVAL);
	check_int(parse("--flag=maybe", -1, &v, args), -EINVAL);
}

static void where_options_end(void)
{
	struct values v;
	char args[256];

	check_int(parse("-f image sh -c -o", 1, &v, args), 0);
	check(v.flag && !v.other);
	check_str(args, "image sh -c -o");
	check_int(parse("-- -f", -1, &v, args), 0);
	check(!v.flag);
	check_str(args, "-f");
	check_int(parse("- a", -1, &v, args), 0);
	check_str(args, "- a");
}

static void refusals(void)
{
	static const char *const bad[] = { "--nope",       "-x",          "--text",
					   "-t",           "--number -1", "--number 1x",
					   "--seconds 5d", "--seconds s", "--tex x",
					   "-fx" };
	struct values v;
	char args[256];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		check_int(parse(bad[i], -1, &v, args), -EINVAL);
		check(*error_text());
	}
	check_int(parse("--help", -1, &v, args), 1);
	check_int(parse("-h", -1, &v, args), 1);
}

static void values_of_each_kind(void)
{
	struct values v;
	char args[256];

	check_int(parse("-l a -l b --number 18446744073709551615 -s 2m --text x --text y", -1, &v,
			args),
		  0);
	check_int((long long)strv_len(v.list), 2);
	check_str(v.list[1], "b");
	check(v.number.set && v.number.value == UINT64_MAX);
	check(v.seconds.set && v.seconds.value == 120);
	check_str(v.text, "y");
	check_int(parse("", -1, &v, args), 0);
	check(!v.number.set && !v.list && !v.text);
}

static const struct unit_case cases[] = {
	{ "every spelling of an option with a value", spellings },
	{ "flags, alone and in groups", flags },
	{ "where options end", where_options_end },
	{ "what is refused", refusals },
	{ "values of each kind", values_of_each_kind },
};
UNIT_MAIN(cases)
