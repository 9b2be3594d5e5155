/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_seccomp_profile.c - hostile linux.seccomp objects: read, check, write
 * Compiling is left out: libseccomp takes milliseconds, and what reaches it has passed seccomp_check. */
#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

/* The code under test is included, so that production code needs no hooks. */
#include "seccomp/check.c"
#include "seccomp/profile.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf text = { 0 };
	struct json_decoder d = { .arena = a };
	struct json_writer w = { .out = &text };
	struct seccomp_profile p = { 0 };
	struct json *tree;

	error_clear();
	warnings_clear();
	if (json_parse(a, "profile", (const char *)data, size, &tree) < 0)
		return 0;
	if (json_decode(&d, "linux.seccomp", tree, seccomp_profile_rows, &p) < 0)
		return 0;
	if (seccomp_check(&p) == 0)
		seccomp_profile_write(&w, NULL, &p);
	return 0;
}
