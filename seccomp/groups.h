/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/groups.h - every system call of the kernel in one group of the default profile */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What the calls of a group get while no capability opens it. */
enum seccomp_verdict {
	SECCOMP_GROUP_ALLOW,
	SECCOMP_GROUP_DENY,   /* EPERM: known, and refused */
	SECCOMP_GROUP_ABSENT, /* ENOSYS: as if the kernel did not have it; callers fall back */
	SECCOMP_GROUP_ARGS,   /* depends on arguments; default.c has the rules */
};

struct seccomp_group {
	const char *name, *why;
	uint64_t opened_by; /* any one of these capabilities allows the group (mask by number) */
	enum seccomp_verdict otherwise;
	const char *const *calls; /* NULL-terminated */
};

extern const struct seccomp_group seccomp_groups[];
extern const size_t seccomp_n_groups;
