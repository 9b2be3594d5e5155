/* SPDX-License-Identifier: Apache-2.0 */
/* base/ranges.c - lists of CPUs and memory nodes: "0-3,7" */
#include "base/ranges.h"

#include "base/str.h"

#include <limits.h>
#include <string.h>

enum { BITS = sizeof(unsigned long) * CHAR_BIT };

/* "3" or "0-3" */
static int parse_piece(struct arena *a, const char *piece, unsigned max, uint64_t *first,
		       uint64_t *last)
{
	const char *dash = strchr(piece, '-');
	int r;

	if (!dash) {
		r = str_to_u64(piece, max, first);
		*last = *first;
		return r;
	}
	r = str_to_u64(arena_strndup(a, piece, (size_t)(dash - piece)), max, first);
	if (r < 0)
		return r;
	r = str_to_u64(dash + 1, max, last);
	if (r < 0)
		return r;
	return *first <= *last ? 0 : -EINVAL;
}

int ranges_parse(struct arena *a, const char *text, unsigned max, unsigned long **ret_mask,
		 unsigned long *ret_bits)
{
	size_t longs = max / BITS + 1;
	unsigned long *mask = arena_array(a, longs, sizeof(*mask));

	for (char **piece = str_split(a, text, ','); *piece; piece++) {
		uint64_t first = 0, last = 0;
		int r;

		r = parse_piece(a, *piece, max, &first, &last);
		if (r < 0)
			return r;
		for (uint64_t i = first; i <= last; i++)
			mask[i / BITS] |= 1UL << (i % BITS);
	}
	*ret_mask = mask;
	*ret_bits = longs * BITS;
	return 0;
}
