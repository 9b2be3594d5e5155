/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_duration.c - lengths of time as Go programs type them */
#include "base/duration.h"
#include "tests/unit/unit.h"

#define S INT64_C(1000000000)

static void reads(void)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{ "0", 0 },
		{ "5s", 5 * S },
		{ "+5s", 5 * S },
		{ "-1.5h", -5400 * S },
		{ "500ms", S / 2 },
		{ "1m30s", 90 * S },
		{ "2h3m4.5s", 7384 * S + S / 2 },
		{ "1us", 1000 },
		{ "1\xc2\xb5s", 1000 },
		{ "1\xce\xbcs", 1000 },
		{ "7ns", 7 },
		{ ".5s", S / 2 },
		{ "1.s", S },
		{ "0.000001h", 3600000 },
		{ "9223372036854775807ns", INT64_MAX },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		int64_t ns = -1;

		check_int(duration_parse(good[i].text, &ns), 0);
		check_int(ns, good[i].ns);
	}
}

static void refuses(void)
{
	static const struct {
		const char *text;
		int r;
	} bad[] = {
		{ "", -EINVAL },
		{ "-", -EINVAL },
		{ "5", -EINVAL },
		{ "s", -EINVAL },
		{ ".s", -EINVAL },
		{ "5 s", -EINVAL },
		{ "5d", -EINVAL },
		{ "5s ", -EINVAL },
		{ "--5s", -EINVAL },
		{ "1m5", -EINVAL },
		{ "5S", -EINVAL },
		{ "0x5s", -EINVAL },
		{ "9223372036854775808ns", -ERANGE },
		{ "2562048h", -ERANGE },
		{ "99999999999999999999s", -ERANGE },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t ns = -1;

		check_int(duration_parse(bad[i].text, &ns), bad[i].r);
		check_int(ns, -1);
	}
}

static const struct unit_case cases[] = {
	{ "reads what Go reads", reads },
	{ "refuses what is no length of time", refuses },
};
UNIT_MAIN(cases)
