/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_names.c - a hash set with open addressing
 * Two names with the same 64 bits would be taken for one; the seed is random, so that no archive can
 * aim for that. */
#include "image/layer_names.h"
#include "base/arena.h"

#include <stdlib.h>
#include <sys/random.h>

enum { CAP_FIRST = 1024 };

void layer_names_free(struct layer_names *n)
{
	free(n->slots);
	*n = (struct layer_names){ 0 };
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9u;
	return x ^ (x >> 32);
}

static uint64_t hash(const struct layer_names *n, ino_t folder, const char *name)
{
	uint64_t h = mix(n->seed ^ (uint64_t)folder);

	for (; *name; name++)
		h = mix(h ^ (unsigned char)*name);
	return h ? h : 1; /* 0 is an empty slot */
}

static void place(struct layer_names *n, uint64_t h)
{
	size_t i = h & (n->cap - 1);

	while (n->slots[i] && n->slots[i] != h)
		i = (i + 1) & (n->cap - 1);
	if (!n->slots[i])
		n->len++;
	n->slots[i] = h;
}

static void grow(struct layer_names *n)
{
	struct layer_names bigger = { .cap = n->cap ? n->cap * 2 : CAP_FIRST, .seed = n->seed };

	if (!n->cap && getrandom(&bigger.seed, sizeof(bigger.seed), 0) != sizeof(bigger.seed))
		abort();
	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		arena_exhausted();
	for (size_t i = 0; i < n->cap; i++)
		if (n->slots[i])
			place(&bigger, n->slots[i]);
	free(n->slots);
	*n = bigger;
}

void layer_names_add(struct layer_names *n, ino_t folder, const char *name)
{
	if (n->len >= n->cap / 2)
		grow(n);
	place(n, hash(n, folder, name));
}

bool layer_names_has(const struct layer_names *n, ino_t folder, const char *name)
{
	uint64_t h = hash(n, folder, name);

	if (!n->cap)
		return false;
	for (size_t i = h & (n->cap - 1); n->slots[i]; i = (i + 1) & (n->cap - 1))
		if (n->slots[i] == h)
			return true;
	return false;
}
