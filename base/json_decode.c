/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_decode.c - trees into structs, by tables
 *
 * One function a kind, in a table by kind. d->path always names the value at hand: enter_* makes it
 * longer and returns the old length, leave cuts it back. */
#include "base/error.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef int (*kind_fn)(struct json_decoder *d, const struct json_row *row, const struct json *value,
		       char *dst);

/* A field of the struct that is being filled, as an lvalue of its type. */
#define FIELD(type, dst, offset) (*(type *)(void *)((dst) + (offset)))

/* ---- the path and the problems ---- */

static size_t enter(struct json_decoder *d, const char *fmt, ...) PRINTF(2, 3);
static size_t enter(struct json_decoder *d, const char *fmt, ...)
{
	size_t len = strlen(d->path);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->path + len, sizeof(d->path) - len, fmt, ap);
	va_end(ap);
	return len;
}

static void leave(struct json_decoder *d, size_t len)
{
	d->path[len] = '\0';
}

int json_problem(struct json_decoder *d, const char *fmt, ...)
{
	CLEANUP_BUF struct buf text = { 0 };
	char words[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	buf_printf(&text, "%s: %s", d->path, words);
	d->problems++;
	if (d->on_problem)
		d->on_problem(d->arg, text.data);
	else
		refuse(-EINVAL, "%s", text.data);
	return -EINVAL;
}

/* Adds the outcome of one part to that of the whole. Return: should decoding go on? */
static bool carry_on(const struct json_decoder *d, int r, int *whole)
{
	if (r < 0)
		*whole = r;
	return r >= 0 || d->on_problem;
}

/* ---- scalars ---- */

static int take_string(struct json_decoder *d, unsigned flags, const struct json *value, char **ret)
{
	if (value->type != JSON_STRING)
		return json_problem(d, "expected a string");
	if ((flags & JSON_NONEMPTY) && !*value->text)
		return json_problem(d, "must not be empty");
	if ((flags & JSON_ABSOLUTE) && *value->text != '/')
		return json_problem(d, "expected an absolute path, not '%s'", value->text);
	*ret = arena_strdup(d->arena, value->text);
	return 0;
}

static int take_u64(struct json_decoder *d, const struct json_row *row, const struct json *value,
		    uint64_t *ret)
{
	uint64_t max = row->umax ? row->umax : UINT64_MAX;

	if (value->type != JSON_NUMBER || str_to_u64(value->text, max, ret) < 0)
		return json_problem(d, "expected a number from 0 to %" PRIu64, max);
	return 0;
}

static int take_i64(struct json_decoder *d, const struct json_row *row, const struct json *value,
		    int64_t *ret)
{
	bool whole = row->min == 0 && row->max == 0;
	int64_t min = whole ? INT64_MIN : row->min, max = whole ? INT64_MAX : row->max;

	if (value->type != JSON_NUMBER || str_to_i64(value->text, min, max, ret) < 0)
		return json_problem(d, "expected a number from %" PRId64 " to %" PRId64, min, max);
	return 0;
}

static int take_bool(struct json_decoder *d, const struct json *value, bool *ret)
{
	if (value->type != JSON_BOOL)
		return json_problem(d, "expected true or false");
	*ret = value->boolean;
	return 0;
}

static int kind_string(struct json_decoder *d, const struct json_row *row, const struct json *value,
		       char *dst)
{
	return take_string(d, row->flags, value, &FIELD(char *, dst, row->offset));
}

static int kind_bool(struct json_decoder *d, const struct json_row *row, const struct json *value,
		     char *dst)
{
	return take_bool(d, value, &FIELD(bool, dst, row->offset));
}

static int kind_opt_bool(struct json_decoder *d, const struct json_row *row,
			 const struct json *value, char *dst)
{
	struct opt_bool *field = &FIELD(struct opt_bool, dst, row->offset);
	int r = take_bool(d, value, &field->value);

	field->set = r == 0;
	return r;
}

static int kind_i64(struct json_decoder *d, const struct json_row *row, const struct json *value,
		    char *dst)
{
	return take_i64(d, row, value, &FIELD(int64_t, dst, row->offset));
}

static int kind_u64(struct json_decoder *d, const struct json_row *row, const struct json *value,
		    char *dst)
{
	return take_u64(d, row, value, &FIELD(uint64_t, dst, row->offset));
}

static int kind_opt_i64(struct json_decoder *d, const struct json_row *row,
			const struct json *value, char *dst)
{
	struct opt_i64 *field = &FIELD(struct opt_i64, dst, row->offset);
	int r = take_i64(d, row, value, &field->value);

	field->set = r == 0;
	return r;
}

static int kind_opt_u64(struct json_decoder *d, const struct json_row *row,
			const struct json *value, char *dst)
{
	struct opt_u64 *field = &FIELD(struct opt_u64, dst, row->offset);
	int r = take_u64(d, row, value, &field->value);

	field->set = r == 0;
	return r;
}

static int kind_enum(struct json_decoder *d, const struct json_row *row, const struct json *value,
		     char *dst)
{
	if (value->type != JSON_STRING)
		return json_problem(d, "expected a string");
	for (int i = 0; row->names[i]; i++) {
		if (strcmp(row->names[i], value->text) == 0) {
			FIELD(int, dst, row->offset) = i;
			return 0;
		}
	}
	return json_problem(d, "unknown value '%s'", value->text);
}

/* ---- lists and maps ---- */

/* Is it an array, and not empty where it must not be? */
static int check_array(struct json_decoder *d, const struct json_row *row, const struct json *value,
		       const char *expected)
{
	if (value->type != JSON_ARRAY)
		return json_problem(d, "expected %s", expected);
	if ((row->flags & JSON_NONEMPTY) && value->count == 0)
		return json_problem(d, "must not be empty");
	return 0;
}

static int kind_strv(struct json_decoder *d, const struct json_row *row, const struct json *value,
		     char *dst)
{
	const char *twice;
	size_t n = 0;
	char **list;
	int r, whole = 0;

	r = check_array(d, row, value, "an array of strings");
	if (r < 0)
		return r;
	list = arena_array(d->arena, value->count + 1, sizeof(*list));
	json_for_each(element, value) {
		size_t len = enter(d, "[%zu]", n);

		r = take_string(d, row->flags & JSON_ABSOLUTE, element, &list[n]);
		leave(d, len);
		n++;
		if (!carry_on(d, r, &whole))
			return r;
	}
	if (whole < 0)
		return whole;
	twice = row->flags & JSON_DUP_VALUE ? strv_duplicate(d->arena, list, n) : NULL;
	if (twice)
		return json_problem(d, "'%s' is listed twice", twice);
	FIELD(char **, dst, row->offset) = list;
	return 0;
}

static int kind_map(struct json_decoder *d, const struct json_row *row, const struct json *value,
		    char *dst)
{
	struct json_map *map;
	size_t n = 0;
	int r, whole = 0;

	if (value->type != JSON_OBJECT)
		return json_problem(d, "expected an object of strings");
	map = arena_array(d->arena, value->count, sizeof(*map));
	json_for_each(member, value) {
		size_t len = enter(d, ".%s", member->key);

		map[n].key = arena_strdup(d->arena, member->key);
		r = take_string(d, 0, member, &map[n].value);
		leave(d, len);
		n++;
		if (!carry_on(d, r, &whole))
			return r;
	}
	if (whole < 0)
		return whole;
	FIELD(struct json_map *, dst, row->offset) = map;
	FIELD(size_t, dst, row->offset2) = n;
	return 0;
}

static int kind_u64_array(struct json_decoder *d, const struct json_row *row,
			  const struct json *value, char *dst)
{
	uint64_t *list;
	size_t n = 0;
	int r, whole = 0;

	r = check_array(d, row, value, "an array of numbers");
	if (r < 0)
		return r;
	list = arena_array(d->arena, value->count, sizeof(*list));
	json_for_each(element, value) {
		size_t len = enter(d, "[%zu]", n);

		r = take_u64(d, row, element, &list[n]);
		leave(d, len);
		n++;
		if (!carry_on(d, r, &whole))
			return r;
	}
	if (whole < 0)
		return whole;
	FIELD(uint64_t *, dst, row->offset) = list;
	FIELD(size_t, dst, row->offset2) = n;
	return 0;
}

/* ---- structs ---- */

static int kind_object(struct json_decoder *d, const struct json_row *row, const struct json *value,
		       char *dst)
{
	return json_decode_value(d, value, row->table, dst + row->offset);
}

static int kind_object_ptr(struct json_decoder *d, const struct json_row *row,
			   const struct json *value, char *dst)
{
	void *object = arena_alloc(d->arena, row->size);
	int r = json_decode_value(d, value, row->table, object);

	if (r == 0)
		FIELD(void *, dst, row->offset) = object;
	return r;
}

static int kind_array(struct json_decoder *d, const struct json_row *row, const struct json *value,
		      char *dst)
{
	char *list;
	size_t n = 0;
	int r, whole = 0;

	r = check_array(d, row, value, "an array of objects");
	if (r < 0)
		return r;
	list = arena_array(d->arena, value->count, row->size);
	json_for_each(element, value) {
		size_t len = enter(d, "[%zu]", n);

		r = json_decode_value(d, element, row->table, list + n * row->size);
		leave(d, len);
		n++;
		if (!carry_on(d, r, &whole))
			return r;
	}
	if (whole < 0)
		return whole;
	FIELD(void *, dst, row->offset) = list;
	FIELD(size_t, dst, row->offset2) = n;
	return 0;
}

static int kind_keyed(struct json_decoder *d, const struct json_row *row, const struct json *value,
		      char *dst)
{
	char *list;
	size_t n = 0;
	int whole = 0;

	if (value->type != JSON_OBJECT)
		return json_problem(d, "expected an object of objects");
	list = arena_array(d->arena, value->count, row->size);
	json_for_each(element, value) {
		char *one = list + n++ * row->size;
		size_t len = enter(d, ".%s", element->key);
		int r = json_decode_value(d, element, row->table, one);

		leave(d, len);
		if (!carry_on(d, r, &whole))
			return r;
		*(char **)one = arena_strdup(d->arena, element->key);
	}
	if (whole < 0)
		return whole;
	FIELD(void *, dst, row->offset) = list;
	FIELD(size_t, dst, row->offset2) = n;
	return 0;
}

static int kind_raw(struct json_decoder *d, const struct json_row *row, const struct json *value,
		    char *dst)
{
	(void)d;
	FIELD(const struct json *, dst, row->offset) = value;
	return 0;
}

static int kind_custom(struct json_decoder *d, const struct json_row *row, const struct json *value,
		       char *dst)
{
	return row->decode(d, value, dst + row->offset);
}

static int kind_unsupported(struct json_decoder *d, const struct json_row *row,
			    const struct json *value, char *dst)
{
	(void)row;
	(void)value;
	(void)dst;
	return json_problem(d, "not supported yet");
}

static const kind_fn kinds[] = {
	[JSON_K_STRING] = kind_string,
	[JSON_K_BOOL] = kind_bool,
	[JSON_K_OPT_BOOL] = kind_opt_bool,
	[JSON_K_I64] = kind_i64,
	[JSON_K_U64] = kind_u64,
	[JSON_K_OPT_I64] = kind_opt_i64,
	[JSON_K_OPT_U64] = kind_opt_u64,
	[JSON_K_STRV] = kind_strv,
	[JSON_K_MAP] = kind_map,
	[JSON_K_OBJECT] = kind_object,
	[JSON_K_OBJECT_PTR] = kind_object_ptr,
	[JSON_K_ARRAY] = kind_array,
	[JSON_K_KEYED] = kind_keyed,
	[JSON_K_U64_ARRAY] = kind_u64_array,
	[JSON_K_ENUM] = kind_enum,
	[JSON_K_RAW] = kind_raw,
	[JSON_K_CUSTOM] = kind_custom,
	[JSON_K_UNSUPPORTED] = kind_unsupported,
};

static int decode_row(struct json_decoder *d, const struct json_row *row, const struct json *obj,
		      char *dst)
{
	const struct json *value = json_get(obj, row->name);
	size_t len;
	int r = 0;

	if (value && value->type == JSON_NULL)
		value = NULL;
	if (!value && !(row->flags & JSON_REQUIRED))
		return 0;
	len = enter(d, ".%s", row->name);
	r = value ? kinds[row->kind](d, row, value, dst) : json_problem(d, "required, but missing");
	leave(d, len);
	return r;
}

int json_decode_value(struct json_decoder *d, const struct json *value,
		      const struct json_row *table, void *dst)
{
	int r, whole = 0;

	if (!value || value->type != JSON_OBJECT)
		return json_problem(d, "expected an object");
	for (const struct json_row *row = table; row->name; row++) {
		r = decode_row(d, row, value, dst);
		if (!carry_on(d, r, &whole))
			return r;
	}
	return whole;
}

int json_decode(struct json_decoder *d, const char *name, const struct json *obj,
		const struct json_row *table, void *dst)
{
	snprintf(d->path, sizeof(d->path), "%s", name);
	return json_decode_value(d, obj, table, dst);
}
