/* SPDX-License-Identifier: Apache-2.0 */
/* base/ranges.h - lists of CPUs and memory nodes as the kernel writes them: "0-3,7" */
#pragma once

#include "base/arena.h"

/**
 * ranges_parse - a list to a bit mask; quiet
 * @max: highest number allowed, below 65536
 * @ret_mask: max + 1 bits, in the layout of sched_setaffinity(2) and set_mempolicy(2)
 * @ret_bits: number of bits in it, a multiple of the bits of a long
 * Return: 0; -EINVAL malformed or empty; -ERANGE above max
 */
int ranges_parse(struct arena *a, const char *text, unsigned max, unsigned long **ret_mask,
		 unsigned long *ret_bits) MUST_USE;
