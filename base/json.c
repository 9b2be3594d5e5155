/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.c - text to tree; the only file that knows yajl
 *
 * yajl is asked for tokens alone. It is lenient where I-JSON (RFC 7493) is strict, so the text is
 * looked over first (UTF-8, surrogate escapes) and the tree while it grows (depth, NUL characters,
 * duplicate keys). Keys are compared when their object ends: pairwise while they are few, sorted
 * when they are many, so that a hostile document costs n log n. */
#include "base/json.h"
#include "base/error.h"

#include <string.h>
#include <yajl/yajl_parse.h>

struct parser {
	struct arena *arena;
	const char *what;
	struct json *open[JSON_DEPTH_MAX]; /* containers around the value at hand */
	struct json *last[JSON_DEPTH_MAX]; /* the newest child of each */
	size_t depth;
	const char *key; /* waiting for its value */
	struct json *root;
};

enum { GO_ON = 1, STOP = 0 }; /* what yajl's callbacks return */

/* "config.mounts[2]": the place of the container at hand. */
static const char *place(const struct parser *p)
{
	CLEANUP_BUF struct buf b = { 0 };

	buf_adds(&b, p->what);
	for (size_t i = 1; i < p->depth; i++) {
		if (p->open[i]->key)
			buf_printf(&b, ".%s", p->open[i]->key);
		else
			buf_printf(&b, "[%zu]", p->open[i - 1]->count - 1);
	}
	return arena_strdup(p->arena, b.data);
}

static struct json *add(struct parser *p, enum json_type type)
{
	struct json *value = arena_new_of(p->arena, struct json);
	size_t level = p->depth - 1;

	value->type = type;
	value->key = TAKE_PTR(p->key);
	if (p->depth == 0) {
		p->root = value;
		return value;
	}
	if (p->last[level])
		p->last[level]->next = value;
	else
		p->open[level]->first = value;
	p->last[level] = value;
	p->open[level]->count++;
	return value;
}

/* A copy of the characters, or NULL (recorded) when one of them is NUL. */
static const char *take_text(struct parser *p, const unsigned char *text, size_t len)
{
	if (memchr(text, '\0', len)) {
		refuse(-EINVAL, "%s: a string with a NUL character", place(p));
		return NULL;
	}
	return arena_strndup(p->arena, (const char *)text, len);
}

static int on_null(void *arg)
{
	add(arg, JSON_NULL);
	return GO_ON;
}

static int on_boolean(void *arg, int value)
{
	add(arg, JSON_BOOL)->boolean = value;
	return GO_ON;
}

static int on_number(void *arg, const char *text, size_t len)
{
	struct parser *p = arg;

	add(p, JSON_NUMBER)->text = arena_strndup(p->arena, text, len);
	return GO_ON;
}

static int on_string(void *arg, const unsigned char *text, size_t len)
{
	struct parser *p = arg;
	const char *copy = take_text(p, text, len);

	if (!copy)
		return STOP;
	add(p, JSON_STRING)->text = copy;
	return GO_ON;
}

static int on_key(void *arg, const unsigned char *text, size_t len)
{
	struct parser *p = arg;

	p->key = take_text(p, text, len);
	return p->key ? GO_ON : STOP;
}

static int begin(struct parser *p, enum json_type type)
{
	if (p->depth == JSON_DEPTH_MAX) {
		refuse(-EINVAL, "%s: nested deeper than %d levels", p->what, JSON_DEPTH_MAX);
		return STOP;
	}
	p->open[p->depth] = add(p, type);
	p->last[p->depth] = NULL;
	p->depth++;
	return GO_ON;
}

static int on_object(void *arg)
{
	return begin(arg, JSON_OBJECT);
}

static int on_array(void *arg)
{
	return begin(arg, JSON_ARRAY);
}

static int on_object_end(void *arg)
{
	struct parser *p = arg;
	const struct json *object = p->open[p->depth - 1];
	char **keys = arena_array(p->arena, object->count, sizeof(*keys));
	const char *twice;
	size_t n = 0;

	json_for_each(member, object)
		keys[n++] = (char *)member->key;
	twice = strv_duplicate(p->arena, keys, n);
	if (twice) {
		refuse(-EINVAL, "%s: duplicate key '%s'", place(p), twice);
		return STOP;
	}
	p->depth--;
	return GO_ON;
}

static int on_array_end(void *arg)
{
	struct parser *p = arg;

	p->depth--;
	return GO_ON;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

static void *get_memory(void *ctx, size_t size)
{
	void *memory = malloc(size);

	(void)ctx;
	if (!memory)
		arena_exhausted();
	return memory;
}

static void *change_memory(void *ctx, void *old, size_t size)
{
	void *memory = realloc(old, size);

	(void)ctx;
	if (!memory)
		arena_exhausted();
	return memory;
}

static void drop_memory(void *ctx, void *memory)
{
	(void)ctx;
	free(memory);
}

/* The value of the four hexadecimal digits of a \uXXXX escape at s, or -1. */
static int escape_value(const char *s, const char *end)
{
	int value = 0;

	if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = s[i] ? strchr(digits, s[i] >= 'A' ? s[i] | 0x20 : s[i]) : NULL;

		if (!digit)
			return -1;
		value = value * 16 + (int)(digit - digits);
	}
	return value;
}

/* Half a surrogate pair is no character (RFC 7493, 2.1); yajl would let it through as '?'. */
static bool surrogates_paired(const char *text, size_t len)
{
	const char *end = text + len;
	const char *s = memchr(text, '\\', len);

	while (s) {
		int value = escape_value(s, end);
		size_t skip = 2;

		if (value >= 0xdc00 && value <= 0xdfff)
			return false;
		if (value >= 0xd800 && value <= 0xdbff) {
			value = escape_value(s + 6, end);
			if (value < 0xdc00 || value > 0xdfff)
				return false;
			skip = 12;
		}
		s = (size_t)(end - s) > skip ? memchr(s + skip, '\\', (size_t)(end - s) - skip) :
					       NULL;
	}
	return true;
}

/* yajl's words for the failure, on one line. */
static int refuse_syntax(const char *what, yajl_handle yajl)
{
	unsigned char *words = yajl_get_error(yajl, 0, NULL, 0);
	size_t at = yajl_get_bytes_consumed(yajl);

	words[strcspn((char *)words, "\n")] = '\0';
	refuse(-EINVAL, "%s: invalid JSON near byte %zu: %s", what, at, words);
	yajl_free_error(yajl, words);
	return -EINVAL;
}

int json_parse(struct arena *a, const char *what, const char *text, size_t len, struct json **ret)
{
	struct parser p = { .arena = a, .what = what };
	yajl_alloc_funcs memory = { get_memory, change_memory, drop_memory, NULL };
	yajl_status status;
	yajl_handle yajl;
	size_t good;
	int r = 0;

	if (len > JSON_SIZE_MAX)
		return refuse(-EFBIG, "%s: larger than %d bytes", what, JSON_SIZE_MAX);
	good = str_utf8_prefix(text, len);
	if (good < len)
		return refuse(-EINVAL, "%s: invalid UTF-8 at byte %zu", what, good);
	if (!surrogates_paired(text, len))
		return refuse(-EINVAL, "%s: half a surrogate pair in a string", what);
	yajl = yajl_alloc(&callbacks, &memory, &p);
	yajl_config(yajl, yajl_dont_validate_strings, 1);
	status = yajl_parse(yajl, (const unsigned char *)text, len);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(yajl);
	if (status == yajl_status_client_canceled)
		r = -EINVAL; /* recorded by the callback */
	else if (status != yajl_status_ok)
		r = refuse_syntax(what, yajl);
	yajl_free(yajl);
	if (r == 0)
		*ret = p.root;
	return r;
}

const struct json *json_get(const struct json *obj, const char *key)
{
	if (!obj || obj->type != JSON_OBJECT)
		return NULL;
	json_for_each(member, obj)
		if (strcmp(member->key, key) == 0)
			return member;
	return NULL;
}

const char *json_str(const struct json *obj, const char *key)
{
	const struct json *member = json_get(obj, key);

	return member && member->type == JSON_STRING ? member->text : NULL;
}
