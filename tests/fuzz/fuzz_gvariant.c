/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_gvariant.c - hostile annotations org.systemd.property: the value is the input */
#include "base/arena.h"

#include <stdint.h>

/* The code under test is included, so that production code needs no hooks. */
#include "cgroups/gvariant.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct gvariant v = { 0 };
	const char *why = NULL;

	if (gvariant_parse(a, arena_strndup(a, (const char *)data, size), &v, &why) < 0) {
		if (!why)
			abort();
		return 0;
	}
	/* What the helper relies on: as many values as it says, and a type that it knows. */
	if (strv_len(v.values) != v.n || row_of(v.type[v.type[0] == 'a']) < 0)
		abort();
	return 0;
}
