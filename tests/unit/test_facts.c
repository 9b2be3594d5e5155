/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_facts.c - the facts of this host, and which kernel is new enough */
#include "base/error.h"
#include "runtime/facts.h"

#include "tests/unit/unit.h"

#include <unistd.h>

static void kernel_versions(void)
{
	const struct facts f = { .kernel_major = 6, .kernel_minor = 1 };

	check(facts_has(&f, 6, 1) && facts_has(&f, 6, 0) && facts_has(&f, 5, 99));
	check(!facts_has(&f, 6, 2) && !facts_has(&f, 7, 0));
}

static void this_host(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct facts f = { 0 };

	if (facts_read(a, false, &f) < 0)
		printf("# %s\n", error_text());
	require(error_code() == 0);
	check(facts_has(&f, 5, 14));
	check_int(f.euid, geteuid());
	check_int(f.egid, getegid());
	/* CAP_CHECKPOINT_RESTORE (40) is the last one of Linux 5.14. */
	check(f.last_capability >= 40 && f.last_capability < 63);
	check((f.capabilities >> f.last_capability) <= 1);
	check(f.oom_score_adj >= -1000 && f.oom_score_adj <= 1000);
	check(!f.cgroups);
}

/* Every feature above the minimum has to say what happens without it. */
static void features_have_substitutes(void)
{
	const struct facts minimum = { .kernel_major = 5, .kernel_minor = 14 };
	size_t n = 0;

	for (const struct facts_feature *feature = facts_features; feature->name; feature++, n++) {
		printf("# %s\n", feature->name);
		check(feature->call && *feature->call);
		check(!feature->substitute == facts_has(&minimum, feature->major, feature->minor));
	}
	check(n > 0);
}

static const struct unit_case cases[] = {
	{ "kernel versions compare by major, then minor", kernel_versions },
	{ "the facts of this host", this_host },
	{ "features of newer kernels have a substitute", features_have_substitutes },
};
UNIT_MAIN(cases)
