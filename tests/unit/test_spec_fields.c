/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_spec_fields.c - docs/spec-fields.md has a row for each row of the decode tables, and says
 * "ignored" of exactly those fields that no table has. That its tests exist: tests/fields.sh */
#include "base/fd.h"
#include "runtime/spec.h"
#include "unit.h"

#include <fcntl.h>

struct table_text {
	struct arena *arena;
	char **fields, **verdicts;
	size_t n;
};

/* The rows below "## config.json": | `field` | verdict ... | tests | */
static bool read_rows(struct table_text *t)
{
	const char *src = getenv("DOBOZ_SRC");
	char *text, *path = arena_printf(t->arena, "%s/docs/spec-fields.md", src ? src : ".");
	bool inside = false;
	size_t len;

	if (file_read_at(t->arena, AT_FDCWD, path, JSON_SIZE_MAX, &text, &len) < 0)
		return false;
	for (char **line = str_split(t->arena, text, '\n'); *line; line++) {
		char **cells;

		if (str_starts(*line, "## "))
			inside = str_eq(*line, "## config.json");
		if (!inside || !str_starts(*line, "| `"))
			continue;
		cells = str_split(t->arena, *line, '|');
		if (strv_len(cells) < 4)
			return false;
		t->fields = strv_append(t->arena, t->fields, cells[1]);
		t->verdicts = strv_append(t->arena, t->verdicts, cells[2]);
		t->n++;
	}
	return t->n > 0;
}

static const char *verdict_of(const struct table_text *t, const char *field)
{
	const char *cell = arena_printf(t->arena, " `%s` ", field);

	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->fields[i], cell))
			return t->verdicts[i];
	return NULL;
}

static void problem(const char *field, const char *what)
{
	printf("# %s: %s\n", field, what);
	unit_failed = true;
}

static size_t walk(const struct table_text *t, const char *above, const struct json_row *table)
{
	size_t n = 0;

	for (const struct json_row *row = table; row->name; row++) {
		const char *field = arena_printf(t->arena, "%s%s%s", above, *above ? "." : "",
						 row->name);
		const char *verdict = verdict_of(t, field);
		bool executed = row->kind != JSON_K_UNSUPPORTED;
		/* Decoded, checked, and then of no effect: the row has the reason. */
		bool ignored = verdict && executed && str_starts(verdict, " ignored: ");

		if (!verdict)
			problem(field, "has no row in docs/spec-fields.md");
		else if (!ignored && !str_starts(verdict, executed ? " executed" : " refused"))
			problem(field, executed ? "is decoded, and not called executed" :
						  "is refused, and not called so");
		n += !ignored; /* the caller counts those */
		if (row->table)
			n += walk(t, field, row->table);
	}
	return n;
}

static void table_and_code_agree(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct table_text t = { .arena = a };
	size_t decoded, ignored = 0;

	require(read_rows(&t));
	decoded = walk(&t, "", spec_rows);
	for (size_t i = 0; i < t.n; i++) {
		ignored += str_starts(t.verdicts[i], " ignored: ");
		for (size_t k = 0; k < i; k++)
			if (str_eq(t.fields[i], t.fields[k]))
				problem(t.fields[i], "has two rows");
	}
	/* Every decoded field has its one row, so what is left over are rows of fields that nobody reads. */
	check_int((long long)t.n, (long long)(decoded + ignored));
	check(decoded > 200);
}

static const struct unit_case cases[] = {
	{ "the table of the fields and the code agree", table_and_code_agree },
};
UNIT_MAIN(cases)
