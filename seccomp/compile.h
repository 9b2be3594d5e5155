/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/compile.h - a profile to a BPF program, by libseccomp (the only file that uses it) */
#pragma once

#include "base/arena.h"
#include "seccomp/profile.h"
#include "seccomp/program.h"

/**
 * seccomp_compile - pure: profile in, program out; records
 * Binary-tree optimisation; syscalls newer than the profile get ENOSYS when the default action is an
 * errno (as runc does); unknown names are skipped with one warning, as the spec's runtimes do.
 * Return: 0; -EINVAL errno on an action that takes none, unknown architecture or flag;
 * -E2BIG more than 4096 instructions; others of libseccomp
 */
int seccomp_compile(struct arena *a, const struct seccomp_profile *profile,
		    struct seccomp_program *ret) MUST_USE;

/** seccomp_compile_fresh - the same, always by libseccomp; seccomp_compile answers from
 *  seccomp/builtin.h where it can, with the same program */
int seccomp_compile_fresh(struct arena *a, const struct seccomp_profile *profile,
			  struct seccomp_program *ret) MUST_USE;

/** seccomp_library_archs - those of seccomp_arch_names that this libseccomp knows, for `features` */
char **seccomp_library_archs(struct arena *a) MUST_USE;

/** seccomp_library_version - "2.5.4", for `features` and --version */
const char *seccomp_library_version(struct arena *a) MUST_USE;
