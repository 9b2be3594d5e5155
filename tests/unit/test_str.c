/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_str.c - strict numbers, sizes, lists */
#include "base/env.h"
#include "base/str.h"
#include "tests/unit/unit.h"

#include <time.h>

static void unsigned_numbers(void)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x1", "1e3", "1.0", "a" };
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_int(str_to_u64(bad[i], UINT64_MAX, &value), -EINVAL);
	check_int(str_to_u64("18446744073709551616", UINT64_MAX, &value), -ERANGE);
	check_int(str_to_u64("4294967296", UINT32_MAX, &value), -ERANGE);
	check_int(value, 7);
	check_int(str_to_u64("18446744073709551615", UINT64_MAX, &value), 0);
	check(value == UINT64_MAX);
}

/* Against the C library: every day of four centuries, leap years and their exceptions among them. */
static void utc(void)
{
	for (time_t t = 0; t < (time_t)146097 * 86400; t += 86399) {
		char wanted[32];
		struct tm tm;

		(void)gmtime_r(&t, &tm);
		(void)strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S", &tm);
		if (strcmp(str_utc((uint64_t)t).text, wanted) != 0) {
			check_str(str_utc((uint64_t)t).text, wanted);
			break;
		}
	}
	check_str(str_utc(951868799).text, "2000-02-29T23:59:59");
}

static void signed_numbers(void)
{
	int64_t value;

	check_int(str_to_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &value), 0);
	check(value == INT64_MIN);
	check_int(str_to_i64("9223372036854775808", INT64_MIN, INT64_MAX, &value), -ERANGE);
	check_int(str_to_i64("--1", INT64_MIN, INT64_MAX, &value), -EINVAL);
	check_int(str_to_i64("-5", -4, 4, &value), -ERANGE);
	check_int(str_to_i64("-", -4, 4, &value), -EINVAL);
}

static void sizes(void)
{
	static const struct {
		const char *text;
		int r;
		uint64_t bytes;
	} cases[] = {
		{ "1024", 0, 1024 },
		{ "64m", 0, 64 << 20 },
		{ "1.5g", 0, 3ULL << 29 },
		{ "2KiB", 0, 2048 },
		{ "1b", 0, 1 },
		{ "3kb", 0, 3072 },
		{ "0.5k", 0, 512 },
		{ "", -EINVAL, 0 },
		{ "m", -EINVAL, 0 },
		{ "1.m", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1mm", -EINVAL, 0 },
		{ "1x", -EINVAL, 0 },
		{ "1bb", -EINVAL, 0 },
		{ "1 k", -EINVAL, 0 },
		{ "16777216t", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t bytes = 0;

		check_int(str_to_bytes(cases[i].text, &bytes), cases[i].r);
		check_int(bytes, cases[i].bytes);
	}
}

static void utf8(void)
{
	check_int(str_utf8_prefix("a\xc3\xa4z", 4), 4);
	check_int(str_utf8_prefix("a\xc0\x80", 3), 1);
	check_int(str_utf8_prefix("\xed\xa0\x80", 3), 0);
	check_int(str_utf8_prefix("\xf4\x90\x80\x80", 4), 0);
	check_int(str_utf8_prefix("x\xe2\x82", 3), 1);
	check_int(str_utf8_prefix("\xf0\x9f\x98\x80", 4), 4);
}

static void printable(void)
{
	static const char *const cases[][2] = {
		{ "plain, \xc3\xa4 and \xf0\x9f\x98\x80", "plain, \xc3\xa4 and \xf0\x9f\x98\x80" },
		{ "\x1b[31m\a\n\x7f", "?[31m???" },
		{ "\xc2\x9b\x33\x31m\xc2\xa0", "??31m\xc2\xa0" },
		{ "\x9b\xff\xc2", "???" },
		{ "", "" },
	};
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_str(str_printable(a, cases[i][0]), cases[i][1]);
}

static void lists(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **v = str_split(a, "a,,b", ',');

	check_int(strv_len(v), 3);
	check_str(v[1], "");
	check_str(str_join(a, v, "-"), "a--b");
	check_str(str_join(a, NULL, "-"), "");
	v = strv_append(a, v, "c");
	check_str(v[3], "c");
	check(strv_has(v, "b") && !strv_has(v, "d"));
	check_int(strv_len(strv_concat(a, NULL, v)), 4);
	check_int(strv_len(str_split(a, "", ',')), 1);
}

static void duplicates(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **v = NULL;

	for (int i = 0; i < 40; i++)
		v = strv_append(a, v, arena_printf(a, "k%d", i));
	check(strv_duplicate(a, v, 40) == NULL);
	v[39] = v[3];
	check_str(strv_duplicate(a, v, 40), "k3");
	v[1] = arena_strdup(a, "k0");
	check_str(strv_duplicate(a, v, 2), "k0");
}

static void environment(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *env[] = { "PATHX=1", "PATH=/bin", "A=", NULL };
	char **set = env_set(a, env, "PATH", "/usr/bin");

	check_str(env_get(env, "PATH"), "/bin");
	check_str(env_get(env, "A"), "");
	check(env_get(env, "B") == NULL);
	check_str(set[1], "PATH=/usr/bin");
	check_int(strv_len(set), 3);
	check_str(env_set(a, env, "B", "2")[3], "B=2");
	check_str(env_set(a, NULL, "B", "2")[0], "B=2");
}

static const struct unit_case tests[] = {
	{ "unsigned numbers are plain decimals in range", unsigned_numbers },
	{ "signed numbers keep the whole range", signed_numbers },
	{ "times are those of the C library", utc },
	{ "sizes with units", sizes },
	{ "UTF-8 is strict", utf8 },
	{ "control characters are not printed", printable },
	{ "lists of strings", lists },
	{ "duplicates are found, in few and in many", duplicates },
	{ "environment lists", environment },
};
UNIT_MAIN(tests)
