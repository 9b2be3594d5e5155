/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/enosys.h - ENOSYS for system calls that are newer than a profile */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers of one architecture that count as known: 0 to newest. */
struct enosys_range {
	uint32_t audit_arch; /* AUDIT_ARCH_*, as in struct seccomp_data */
	uint32_t newest;     /* the highest number that the profile names */
	uint32_t end;        /* numbers from here on are not judged by this range; 0: no end */
};

enum { ENOSYS_INSNS_PER_RANGE = 6 };

/**
 * enosys_stub - the head of a program: calls above a range's newest number get ENOSYS
 * @insns: room for n * ENOSYS_INSNS_PER_RANGE
 * Everything else falls through to the program behind it, so the stub can refuse and never allow.
 * It may only stand before a program that denies those calls anyway, by its default action.
 * Return: the number of instructions
 */
size_t enosys_stub(const struct enosys_range *ranges, size_t n, struct sock_filter *insns);
