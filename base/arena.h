/* SPDX-License-Identifier: Apache-2.0 */
/* base/arena.h - memory that lives and dies together: a decoded spec, a plan, a manifest
 *
 * Everything that is decoded from one document lives in one arena, so ownership is one line:
 * whoever owns the arena owns it all. Allocation never returns NULL: when memory runs out, the
 * handler runs (cmd/ sets one that rolls back and exits 1; the default writes one line and exits 1).
 * Dying is safe everywhere, because state is journalled before side effects. */
#pragma once

#include "base/attr.h"

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void) MUST_USE;
void arena_free(struct arena *a);
DEFINE_FREEP(arena, arena_free)

/** arena_alloc - zeroed memory, aligned for any type; size 0 gives a valid pointer */
void *arena_alloc(struct arena *a, size_t size) MUST_USE;
/** arena_array - zeroed memory for n elements; overflow of n * size is treated as exhaustion */
void *arena_array(struct arena *a, size_t n, size_t size) MUST_USE;
char *arena_strdup(struct arena *a, const char *s) MUST_USE;
char *arena_strndup(struct arena *a, const char *s, size_t n) MUST_USE;
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3) MUST_USE;
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) MUST_USE;

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))

/** arena_on_exhausted - set the process's handler for failed allocations; it must not return */
void arena_on_exhausted(void (*handler)(void));
/** arena_exhausted - call the handler; for the few places that use malloc themselves */
void arena_exhausted(void) NORETURN;
