/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/generate.c - runs at build time: prints the built-in program as C (see builtin.h) */
#include "base/error.h"
#include "seccomp/builtin.h"
#include "seccomp/compile.h"
#include "seccomp/default.h"

#include <stdio.h>

/* This program is there to make them, so it has none. */
const struct sock_filter seccomp_builtin_insns[1];
const unsigned short seccomp_builtin_n;

int main(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_program p = { 0 };

	if (seccomp_compile(a, seccomp_default_profile(a, seccomp_builtin_capabilities), &p) < 0) {
		fprintf(stderr, "seccomp/generate: %s\n", error_text());
		return 1;
	}
	puts("/* made by seccomp/generate.c */\n#include \"seccomp/builtin.h\"\n");
	puts("const struct sock_filter seccomp_builtin_insns[] = {");
	for (size_t i = 0; i < p.n; i++)
		printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", p.insns[i].code, p.insns[i].jt,
		       p.insns[i].jf, p.insns[i].k);
	printf("};\nconst unsigned short seccomp_builtin_n = %u;\n", p.n);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
