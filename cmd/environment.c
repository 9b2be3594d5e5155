/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/environment.c - environment from the command line and from files, as docker reads them */
#include "cmd/environment.h"

#include "base/env.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>

enum { ENV_FILE_MAX = 1024 * 1024 };

static int add_one(struct arena *a, const char *what, const char *text, char ***env)
{
	const char *equals = strchr(text, '='), *value;
	const char *name = equals ? arena_strndup(a, text, (size_t)(equals - text)) : text;

	if (!*name || strpbrk(name, " \t"))
		return refuse(-EINVAL, "%s: '%s' is not NAME[=VALUE]", what, text);
	value = equals ? equals + 1 : getenv(name);
	if (value)
		*env = env_set(a, *env, name, value);
	return 0;
}

int environment_add(struct arena *a, char *const *list, char ***env)
{
	int r = 0;

	for (size_t i = 0; r == 0 && list && list[i]; i++)
		r = add_one(a, "option --env", list[i], env);
	return r;
}

/* An --env-file may be a pipe (<(...) of a shell), so it is read as a stream. */
static int read_file(struct arena *a, const char *path, char **ret)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len;

	return fd < 0 ? -errno : fd_read_all(a, fd, ENV_FILE_MAX, ret, &len);
}

int environment_add_files(struct arena *a, char *const *files, char ***env)
{
	for (size_t i = 0; files && files[i]; i++) {
		char **lines, *text;
		int r = read_file(a, files[i], &text);

		if (r < 0)
			return fail(r, "env file '%s'", files[i]);
		lines = str_split(a, text, '\n');
		for (size_t n = 0; r == 0 && lines[n]; n++) {
			char *line = lines[n];

			while (isspace((unsigned char)*line))
				line++;
			if (*line && *line != '#')
				r = add_one(a,
					    arena_printf(a, "env file '%s', line %zu", files[i],
							 n + 1),
					    line, env);
		}
		if (r < 0)
			return r;
	}
	return 0;
}
