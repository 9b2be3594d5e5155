/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_spec_bad.c - bad config.json for every row of the decode tables
 *
 * Walks the tables themselves: for every row it writes a document that is good but for this one
 * value, and asserts that it is refused with the row's path. Each bad document has its control: the
 * same document with a good value there is accepted. */
#include "base/error.h"
#include "runtime/spec_rows.h"

#include "tests/unit/unit.h"

/* ---- documents ---- */

/* Where the row under test is, from the top: its ancestors and the row. */
struct place {
	const struct json_row *rows[16];
	size_t n;
};

enum { GOOD = -1, ABSENT = -2, UNKNOWN_KEY = -3, TWICE = -4 };

static void put_object(struct buf *b, const struct json_row *table, const struct place *at,
		       size_t depth, const char *value, int how);

/* A good value for a row. Rows with a decoder of their own are named here. */
static const char *custom_value(const struct json_row *row)
{
	static const struct {
		const char *name, *value;
	} values[] = {
		{ "action", "\"SCMP_ACT_ALLOW\"" },
		{ "defaultAction", "\"SCMP_ACT_ALLOW\"" },
		{ "monotonic", "{\"secs\":1}" },
		{ "boottime", "{\"secs\":1}" },
		{ "type", "\"c\"" },
		{ "access", "\"rwm\"" },
		{ "pids", "{\"limit\":1}" },
		{ "network", "{\"classID\":1}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		if (str_eq(values[i].name, row->name))
			return values[i].value;
	return "1";
}

static void put_good(struct buf *b, const struct json_row *row)
{
	static const struct place nowhere;

	switch (row->kind) {
	case JSON_K_STRING:
		buf_adds(b, "\"/x\"");
		break;
	case JSON_K_BOOL:
	case JSON_K_OPT_BOOL:
		buf_adds(b, "true");
		break;
	case JSON_K_I64:
	case JSON_K_OPT_I64:
		buf_printf(b, "%lld", (long long)row->min);
		break;
	case JSON_K_U64:
	case JSON_K_OPT_U64:
		buf_adds(b, "1");
		break;
	case JSON_K_STRV:
		buf_adds(b, "[\"/x\"]");
		break;
	case JSON_K_MAP:
		buf_adds(b, "{\"x\":\"y\"}");
		break;
	case JSON_K_OBJECT:
	case JSON_K_OBJECT_PTR:
		put_object(b, row->table, &nowhere, 0, NULL, GOOD);
		break;
	case JSON_K_ARRAY:
		buf_addc(b, '[');
		put_object(b, row->table, &nowhere, 0, NULL, GOOD);
		buf_addc(b, ']');
		break;
	case JSON_K_KEYED:
		buf_adds(b, "{\"k\":");
		put_object(b, row->table, &nowhere, 0, NULL, GOOD);
		buf_addc(b, '}');
		break;
	case JSON_K_U64_ARRAY:
		buf_adds(b, "[1]");
		break;
	case JSON_K_ENUM:
		buf_printf(b, "\"%s\"", row->names[0]);
		break;
	case JSON_K_CUSTOM:
		buf_adds(b, custom_value(row));
		break;
	case JSON_K_RAW:
	case JSON_K_UNSUPPORTED:
		buf_adds(b, "{}");
		break;
	}
}

/* The value of the row at at->rows[depth]: the bad one when it is the last, else what leads there. */
static void put_on_the_way(struct buf *b, const struct place *at, size_t depth, const char *value,
			   int how)
{
	const struct json_row *row = at->rows[depth];
	bool array = row->kind == JSON_K_ARRAY, keyed = row->kind == JSON_K_KEYED;

	if (depth == at->n - 1) {
		if (value)
			buf_adds(b, value);
		else
			put_good(b, row);
		return;
	}
	buf_adds(b, array ? "[" : keyed ? "{\"k\":" : "");
	put_object(b, row->table, at, depth + 1, value, how);
	buf_adds(b, array ? "]" : keyed ? "}" : "");
}

static void put_object(struct buf *b, const struct json_row *table, const struct place *at,
		       size_t depth, const char *value, int how)
{
	bool first = true;

	buf_addc(b, '{');
	for (const struct json_row *row = table; row->name; row++) {
		bool here = depth < at->n && at->rows[depth] == row;
		bool last = here && depth == at->n - 1;

		if ((!here && !(row->flags & JSON_REQUIRED)) || (last && how == ABSENT))
			continue;
		for (int times = last && how == TWICE ? 2 : 1; times > 0; times--) {
			buf_printf(b, "%s\"%s\":", first ? "" : ",", row->name);
			first = false;
			if (here)
				put_on_the_way(b, at, depth, value, how);
			else if (str_eq(row->name, "ociVersion"))
				buf_adds(b, "\"1.0.2\"");
			else
				put_good(b, row);
		}
		if (last && how == UNKNOWN_KEY)
			buf_printf(b, ",\"%s_\":[{}]", row->name);
	}
	buf_addc(b, '}');
}

/* ---- what to try ---- */

static size_t n_bad, n_controls;

static void path_of(const struct place *at, struct buf *path)
{
	buf_adds(path, "config");
	for (size_t i = 0; i < at->n; i++) {
		enum json_kind kind = at->rows[i]->kind;
		bool inside = i + 1 < at->n;

		buf_printf(path, ".%s%s", at->rows[i]->name,
			   !inside              ? "" :
			   kind == JSON_K_ARRAY ? "[0]" :
			   kind == JSON_K_KEYED ? ".k" :
						  "");
	}
}

static int parse(const struct place *at, const char *value, int how, struct buf *text)
{
	CLEANUP(spec) struct spec *s = NULL;

	put_object(text, spec_rows, at, 0, value, how);
	error_clear();
	return spec_parse(text->data, text->len, NULL, NULL, &s);
}

static void accept(const struct place *at, const char *value, int how)
{
	CLEANUP_BUF struct buf text = { 0 };

	n_controls++;
	if (parse(at, value, how, &text) == 0)
		return;
	printf("# refused: %s\n# %s\n", error_text(), text.data);
	unit_failed = true;
}

static void refused(const struct place *at, const char *value, int how)
{
	CLEANUP_BUF struct buf text = { 0 }, path = { 0 };
	int r = parse(at, value, how, &text);

	n_bad++;
	path_of(at, &path);
	if (r == -EINVAL && (how == TWICE || str_starts(error_text(), path.data)))
		return;
	printf("# %s: %s\n# %s\n", r < 0 ? "wrong text" : "accepted", error_text(), text.data);
	unit_failed = true;
}

static void wrong_types(const struct place *at, const struct json_row *row)
{
	static const char *const samples[] = { "true",         "\"\\u0001\"", "[true]",
					       "{\"a\":true}", "1.5",         "-1e400" };
	static const unsigned fits[] = {
		[JSON_K_STRING] = 1 << 1,
		[JSON_K_BOOL] = 1 << 0,
		[JSON_K_OPT_BOOL] = 1 << 0,
		[JSON_K_CUSTOM] = 0,
	};
	unsigned good = row->kind < ARRAY_SIZE(fits) ? fits[row->kind] : 0;

	if (row->kind == JSON_K_RAW)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		bool keyed = row->kind == JSON_K_KEYED;
		bool object = row->kind == JSON_K_OBJECT || row->kind == JSON_K_OBJECT_PTR ||
			      (row->table && !keyed) ||
			      (row->kind == JSON_K_CUSTOM && *custom_value(row) == '{');

		/* An object without its members may be good. */
		if ((good >> i & 1) || (object && i == 3))
			continue;
		refused(at, samples[i], GOOD);
	}
}

static void out_of_range(const struct place *at, const struct json_row *row)
{
	char text[64];

	if (row->kind == JSON_K_U64 || row->kind == JSON_K_OPT_U64) {
		refused(at, "-1", GOOD);
		refused(at, "18446744073709551616", GOOD);
		snprintf(text, sizeof(text), "%llu",
			 (unsigned long long)(row->umax ? row->umax : UINT64_MAX));
		accept(at, text, GOOD);
		if (row->umax && row->umax < UINT64_MAX) {
			snprintf(text, sizeof(text), "%llu", (unsigned long long)row->umax + 1);
			refused(at, text, GOOD);
		}
	}
	if (row->kind == JSON_K_CUSTOM && row->decode == spec_decode_u32) {
		refused(at, "-1", GOOD);
		refused(at, "4294967296", GOOD);
		accept(at, "4294967295", GOOD);
	}
	if (row->kind == JSON_K_I64 || row->kind == JSON_K_OPT_I64) {
		refused(at, "9223372036854775808", GOOD);
		refused(at, "-9223372036854775809", GOOD);
		if (row->min == 0 && row->max == 0)
			return;
		snprintf(text, sizeof(text), "%lld", (long long)row->max);
		accept(at, text, GOOD);
		if (row->max < INT64_MAX) {
			snprintf(text, sizeof(text), "%lld", (long long)row->max + 1);
			refused(at, text, GOOD);
		}
		snprintf(text, sizeof(text), "%lld", (long long)row->min - 1);
		refused(at, text, GOOD);
	}
}

static void try_flags(const struct place *at, const struct json_row *row)
{
	if (row->flags & JSON_REQUIRED) {
		refused(at, NULL, ABSENT);
		refused(at, "null", GOOD);
	} else {
		accept(at, "null", GOOD);
	}
	if (row->flags & JSON_NONEMPTY)
		refused(at, row->kind == JSON_K_STRING ? "\"\"" : "[]", GOOD);
	if (row->flags & JSON_ABSOLUTE)
		refused(at, row->kind == JSON_K_STRING ? "\"x/y\"" : "[\"/y\",\"x/y\"]", GOOD);
	if (row->flags & JSON_DUP_VALUE)
		refused(at, "[\"/x\",\"/y\",\"/x\"]", GOOD);
	if (row->kind == JSON_K_ENUM)
		refused(at, "\"no such word\"", GOOD);
}

static void try_row(const struct place *at)
{
	const struct json_row *row = at->rows[at->n - 1];

	if (row->kind == JSON_K_UNSUPPORTED) {
		refused(at, NULL, GOOD);
		accept(at, "null", GOOD);
		return;
	}
	accept(at, NULL, GOOD);
	accept(at, NULL, UNKNOWN_KEY);
	refused(at, NULL, TWICE);
	wrong_types(at, row);
	out_of_range(at, row);
	try_flags(at, row);
}

static void walk(struct place *at, const struct json_row *table)
{
	for (const struct json_row *row = table; row->name; row++) {
		at->rows[at->n++] = row;
		try_row(at);
		if (row->table && at->n < ARRAY_SIZE(at->rows))
			walk(at, row->table);
		at->n--;
	}
}

static void every_row(void)
{
	struct place at = { 0 };

	walk(&at, spec_rows);
	printf("# %zu bad documents refused, %zu controls accepted\n", n_bad, n_controls);
	check(n_bad > 1000 && n_controls > 300);
}

/* ---- whole documents ---- */

static void not_json(void)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"null",
		"\"config\"",
		"{}",
		"{\"ociVersion\":\"1.0.2\"",
		"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"}} x",
		"{\"ociVersion\":\"1.0.2\",\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"}}",
		"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\\u0000s\"}}",
		"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"\xff\"}}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP(spec) struct spec *s = NULL;

		check_int(spec_parse(texts[i], strlen(texts[i]), NULL, NULL, &s), -EINVAL);
		check(*error_text());
	}
}

static void smallest_document(void)
{
	static const char text[] = "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"}}";
	CLEANUP(spec) struct spec *s = NULL;

	require(spec_parse(text, sizeof(text) - 1, NULL, NULL, &s) == 0);
	check_str(s->oci_version, "1.0.2");
	check_str(s->root_path, "r");
	check(!s->process && !s->n_mounts && !s->linux_.seccomp);
}

static void count(void *arg, const char *text)
{
	printf("# %s\n", text);
	++*(size_t *)arg;
}

static void all_problems_at_once(void)
{
	static const char text[] = "{\"root\":{\"path\":\"\"},\"mounts\":[{},{\"destination\":1}],"
				   "\"process\":{\"cwd\":\"x\",\"args\":[]},\"hostname\":\"kept\"}";
	CLEANUP(spec) struct spec *s = NULL;
	size_t n = 0;

	check_int(spec_parse(text, sizeof(text) - 1, count, &n, &s), -EINVAL);
	check_int((long long)n, 6);
	require(s);
	check_str(s->hostname, "kept");
}

static const struct unit_case cases[] = {
	{ "a bad value in every row is refused with its path", every_row },
	{ "what is no config is refused", not_json },
	{ "the smallest config is accepted", smallest_document },
	{ "all problems are told at once", all_problems_at_once },
};
UNIT_MAIN(cases)
