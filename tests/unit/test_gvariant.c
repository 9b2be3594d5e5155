/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_gvariant.c - values in GVariant text format, and texts that are none */
#include "base/str.h"
#include "cgroups/gvariant.h"
#include "tests/unit/unit.h"

/* "TYPE VALUE,VALUE", or the reason. */
static const char *parsed(struct arena *a, const char *text)
{
	struct gvariant v = { 0 };
	const char *why = NULL;

	if (gvariant_parse(a, text, &v, &why) < 0)
		return why;
	check_int((long long)strv_len(v.values), (long long)v.n);
	return arena_printf(a, "%s %s", v.type, str_join(a, v.values, ","));
}

static const struct {
	const char *text, *want;
} values[] = {
	{ "'x'", "s x" },
	{ " \"it's\" ", "s it's" },
	{ "''", "s " },
	{ "'a\\nb\\t\\\\\\'\\u00e9\\U0001f4e6'", "s a\nb\t\\'\xc3\xa9\xf0\x9f\x93\xa6" },
	{ "true", "b true" },
	{ "boolean false", "b false" },
	{ "7", "i 7" },
	{ "-7", "i -7" },
	{ "+7", "i 7" },
	{ "0x10", "i 16" },
	{ "010", "i 8" },
	{ "-2147483648", "i -2147483648" },
	{ "byte 255", "y 255" },
	{ "int16 -32768", "n -32768" },
	{ "uint16 65535", "q 65535" },
	{ "uint32 4294967295", "u 4294967295" },
	{ "int64 -9223372036854775808", "x -9223372036854775808" },
	{ "uint64 18446744073709551615", "t 18446744073709551615" },
	{ "@t 5", "t 5" },
	{ "1.5", "d 1.5" },
	{ "-1e3", "d -1e3" },
	{ "double 2", "d 2" },
	{ "inf", "d inf" },
	{ "objectpath '/a'", "o /a" },
	{ "@as []", "as " },
	{ "['a', 'b']", "as a,b" },
	{ "['a',]", "as a" },
	{ "[1, 2]", "ai 1,2" },
	{ "[1, 2.5]", "ad 1,2.5" },
	{ "[true]", "ab true" },
	{ "@at [1, 2]", "at 1,2" },
	{ "[uint64 1, 2]", "at 1,2" },
	{ "b'hi'", "ay 104,105,0" },
	{ "b'\\001\\377'", "ay 1,255,0" },
	{ "@ay [1, 255]", "ay 1,255" },
	/* what is none */
	{ "", "unexpected end" },
	{ "'x", "unterminated string" },
	{ "'x\\", "unterminated string" },
	{ "\"x'", "unterminated string" },
	{ "'\\u00g0'", "bad unicode escape" },
	{ "'\\u0000'", "bad unicode escape" },
	{ "'\\ud800'", "bad unicode escape" },
	{ "'\xff'", "a string that is not UTF-8" },
	{ "b'\\777'", "bad octal escape" },
	{ "yes", "unknown word" },
	{ "'a' 'b'", "more behind the value" },
	{ "2147483648", "number out of range for its type" },
	{ "byte 256", "number out of range for its type" },
	{ "byte -1", "number out of range for its type" },
	{ "uint64 -1", "number out of range for its type" },
	{ "uint64 18446744073709551616", "number out of range for its type" },
	{ "uint64 1.5", "expected a whole number" },
	{ "uint64 'x'", "expected a whole number" },
	{ "12ab", "bad number" },
	{ "string 5", "expected a string" },
	{ "boolean 1", "expected true or false" },
	{ "[]", "an empty array needs a type: @as []" },
	{ "[1, 'a']", "expected a whole number" },
	{ "[1 2]", "expected , or ]" },
	{ "[1", "expected , or ]" },
	{ "[[1]]", "arrays of arrays are not supported" },
	{ "[b'x']", "arrays of byte strings are not supported" },
	{ "[uint64 1, int32 2]", "elements of different types" },
	{ "@as 'x'", "expected an array" },
	{ "@s ['x']", "expected no array" },
	{ "@a{sv} {}", "unsupported type" },
	{ "@aas []", "unsupported type" },
	{ "@", "unsupported type" },
	{ "('a', 1)", "tuples, dictionaries and variants are not supported" },
	{ "{'a': 1}", "tuples, dictionaries and variants are not supported" },
	{ "<1>", "tuples, dictionaries and variants are not supported" },
};

static void parses(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		printf("# %s\n", values[i].text);
		check_str(parsed(a, values[i].text), values[i].want);
	}
}

static void is_bounded(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf text = { 0 };

	buf_addc(&text, '[');
	for (int i = 0; i <= GVARIANT_ELEMENTS_MAX; i++)
		buf_adds(&text, "1,");
	buf_addc(&text, ']');
	check_str(parsed(a, text.data), "too many elements");
	while (text.len <= GVARIANT_TEXT_MAX)
		buf_addc(&text, ' ');
	check_str(parsed(a, text.data), "too long");
}

static const struct unit_case cases[] = {
	{ "values, and what is none", parses },
	{ "long texts and lists are refused", is_bounded },
};
UNIT_MAIN(cases)
