/* SPDX-License-Identifier: Apache-2.0 */
/* base/str.c - growing text, strict numbers, lists of strings */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- growing text ---- */

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

/* Makes room for len characters and the NUL behind them. */
static void buf_room(struct buf *b, size_t len)
{
	size_t need, cap = b->cap ? b->cap : 256;
	char *grown;

	if (__builtin_add_overflow(b->len, len, &need) || need > SIZE_MAX / 2 - 1)
		arena_exhausted();
	if (b->data && need + 1 <= b->cap)
		return;
	while (cap < need + 1)
		cap *= 2;
	grown = realloc(b->data, cap);
	if (!grown)
		arena_exhausted();
	b->data = grown;
	b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	buf_room(b, len);
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		arena_exhausted();
	buf_room(b, (size_t)len);
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
}

/* ---- comparing ---- */

bool str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

const char *str_after(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? s + len : NULL;
}

bool str_starts(const char *s, const char *prefix)
{
	return str_after(s, prefix) != NULL;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), tail = strlen(suffix);

	return len >= tail && strcmp(s + len - tail, suffix) == 0;
}

/* Length of the well-formed sequence at the head of s, 0 when it is malformed.
 * Source: Unicode, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	unsigned char low = 0x80, high = 0xbf;

	if (s[0] > 0xf4 || n == 0 || n > len)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < n; i++) {
		if (s[i] < low || s[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return n;
}

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

struct utc_text str_utc(uint64_t seconds)
{
	static const unsigned char days_of[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned second = (unsigned)(seconds % 86400), year = 1970, month = 0;
	uint64_t day = seconds / 86400;
	struct utc_text utc;

	for (; day >= 365U + is_leap(year); year++)
		day -= 365U + is_leap(year);
	while (day >= days_of[month] + (month == 1 && is_leap(year) ? 1U : 0U)) {
		day -= days_of[month] + (month == 1 && is_leap(year) ? 1U : 0U);
		month++;
	}
	(void)snprintf(utc.text, sizeof(utc.text), "%04u-%02u-%02uT%02u:%02u:%02u", year, month + 1,
		       (unsigned)day + 1, second / 3600, second / 60 % 60, second % 60);
	return utc;
}

size_t str_utf8_prefix(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t n = utf8_sequence((const unsigned char *)s + at, len - at);

		if (n == 0)
			break;
		at += n;
	}
	return at;
}

/* C1 controls, U+0080 to U+009F, are two bytes; a terminal takes U+009B for the beginning of a command. */
static bool is_c1(const unsigned char *s)
{
	return s[0] == 0xc2 && s[1] < 0xa0;
}

char *str_printable(struct arena *a, const char *s)
{
	size_t len = strlen(s), n;
	char *copy = arena_strdup(a, s);

	for (size_t at = 0; at < len; at += n) {
		const unsigned char *c = (const unsigned char *)s + at;

		n = utf8_sequence(c, len - at);
		if (n == 0 || (n == 1 && (*c < 0x20 || *c == 0x7f)) || (n == 2 && is_c1(c))) {
			n = n ? n : 1;
			memset(copy + at, '?', n);
		}
	}
	return copy;
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits at s into *ret. Return: where they end, or NULL when there are none or too many. */
static const char *read_digits(const char *s, uint64_t *ret, bool *ret_overflow)
{
	uint64_t value = 0;
	bool overflow = false;

	if (!is_digit(*s))
		return NULL;
	for (; is_digit(*s); s++)
		overflow |= __builtin_mul_overflow(value, (uint64_t)10, &value) ||
			    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value);
	*ret = value;
	*ret_overflow = overflow;
	return s;
}

int str_to_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t value;
	bool overflow;
	const char *end = read_digits(s, &value, &overflow);

	if (!end || *end != '\0')
		return -EINVAL;
	if (overflow || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int str_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = *s == '-';
	uint64_t magnitude;
	int64_t value;
	int r;

	r = str_to_u64(s + negative, (uint64_t)INT64_MAX + negative, &magnitude);
	if (r < 0)
		return r;
	value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

/* The power of two that a unit stands for: "", "b", "k", "kb", "kib", ... in either case.
 * Return: 0 to 40, or -EINVAL */
static int unit_shift(const char *unit)
{
	static const char letters[] = "bkmgt";
	const char *letter;

	if (*unit == '\0')
		return 0;
	letter = strchr(letters, *unit | 0x20);
	if (!letter || !*letter)
		return -EINVAL;
	unit++;
	if (letter != letters && (*unit | 0x20) == 'i' && (unit[1] | 0x20) == 'b')
		unit += 2;
	else if (letter != letters && (*unit | 0x20) == 'b')
		unit++;
	return *unit ? -EINVAL : (int)(letter - letters) * 10;
}

int str_to_bytes(const char *s, uint64_t *ret)
{
	uint64_t whole, fraction = 0, scale = 1;
	bool overflow;
	int shift;

	s = read_digits(s, &whole, &overflow);
	if (!s)
		return -EINVAL;
	if (*s == '.') {
		if (!is_digit(*++s))
			return -EINVAL;
		/* Six digits are kept: 10^6 << 40 still fits. */
		for (; is_digit(*s); s++) {
			if (scale == 1000000)
				continue;
			fraction = fraction * 10 + (uint64_t)(*s - '0');
			scale *= 10;
		}
	}
	shift = unit_shift(s);
	if (shift < 0)
		return shift;
	fraction = (fraction << shift) / scale;
	if (overflow || whole > UINT64_MAX >> shift ||
	    __builtin_add_overflow(whole << shift, fraction, &whole))
		return -ERANGE;
	*ret = whole;
	return 0;
}

/* ---- lists ---- */

size_t strv_len(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

bool strv_has(char *const *v, const char *s)
{
	for (; v && *v; v++)
		if (strcmp(*v, s) == 0)
			return true;
	return false;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *strv_duplicate(struct arena *a, char *const *v, size_t n)
{
	enum { FEW = 16 };
	char **sorted;

	if (n <= FEW) {
		for (size_t i = 1; i < n; i++)
			for (size_t j = 0; j < i; j++)
				if (strcmp(v[i], v[j]) == 0)
					return v[i];
		return NULL;
	}
	sorted = arena_array(a, n, sizeof(*sorted));
	memcpy(sorted, v, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_strings);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i], sorted[i - 1]) == 0)
			return sorted[i];
	return NULL;
}

char **strv_concat(struct arena *a, char *const *v, char *const *w)
{
	size_t n = strv_len(v), m = strv_len(w);
	char **list = arena_array(a, n + m + 1, sizeof(*list));

	if (n)
		memcpy(list, v, n * sizeof(*list));
	if (m)
		memcpy(list + n, w, m * sizeof(*list));
	return list;
}

char **strv_append(struct arena *a, char *const *v, const char *s)
{
	char *const one[] = { (char *)s, NULL };

	return strv_concat(a, v, one);
}

char **str_split(struct arena *a, const char *s, char c)
{
	size_t pieces = 1, i = 0;
	char **list;

	for (const char *p = strchr(s, c); p; p = strchr(p + 1, c))
		pieces++;
	list = arena_array(a, pieces + 1, sizeof(*list));
	for (; i < pieces - 1; i++) {
		const char *end = strchr(s, c);

		list[i] = arena_strndup(a, s, (size_t)(end - s));
		s = end + 1;
	}
	list[i] = arena_strdup(a, s);
	return list;
}

char *str_join(struct arena *a, char *const *v, const char *sep)
{
	CLEANUP_BUF struct buf b = { 0 };

	for (size_t i = 0; v && v[i]; i++) {
		if (i)
			buf_adds(&b, sep);
		buf_adds(&b, v[i]);
	}
	return arena_strndup(a, b.data ? b.data : "", b.len);
}
