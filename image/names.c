/* SPDX-License-Identifier: Apache-2.0 */
/* image/names.c - the grammar of names, one function a part
 * Source: distribution's reference grammar, which docker, podman and registries share. */
#include "image/names.h"

#include "base/error.h"
#include "base/str.h"

#include <string.h>

enum { REPOSITORY_MAX = 255, TAG_MAX = 128 };

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const struct {
	const char *prefix;
	size_t digits;
} algorithms[] = {
	{ "sha256:", 64 },
	{ "sha512:", 128 },
};

bool names_is_digest(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		const char *hex = str_after(text, algorithms[i].prefix);

		if (hex)
			return strlen(hex) == algorithms[i].digits &&
			       strspn(hex, DIGITS "abcdef") == algorithms[i].digits;
	}
	return false;
}

/* One or more of the letters between separators; a separator is one of them, "__", or dashes. */
static bool is_path_component(const char *s, size_t len)
{
	const char *end = s + len;

	for (;;) {
		size_t n = strspn(s, LOWER DIGITS);

		if (n == 0 || n > (size_t)(end - s))
			return false;
		s += n;
		if (s == end)
			return true;
		if (*s == '-')
			s += strspn(s, "-");
		else if (str_starts(s, "__"))
			s += 2;
		else if (*s == '_' || *s == '.')
			s++;
		else
			return false;
	}
}

static bool is_path(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (!is_path_component(path, len))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

static bool is_port(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= 5 && strspn(s, DIGITS) == len;
}

/* "[::1]:5000" */
static bool is_ipv6_host(const char *host)
{
	size_t len = strspn(host + 1, DIGITS "abcdefABCDEF:");
	const char *end = host + 1 + len;

	return len > 0 && *end == ']' && (!end[1] || (end[1] == ':' && is_port(end + 2)));
}

static bool is_host(const char *host)
{
	if (host[0] == '[')
		return is_ipv6_host(host);
	for (;;) {
		size_t len = strspn(host, LOWER UPPER DIGITS "-");

		if (len == 0 || host[0] == '-' || host[len - 1] == '-')
			return false;
		if (!host[len])
			return true;
		if (host[len] == ':')
			return is_port(host + len + 1);
		if (host[len] != '.')
			return false;
		host += len + 1;
	}
}

static bool is_tag(const char *tag)
{
	size_t len = strlen(tag);

	return len > 0 && len <= TAG_MAX && tag[0] != '.' && tag[0] != '-' &&
	       strspn(tag, LOWER UPPER DIGITS "_.-") == len;
}

/* The first word is a host when it cannot be a path, or is "localhost". */
static bool names_a_host(const char *word)
{
	return strpbrk(word, ".:[" UPPER) || str_eq(word, NAMES_LOCAL_HOST);
}

static int wrong(const char *text, const char *why)
{
	return refuse(-EINVAL, "invalid reference format: '%s': %s", text, why);
}

/* Cuts "@DIGEST" and ":TAG" off the end of text. */
static int split_end(struct arena *a, const char *text, char **ret_rest, struct image_name *name)
{
	char *rest = arena_strdup(a, text), *at = strchr(rest, '@'), *slash, *colon;

	if (at) {
		*at = '\0';
		name->digest = at + 1;
		if (!names_is_digest(name->digest))
			return wrong(text, "what is behind the @ is no sha256 or sha512 digest");
	}
	slash = strrchr(rest, '/');
	colon = strrchr(slash ? slash : rest, ':');
	if (colon) {
		*colon = '\0';
		name->tag = colon + 1;
		if (!is_tag(name->tag))
			return wrong(text, "a tag is [A-Za-z0-9_][A-Za-z0-9_.-]*, at most 128");
	}
	*ret_rest = rest;
	return 0;
}

int names_parse(struct arena *a, const char *text, struct image_name *ret)
{
	struct image_name name = { 0 };
	char *rest = NULL, *slash;
	int r = split_end(a, text, &rest, &name);

	if (r < 0)
		return r;
	name.path = rest;
	slash = strchr(rest, '/');
	if (slash) {
		char *word = arena_strndup(a, rest, (size_t)(slash - rest));

		if (names_a_host(word)) {
			name.host = str_eq(word, "index.docker.io") ? arena_strdup(a, "docker.io") :
								      word;
			name.path = slash + 1;
		}
	}
	if (name.host && !is_host(name.host))
		return wrong(text, "its first part is no host");
	if (!is_path(name.path))
		return wrong(text,
			     "a path is lower-case letters and digits, with . _ __ - between them");
	if (strlen(names_repository(a, &name, NAMES_DOCKER_HOST)) > REPOSITORY_MAX)
		return wrong(text, "longer than 255 characters");
	if (!name.host && strlen(rest) == 64 && strspn(rest, DIGITS "abcdef") == 64)
		return wrong(text, "64 hexadecimal digits are an id, not a name");
	*ret = name;
	return 0;
}

char *names_repository(struct arena *a, const struct image_name *name, const char *host)
{
	const char *used = name->host ? name->host : host;
	bool official = str_eq(used, NAMES_DOCKER_HOST) && !strchr(name->path, '/');

	return arena_printf(a, "%s/%s%s", used, official ? "library/" : "", name->path);
}

char *names_full(struct arena *a, const struct image_name *name, const char *host)
{
	const char *repository = names_repository(a, name, host);

	if (name->digest)
		return arena_printf(a, "%s@%s", repository, name->digest);
	return arena_printf(a, "%s:%s", repository, name->tag ? name->tag : "latest");
}

char **names_candidates(struct arena *a, const struct image_name *name)
{
	char **list = NULL;

	if (!name->host)
		list = strv_append(a, list, names_full(a, name, NAMES_LOCAL_HOST));
	return strv_append(a, list, names_full(a, name, NAMES_DOCKER_HOST));
}
