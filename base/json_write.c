/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_write.c - JSON out: commas, line breaks and escapes */
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

static void line_break(struct json_writer *w)
{
	if (w->indent)
		buf_printf(w->out, "\n%*s", w->indent * w->depth, "");
}

/* Bytes that are no UTF-8 (a path may hold any) become U+FFFD, so that readers get valid JSON. */
static void put_string(struct buf *out, const char *s)
{
	static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	size_t left = strlen(s), good = str_utf8_prefix(s, left);

	buf_addc(out, '"');
	for (; left; s++, left--) {
		const char *letter = strchr(named, *s);

		if (good == 0) {
			buf_adds(out, "\xef\xbf\xbd");
			good = str_utf8_prefix(s + 1, left - 1);
			continue;
		}
		good--;
		if (letter)
			buf_printf(out, "\\%c", letters[letter - named]);
		else if ((unsigned char)*s < 0x20)
			buf_printf(out, "\\u%04x", *s);
		else
			buf_addc(out, *s);
		if (good == 0 && left > 1)
			good = str_utf8_prefix(s + 1, left - 1);
	}
	buf_addc(out, '"');
}

/* What stands before a value: the comma behind its older sibling, the line break, the key. */
static void lead(struct json_writer *w, const char *key)
{
	if (w->depth) {
		if (!w->first)
			buf_addc(w->out, ',');
		line_break(w);
	}
	w->first = false;
	if (key) {
		put_string(w->out, key);
		buf_adds(w->out, w->indent ? ": " : ":");
	}
}

static void open_container(struct json_writer *w, const char *key, char bracket)
{
	lead(w, key);
	buf_addc(w->out, bracket);
	w->depth++;
	w->first = true;
}

static void close_container(struct json_writer *w, char bracket)
{
	w->depth--;
	if (!w->first)
		line_break(w);
	buf_addc(w->out, bracket);
	w->first = false;
}

void json_w_object(struct json_writer *w, const char *key)
{
	open_container(w, key, '{');
}

void json_w_array(struct json_writer *w, const char *key)
{
	open_container(w, key, '[');
}

void json_w_end_object(struct json_writer *w)
{
	close_container(w, '}');
}

void json_w_end_array(struct json_writer *w)
{
	close_container(w, ']');
}

void json_w_str(struct json_writer *w, const char *key, const char *value)
{
	lead(w, key);
	if (value)
		put_string(w->out, value);
	else
		buf_adds(w->out, "null");
}

void json_w_i64(struct json_writer *w, const char *key, int64_t value)
{
	lead(w, key);
	buf_printf(w->out, "%" PRId64, value);
}

void json_w_u64(struct json_writer *w, const char *key, uint64_t value)
{
	lead(w, key);
	buf_printf(w->out, "%" PRIu64, value);
}

void json_w_bool(struct json_writer *w, const char *key, bool value)
{
	lead(w, key);
	buf_adds(w->out, value ? "true" : "false");
}

void json_w_strv(struct json_writer *w, const char *key, char *const *v)
{
	json_w_array(w, key);
	for (; v && *v; v++)
		json_w_str(w, NULL, *v);
	json_w_end_array(w);
}

void json_w_map(struct json_writer *w, const char *key, const struct json_map *map, size_t n)
{
	json_w_object(w, key);
	for (size_t i = 0; i < n; i++)
		json_w_str(w, map[i].key, map[i].value);
	json_w_end_object(w);
}

/* Recursion ends at JSON_DEPTH_MAX, because the subtree was parsed. */
void json_w_value(struct json_writer *w, const char *key, const struct json *value)
{
	switch (value->type) {
	case JSON_NULL:
		json_w_str(w, key, NULL);
		break;
	case JSON_BOOL:
		json_w_bool(w, key, value->boolean);
		break;
	case JSON_NUMBER:
		lead(w, key);
		buf_adds(w->out, value->text);
		break;
	case JSON_STRING:
		json_w_str(w, key, value->text);
		break;
	case JSON_ARRAY:
		json_w_array(w, key);
		json_for_each(element, value)
			json_w_value(w, NULL, element);
		json_w_end_array(w);
		break;
	case JSON_OBJECT:
		json_w_object(w, key);
		json_for_each(member, value)
			json_w_value(w, member->key, member);
		json_w_end_object(w);
		break;
	}
}
