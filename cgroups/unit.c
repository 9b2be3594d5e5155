/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/unit.c - names of systemd units, and where their folders are */
#include "cgroups/unit.h"
#include "base/error.h"
#include "base/str.h"

#include <string.h>

/* systemd's UNIT_NAME_MAX, with the NUL */
enum { UNIT_NAME_SIZE = 256 };

static bool is_unit_name(const char *name)
{
	static const char chars[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-_.\\@";
	size_t len = strlen(name);

	return len < UNIT_NAME_SIZE && strspn(name, chars) == len && name[0] != '.';
}

int cgroup_slice_path(struct arena *a, const char *slice, char **ret)
{
	CLEANUP_BUF struct buf path = { 0 }, prefix = { 0 };
	const size_t suffix = strlen(".slice");
	size_t len = strlen(slice);
	char **part;

	if (len <= suffix || !str_ends(slice, ".slice") || !is_unit_name(slice))
		return refuse(-EINVAL, "linux.cgroupsPath: invalid slice name: '%s'", slice);
	buf_adds(&path, "");
	if (str_eq(slice, "-.slice")) {
		*ret = arena_strdup(a, "");
		return 0;
	}
	for (part = str_split(a, arena_strndup(a, slice, len - suffix), '-'); *part; part++) {
		if (!**part)
			return refuse(-EINVAL, "linux.cgroupsPath: invalid slice name: '%s'",
				      slice);
		buf_adds(&prefix, *part);
		buf_printf(&path, "/%s.slice", prefix.data);
		buf_addc(&prefix, '-');
	}
	*ret = arena_strdup(a, path.data);
	return 0;
}

int cgroup_unit_parse(struct arena *a, const char *text, const char *id, bool user,
		      struct cgroup_unit *ret)
{
	struct cgroup_unit unit = { .user = user };
	char **parts = str_split(a, text && *text ? text : arena_printf(a, ":doboz:%s", id), ':');
	char *slice;
	int r;

	if (strv_len(parts) != 3)
		return refuse(-EINVAL,
			      "linux.cgroupsPath: expected cgroupsPath to be of format "
			      "\"slice:prefix:name\" for systemd cgroups, got \"%s\" instead",
			      text);
	unit.slice = *parts[0] ? parts[0] : user ? "user.slice" : "system.slice";
	unit.is_slice = str_ends(parts[2], ".slice");
	unit.name = unit.is_slice ? parts[2] : arena_printf(a, "%s-%s.scope", parts[1], parts[2]);
	if (!*parts[2] || !is_unit_name(unit.name) || str_eq(unit.name, "-.slice"))
		return refuse(-EINVAL, "linux.cgroupsPath: '%s' is no name of a systemd unit",
			      unit.name);
	r = cgroup_slice_path(a, unit.slice, &slice);
	if (r < 0)
		return r;
	unit.path = arena_printf(a, "%s/%s", slice, unit.name);
	/* A slice is where its own name says. */
	if (unit.is_slice) {
		r = cgroup_slice_path(a, unit.name, &slice);
		unit.path = slice;
	}
	if (r == 0)
		*ret = unit;
	return r;
}
