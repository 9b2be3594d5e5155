/* SPDX-License-Identifier: Apache-2.0 */
/* base/str.h - growing text, strict numbers, lists of strings
 * Lists ("strv") are NULL-terminated char ** whose memory belongs to an arena. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* A growing buffer; always NUL-terminated once something was added. Zero-initialise. */
struct buf {
	char *data;
	size_t len, cap;
};
void buf_free(struct buf *b);
#define CLEANUP_BUF __attribute__((cleanup(buf_free)))
void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

bool str_eq(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/** str_after - the rest of s behind prefix, or NULL when s does not start with it */
const char *str_after(const char *s, const char *prefix);
/** str_utc - seconds since 1970 as "2026-01-31T23:59:59", without a zone or fraction
 *  Not gmtime(3): it reads the file of the time zone first. */
struct utc_text {
	char text[32];
};
struct utc_text str_utc(uint64_t seconds);
/** str_utf8_prefix - how many leading bytes of s are well-formed UTF-8 (len when all are) */
size_t str_utf8_prefix(const char *s, size_t len);
/** str_printable - a copy that a terminal shows and does not obey: control characters (C0, DEL, C1) and
 *  bytes that are no UTF-8 become '?'. For text from images, containers and configs. */
char *str_printable(struct arena *a, const char *s) MUST_USE;

/**
 * str_to_u64 - the whole of s as an unsigned decimal number (no sign, blank or prefix)
 * Return: 0; -EINVAL not a number; -ERANGE above max
 */
int str_to_u64(const char *s, uint64_t max, uint64_t *ret) MUST_USE;
/** str_to_i64 - the same with an optional leading '-' */
int str_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret) MUST_USE;
/** str_to_bytes - a size as people type it: "64m", "1.5g", "1024"; units b k m g t (binary),
 *  in either case, and written kb or kib too. Return: 0; -EINVAL; -ERANGE above 64 bits */
int str_to_bytes(const char *s, uint64_t *ret) MUST_USE;

size_t strv_len(char *const *v);
bool strv_has(char *const *v, const char *s);
/** strv_duplicate - a string that is among the n strings more than once, or NULL; n log n */
const char *strv_duplicate(struct arena *a, char *const *v, size_t n) MUST_USE;
/** strv_append - a new list with s added; the strings are shared, not copied */
char **strv_append(struct arena *a, char *const *v, const char *s) MUST_USE;
char **strv_concat(struct arena *a, char *const *v, char *const *w) MUST_USE;
/** str_split - cut s at every c; empty pieces are kept */
char **str_split(struct arena *a, const char *s, char c) MUST_USE;
/** str_join - the pieces with sep between them */
char *str_join(struct arena *a, char *const *v, const char *sep) MUST_USE;
