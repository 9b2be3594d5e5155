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
void report_line(struct buf *out, const char *word, const char *text)
{
	buf_printf(out, "%s ", word);
	for (const char *c = text; *c; c++)
		buf_addc(out, (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c);
	buf_addc(out, '\n');
}

void report_finish(struct buf *out, int r)
{
	if (r < 0) {
		char word[32];

		snprintf(word, sizeof(word), "error %d", -r);
		buf_free(out);
		*out = (struct buf){ 0 };
		report_line(out, word, error_text());
	}
	for (const char *w = warnings_next(NULL); w; w = warnings_next(w))
		report_line(out, "warning", w);
	buf_adds(out, "end\n");
}

void report_unpacked(struct buf *out, const struct unpacked *u)
{
	report_line(out, "manifest", u->manifest);
	report_line(out, "config", u->config);
	if (u->ref)
		report_line(out, "ref", u->ref);
	for (size_t i = 0; i < u->n_layers; i++)
		buf_printf(out, "layer %s %s\n", u->layers[i].key,
			   u->layers[i].staged ? u->layers[i].staged : none);
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

static bool take_unpacked(struct arena *a, const char *word, char *text, void *arg)
{
	struct unpacked *u = arg;

	if (str_eq(word, "layer"))
		return read_layer(a, text, u);
	if (str_eq(word, "ref"))
		return u->ref = text, is_name(text, NAME_MAX);
	if (str_eq(word, "manifest"))
		return u->manifest = text, digest_check_name(text) == 0;
	if (str_eq(word, "config"))
		return u->config = text, digest_check_name(text) == 0;
	return false;
}

int report_parse(struct arena *a, char *text, report_take take, void *arg)
{
	int code = 0;
	char *line;

	while ((line = strsep(&text, "\n")) && !str_eq(line, "end")) {
		const char *word = strsep(&line, " ");
		bool ok = line != NULL;

		if (ok && str_eq(word, "error"))
			ok = read_error(line, &code);
		else if (ok && str_eq(word, "warning"))
			warn("%s", line);
		else if (ok)
			ok = take(a, word, line, arg);
		if (!ok)
			return refuse(-EPROTO, "the confined process spoke nonsense");
	}
	if (!line)
		return refuse(-EPROTO, "the confined process ended without a report");
	return code;
}

int report_read(struct arena *a, char *text, struct unpacked *ret)
{
	struct unpacked u = { 0 };
	int r = report_parse(a, text, take_unpacked, &u);

	if (r == 0 && (!u.manifest || !u.config))
		return refuse(-EPROTO, "the confined process named no image");
	if (r == 0)
		*ret = u;
	return r;
}
