/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/program.c - the payload: finding it, becoming it
 * The search only gives early errors and a path: what is executed is decided by execve on that path, as
 * the user, in the container. (A descriptor would break scripts: their interpreter could not open it.) */
#include "runtime/program.h"

#include "base/env.h"
#include "base/error.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What shells and execvp take when there is no PATH. */
static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* Return: 0 it can be executed; -EISDIR, -EACCES, -ENOENT, ... */
static int check(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

static int check_path(const char *name, char *ret_path)
{
	int r = check(name);

	if (r == -EACCES)
		return fail(r, "exec: \"%s\"", name);
	/* execve(2) says EACCES; Docker before 23 knows only that word for its exit status 126. */
	if (r == -EISDIR)
		return refuse(r, "exec: \"%s\": is a directory: permission denied", name);
	if (r < 0)
		return fail(r, "exec: \"%s\": stat %s", name, name);
	if (strlen(name) >= PATH_MAX)
		return fail(-ENAMETOOLONG, "exec: \"%s\"", name);
	strcpy(ret_path, name);
	return 0;
}

int program_find(const char *name, char *const *env, char *ret_path)
{
	const char *path = env_get(env, "PATH");
	int denied = 0;

	if (strchr(name, '/'))
		return check_path(name, ret_path);
	for (path = path ? path : default_path; *name && *path; path += strspn(path, ":")) {
		size_t n = strcspn(path, ":");
		int len = snprintf(ret_path, PATH_MAX, "%.*s/%s", (int)n, path, name);

		path += n;
		if (n == 0 || len >= PATH_MAX)
			continue;
		int r = check(ret_path);
		if (r == 0)
			return 0;
		if (r == -EACCES)
			denied = r;
	}
	if (denied)
		return fail(denied, "exec: \"%s\"", name);
	return refuse(-ENOENT, "exec: \"%s\": executable file not found in $PATH", name);
}

static int classify(int r)
{
	return error_is(r, r == -ENOENT || r == -ENOTDIR ? ERROR_PROGRAM_NOT_FOUND :
							   ERROR_PROGRAM_NOT_EXECUTABLE);
}

int program_step_find(struct child *c, const struct step *s)
{
	return classify(program_find(s->src, c->env, c->program));
}

int program_step_exec(struct child *c, const struct step *s)
{
	char *const *args = c->plan->args;
	int r = *c->program ? 0 : program_find(args[0], c->env, c->program);

	(void)s;
	if (r < 0)
		return classify(r);
	(void)execve(c->program, args, c->env);
	return classify(fail(-errno, "exec %s", args[0])); /* as Go says what execve refused */
}
