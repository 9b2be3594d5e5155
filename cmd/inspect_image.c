/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/inspect_image.c - the config as it is, the names, the blobs, and whether it is unpacked */
#include "cmd/inspect_image.h"

#include "base/error.h"
#include "cmd/store.h"
#include "image/store_lookup.h"
#include "image/store_read.h"

#include <string.h>

static void write_names(struct cmd *cmd, const struct store_names *names, const char *digest,
			struct json_writer *w)
{
	json_w_array(w, "RepoTags");
	for (size_t i = 0; i < names->n; i++)
		if (names->list[i].name && str_eq(names->list[i].digest, digest) &&
		    !strchr(names->list[i].name, '@'))
			json_w_str(w, NULL, names->list[i].name);
	json_w_end_array(w);
	json_w_array(w, "RepoDigests");
	for (size_t i = 0; i < names->n; i++) {
		struct image_name name;

		if (!names->list[i].name || !str_eq(names->list[i].digest, digest) ||
		    names_parse(cmd->arena, names->list[i].name, &name) < 0)
			continue;
		json_w_str(w, NULL,
			   arena_printf(cmd->arena, "%s@%s",
					names_repository(cmd->arena, &name, NAMES_LOCAL_HOST),
					digest));
	}
	json_w_end_array(w);
	error_clear();
}

/* Members of the config document under docker's names. */
static const struct {
	const char *in, *out;
} members[] = {
	{ "created", "Created" }, { "author", "Author" }, { "architecture", "Architecture" },
	{ "variant", "Variant" }, { "os", "Os" },         { "os.version", "OsVersion" },
	{ "config", "Config" },   { "rootfs", "RootFS" },
};

static bool is_unpacked(struct cmd *cmd, int store, const char *manifest)
{
	struct stored_image *image;
	bool is = store_find_manifest(cmd->arena, store, manifest, &image) == 0;

	error_clear();
	return is;
}

static void write_image(struct cmd *cmd, int store, const struct store_name *found,
			const struct store_names *names, const struct store_image *image,
			struct json_writer *w)
{
	json_w_object(w, NULL);
	json_w_str(w, "Id", image->id);
	json_w_str(w, "Digest", found->digest);
	json_w_str(w, "Manifest", image->manifest.digest);
	write_names(cmd, names, found->digest, w);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (json_get(image->config.tree, members[i].in))
			json_w_value(w, members[i].out,
				     json_get(image->config.tree, members[i].in));
	json_w_value(w, "Layers", json_get(image->manifest.tree, "layers"));
	json_w_u64(w, "Size", image->size);
	json_w_bool(w, "Unpacked", is_unpacked(cmd, store, image->manifest.digest));
	json_w_end_object(w);
}

int inspect_image(struct cmd *cmd, const char *what, struct json_writer *w)
{
	CLEANUP_FD int store = store_folder(cmd);
	struct store_names names;
	struct store_name found;
	struct store_image image;
	struct platform host;
	int r = store < 0 ? store : store_lookup_name(cmd->arena, store, what, &found);

	if (r == 0)
		r = store_names_load(cmd->arena, store, &names);
	if (r == 0)
		r = platform_parse(cmd->arena, NULL, &host);
	if (r == 0)
		r = store_lookup_image(cmd->arena, store, &found, &host, &image);
	if (r < 0)
		return r;
	if (!json_get(image.manifest.tree, "layers"))
		return refuse(-EINVAL, "image %s: its manifest has no layers", what);
	write_image(cmd, store, &found, &names, &image, w);
	return 0;
}
