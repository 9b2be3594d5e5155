/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/controllers.c - enable the controllers of v2 above a folder */
#include "cgroups/controllers.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <string.h>

enum { TEXT_MAX = 4096 };

/* The words of cgroup.controllers. */
static char **offered(struct arena *a, int dir)
{
	char text[TEXT_MAX];

	if (cgroup_tree_read(dir, "cgroup.controllers", text, sizeof(text)) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return str_split(a, text, ' ');
}

static bool offers_all(struct arena *a, int dir, char *const *wanted)
{
	char **have = offered(a, dir);

	while (*wanted && strv_has(have, *wanted))
		wanted++;
	return !*wanted;
}

static bool is_needed(const struct cgroup_folder *f, const char *controller)
{
	for (size_t i = 0; i < f->n_writes; i++) {
		const char *rest = str_after(f->writes[i].file, controller);

		if (rest && *rest == '.')
			return true;
	}
	return false;
}

/* Enables one controller from the mount down to the folder above ours. */
static int enable(struct arena *a, const struct cgroup_folder *f, const char *controller)
{
	const char *value = arena_printf(a, "+%s", controller);
	size_t len = strlen(f->hierarchy->mount);

	for (const char *end = f->path + len; end; end = strchr(end + 1, '/')) {
		const char *file = arena_printf(a, "%.*s/cgroup.subtree_control",
						(int)(end - f->path), f->path);
		int r = file_write_at(AT_FDCWD, file, value);

		/* Above a delegated folder it is somebody else's, and done. */
		if (r < 0 && r != -EACCES && r != -EPERM)
			return fail(r, "enable the %s controller in '%s'", controller, file);
	}
	return 0;
}

int cgroup_controllers_enable(int dir, const struct cgroup_folder *f)
{
	CLEANUP(arena) struct arena *a = arena_new();

	if (!f->controllers || offers_all(a, dir, f->controllers))
		return 0;
	for (char **c = f->controllers; *c; c++) {
		int r;

		if (strv_has(offered(a, dir), *c))
			continue;
		r = enable(a, f, *c);
		if (!is_needed(f, *c))
			continue;
		if (r < 0)
			return r;
		if (!strv_has(offered(a, dir), *c))
			return refuse(-EACCES,
				      "cgroup '%s': the %s controller is not delegated to us",
				      f->path, *c);
	}
	return 0;
}
