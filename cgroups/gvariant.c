/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/gvariant.c - a value in GVariant text format
 *
 * A literal has a type of its own ('x' is a string, 1 an int32, 1.5 a double, b'x' a byte string); a type in
 * front of it, as keyword (uint64 5) or as signature (@t 5, @as []), is for numbers, for strings of a
 * narrower kind, and for arrays. */
#include "cgroups/gvariant.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct parser {
	struct arena *a;
	const char *at;
	const char *why;
};

/* A literal as it stands there: 's' text, 'b' true or false, 'i' a whole number, 'd' one with a fraction,
 * 'y' a byte string. */
struct literal {
	char kind;
	char *text;
	size_t len; /* of a byte string */
};

static const struct {
	const char *keyword;
	char letter;
	int64_t min;
	uint64_t max; /* 0: no integer */
} types[] = {
	{ "boolean", 'b', 0, 0 },
	{ "byte", 'y', 0, UINT8_MAX },
	{ "int16", 'n', INT16_MIN, INT16_MAX },
	{ "uint16", 'q', 0, UINT16_MAX },
	{ "int32", 'i', INT32_MIN, INT32_MAX },
	{ "uint32", 'u', 0, UINT32_MAX },
	{ "int64", 'x', INT64_MIN, INT64_MAX },
	{ "uint64", 't', 0, UINT64_MAX },
	{ "double", 'd', 0, 0 },
	{ "string", 's', 0, 0 },
	{ "objectpath", 'o', 0, 0 },
	{ "signature", 'g', 0, 0 },
};

static int wrong(struct parser *p, const char *why)
{
	p->why = why;
	return -EINVAL;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t\n\r");
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The row of a type letter, or -1 */
static int row_of(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].letter == letter)
			return (int)i;
	return -1;
}

/* ---- strings ---- */

static void add_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_addc(out, (char)(0xe0 | c >> 12));
		} else {
			buf_addc(out, (char)(0xf0 | c >> 18));
			buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_addc(out, (char)(0x80 | (c & 0x3f)));
}

/* What stands behind \u and \U. */
static int unicode(struct parser *p, int digits, struct buf *out)
{
	uint32_t c = 0;

	for (int i = 0; i < digits; i++) {
		const char *found = *p->at ? strchr("0123456789abcdef", *p->at | 0x20) : NULL;

		if (!found || (!is_digit(*p->at) && !is_letter(*p->at)))
			return wrong(p, "bad unicode escape");
		c = c << 4 | (uint32_t)(found - "0123456789abcdef");
		p->at++;
	}
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return wrong(p, "bad unicode escape");
	add_utf8(out, c);
	return 0;
}

/* Up to three octal digits, in byte strings only. */
static int octal(struct parser *p, struct buf *out)
{
	unsigned c = 0;

	for (int i = 0; i < 3 && *p->at >= '0' && *p->at <= '7'; i++)
		c = c * 8 + (unsigned)(*p->at++ - '0');
	if (c > UINT8_MAX)
		return wrong(p, "bad octal escape");
	buf_addc(out, (char)c);
	return 0;
}

static int escape(struct parser *p, bool bytes, struct buf *out)
{
	static const char names[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	char c = *p->at;
	const char *found = c ? strchr(names, c) : NULL;

	if (!c)
		return wrong(p, "unterminated string");
	if (bytes && c >= '0' && c <= '7')
		return octal(p, out);
	p->at++;
	if (!bytes && (c == 'u' || c == 'U'))
		return unicode(p, c == 'u' ? 4 : 8, out);
	if (c != '\n') /* a line that goes on */
		buf_addc(out, found ? codes[found - names] : c);
	return 0;
}

static int parse_string(struct parser *p, bool bytes, struct literal *ret)
{
	CLEANUP_BUF struct buf out = { 0 };
	char quote = *p->at++;
	int r = 0;

	buf_adds(&out, "");
	while (r == 0 && *p->at && *p->at != quote) {
		if (*p->at != '\\') {
			buf_addc(&out, *p->at++);
			continue;
		}
		p->at++;
		r = escape(p, bytes, &out);
	}
	if (r < 0)
		return r;
	if (*p->at != quote)
		return wrong(p, "unterminated string");
	p->at++;
	if (!bytes && str_utf8_prefix(out.data, out.len) != out.len)
		return wrong(p, "a string that is not UTF-8");
	ret->kind = bytes ? 'y' : 's';
	ret->len = out.len;
	ret->text = arena_alloc(p->a, out.len + 1);
	memcpy(ret->text, out.data, out.len);
	return 0;
}

/* ---- numbers and words ---- */

/* A word of letters, digits, and what numbers have besides. */
static char *parse_word(struct parser *p)
{
	const char *begin = p->at;

	while (is_letter(*p->at) || is_digit(*p->at) || (*p->at && strchr("+-._", *p->at)))
		p->at++;
	return arena_strndup(p->a, begin, (size_t)(p->at - begin));
}

/* Digits with at most one point, then an exponent; "inf" and "nan". */
static bool is_double(const char *s)
{
	size_t digits = 0, points = 0;

	s += *s == '+' || *s == '-';
	if (str_eq(s, "inf") || str_eq(s, "nan"))
		return true;
	for (; is_digit(*s) || *s == '.'; s++)
		*(*s == '.' ? &points : &digits) += 1;
	if (!digits || points > 1)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '+' || *s == '-';
		if (!is_digit(*s))
			return false;
		s += strspn(s, "0123456789");
	}
	return !*s;
}

static int parse_literal(struct parser *p, struct literal *ret)
{
	char *word;

	if (*p->at == '\'' || *p->at == '"')
		return parse_string(p, false, ret);
	if (*p->at == 'b' && (p->at[1] == '\'' || p->at[1] == '"')) {
		p->at++;
		return parse_string(p, true, ret);
	}
	word = parse_word(p);
	if (!*word)
		return wrong(p, *p->at ? "unexpected character" : "unexpected end");
	ret->text = word;
	if (str_eq(word, "true") || str_eq(word, "false"))
		ret->kind = 'b';
	else if (is_double(word) && strpbrk(word, ".eEin"))
		ret->kind = 'd';
	else if (is_digit(word[0]) || ((word[0] == '-' || word[0] == '+') && is_digit(word[1])))
		ret->kind = 'i';
	else
		return wrong(p, "unknown word");
	return 0;
}

/* In any base that C knows. */
static int whole_number(struct parser *p, const char *text, int row, char **ret)
{
	bool negative = *text == '-';
	const char *digits = text + (negative || *text == '+');
	uint64_t value, limit = types[row].max;
	char *end;

	errno = 0;
	value = strtoull(digits, &end, 0);
	if (*end || !is_digit(*digits))
		return wrong(p, "bad number");
	if (negative)
		limit = types[row].min < 0 ? (uint64_t) - (types[row].min + 1) + 1 : 0;
	if (errno || value > limit)
		return wrong(p, "number out of range for its type");
	*ret = arena_printf(p->a, "%s%" PRIu64, negative && value ? "-" : "", value);
	return 0;
}

/* The literal as a value of this type. */
static int convert(struct parser *p, const struct literal *l, char letter, char **ret)
{
	int row = row_of(letter);

	if (row < 0)
		return wrong(p, "unsupported type");
	if (types[row].max)
		return l->kind == 'i' ? whole_number(p, l->text, row, ret) :
					wrong(p, "expected a whole number");
	*ret = l->text;
	switch (letter) {
	case 'b':
		return l->kind == 'b' ? 0 : wrong(p, "expected true or false");
	case 'd':
		return l->kind == 'd' || (l->kind == 'i' && is_double(l->text)) ?
			       0 :
			       wrong(p, "expected a number");
	default:
		return l->kind == 's' ? 0 : wrong(p, "expected a string");
	}
}

/* ---- values ---- */

static char own_type(const struct literal *l)
{
	return l->kind == 'y' ? 0 : l->kind;
}

/* A byte string, with the NUL at its end that it has as "ay". */
static void spread_bytes(struct parser *p, const struct literal *l, struct gvariant *ret)
{
	memcpy(ret->type, "ay", 3);
	ret->n = l->len + 1;
	ret->values = arena_array(p->a, ret->n + 1, sizeof(*ret->values));
	for (size_t i = 0; i < ret->n; i++)
		ret->values[i] = arena_printf(p->a, "%u", (unsigned)(unsigned char)l->text[i]);
}

/* @letter: of the elements; 0: what the elements are, which a fraction among them makes doubles */
static int make_array(struct parser *p, const struct literal *list, size_t n, char letter,
		      struct gvariant *ret)
{
	int r = 0;

	if (!letter && n == 0)
		return wrong(p, "an empty array needs a type: @as []");
	for (size_t i = 0; !letter && i < n; i++)
		if (own_type(&list[i]) == 'd')
			letter = 'd';
	if (!letter)
		letter = own_type(&list[0]);
	ret->type[0] = 'a';
	ret->type[1] = letter;
	ret->n = n;
	ret->values = arena_array(p->a, n + 1, sizeof(*ret->values));
	for (size_t i = 0; r == 0 && i < n; i++)
		r = convert(p, &list[i], letter, &ret->values[i]);
	return r;
}

/* A keyword in front of the literal; 0: none */
static char parse_keyword(struct parser *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const char *rest = str_after(p->at, types[i].keyword);

		if (rest && *rest && strchr(" \t\n\r", *rest)) {
			p->at = rest;
			skip_blanks(p);
			return types[i].letter;
		}
	}
	return 0;
}

static int parse_array(struct parser *p, char letter, struct gvariant *ret)
{
	struct literal *list = arena_array(p->a, 8, sizeof(*list));
	size_t n = 0, room = 8;

	p->at++;
	for (skip_blanks(p); *p->at != ']'; skip_blanks(p)) {
		char keyword;
		int r;

		if (n > 0 && *p->at++ != ',')
			return wrong(p, "expected , or ]");
		skip_blanks(p);
		if (n > 0 && *p->at == ']')
			break;
		if (n == GVARIANT_ELEMENTS_MAX)
			return wrong(p, "too many elements");
		if (n == room) {
			struct literal *more = arena_array(p->a, room * 2, sizeof(*more));

			memcpy(more, list, room * sizeof(*list));
			list = more;
			room *= 2;
		}
		if (*p->at == '[')
			return wrong(p, "arrays of arrays are not supported");
		keyword = parse_keyword(p);
		if (keyword && letter && keyword != letter)
			return wrong(p, "elements of different types");
		letter = keyword ? keyword : letter;
		r = parse_literal(p, &list[n]);
		if (r < 0)
			return r;
		if (list[n++].kind == 'y')
			return wrong(p, "arrays of byte strings are not supported");
	}
	p->at++;
	return make_array(p, list, n, letter, ret);
}

static int parse_value(struct parser *p, struct gvariant *ret)
{
	struct literal l = { 0 };
	char letter = 0;
	bool array = false;
	int r;

	if (*p->at == '@') {
		array = *++p->at == 'a';
		p->at += array;
		letter = *p->at;
		if (row_of(letter) < 0 || !strchr(" \t\n\r", p->at[1]))
			return wrong(p, "unsupported type");
		p->at++;
		skip_blanks(p);
	} else {
		letter = parse_keyword(p);
	}
	if (*p->at == '[')
		return letter && !array ? wrong(p, "expected no array") :
					  parse_array(p, letter, ret);
	if (*p->at && strchr("({<", *p->at))
		return wrong(p, "tuples, dictionaries and variants are not supported");
	r = parse_literal(p, &l);
	if (r < 0)
		return r;
	if (l.kind == 'y' && (!letter || (array && letter == 'y'))) {
		spread_bytes(p, &l, ret);
		return 0;
	}
	if (array)
		return wrong(p, "expected an array");
	ret->type[0] = letter ? letter : own_type(&l);
	ret->n = 1;
	ret->values = arena_array(p->a, 2, sizeof(*ret->values));
	return convert(p, &l, ret->type[0], &ret->values[0]);
}

int gvariant_parse(struct arena *a, const char *text, struct gvariant *ret, const char **ret_why)
{
	struct parser p = { .a = a, .at = text };
	struct gvariant value = { 0 };
	int r = strlen(text) > GVARIANT_TEXT_MAX ? wrong(&p, "too long") : 0;

	if (r == 0) {
		skip_blanks(&p);
		r = parse_value(&p, &value);
	}
	if (r == 0) {
		skip_blanks(&p);
		if (*p.at)
			r = wrong(&p, "more behind the value");
	}
	if (r < 0)
		*ret_why = p.why;
	else
		*ret = value;
	return r;
}
