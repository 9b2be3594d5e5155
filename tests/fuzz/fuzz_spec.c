/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_spec.c - hostile config.json: decode, check, plan and print, on a fixed host
 * The filter is not compiled: libseccomp takes milliseconds, and seccomp/ has a target of its own. */
#include "base/error.h"

#include <stdint.h>

/* The code under test is included, so that production code needs no hooks. */
#include "runtime/check.c"
#include "runtime/spec_load.c"
#include "runtime/sysctl.c"

#include "runtime/plan_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static void plan_and_print(const struct spec *s, const struct facts *f)
{
	const struct plan_options options = {
		.id = "fuzz",
		.bundle = "/b",
		.has_console = s->process && s->process->terminal,
	};
	const struct plan_exec_options exec_options = { .has_console = options.has_console };
	CLEANUP(plan) struct plan *p = NULL, *e = NULL;
	CLEANUP_BUF struct buf text = { 0 };

	if (plan_build(s, f, &options, &p) == 0) {
		plan_print_text(p, &text);
		plan_print_json(p, &text);
	}
	if (s->process && plan_build_exec(s, s->process, f, &exec_options, &e) == 0)
		plan_print_text(e, &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct facts root = {
		.in_initial_userns = true,
		.capabilities = UINT64_MAX,
		.last_capability = 40,
		.setgroups_allowed = true,
	};
	static const struct facts user = {
		.in_initial_userns = true,
		.euid = 1000,
		.egid = 1000,
		.last_capability = 40,
	};
	CLEANUP(spec) struct spec *s = NULL, *partial = NULL;

	error_clear();
	warnings_clear();
	/* What check sees: everything that could be decoded. */
	(void)!spec_parse((const char *)data, size, ignore, NULL, &partial);
	if (partial) {
		partial->linux_.seccomp = NULL;
		spec_check_all(partial, -EBADF, NULL, ignore, NULL);
		if (can_be_planned(partial))
			plan_check(partial, &user, ignore, NULL);
	}
	if (spec_parse((const char *)data, size, NULL, NULL, &s) < 0)
		return 0;
	s->linux_.seccomp = NULL;
	plan_and_print(s, &root);
	plan_and_print(s, &user);
	return 0;
}
