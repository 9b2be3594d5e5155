/* SPDX-License-Identifier: Apache-2.0 */
/* base/duration.c - lengths of time as Go programs type them */
#include "base/duration.h"

#include <stdbool.h>
#include <string.h>

/* "m" is also the beginning of "ms": the longer ones come first. */
static const struct {
	const char *name;
	int64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 }, /* the micro sign */
	{ "\xce\xbcs", 1000 }, /* the Greek letter mu */
	{ "ms", INT64_C(1000) * 1000 },
	{ "s", INT64_C(1000) * 1000 * 1000 },
	{ "m", INT64_C(60) * 1000 * 1000 * 1000 },
	{ "h", INT64_C(3600) * 1000 * 1000 * 1000 },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t take_unit(const char **s)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*s, units[i].name, len) == 0) {
			*s += len;
			return units[i].ns;
		}
	}
	return -EINVAL;
}

/* One "1.5h": adds it to *ns. */
static int take_part(const char **s, int64_t *ns)
{
	int64_t whole = 0, fraction = 0, scale = 1, unit;
	bool digits = false, overflow = false;

	for (; is_digit(**s); (*s)++, digits = true)
		overflow |= __builtin_mul_overflow(whole, 10, &whole) ||
			    __builtin_add_overflow(whole, **s - '0', &whole);
	if (**s == '.')
		for ((*s)++; is_digit(**s); (*s)++, digits = true)
			/* Six digits are kept. */
			if (scale < 1000000) {
				fraction = fraction * 10 + (**s - '0');
				scale *= 10;
			}
	unit = digits ? take_unit(s) : -EINVAL;
	if (unit < 0)
		return -EINVAL;
	/* 10^6 hours in nanoseconds still fit. */
	overflow |= __builtin_mul_overflow(whole, unit, &whole) ||
		    __builtin_add_overflow(whole, fraction * unit / scale, &whole) ||
		    __builtin_add_overflow(*ns, whole, ns);
	return overflow ? -ERANGE : 0;
}

int duration_parse(const char *s, int64_t *ret_ns)
{
	bool negative = *s == '-';
	int64_t ns = 0;
	int r;

	s += *s == '-' || *s == '+';
	if (strcmp(s, "0") == 0) {
		*ret_ns = 0;
		return 0;
	}
	if (!*s)
		return -EINVAL;
	while (*s) {
		r = take_part(&s, &ns);
		if (r < 0)
			return r;
	}
	*ret_ns = negative ? -ns : ns;
	return 0;
}
