/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_lookup.c - names, ids and digests to descriptors; descriptors to documents */
#include "image/store_lookup.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/config.h"
#include "image/store_read.h"

#include <fcntl.h>
#include <string.h>

/* What a manifest is that does not say it. */
#define STORE_MANIFEST "application/vnd.oci.image.manifest.v1+json"

enum { NESTING_MAX = 8, ID_PREFIX_MIN = 3, ID_LEN = 64 };

char *store_lookup_blob(struct arena *a, const char *digest)
{
	const char *colon = strchr(digest, ':');

	return arena_printf(a, "blobs/%.*s/%s", (int)(colon - digest), digest, colon + 1);
}

/* ---- documents ---- */

static int read_document(struct arena *a, int store, const char *what, const char *digest,
			 struct store_document *ret)
{
	struct store_document d = { 0 };
	struct json *tree;
	int r;

	if (!digest || !names_is_digest(digest))
		return refuse(-EINVAL, "%s: its descriptor has no valid digest", what);
	d.digest = arena_strdup(a, digest);
	r = file_read_at(a, store, store_lookup_blob(a, digest), JSON_SIZE_MAX, &d.text, &d.len);
	if (r < 0)
		return fail(r, "%s %s", what, digest);
	r = json_parse(a, what, d.text, d.len, &tree);
	if (r < 0)
		return fail_context(r, "%s", digest);
	d.tree = tree;
	*ret = d;
	return 0;
}

static bool has_blob(struct arena *a, int store, const char *digest)
{
	return digest && names_is_digest(digest) &&
	       faccessat(store, store_lookup_blob(a, digest), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The entry for the platform, or the first of those that are there at all. */
static const struct json *choose(struct arena *a, int store, const struct json *manifests,
				 const struct platform *platform)
{
	const struct json *best = platform_choose(a, manifests, platform);

	if (best && has_blob(a, store, json_str(best, "digest")))
		return best;
	json_for_each(d, manifests)
		if (has_blob(a, store, json_str(d, "digest")))
			return d;
	return NULL;
}

static int find_manifest(struct arena *a, int store, const struct store_name *name,
			 const struct platform *platform, struct store_document *ret)
{
	const char *digest = name->digest, *media_type = name->media_type;

	for (int depth = 0; depth < NESTING_MAX; depth++) {
		const struct json *chosen;
		int r = read_document(a, store, "manifest", digest, ret);

		if (r < 0 || !store_media_is_index(media_type))
			return r;
		chosen = choose(a, store, json_get(ret->tree, "manifests"), platform);
		if (!chosen)
			return refuse(-ENOENT, "index %s: none of its images is in the store",
				      name->digest);
		digest = json_str(chosen, "digest");
		media_type = json_str(chosen, "mediaType");
	}
	return refuse(-EINVAL, "indexes are nested deeper than %d", NESTING_MAX);
}

static uint64_t size_of(const struct json *descriptor)
{
	const struct json *size = json_get(descriptor, "size");
	uint64_t bytes = 0;

	if (size && size->type == JSON_NUMBER)
		(void)!str_to_u64(size->text, INT64_MAX, &bytes);
	return bytes;
}

int store_lookup_image(struct arena *a, int store, const struct store_name *name,
		       const struct platform *platform, struct store_image *ret)
{
	struct store_image image = { 0 };
	const struct json *config;
	int r = find_manifest(a, store, name, platform, &image.manifest);

	if (r < 0)
		return r;
	config = json_get(image.manifest.tree, "config");
	r = read_document(a, store, "config", json_str(config, "digest"), &image.config);
	if (r < 0)
		return r;
	image.id = image.config.digest;
	image.size = size_of(config);
	json_for_each(layer, json_get(image.manifest.tree, "layers"))
		image.size += size_of(layer);
	*ret = image;
	return 0;
}

/* ---- what people type ---- */

/* "sha256:abc" and "abc" to "abc"; NULL: no digits of an id */
static const char *id_digits(const char *text)
{
	const char *hex = str_after(text, "sha256:");
	size_t len;

	hex = hex ? hex : text;
	len = strlen(hex);
	return len >= ID_PREFIX_MIN && len <= ID_LEN && strspn(hex, "0123456789abcdef") == len ?
		       hex :
		       NULL;
}

static bool is_image(struct arena *a, int store, const struct store_name *n, const char *hex,
		     const struct platform *host, char **ret_id)
{
	struct store_image image;
	const char *manifest = str_after(n->digest, "sha256:"), *config;

	if (manifest && strlen(hex) == ID_LEN && str_eq(manifest, hex)) {
		*ret_id = n->digest;
		return true;
	}
	if (store_lookup_image(a, store, n, host, &image) < 0) {
		error_clear(); /* a damaged image has no id, and must not hide the others */
		return false;
	}
	config = str_after(image.id, "sha256:");
	*ret_id = image.id;
	return config && str_starts(config, hex);
}

static int find_id(struct arena *a, int store, const struct store_names *names, const char *hex,
		   struct store_name *ret)
{
	const struct store_name *found = NULL;
	char *found_id = NULL;
	struct platform host;
	int r = platform_parse(a, NULL, &host);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names->n; i++) {
		char *id;

		if (!is_image(a, store, &names->list[i], hex, &host, &id))
			continue;
		if (found && !str_eq(found_id, id))
			return refuse(-EINVAL, "'%s' is the beginning of more than one image's id",
				      hex);
		found = &names->list[i];
		found_id = id;
	}
	if (!found)
		return -ENOENT;
	*ret = *found;
	return 0;
}

int store_lookup_name(struct arena *a, int store, const char *text, struct store_name *ret)
{
	const char *hex = id_digits(text);
	struct image_name name;
	struct store_names names;
	const struct store_name *found = NULL;
	bool whole_id = hex && (hex != text || strlen(hex) == ID_LEN);
	int r = store_names_load(a, store, &names);

	if (r == 0 && !whole_id)
		r = names_parse(a, text, &name);
	if (r < 0)
		return r;
	if (!whole_id)
		found = store_names_get(&names, names_candidates(a, &name));
	if (!found)
		return hex ? find_id(a, store, &names, hex, ret) : -ENOENT;
	*ret = *found;
	return 0;
}

int store_lookup_reference(struct arena *a, int store, const char *path,
			   struct image_reference *ref)
{
	struct store_name found;
	int r;

	if (ref->transport != IMAGE_NAME)
		return 0;
	r = store_lookup_name(a, store, ref->name, &found);
	if (r < 0)
		return r;
	ref->transport = IMAGE_OCI;
	ref->path = arena_strdup(a, path);
	ref->name = NULL;
	ref->digest = found.digest;
	ref->media_type = found.media_type;
	ref->size = found.size;
	return 0;
}

int store_lookup_manifest(struct arena *a, int store, const char *path, const char *digest,
			  struct image_reference *ret, struct platform *ret_platform)
{
	struct store_name name = { .digest = arena_strdup(a, digest) };
	const char *media_type;
	struct store_image image;
	struct image_config *config;
	int r = store_lookup_image(a, store, &name, NULL, &image);

	if (r == 0)
		r = image_config_parse(a, image.config.text, image.config.len, &config);
	if (r < 0)
		return r;
	media_type = json_str(image.manifest.tree, "mediaType");
	*ret_platform = (struct platform){ config->os, config->architecture, config->variant };
	*ret = (struct image_reference){
		.transport = IMAGE_OCI,
		.text = name.digest,
		.path = arena_strdup(a, path),
		.digest = name.digest,
		.media_type = arena_strdup(a, media_type ? media_type : STORE_MANIFEST),
		.size = image.manifest.len,
	};
	return 0;
}
