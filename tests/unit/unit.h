/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/unit.h - the harness of the unit tests: TAP on stdout, one program per file
 *
 *	static void adds(void)
 *	{
 *		check(1 + 1 == 2);
 *		check_int(add(1, 2), 3);
 *	}
 *
 *	static const struct unit_case cases[] = {
 *		{ "adds two numbers", adds },
 *	};
 *	UNIT_MAIN(cases)
 *
 * A case fails when one of its checks does; its other checks still run. `require` ends the case
 * instead, for what the rest depends on. `skip("reason")` ends it as skipped. */
#pragma once

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct unit_case {
	const char *name;
	void (*run)(void);
};

/* Of the case that runs now. */
static bool unit_failed;
static const char *unit_skipped;

static inline bool unit_report(bool ok, const char *file, int line, const char *what)
{
	if (!ok) {
		printf("# %s:%d: %s\n", file, line, what);
		unit_failed = true;
	}
	return ok;
}

static inline bool unit_report_int(long long got, long long want, const char *file, int line,
				   const char *what)
{
	if (got != want)
		printf("# got %lld, expected %lld\n", got, want);
	return unit_report(got == want, file, line, what);
}

static inline bool unit_report_str(const char *got, const char *want, const char *file, int line,
				   const char *what)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;

	if (!same)
		printf("# got '%s', expected '%s'\n", got ? got : "(null)", want ? want : "(null)");
	return unit_report(same, file, line, what);
}

#define check(cond) ((void)unit_report((cond), __FILE__, __LINE__, #cond))
#define check_int(got, want) \
	((void)unit_report_int((got), (want), __FILE__, __LINE__, #got " == " #want))
#define check_str(got, want) \
	((void)unit_report_str((got), (want), __FILE__, __LINE__, #got " equals " #want))
#define require(cond)                                                \
	do {                                                         \
		if (!unit_report((cond), __FILE__, __LINE__, #cond)) \
			return;                                      \
	} while (0)
#define skip(reason)                     \
	do {                             \
		unit_skipped = (reason); \
		return;                  \
	} while (0)

/* All folders of this program are in one, which goes when its cases have run; "" when there is none. */
static char unit_scratch[200];

/* A fresh folder of the test's own below $TMPDIR or /tmp; the path stays valid until the next. The harness
 * removes it, with what is in it; a case may do so before. */
static inline const char *unit_folder(void)
{
	static char path[256];
	static unsigned int folders;
	const char *parent = getenv("TMPDIR");

	if (!*unit_scratch) {
		snprintf(unit_scratch, sizeof(unit_scratch), "%s/unit.XXXXXX",
			 parent ? parent : "/tmp");
		if (!mkdtemp(unit_scratch)) {
			perror(unit_scratch);
			exit(1);
		}
	}
	snprintf(path, sizeof(path), "%s/%u", unit_scratch, folders++);
	if (mkdir(path, 0700) < 0) {
		perror(path);
		exit(1);
	}
	return path;
}

static inline int unit_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

/* A case that is left by a failed check leaves its folders too, so this is nothing that a case could do. Return: done */
static inline bool unit_remove_folders(void)
{
	return !*unit_scratch ||
	       nftw(unit_scratch, unit_remove, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0;
}

static inline int unit_run(const struct unit_case *cases, size_t n)
{
	size_t failures = 0;

	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		unit_failed = false;
		unit_skipped = NULL;
		cases[i].run();
		printf("%sok %zu - %s%s%s\n", unit_failed ? "not " : "", i + 1, cases[i].name,
		       unit_skipped ? " # SKIP " : "", unit_skipped ? unit_skipped : "");
		(void)fflush(stdout);
		failures += unit_failed;
	}
	if (!unit_remove_folders()) {
		perror(unit_scratch);
		failures++;
	}
	return failures ? 1 : 0;
}

#define UNIT_MAIN(cases)                                                      \
	int main(void)                                                        \
	{                                                                     \
		return unit_run((cases), sizeof(cases) / sizeof((cases)[0])); \
	}
