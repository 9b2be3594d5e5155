/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_mounts.c - the three spellings of a mount
 *   -v HOST:DIR[:ro,rw,z,Z,rshared,...]
 *   --mount type=bind,source=HOST,target=DIR[,readonly][,bind-propagation=P]
 *   --mount type=tmpfs,target=DIR[,tmpfs-size=N][,tmpfs-mode=M]
 *   --tmpfs DIR[:OPTIONS]
 * Named volumes are not a part of this program yet and are refused by name. */
#include "cmd/run_mounts.h"

#include "base/error.h"
#include "base/str.h"

#include <limits.h>
#include <string.h>

void run_mounts_add(struct arena *a, struct run_mounts *m, struct run_mount mount)
{
	struct run_mount *list = arena_array(a, m->n + 1, sizeof(*list));

	for (size_t i = 0; i < m->n; i++)
		list[i] = m->list[i];
	list[m->n++] = mount;
	m->list = list;
}

bool run_mounts_has(const struct run_mounts *m, const char *destination)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->list[i].destination, destination))
			return true;
	return false;
}

static int check_destination(const char *what, const char *destination)
{
	if (!destination || destination[0] != '/' || str_eq(destination, "/"))
		return refuse(-EINVAL,
			      "%s: the place in the container must be an absolute path and not /",
			      what);
	return 0;
}

static char **bind_options(struct arena *a, bool nosuid_nodev)
{
	char **options = strv_append(a, NULL, "rbind");

	options = strv_append(a, options, "rprivate");
	return nosuid_nodev ? strv_append(a, strv_append(a, options, "nosuid"), "nodev") : options;
}

/* A source as the user typed it, to an absolute path that exists. */
static int resolve_source(struct arena *a, const char *what, const char *source, char **ret)
{
	CLEANUP_FREE char *real = NULL;

	if (source[0] != '/' && source[0] != '.')
		return refuse(
			-EOPNOTSUPP,
			"%s: named volumes are not supported yet; give an absolute host path instead of '%s'",
			what, source);
	real = realpath(source, NULL);
	if (!real)
		return fail(-errno, "%s: host path '%s'", what, source);
	*ret = arena_strdup(a, real);
	return 0;
}

/* z, Z (SELinux relabelling) and U (chown) change the host's files: refused, not ignored, unless there is
 * nothing to do. "z" and "Z" do nothing without SELinux, and people type them everywhere. */
static int add_volume_option(struct arena *a, const char *what, const char *word, char ***options)
{
	static const char *const known[] = { "ro",    "rw",     "nosuid",  "suid",     "nodev",
					     "dev",   "noexec", "exec",    "shared",   "rshared",
					     "slave", "rslave", "private", "rprivate", "bind",
					     "rbind", "rro",    NULL };

	if (str_eq(word, "z") || str_eq(word, "Z") || str_eq(word, ""))
		return 0;
	for (size_t i = 0; known[i]; i++)
		if (str_eq(known[i], word)) {
			*options = strv_append(a, *options, word);
			return 0;
		}
	return refuse(-EINVAL, "%s: unknown option '%s'", what, word);
}

static int parse_volume(struct arena *a, const char *text, struct run_mounts *m)
{
	char **parts = str_split(a, text, ':'), **words;
	const char *what = arena_printf(a, "option --volume '%s'", text);
	struct run_mount mount = { .type = arena_strdup(a, "bind"),
				   .options = bind_options(a, true) };
	int r;

	if (strv_len(parts) < 2 || strv_len(parts) > 3)
		return refuse(-EINVAL, "%s: expected HOST:DIR[:OPTIONS]", what);
	mount.destination = parts[1];
	r = check_destination(what, mount.destination);
	if (r == 0)
		r = resolve_source(a, what, parts[0], &mount.source);
	words = parts[2] ? str_split(a, parts[2], ',') : NULL;
	for (size_t i = 0; r == 0 && words && words[i]; i++)
		r = add_volume_option(a, what, words[i], &mount.options);
	if (r == 0)
		run_mounts_add(a, m, mount);
	return r;
}

static char **tmpfs_options(struct arena *a)
{
	static char *const defaults[] = { "rw", "rprivate", "nosuid", "nodev", "tmpcopyup", NULL };

	return strv_concat(a, defaults, NULL);
}

static int parse_tmpfs(struct arena *a, const char *text, struct run_mounts *m)
{
	const char *colon = strchr(text, ':');
	struct run_mount mount = { .type = arena_strdup(a, "tmpfs"),
				   .source = arena_strdup(a, "tmpfs"),
				   .options = tmpfs_options(a) };
	int r;

	mount.destination = colon ? arena_strndup(a, text, (size_t)(colon - text)) :
				    arena_strdup(a, text);
	r = check_destination("option --tmpfs", mount.destination);
	if (r < 0)
		return r;
	if (colon)
		mount.options = strv_concat(a, mount.options, str_split(a, colon + 1, ','));
	run_mounts_add(a, m, mount);
	return 0;
}

/* ---- --mount: key=value pairs ---- */

struct mount_keys {
	const char *type, *source, *target, *propagation, *size, *mode;
	bool read_only;
};

static const struct {
	const char *name;
	size_t offset;
} mount_key_names[] = {
	{ "type", offsetof(struct mount_keys, type) },
	{ "source", offsetof(struct mount_keys, source) },
	{ "src", offsetof(struct mount_keys, source) },
	{ "target", offsetof(struct mount_keys, target) },
	{ "destination", offsetof(struct mount_keys, target) },
	{ "dst", offsetof(struct mount_keys, target) },
	{ "bind-propagation", offsetof(struct mount_keys, propagation) },
	{ "tmpfs-size", offsetof(struct mount_keys, size) },
	{ "tmpfs-mode", offsetof(struct mount_keys, mode) },
};

static int parse_mount_key(struct arena *a, const char *what, const char *pair,
			   struct mount_keys *keys)
{
	const char *equals = strchr(pair, '=');
	const char *name = equals ? arena_strndup(a, pair, (size_t)(equals - pair)) : pair;

	if (str_eq(name, "readonly") || str_eq(name, "ro")) {
		keys->read_only = !equals || str_eq(equals + 1, "true") || str_eq(equals + 1, "1");
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(mount_key_names); i++)
		if (equals && str_eq(mount_key_names[i].name, name)) {
			*(const char **)((char *)keys + mount_key_names[i].offset) = equals + 1;
			return 0;
		}
	return refuse(-EINVAL, "%s: unknown key '%s'", what, name);
}

static int make_bind(struct arena *a, const char *what, const struct mount_keys *keys,
		     struct run_mount *mount)
{
	if (!keys->source)
		return refuse(-EINVAL, "%s: a bind needs source=PATH", what);
	mount->options = bind_options(a, true);
	if (keys->read_only)
		mount->options = strv_append(a, mount->options, "ro");
	if (keys->propagation)
		mount->options = strv_append(a, mount->options, keys->propagation);
	return resolve_source(a, what, keys->source, &mount->source);
}

static int make_tmpfs(struct arena *a, const char *what, const struct mount_keys *keys,
		      struct run_mount *mount)
{
	uint64_t bytes;

	mount->source = arena_strdup(a, "tmpfs");
	mount->options = tmpfs_options(a);
	if (keys->size && str_to_bytes(keys->size, &bytes) < 0)
		return refuse(-EINVAL, "%s: tmpfs-size '%s' is not a size", what, keys->size);
	if (keys->size)
		mount->options = strv_append(
			a, mount->options, arena_printf(a, "size=%llu", (unsigned long long)bytes));
	if (keys->mode)
		mount->options = strv_append(a, mount->options,
					     arena_printf(a, "mode=%s", keys->mode));
	if (keys->read_only)
		mount->options = strv_append(a, mount->options, "ro");
	return 0;
}

static int parse_mount(struct arena *a, const char *text, struct run_mounts *m)
{
	const char *what = arena_printf(a, "option --mount '%s'", text);
	char **pairs = str_split(a, text, ',');
	struct mount_keys keys = { 0 };
	struct run_mount mount = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && pairs[i]; i++)
		r = parse_mount_key(a, what, pairs[i], &keys);
	if (r == 0)
		r = check_destination(what, keys.target);
	if (r < 0)
		return r;
	mount.destination = arena_strdup(a, keys.target);
	mount.type = arena_strdup(a, keys.type ? keys.type : "volume");
	if (str_eq(mount.type, "bind"))
		r = make_bind(a, what, &keys, &mount);
	else if (str_eq(mount.type, "tmpfs"))
		r = make_tmpfs(a, what, &keys, &mount);
	else
		r = refuse(-EOPNOTSUPP, "%s: type '%s' is not supported yet; bind and tmpfs are",
			   what, mount.type);
	if (r == 0)
		run_mounts_add(a, m, mount);
	return r;
}

int run_mounts_parse(struct arena *a, const struct run_values *v, struct run_mounts *m)
{
	const struct {
		char **texts;
		int (*parse)(struct arena *a, const char *text, struct run_mounts *m);
	} kinds[] = { { v->volumes, parse_volume },
		      { v->mounts, parse_mount },
		      { v->tmpfs, parse_tmpfs } };
	int r = 0;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = 0; r == 0 && kinds[k].texts && kinds[k].texts[i]; i++) {
			size_t before = m->n;

			r = kinds[k].parse(a, kinds[k].texts[i], m);
			if (r == 0 && run_mounts_has(&(struct run_mounts){ m->list, before },
						     m->list[before].destination))
				r = refuse(-EINVAL, "two mounts at '%s'",
					   m->list[before].destination);
		}
	return r;
}
