/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/spec_rows.h - how the decode tables of config.json are written, and what they share
 * One row a key; every macro names the struct type as T and the field as f. */
#pragma once

#include "runtime/spec.h"

#include <stddef.h>

#define ROW_STRING(key, T, f, fl)                                                           \
	{                                                                                   \
		.name = key, .kind = JSON_K_STRING, .offset = offsetof(T, f), .flags = (fl) \
	}
#define ROW_BOOL(key, T, f)                                                \
	{                                                                  \
		.name = key, .kind = JSON_K_BOOL, .offset = offsetof(T, f) \
	}
#define ROW_I64(key, T, f, lo, hi, fl)                                                  \
	{                                                                               \
		.name = key, .kind = JSON_K_I64, .offset = offsetof(T, f), .min = (lo), \
		.max = (hi), .flags = (fl)                                              \
	}
#define ROW_U64(key, T, f, hi, fl)                                                       \
	{                                                                                \
		.name = key, .kind = JSON_K_U64, .offset = offsetof(T, f), .umax = (hi), \
		.flags = (fl)                                                            \
	}
#define ROW_OPT_I64(key, T, f, lo, hi)                                                      \
	{                                                                                   \
		.name = key, .kind = JSON_K_OPT_I64, .offset = offsetof(T, f), .min = (lo), \
		.max = (hi)                                                                 \
	}
#define ROW_OPT_U64(key, T, f, hi)                                                          \
	{                                                                                   \
		.name = key, .kind = JSON_K_OPT_U64, .offset = offsetof(T, f), .umax = (hi) \
	}
#define ROW_STRV(key, T, f, fl)                                                           \
	{                                                                                 \
		.name = key, .kind = JSON_K_STRV, .offset = offsetof(T, f), .flags = (fl) \
	}
#define ROW_MAP(key, T, f, nf)                                             \
	{                                                                  \
		.name = key, .kind = JSON_K_MAP, .offset = offsetof(T, f), \
		.offset2 = offsetof(T, nf)                                 \
	}
#define ROW_ARRAY(key, T, f, nf, rows)                                                    \
	{                                                                                 \
		.name = key, .kind = JSON_K_ARRAY, .offset = offsetof(T, f),              \
		.offset2 = offsetof(T, nf), .table = (rows), .size = sizeof(*((T *)0)->f) \
	}
#define ROW_OBJECT(key, T, f, rows)                                                           \
	{                                                                                     \
		.name = key, .kind = JSON_K_OBJECT, .offset = offsetof(T, f), .table = (rows) \
	}
/* An object whose members are fields of T itself. */
#define ROW_INLINE(key, rows, fl)                                                  \
	{                                                                          \
		.name = key, .kind = JSON_K_OBJECT, .table = (rows), .flags = (fl) \
	}
#define ROW_OBJECT_PTR(key, T, f, rows)                                                            \
	{                                                                                          \
		.name = key, .kind = JSON_K_OBJECT_PTR, .offset = offsetof(T, f), .table = (rows), \
		.size = sizeof(*((T *)0)->f)                                                       \
	}
#define ROW_U32(key, T, f, fl)                                                \
	{                                                                     \
		.name = key, .kind = JSON_K_CUSTOM, .offset = offsetof(T, f), \
		.decode = spec_decode_u32, .flags = (fl)                      \
	}
#define ROW_END              \
	{                    \
		.name = NULL \
	}

/** spec_decode_u32 - a custom row for a uint32_t field (ids) */
int spec_decode_u32(struct json_decoder *d, const struct json *value, void *field);

extern const struct json_row spec_linux_rows[], spec_id_map_rows[];
