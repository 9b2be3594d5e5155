/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/builtin.h - the default profile's program, compiled when Doboz was built
 * libseccomp needs some 25 ms for that profile, which is more than all else that a start costs. */
#pragma once

#include "seccomp/profile.h"
#include "seccomp/program.h"

#include <stdbool.h>
#include <stdint.h>

/* The capabilities that `doboz run` gives: CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE
 * SETFCAP SETGID SETPCAP SETUID SYS_CHROOT. The profile for these is the built-in one. */
extern const uint64_t seccomp_builtin_capabilities;

/* Written by seccomp/generate.c at build time; no instructions when cross-compiling. */
extern const struct sock_filter seccomp_builtin_insns[];
extern const unsigned short seccomp_builtin_n;

/**
 * seccomp_builtin - the program of a profile that equals the default one, field by field
 * @ret: insns and n are set, a copy in the arena; flags are not
 * Return: true; false: not that profile, and *ret is untouched
 */
bool seccomp_builtin(struct arena *a, const struct seccomp_profile *p,
		     struct seccomp_program *ret) MUST_USE;
