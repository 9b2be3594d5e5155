/* SPDX-License-Identifier: Apache-2.0 */
/* image/docker_archive.c - choose an entry of manifest.json by its tag; its files are names in the archive
 *
 * Each entry is {Config, RepoTags, Layers}. The layers' blobs have no digests of their own: what they unpack
 * to is checked against the config's diff_ids, and the config against its own name. */
#include "image/docker_archive.h"

#include "base/error.h"
#include "image/digest.h"

#include <string.h>

enum { LIST_MAX = 1024 * 1024, HEX = 64 };

static const struct json_row entry_rows[] = {
	{ .name = "Config",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct docker_entry, config),
	  .flags = JSON_REQUIRED | JSON_NONEMPTY },
	{ .name = "RepoTags", .kind = JSON_K_STRV, .offset = offsetof(struct docker_entry, tags) },
	{ .name = "Layers", .kind = JSON_K_STRV, .offset = offsetof(struct docker_entry, layers) },
	{ 0 },
};

/* "busybox" is "busybox:latest", and also what docker writes with the name of a registry in front. */
static bool tag_matches(struct arena *a, const char *tag, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *full = strchr(slash ? slash : name, ':') ? name :
							       arena_printf(a, "%s:latest", name);

	return str_eq(tag, full) || str_ends(tag, arena_printf(a, "/%s", full));
}

static bool has_tag(struct arena *a, const struct docker_entry *e, const char *name)
{
	for (char **tag = e->tags; tag && *tag; tag++)
		if (tag_matches(a, *tag, name))
			return true;
	return false;
}

int docker_archive_list(struct arena *a, const struct layout *l, struct docker_entry **ret,
			size_t *ret_n)
{
	struct docker_entry *entries;
	struct json *list;
	size_t n = 0, len;
	char *text;
	int r = layout_text(a, l, "manifest.json", LIST_MAX, &text, &len);

	if (r == 0)
		r = json_parse(a, "manifest.json", text, len, &list);
	if (r == 0 && list->type != JSON_ARRAY)
		r = refuse(-EINVAL, "manifest.json: expected a list");
	if (r < 0)
		return r;
	entries = arena_array(a, list->count, sizeof(*entries));
	json_for_each(value, list) {
		struct json_decoder d = { .arena = a };

		entries[n].value = value;
		r = json_decode(&d, "manifest.json", value, entry_rows, &entries[n++]);
		if (r < 0)
			return r;
	}
	*ret = entries;
	*ret_n = n;
	return 0;
}

static int choose(struct arena *a, const struct layout *l, const struct docker_entry **ret)
{
	const char *name = l->ref->name;
	struct docker_entry *entries;
	size_t n, found = 0;
	int r = docker_archive_list(a, l, &entries, &n);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (name && !has_tag(a, &entries[i], name))
			continue;
		*ret = &entries[i];
		found++;
	}
	if (found == 0)
		return refuse(-ENOENT, "no such image in the archive");
	if (found > 1)
		return refuse(-EINVAL, "%zu images in the archive fit; name one", found);
	return 0;
}

int docker_archive_config(struct arena *a, const struct layout *l, const struct docker_entry *e,
			  struct image *image)
{
	CLEANUP(digest) struct digest *digest = digest_new("sha256:");
	const char *slash = strrchr(e->config, '/'), *base = slash ? slash + 1 : e->config;
	char text[160], *config;
	int r = layout_text(a, l, e->config, JSON_SIZE_MAX, &config, &image->config_len);

	if (r < 0)
		return fail_context(r, "config");
	digest_update(digest, config, image->config_len);
	digest_text(digest, text);
	image->config = image->manifest = arena_strdup(a, text);
	image->config_text = config;
	/* "<hex>.json", or "blobs/sha256/<hex>" since docker 25 */
	if (strspn(base, "0123456789abcdef") != HEX || (base[HEX] && !str_eq(base + HEX, ".json")))
		return refuse(-EINVAL, "config '%s' is not named by its digest", e->config);
	if (strncmp(base, text + strlen("sha256:"), HEX) != 0)
		return refuse(-EBADMSG, "config '%s' has digest %s", e->config, text);
	return 0;
}

static void find_layers(struct arena *a, const struct docker_entry *e, struct image *image)
{
	image->n_layers = strv_len(e->layers);
	image->layers = arena_array(a, image->n_layers, sizeof(*image->layers));
	for (size_t i = 0; i < image->n_layers; i++)
		image->layers[i].file = e->layers[i];
}

int docker_archive_resolve(struct arena *a, const struct layout *l, struct image *ret)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };
	const struct docker_entry *e = NULL;
	int r = choose(a, l, &e);

	if (r == 0)
		r = docker_archive_config(a, l, e, ret);
	if (r < 0)
		return r;
	find_layers(a, e, ret);
	json_w_value(&w, NULL, e->value);
	ret->manifest_text = arena_strndup(a, out.data, out.len);
	ret->manifest_len = out.len;
	return 0;
}
