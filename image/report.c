/* SPDX-License-Identifier: Apache-2.0 */
/* image/report.c - lines "WORD TEXT", the last of them "end"
 *	error CODE TEXT | manifest DIGEST | config DIGEST | ref NAME | layer KEY STAGED | warning TEXT */
#include "image/report.h"

#include "base/error.h"
#include "image/digest.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { REPORT_LAYERS_MAX = 1024, KEY_MAX = 200 };

static const char none[] = "-";

/* ---- the child's side ---- */

/* One line each: what is not printable ASCII or part of UTF-8 becomes '?'. */
static void add_line(struct buf *out, const char *word, const char *text)
{
	buf_printf(out, "%s ", word);
	for (const char *c = text; *c; c++)
		buf_addc(out, (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c);
	buf_addc(out, '\n');
}

void report_write(struct buf *out, int r, const struct unpacked *u)
{
	if (r < 0) {
		char word[32];

		snprintf(word, sizeof(word), "error %d", -r);
		add_line(out, word, error_text());
	} else {
		add_line(out, "manifest", u->manifest);
		add_line(out, "config", u->config);
		if (u->ref)
			add_line(out, "ref", u->ref);
		for (size_t i = 0; i < u->n_layers; i++)
			buf_printf(out, "layer %s %s\n", u->layers[i].key,
				   u->layers[i].staged ? u->layers[i].staged : none);
	}
	for (const char *w = warnings_next(NULL); w; w = warnings_next(w))
		add_line(out, "warning", w);
	buf_adds(out, "end\n");
}

/* ---- the parent's side ---- */

static bool is_name(const char *s, size_t max)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-";

	return *s && s[0] != '.' && strlen(s) <= max && s[strspn(s, letters)] == '\0';
}

/* A key of unpack.c: hex, with or without "chain-" */
static bool is_key(const char *s)
{
	const char *hex = str_after(s, "chain-");

	hex = hex ? hex : s;
	return *hex && strlen(hex) < KEY_MAX && hex[strspn(hex, "0123456789abcdef")] == '\0';
}

static bool read_layer(struct arena *a, char *text, struct unpacked *u)
{
	char *staged = strchr(text, ' ');

	if (!staged || u->n_layers >= REPORT_LAYERS_MAX)
		return false;
	*staged++ = '\0';
	if (!is_key(text) ||
	    !(str_eq(staged, none) || (str_starts(staged, "layer-") && is_name(staged, NAME_MAX))))
		return false;
	if (!u->layers)
		u->layers = arena_array(a, REPORT_LAYERS_MAX, sizeof(*u->layers));
	u->layers[u->n_layers++] = (struct unpack_layer){ text,
							  str_eq(staged, none) ? NULL : staged };
	return true;
}

static bool read_error(char *text, int *ret_code)
{
	char *words = strchr(text, ' ');
	uint64_t code;

	if (!words)
		return false;
	*words++ = '\0';
	if (str_to_u64(text, 4095, &code) < 0 || code == 0)
		return false;
	*ret_code = -(int)code;
	error_set(*ret_code, words, NULL);
	return true;
}

static bool read_line(struct arena *a, const char *word, char *text, struct unpacked *u, int *code)
{
	if (str_eq(word, "error"))
		return read_error(text, code);
	if (str_eq(word, "layer"))
		return read_layer(a, text, u);
	if (str_eq(word, "warning"))
		return warn("%s", text), true;
	if (str_eq(word, "ref"))
		return u->ref = text, is_name(text, NAME_MAX);
	if (str_eq(word, "manifest"))
		return u->manifest = text, digest_check_name(text) == 0;
	if (str_eq(word, "config"))
		return u->config = text, digest_check_name(text) == 0;
	return false;
}

int report_read(struct arena *a, char *text, struct unpacked *ret)
{
	struct unpacked u = { 0 };
	int code = 0;
	char *line;

	while ((line = strsep(&text, "\n")) && !str_eq(line, "end")) {
		const char *word = strsep(&line, " ");

		if (!line || !read_line(a, word, line, &u, &code))
			return refuse(-EPROTO, "the unpacking process spoke nonsense");
	}
	if (!line)
		return refuse(-EPROTO, "the unpacking process ended without a report");
	if (code == 0 && (!u.manifest || !u.config))
		return refuse(-EPROTO, "the unpacking process named no image");
	if (code == 0)
		*ret = u;
	return code;
}
