/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt_config.c - linux.intelRdt of config.json: its table, its rules, and lines of schemata */
#include "cgroups/rdt_config.h"

#include "base/error.h"
#include "base/str.h"

#include <string.h>

#define CONFIG(field) offsetof(struct rdt_config, field)
const struct json_row rdt_config_rows[] = {
	{ "closID", JSON_K_STRING, .offset = CONFIG(clos_id) },
	{ "l3CacheSchema", JSON_K_STRING, .offset = CONFIG(l3_cache_schema) },
	{ "memBwSchema", JSON_K_STRING, .offset = CONFIG(mem_bw_schema) },
	{ "schemata", JSON_K_STRV, .offset = CONFIG(schemata) },
	{ "enableMonitoring", JSON_K_BOOL, .offset = CONFIG(enable_monitoring) },
	{ 0 },
};

static bool is_set(const char *text)
{
	return text && *text;
}

/* The root of the mount holds folders that are no classes. */
static bool names_no_class(const char *name)
{
	static const char *const reserved[] = { ".", "..", "info", "mon_groups", "mon_data", NULL };

	return strv_has((char *const *)reserved, name) || strpbrk(name, "/\n");
}

int rdt_config_check(const struct rdt_config *c, const char *id)
{
	if (is_set(c->clos_id) ? !str_eq(c->clos_id, "/") && names_no_class(c->clos_id) :
				 id && names_no_class(id))
		return refuse(-EINVAL, "linux.intelRdt.closID: invalid intelRdt.ClosID \"%s\"",
			      is_set(c->clos_id) ? c->clos_id : id);
	if (is_set(c->mem_bw_schema) && !str_starts(c->mem_bw_schema, "MB:"))
		return refuse(-EINVAL, "linux.intelRdt.memBwSchema: must begin with 'MB:'");
	if (c->mem_bw_schema && strchr(c->mem_bw_schema, '\n'))
		return refuse(-EINVAL, "linux.intelRdt.memBwSchema: must be one line");
	for (size_t i = 0; c->schemata && c->schemata[i]; i++)
		if (!*c->schemata[i] || strchr(c->schemata[i], '\n'))
			return refuse(-EINVAL, "linux.intelRdt.schemata[%zu]: must be one line", i);
	return 0;
}

/* ---- lines ---- */

static char **add_lines(struct arena *a, char **lines, const char *text, const char *but)
{
	for (char **line = str_split(a, text, '\n'); *line; line++)
		if (**line && !(but && str_starts(*line, but)))
			lines = strv_append(a, lines, *line);
	return lines;
}

char **rdt_config_lines(struct arena *a, const struct rdt_config *c)
{
	char **lines = strv_concat(a, NULL, NULL);

	if (c->l3_cache_schema)
		lines = add_lines(a, lines, c->l3_cache_schema, c->mem_bw_schema ? "MB:" : NULL);
	if (c->mem_bw_schema)
		lines = add_lines(a, lines, c->mem_bw_schema, NULL);
	return c->schemata ? strv_concat(a, lines, c->schemata) : lines;
}

/* One "ID=VALUE". Return: where the next one begins; NULL: there is none, or it is no such thing. */
static const char *take_domain(const char *s, int base, uint64_t *ret_id, uint64_t *ret_value)
{
	char *end;

	*ret_id = strtoull(s, &end, 10);
	if (end == s || *end != '=')
		return NULL;
	s = end + 1;
	*ret_value = strtoull(s, &end, base);
	if (end == s)
		return NULL;
	return *end == ';' ? end + 1 : end;
}

/* The domains of one resource ("L3") in a text of lines that the kernel indents; NULL: not there. */
static const char *find_resource(const char *text, const char *name, size_t len)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *line = text + strspn(text, " ");

		if (!strncmp(line, name, len) && line[len] == ':')
			return line + len + 1;
	}
	return NULL;
}

static bool has_domain(const char *domains, int base, uint64_t want_id, uint64_t want_value,
		       uint64_t step)
{
	uint64_t id, value, rounded = want_value;

	if (step)
		rounded = (want_value + step - 1) / step * step;
	while (domains && *domains && *domains != '\n') {
		domains = take_domain(domains, base, &id, &value);
		if (domains && id == want_id)
			return value == want_value || value == rounded;
	}
	return false;
}

bool rdt_config_matches(const char *line, const char *text, uint64_t bandwidth_step)
{
	size_t len = strcspn(line, ":");
	bool bandwidth = str_starts(line, "MB:");
	int base = bandwidth ? 10 : 16;
	const char *have = find_resource(text, line, len);

	if (!line[len] || !have)
		return false;
	for (const char *s = line + len + 1; *s;) {
		uint64_t id, value;

		s = take_domain(s, base, &id, &value);
		if (!s || !has_domain(have, base, id, value, bandwidth ? bandwidth_step : 0))
			return false;
	}
	return true;
}
