/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/spec_load.c - config.json into struct spec: the top of the table, and reading */
#include "runtime/spec.h"

#include "base/error.h"
#include "base/fd.h"
#include "runtime/spec_rows.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

const char *const spec_hook_names[SPEC_HOOK_KINDS + 1] = {
	[SPEC_HOOK_PRESTART] = "prestart",
	[SPEC_HOOK_CREATE_RUNTIME] = "createRuntime",
	[SPEC_HOOK_CREATE_CONTAINER] = "createContainer",
	[SPEC_HOOK_START_CONTAINER] = "startContainer",
	[SPEC_HOOK_POSTSTART] = "poststart",
	[SPEC_HOOK_POSTSTOP] = "poststop",
};

/* ---- tables ---- */

static const struct json_row root_rows[] = {
	ROW_STRING("path", struct spec, root_path, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_BOOL("readonly", struct spec, root_readonly),
	ROW_END,
};

static const struct json_row mount_rows[] = {
	ROW_STRING("destination", struct spec_mount, destination, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_STRING("type", struct spec_mount, type, 0),
	ROW_STRING("source", struct spec_mount, source, 0),
	ROW_STRV("options", struct spec_mount, options, 0),
	ROW_ARRAY("uidMappings", struct spec_mount, uid_maps, n_uid_maps, spec_id_map_rows),
	ROW_ARRAY("gidMappings", struct spec_mount, gid_maps, n_gid_maps, spec_id_map_rows),
	ROW_END,
};

static const struct json_row hook_rows[] = {
	ROW_STRING("path", struct spec_hook, path, JSON_REQUIRED | JSON_ABSOLUTE),
	ROW_STRV("args", struct spec_hook, args, 0),
	ROW_STRV("env", struct spec_hook, env, 0),
	ROW_OPT_I64("timeout", struct spec_hook, timeout, 1, INT32_MAX),
	ROW_END,
};

#define ROW_HOOKS(key, kind) ROW_ARRAY(key, struct spec_hooks, list[kind], n[kind], hook_rows)
static const struct json_row hooks_rows[] = {
	ROW_HOOKS("prestart", SPEC_HOOK_PRESTART),
	ROW_HOOKS("createRuntime", SPEC_HOOK_CREATE_RUNTIME),
	ROW_HOOKS("createContainer", SPEC_HOOK_CREATE_CONTAINER),
	ROW_HOOKS("startContainer", SPEC_HOOK_START_CONTAINER),
	ROW_HOOKS("poststart", SPEC_HOOK_POSTSTART),
	ROW_HOOKS("poststop", SPEC_HOOK_POSTSTOP),
	ROW_END,
};

const struct json_row spec_rows[] = {
	ROW_STRING("ociVersion", struct spec, oci_version, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_INLINE("root", root_rows, JSON_REQUIRED),
	ROW_ARRAY("mounts", struct spec, mounts, n_mounts, mount_rows),
	ROW_OBJECT_PTR("process", struct spec, process, spec_process_rows),
	ROW_OBJECT("hooks", struct spec, hooks, hooks_rows),
	ROW_STRING("hostname", struct spec, hostname, 0),
	ROW_STRING("domainname", struct spec, domainname, 0),
	ROW_MAP("annotations", struct spec, annotations, n_annotations),
	ROW_OBJECT("linux", struct spec, linux_, spec_linux_rows),
	ROW_END,
};

int spec_decode_u32(struct json_decoder *d, const struct json *value, void *field)
{
	uint64_t number;

	if (value->type != JSON_NUMBER || str_to_u64(value->text, UINT32_MAX, &number) < 0)
		return json_problem(d, "expected a number from 0 to %" PRIu32, UINT32_MAX);
	*(uint32_t *)field = (uint32_t)number;
	return 0;
}

/* ---- reading ---- */

static struct spec *spec_new(void)
{
	struct arena *a = arena_new();
	struct spec *s = arena_new_of(a, struct spec);

	s->arena = a;
	return s;
}

void spec_free(struct spec *s)
{
	if (s)
		arena_free(s->arena);
}

/* Decodes a document that starts where table starts. */
static int decode(struct json_decoder *d, const char *what, const char *text, size_t len,
		  const struct json_row *table, void *dst)
{
	struct json *tree;
	int r;

	r = json_parse(d->arena, what, text, len, &tree);
	if (r < 0) {
		if (d->on_problem)
			d->on_problem(d->arg, error_text());
		return r;
	}
	return json_decode(d, what, tree, table, dst);
}

/* Before 1.3 the spec did not tell what a limit of no tasks is; runtimes took it for no limit, and callers of
 * that time say it so: podman 4 of --pids-limit 0 and -1. */
static void settle_old_meanings(struct spec *s)
{
	struct opt_i64 *pids = &s->linux_.resources.pids_limit;
	unsigned major, minor;

	if (pids->set && pids->value == 0 && s->oci_version &&
	    sscanf(s->oci_version, "%u.%u.", &major, &minor) == 2 && major == 1 && minor < 3)
		pids->value = -1;
}

int spec_parse(const char *text, size_t len, void (*on_problem)(void *, const char *), void *arg,
	       struct spec **ret)
{
	CLEANUP(spec) struct spec *s = spec_new();
	struct json_decoder d = { .arena = s->arena, .on_problem = on_problem, .arg = arg };
	int r;

	r = decode(&d, "config", text, len, spec_rows, s);
	if (r < 0 && !on_problem)
		return r;
	settle_old_meanings(s);
	*ret = TAKE_PTR(s);
	return r;
}

int spec_load(int dirfd, const char *name, struct spec **ret, const char **ret_text)
{
	CLEANUP(spec) struct spec *s = spec_new();
	struct json_decoder d = { .arena = s->arena };
	char *text;
	size_t len;
	int r;

	r = file_read_at(s->arena, dirfd, name, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "open '%s'", name);
	r = decode(&d, "config", text, len, spec_rows, s);
	if (r < 0)
		return r;
	if (ret_text)
		*ret_text = text;
	settle_old_meanings(s);
	*ret = TAKE_PTR(s);
	return 0;
}

int spec_load_mounts(struct arena *a, const char *path, struct spec_mount **ret, size_t *ret_n)
{
	struct json_decoder d = { .arena = a };
	struct spec_mount *mounts;
	struct json *tree;
	char *text;
	size_t len, n = 0;
	int r;

	r = file_read_given(a, path, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "open '%s'", path);
	r = json_parse(a, "mounts", text, len, &tree);
	if (r < 0)
		return r;
	if (tree->type != JSON_ARRAY)
		return refuse(-EINVAL, "mounts: expected an array");
	if (tree->count > SPEC_MOUNTS_AT_ONCE)
		return refuse(-E2BIG, "mounts: more than %d at once", SPEC_MOUNTS_AT_ONCE);
	mounts = arena_array(a, tree->count, sizeof(*mounts));
	json_for_each(element, tree) {
		const char *name = arena_printf(a, "mounts[%zu]", n);

		r = json_decode(&d, name, element, mount_rows, &mounts[n++]);
		if (r < 0)
			return r;
	}
	*ret = mounts;
	*ret_n = n;
	return 0;
}

int spec_load_process(struct arena *a, const char *path, struct spec_process **ret)
{
	struct spec_process *p = arena_new_of(a, struct spec_process);
	struct json_decoder d = { .arena = a };
	char *text;
	size_t len;
	int r;

	r = file_read_given(a, path, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "open '%s'", path);
	r = decode(&d, "process", text, len, spec_process_rows, p);
	if (r < 0)
		return r;
	*ret = p;
	return 0;
}
