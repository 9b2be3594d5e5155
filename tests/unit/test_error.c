/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_error.c - the record of the failure, and the warnings */
#include "base/error.h"
#include "tests/unit/unit.h"

static void record(void)
{
	check_int(fail(-ENOENT, "open '%s'", "/x"), -ENOENT);
	check_str(error_text(), "open '/x': no such file or directory");
	check_int(error_code(), -ENOENT);
	check_int(refuse(-EINVAL, "bad id '%s'", "a/b"), -EINVAL);
	check_str(error_text(), "bad id 'a/b'");
	check_int(fail(5, "a bug"), -EINVAL);
	error_clear();
	check_str(error_text(), "");
	check_int(error_code(), 0);
}

static void context(void)
{
	refuse(-EPERM, "no");
	check_int(fail_context(-EPERM, "step %d", 3), -EPERM);
	check_str(error_text(), "step 3: no");
	refuse(-EPERM, "again %s", error_text());
	check_str(error_text(), "again step 3: no");
}

static void long_text_is_cut(void)
{
	char text[ERROR_TEXT_MAX + 100];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fail(-EIO, "%s", text);
	check_int(strlen(error_text()), ERROR_TEXT_MAX - 1);
}

static void errno_survives(void)
{
	errno = ENOSPC;
	fail(-EIO, "x");
	warn("y, ignoring");
	check_int(errno, ENOSPC);
	warnings_clear();
}

static void warnings_in_order(void)
{
	const char *w;

	check(warnings_next(NULL) == NULL);
	warn("first, ignoring");
	warn("second %d, ignoring", 2);
	w = warnings_next(NULL);
	check_str(w, "first, ignoring");
	w = warnings_next(w);
	check_str(w, "second 2, ignoring");
	check(warnings_next(w) == NULL);
	warnings_clear();
	check(warnings_next(NULL) == NULL);
}

static void lost_warnings_are_counted(void)
{
	const char *w, *last = NULL;
	int n = 0;

	for (int i = 0; i < 100; i++)
		warn("%0200d, ignoring", i);
	for (w = warnings_next(NULL); w; w = warnings_next(w)) {
		last = w;
		n++;
	}
	check(n > 30 && n < 100);
	check(last && strstr(last, "more warnings were not kept"));
	warnings_clear();
}

static const struct unit_case tests[] = {
	{ "a failure is recorded with its reason", record },
	{ "context is put in front", context },
	{ "a long text is cut", long_text_is_cut },
	{ "errno survives recording", errno_survives },
	{ "warnings come back in order", warnings_in_order },
	{ "warnings that do not fit are counted", lost_warnings_are_counted },
};
UNIT_MAIN(tests)
