/* SPDX-License-Identifier: Apache-2.0 */
/* image/config.c - decode table of the image config; docker's form is the same document */
#include "image/config.h"

#include "base/error.h"

/* An object whose keys alone count ({"/data": {}}), or null. */
static int decode_keys(struct json_decoder *d, const struct json *value, void *field)
{
	char ***keys = field;

	if (value->type == JSON_NULL)
		return 0;
	if (value->type != JSON_OBJECT)
		return json_problem(d, "expected an object");
	json_for_each(member, value)
		*keys = strv_append(d->arena, *keys, member->key);
	return 0;
}

#define AT(field) offsetof(struct image_config, field)

static const struct json_row process_rows[] = {
	{ .name = "User", .kind = JSON_K_STRING, .offset = AT(user) },
	{ .name = "Env", .kind = JSON_K_STRV, .offset = AT(env) },
	{ .name = "Entrypoint", .kind = JSON_K_STRV, .offset = AT(entrypoint) },
	{ .name = "Cmd", .kind = JSON_K_STRV, .offset = AT(cmd) },
	{ .name = "WorkingDir", .kind = JSON_K_STRING, .offset = AT(working_dir) },
	{ .name = "StopSignal", .kind = JSON_K_STRING, .offset = AT(stop_signal) },
	{ .name = "Volumes", .kind = JSON_K_CUSTOM, .offset = AT(volumes), .decode = decode_keys },
	{ .name = "ExposedPorts",
	  .kind = JSON_K_CUSTOM,
	  .offset = AT(exposed_ports),
	  .decode = decode_keys },
	{ .name = "Labels", .kind = JSON_K_MAP, .offset = AT(labels), .offset2 = AT(n_labels) },
	{ 0 },
};

struct rootfs_object {
	char *type;
	char **diff_ids;
};

static const struct json_row rootfs_rows[] = {
	{ .name = "type",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct rootfs_object, type),
	  .flags = JSON_REQUIRED },
	{ .name = "diff_ids",
	  .kind = JSON_K_STRV,
	  .offset = offsetof(struct rootfs_object, diff_ids),
	  .flags = JSON_REQUIRED },
	{ 0 },
};

static int decode_rootfs(struct json_decoder *d, const struct json *value, void *field)
{
	struct rootfs_object rootfs = { 0 };
	int r = json_decode_value(d, value, rootfs_rows, &rootfs);

	if (r == 0 && !str_eq(rootfs.type, "layers"))
		return json_problem(d, "type '%s' is not 'layers'", rootfs.type);
	*(char ***)field = rootfs.diff_ids;
	return r;
}

/* "config" is optional and may be null; its members belong to the same struct. */
static int decode_process(struct json_decoder *d, const struct json *value, void *field)
{
	return value->type == JSON_NULL ? 0 : json_decode_value(d, value, process_rows, field);
}

static const struct json_row config_rows[] = {
	{ .name = "os",
	  .kind = JSON_K_STRING,
	  .offset = AT(os),
	  .flags = JSON_REQUIRED | JSON_NONEMPTY },
	{ .name = "architecture",
	  .kind = JSON_K_STRING,
	  .offset = AT(architecture),
	  .flags = JSON_REQUIRED | JSON_NONEMPTY },
	{ .name = "variant", .kind = JSON_K_STRING, .offset = AT(variant) },
	{ .name = "os.version", .kind = JSON_K_STRING, .offset = AT(os_version) },
	{ .name = "os.features", .kind = JSON_K_STRV, .offset = AT(os_features) },
	{ .name = "author", .kind = JSON_K_STRING, .offset = AT(author) },
	{ .name = "created", .kind = JSON_K_STRING, .offset = AT(created) },
	{ .name = "config", .kind = JSON_K_CUSTOM, .offset = 0, .decode = decode_process },
	{ .name = "rootfs",
	  .kind = JSON_K_CUSTOM,
	  .offset = AT(diff_ids),
	  .flags = JSON_REQUIRED,
	  .decode = decode_rootfs },
	{ 0 },
};

int image_config_parse(struct arena *a, const char *text, size_t len, struct image_config **ret)
{
	struct json_decoder d = { .arena = a };
	struct image_config *c = arena_new_of(a, struct image_config);
	struct json *tree;
	int r = json_parse(a, "image config", text, len, &tree);

	if (r == 0)
		r = json_decode(&d, "image config", tree, config_rows, c);
	if (r == 0)
		*ret = c;
	return r;
}
