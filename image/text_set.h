/* SPDX-License-Identifier: Apache-2.0 */
/* image/text_set.h - a set of strings that is filled, then asked (heavy link set) */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

/* Zero-initialise; its memory and its strings are the arena's. */
struct text_set {
	const char **list;
	size_t n, room, sorted; /* the first `sorted` are in order */
};

void text_set_add(struct arena *a, struct text_set *set, const char *text);

/** text_set_has - sorts first, if something was added since */
bool text_set_has(struct text_set *set, const char *text);
