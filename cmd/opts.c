/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/opts.c - parse argv by an option table, and describe the table
 * One word of argv is one of: "--", a long option (one or two dashes), a group of letters, an
 * argument. A single dash with a word that is the name of a row is a long option (Go style). */
#include "cmd/opts.h"

#include "base/duration.h"
#include "base/error.h"
#include "base/str.h"

#include <string.h>

struct parser {
	struct arena *arena;
	const struct opt *table;
	char **argv; /* the next word */
	void *values;
};

static const struct opt *find_long(const struct opt *table, const char *name, size_t len)
{
	for (const struct opt *o = table; o->name; o++)
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
	for (const struct opt *o = table; o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static bool takes_value(const struct opt *o)
{
	return o->kind != OPT_FLAG && o->kind != OPT_IGNORED_FLAG;
}

static int store_flag(const struct opt *o, const char *text, void *values)
{
	/* what Go's strconv.ParseBool takes, for which callers were written */
	static char *const yes[] = { "true", "1", "t", "T", "True", "TRUE", NULL };
	static char *const no[] = { "false", "0", "f", "F", "False", "FALSE", NULL };
	bool on = !text || strv_has(yes, text);

	if (!on && !strv_has(no, text))
		return refuse(-EINVAL, "option --%s: '%s' is neither true nor false", o->name,
			      text);
	if (o->kind == OPT_FLAG)
		*(bool *)((char *)values + o->offset) = on;
	return 0;
}

/* "90", "90s", "2m", "1h"; a fraction is not a time that any caller sends */
static int parse_seconds(struct arena *a, const char *text, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	size_t len = strlen(text);
	int64_t factor = 1, n;
	int r;

	for (size_t i = 0; len > 1 && i < ARRAY_SIZE(units); i++)
		if (text[len - 1] == units[i].unit) {
			factor = units[i].seconds;
			text = arena_strndup(a, text, len - 1);
			break;
		}
	r = str_to_i64(text, -1, INT32_MAX, &n);
	if (r < 0)
		return r;
	*ret = n * factor;
	return 0;
}

static int store_value(struct parser *p, const struct opt *o, const char *text)
{
	void *field = (char *)p->values + o->offset;
	int r = 0;

	switch (o->kind) {
	case OPT_STRING:
		*(const char **)field = text;
		break;
	case OPT_STRINGS:
		*(char ***)field = strv_append(p->arena, *(char ***)field, text);
		break;
	case OPT_U64:
		r = str_to_u64(text, UINT64_MAX, &((struct opt_u64 *)field)->value);
		((struct opt_u64 *)field)->set = true;
		break;
	case OPT_I64:
		r = str_to_i64(text, INT64_MIN, INT64_MAX, &((struct opt_i64 *)field)->value);
		((struct opt_i64 *)field)->set = true;
		break;
	case OPT_SECONDS:
		r = parse_seconds(p->arena, text, &((struct opt_i64 *)field)->value);
		((struct opt_i64 *)field)->set = true;
		break;
	case OPT_DURATION:
		r = duration_parse(text, &((struct opt_i64 *)field)->value);
		((struct opt_i64 *)field)->set = true;
		break;
	case OPT_FLAG:
	case OPT_IGNORED_FLAG:
	case OPT_IGNORED_STRING:
		break;
	}
	return r < 0 ? refuse(-EINVAL, "option --%s: '%s' is not a valid value", o->name, text) : 0;
}

/* The value of an option that needs one: behind '=', or the next word. */
static int take_value(struct parser *p, const struct opt *o, const char *attached)
{
	if (!attached) {
		if (!*p->argv)
			return refuse(-EINVAL, "option --%s requires an argument", o->name);
		attached = *p->argv++;
	}
	return store_value(p, o, attached);
}

/* --usage is what programs with argp, crun among them, have besides --help. */
static bool is_help(const char *word, size_t len)
{
	static const char *const words[] = { "help", "usage" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && strncmp(word, words[i], len) == 0)
			return true;
	return false;
}

static int parse_long(struct parser *p, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const struct opt *o = find_long(p->table, word, len);

	if (!o && is_help(word, len))
		return 1;
	if (!o)
		return refuse(-EINVAL, "unknown option --%.*s", (int)len, word);
	if (!takes_value(o))
		return store_flag(o, equals ? equals + 1 : NULL, p->values);
	return take_value(p, o, equals ? equals + 1 : NULL);
}

static int parse_letters(struct parser *p, const char *letters)
{
	int r;

	for (const char *c = letters; *c; c++) {
		const struct opt *o = find_letter(p->table, *c);

		if (!o && *c == 'h')
			return 1;
		if (!o)
			return refuse(-EINVAL, "unknown option -%c", *c);
		if (takes_value(o))
			return take_value(p, o, c[1] == '=' ? c + 2 : c[1] ? c + 1 : NULL);
		if (c[1] == '=')
			return store_flag(o, c + 2, p->values);
		r = store_flag(o, NULL, p->values);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_option(struct parser *p, const char *word)
{
	size_t name_len = strcspn(word + 1, "=");

	if (word[1] == '-')
		return parse_long(p, word + 2);
	if (name_len > 1 &&
	    (find_long(p->table, word + 1, name_len) || is_help(word + 1, name_len)))
		return parse_long(p, word + 1);
	return parse_letters(p, word + 1);
}

/* "-9" of `kill ID -9` is an argument: no table has a digit as a letter. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9');
}

int opts_parse(struct arena *a, const struct opt *table, char **argv, int stop_after, void *values,
	       char ***ret_args)
{
	struct parser p = { .arena = a, .table = table, .argv = argv, .values = values };
	size_t n = 0, total = strv_len(argv);
	char **args = arena_array(a, total + 1, sizeof(*args));
	bool open = stop_after != 0;
	int r;

	while (*p.argv) {
		char *word = *p.argv++;

		if (open && str_eq(word, "--")) {
			open = false;
		} else if (open && is_option(word)) {
			r = parse_option(&p, word);
			if (r != 0)
				return r;
		} else {
			args[n++] = word;
			if (stop_after >= 0 && n >= (size_t)stop_after)
				open = false;
		}
	}
	*ret_args = args;
	return 0;
}

void opts_drop_empty(const struct opt *table, void *values)
{
	for (const struct opt *o = table; o->name; o++) {
		const char **text = (const char **)((char *)values + o->offset);

		if (o->kind == OPT_STRING && *text && !**text)
			*text = NULL;
	}
}

void opts_describe(const struct opt *table, struct buf *out)
{
	for (const struct opt *o = table; o->name; o++) {
		CLEANUP_BUF struct buf left = { 0 };

		if (o->letter)
			buf_printf(&left, "-%c, ", o->letter);
		buf_printf(&left, "--%s", o->name);
		if (o->value)
			buf_printf(&left, " %s", o->value);
		buf_printf(out, "  %-34s %s\n", left.data, o->help);
	}
}
