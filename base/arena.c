/* SPDX-License-Identifier: Apache-2.0 */
/* base/arena.c - chunks of zeroed memory that are freed together
 *
 * A chunk is filled from its front. A request that does not fit begins a new chunk, twice as large
 * as the one before (up to a limit), or as large as the request itself. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_FIRST = 4096, CHUNK_LIMIT = 256 * 1024 };

struct chunk {
	struct chunk *older;
	size_t used, size;
	alignas(max_align_t) char data[];
};

struct arena {
	struct chunk *newest;
	size_t next_size;
};

static void (*exhausted_handler)(void);

void arena_on_exhausted(void (*handler)(void))
{
	exhausted_handler = handler;
}

void arena_exhausted(void)
{
	static const char text[] = "out of memory\n";

	if (exhausted_handler)
		exhausted_handler();
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		arena_exhausted();
	a->next_size = CHUNK_FIRST;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->newest) {
		struct chunk *c = a->newest;

		a->newest = c->older;
		free(c);
	}
	free(a);
}

static void add_chunk(struct arena *a, size_t least)
{
	size_t size = a->next_size;
	struct chunk *c;

	if (least > SIZE_MAX - sizeof(*c))
		arena_exhausted();
	if (size < least)
		size = least;
	if (a->next_size < CHUNK_LIMIT)
		a->next_size *= 2;
	c = calloc(1, sizeof(*c) + size);
	if (!c)
		arena_exhausted();
	c->size = size;
	c->older = a->newest;
	a->newest = c;
}

/* @align: a power of two. Characters take 1, so that a tree of short strings stays small. */
static void *take(struct arena *a, size_t size, size_t align)
{
	struct chunk *c = a->newest;
	size_t start = c ? (c->used + align - 1) & ~(align - 1) : 0;

	if (!c || start > c->size || size > c->size - start) {
		add_chunk(a, size);
		c = a->newest;
		start = 0;
	}
	c->used = start + size;
	return c->data + start;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return take(a, size, alignof(max_align_t));
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		arena_exhausted();
	return arena_alloc(a, total);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = take(a, len + 1, 1);

	memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		arena_exhausted();
	text = take(a, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, fmt, ap);
	return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}
