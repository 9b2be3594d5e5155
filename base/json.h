/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.h - JSON in (strict tree, table-driven decoding) and out (compact or indented)
 *
 * In: yajl's SAX callbacks build our tree, under a depth limit, a size cap, with duplicate keys,
 * invalid UTF-8 and NUL characters refused. Numbers keep their text, so the whole uint64 range is
 * exact. Decoding is by hand-written tables, one row a key; unknown keys are ignored (runtime-spec
 * config.md "Extensibility": MUST), known keys that we do not honour have a row JSON_UNSUPPORTED.
 * Errors name the place: "config.mounts[2].destination: expected a string".
 * Out: '/' is never escaped (hook programs broke on that elsewhere). */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One value. Members of an object and elements of an array hang on .first, linked by .next. */
struct json {
	enum json_type type;
	bool boolean;
	const char *key;  /* name inside its object, or NULL */
	const char *text; /* JSON_STRING: the characters; JSON_NUMBER: the literal */
	size_t count;     /* JSON_ARRAY, JSON_OBJECT: number of children */
	struct json *first, *next;
};

enum { JSON_DEPTH_MAX = 32, JSON_SIZE_MAX = 4 * 1024 * 1024 };

/**
 * json_parse - text to tree, records
 * @what: how messages call the document ("config", "index.json")
 * Return: 0; -EINVAL not JSON, duplicate key, too deep; -EFBIG over JSON_SIZE_MAX
 */
int json_parse(struct arena *a, const char *what, const char *text, size_t len,
	       struct json **ret) MUST_USE;

/** json_get - member of an object, or NULL (also when obj is NULL or no object) */
const struct json *json_get(const struct json *obj, const char *key);
/** json_str - text of a string member, or NULL */
const char *json_str(const struct json *obj, const char *key);

#define json_for_each(child, parent)                                              \
	for (const struct json *child = (parent) ? (parent)->first : NULL; child; \
	     child = child->next)

/* ---- decoding ---- */

/* Optional scalars carry their own "is it set?". */
struct opt_bool {
	bool set, value;
};
struct opt_i64 {
	bool set;
	int64_t value;
};
struct opt_u64 {
	bool set;
	uint64_t value;
};

struct json_map {
	char *key, *value;
}; /* an entry of a JSON object of strings */

enum json_kind {
	JSON_K_STRING,     /* char * */
	JSON_K_BOOL,       /* bool */
	JSON_K_OPT_BOOL,   /* struct opt_bool */
	JSON_K_I64,        /* int64_t within [min, max] */
	JSON_K_U64,        /* uint64_t within [0, umax] */
	JSON_K_OPT_I64,    /* struct opt_i64 */
	JSON_K_OPT_U64,    /* struct opt_u64 */
	JSON_K_STRV,       /* char **: array of strings; NULL when absent */
	JSON_K_MAP,        /* struct json_map * + size_t at offset2: object of strings */
	JSON_K_OBJECT,     /* a struct inside this struct, by .table */
	JSON_K_OBJECT_PTR, /* struct *: allocated when present, NULL when absent, by .table */
	JSON_K_ARRAY, /* struct * + size_t count at offset2: array of objects, by .table, .size */
	JSON_K_KEYED, /* the same from an object of objects: each struct's first member, a char *, is the key */
	JSON_K_U64_ARRAY,   /* uint64_t * + size_t count at offset2 */
	JSON_K_ENUM,        /* int, by .names (index of the name; NULL-terminated list) */
	JSON_K_RAW,         /* const struct json *: the subtree as it is */
	JSON_K_CUSTOM,      /* .decode does it */
	JSON_K_UNSUPPORTED, /* known, not honoured: an error "not supported yet", never silence */
};

enum {
	JSON_REQUIRED = 1 << 0,  /* absent (or null) is an error */
	JSON_NONEMPTY = 1 << 1,  /* "" or [] is an error */
	JSON_ABSOLUTE = 1 << 2,  /* a string that must begin with '/' */
	JSON_DUP_VALUE = 1 << 3, /* strv: the same value twice is an error */
};

struct json_row;
struct json_decoder;
typedef int (*json_decode_fn)(struct json_decoder *d, const struct json *value, void *field);

struct json_row {
	const char *name; /* NULL ends the table */
	enum json_kind kind;
	size_t offset, offset2;
	unsigned flags;
	int64_t min, max; /* I64, OPT_I64; both 0 means the whole range */
	uint64_t umax;    /* U64, OPT_U64, U64_ARRAY; 0 means UINT64_MAX */
	const struct json_row *table;
	size_t size; /* ARRAY, KEYED, OBJECT_PTR: size of one element */
	const char *const *names;
	json_decode_fn decode;
};

/* Context of one decoding run. With on_problem set, every problem is handed over and decoding goes
 * on (doboz-oci check); without it, the first problem is recorded and ends the run. */
struct json_decoder {
	struct arena *arena;
	void (*on_problem)(void *arg, const char *text);
	void *arg;
	char path[512]; /* of the value at hand; kept by json_decode */
	size_t problems;
};

/**
 * json_decode - fill a zeroed struct from an object by a table
 * @name: the first part of the path in messages ("config")
 * null is treated as absent. Strings live in d->arena.
 * Return: 0, or -EINVAL (recorded, or handed to on_problem)
 */
int json_decode(struct json_decoder *d, const char *name, const struct json *obj,
		const struct json_row *table, void *dst) MUST_USE;

/** json_problem - tell a problem at the decoder's path, for custom rows; returns -EINVAL */
int json_problem(struct json_decoder *d, const char *fmt, ...) PRINTF(2, 3);

/* The same for a CUSTOM row that holds a table of its own: decodes value into dst by table. */
int json_decode_value(struct json_decoder *d, const struct json *value,
		      const struct json_row *table, void *dst) MUST_USE;

/* ---- writing ---- */

/* Writes into a buf. indent 0 is compact; 2 puts each member on its own line. Keys and commas are
 * handled here. Members of an object are given with a key, elements of an array with key NULL. */
struct json_writer {
	struct buf *out;
	int indent, depth;
	bool first;
};
void json_w_object(struct json_writer *w, const char *key);
void json_w_array(struct json_writer *w, const char *key);
void json_w_end_object(struct json_writer *w);
void json_w_end_array(struct json_writer *w);
void json_w_str(struct json_writer *w, const char *key, const char *value); /* NULL is null */
void json_w_i64(struct json_writer *w, const char *key, int64_t value);
void json_w_u64(struct json_writer *w, const char *key, uint64_t value);
void json_w_bool(struct json_writer *w, const char *key, bool value);
void json_w_strv(struct json_writer *w, const char *key, char *const *v);
void json_w_map(struct json_writer *w, const char *key, const struct json_map *map, size_t n);
/** json_w_value - copy a parsed subtree */
void json_w_value(struct json_writer *w, const char *key, const struct json *value);
