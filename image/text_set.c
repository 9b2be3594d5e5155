/* SPDX-License-Identifier: Apache-2.0 */
/* image/text_set.c - an array, sorted when it is asked */
#include "image/text_set.h"

#include <stdlib.h>
#include <string.h>

void text_set_add(struct arena *a, struct text_set *set, const char *text)
{
	if (set->n == set->room) {
		size_t room = set->room ? 2 * set->room : 64;
		const char **list = arena_array(a, room, sizeof(*list));

		if (set->n)
			memcpy(list, set->list, set->n * sizeof(*list));
		set->list = list;
		set->room = room;
	}
	set->list[set->n++] = arena_strdup(a, text);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool text_set_has(struct text_set *set, const char *text)
{
	if (set->n == 0)
		return false;
	if (set->sorted != set->n)
		qsort(set->list, set->n, sizeof(*set->list), compare);
	set->sorted = set->n;
	return bsearch(&text, set->list, set->n, sizeof(*set->list), compare) != NULL;
}
