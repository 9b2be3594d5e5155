/* SPDX-License-Identifier: Apache-2.0 */
/* base/env.c - lists of NAME=VALUE */
#include "base/env.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* Is this entry NAME=...? Return: its value, or NULL */
static const char *env_value(const char *entry, const char *name)
{
	const char *rest = str_after(entry, name);

	return rest && *rest == '=' ? rest + 1 : NULL;
}

const char *env_get(char *const *env, const char *name)
{
	for (; env && *env; env++) {
		const char *value = env_value(*env, name);

		if (value)
			return value;
	}
	return NULL;
}

void env_unset(char **env, const char *name)
{
	char **kept = env;

	for (; *env; env++)
		if (!env_value(*env, name))
			*kept++ = *env;
	*kept = NULL;
}

struct env_entry {
	const char *text;
	size_t name_len, place;
};

static int compare_entries(const void *a, const void *b)
{
	const struct env_entry *x = a, *y = b;
	size_t n = x->name_len < y->name_len ? x->name_len : y->name_len;
	int r = memcmp(x->text, y->text, n);

	if (r == 0 && x->name_len != y->name_len)
		r = x->name_len < y->name_len ? -1 : 1;
	if (r == 0)
		r = x->place < y->place ? -1 : 1;
	return r;
}

/* By sorting: the list comes from an image, and may be as long as its author liked. */
char **env_unique(struct arena *a, char *const *env)
{
	size_t n = env ? strv_len(env) : 0, kept = 0;
	char **list = arena_array(a, n + 1, sizeof(*list));
	struct env_entry *sorted = arena_array(a, n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct env_entry){ env[i], strcspn(env[i], "="), i };
	qsort(sorted, n, sizeof(*sorted), compare_entries);
	for (size_t i = 0, first = 0; i < n; i++) {
		if (sorted[i].name_len != sorted[first].name_len ||
		    memcmp(sorted[i].text, sorted[first].text, sorted[i].name_len) != 0)
			first = i;
		list[sorted[i].place] = NULL;
		list[sorted[first].place] = (char *)sorted[i].text;
	}
	for (size_t i = 0; i < n; i++)
		if (list[i])
			list[kept++] = list[i];
	list[kept] = NULL;
	return list;
}

char **env_set(struct arena *a, char *const *env, const char *name, const char *value)
{
	char *entry = arena_printf(a, "%s=%s", name, value);
	char **list = strv_append(a, env, entry);
	size_t last = strv_len(list) - 1;

	for (size_t i = 0; i < last; i++) {
		if (env_value(list[i], name)) {
			list[i] = entry;
			list[last] = NULL;
			break;
		}
	}
	return list;
}
