/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_read.c - find an unpacked image without hashing, unpacking or asking the helper */
#include "image/store_read.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>
#include <string.h>

enum { DOCUMENT_MAX = JSON_SIZE_MAX, REF_MAX = 256 };

#define REF_NAME "org.opencontainers.image.ref.name"

bool store_digest_is_sane(const char *digest)
{
	static const char algorithm[] = "abcdefghijklmnopqrstuvwxyz0123456789+._-";
	static const char encoded[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=_-";
	const char *colon = digest ? strchr(digest, ':') : NULL;
	size_t len = colon ? (size_t)(colon - digest) : 0;

	return colon && len > 0 && digest[0] != '.' && strspn(digest, algorithm) == len &&
	       colon[1] && strspn(colon + 1, encoded) == strlen(colon + 1) &&
	       strlen(digest) < REF_MAX;
}

bool store_media_is_index(const char *media_type)
{
	return str_eq(media_type, "application/vnd.oci.image.index.v1+json") ||
	       str_eq(media_type, "application/vnd.docker.distribution.manifest.list.v2+json");
}

/* ---- keys of references ---- */

/* Only the characters of a platform's own names are let into a file name. */
static char *platform_key(struct arena *a, const struct platform *p)
{
	char *key = arena_printf(a, "%s-%s-%s", p->os, p->architecture,
				 p->variant ? p->variant : "");

	for (char *c = key; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    *c))
			*c = '_';
	return key;
}

char *store_ref_of_index(struct arena *a, const char *index_digest, const struct platform *platform)
{
	return arena_printf(a, "index-%s-%s", index_digest, platform_key(a, platform));
}

/* FNV-1a: the name inside an archive only has to be told from the other names of the same file */
static unsigned long long hash_name(const char *name)
{
	unsigned long long h = 14695981039346656037ULL;

	for (; name && *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211ULL;
	return h;
}

char *store_ref_of_archive(struct arena *a, const struct stat *st, const char *name,
			   const struct platform *platform)
{
	return arena_printf(a, "file-%llx-%llx-%llx-%llx.%lx-%llx.%lx-%llx-%s",
			    (unsigned long long)st->st_dev, (unsigned long long)st->st_ino,
			    (unsigned long long)st->st_size, (unsigned long long)st->st_mtim.tv_sec,
			    (unsigned long)st->st_mtim.tv_nsec,
			    (unsigned long long)st->st_ctim.tv_sec,
			    (unsigned long)st->st_ctim.tv_nsec, hash_name(name),
			    platform_key(a, platform));
}

/* ---- a stored image ---- */

struct layers_document {
	char *config;
	char **layers;
};

static const struct json_row layers_rows[] = {
	{ .name = "config",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct layers_document, config),
	  .flags = JSON_REQUIRED },
	{ .name = "layers",
	  .kind = JSON_K_STRV,
	  .offset = offsetof(struct layers_document, layers),
	  .flags = JSON_REQUIRED },
	{ 0 },
};

static int read_layers(struct arena *a, int dir, struct stored_image *image)
{
	struct layers_document document = { 0 };
	struct json_decoder d = { .arena = a };
	struct json *tree;
	char *text;
	size_t len;
	int r = file_read_at(a, dir, "layers.json", DOCUMENT_MAX, &text, &len);

	if (r < 0)
		return fail(r, "stored image %s: layers.json", image->manifest);
	r = json_parse(a, "layers.json", text, len, &tree);
	if (r < 0)
		return r;
	r = json_decode(&d, "layers.json", tree, layers_rows, &document);
	image->id = document.config;
	image->layers = document.layers;
	return r;
}

/* A layer that somebody removed sends the whole image back to the helper. */
static bool layers_are_complete(struct arena *a, int store, char *const *layers)
{
	for (size_t i = 0; layers[i]; i++)
		if (faccessat(store, arena_printf(a, "layers/%s/complete", layers[i]), F_OK,
			      AT_SYMLINK_NOFOLLOW) < 0)
			return false;
	return true;
}

int store_find_manifest(struct arena *a, int store, const char *digest, struct stored_image **ret)
{
	struct stored_image *image = arena_new_of(a, struct stored_image);
	CLEANUP_FD int dir = -EBADF;
	const char *colon = strchr(digest, ':');
	char *text;
	size_t len;
	int r;

	if (!store_digest_is_sane(digest))
		return refuse(-EINVAL, "'%s' is not a digest", digest);
	image->manifest = arena_strdup(a, digest);
	dir = openat(store,
		     arena_printf(a, "images/%.*s/%s", (int)(colon - digest), digest, colon + 1),
		     O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return errno == ENOENT ? -ENOENT : fail(-errno, "stored image %s", digest);
	r = read_layers(a, dir, image);
	if (r < 0)
		return r;
	if (!layers_are_complete(a, store, image->layers))
		return -ENOENT;
	r = file_read_at(a, dir, "config.json", DOCUMENT_MAX, &text, &len);
	if (r < 0)
		return fail(r, "stored image %s: config.json", digest);
	r = image_config_parse(a, text, len, &image->config);
	if (r == 0)
		*ret = image;
	return r;
}

/* The manifest that a name below refs/ stands for. */
static int find_by_ref(struct arena *a, int store, const char *key, struct stored_image **ret)
{
	char *digest;
	size_t len;
	int r = file_read_at(a, store, arena_printf(a, "refs/%s", key), REF_MAX, &digest, &len);

	if (r < 0)
		return r == -ENOENT ? r : fail(r, "the store's reference '%s'", key);
	return store_find_manifest(a, store, digest, ret);
}

/* ---- layouts ---- */

static char *known_tags(struct arena *a, const struct json *manifests)
{
	char **tags = NULL;

	json_for_each(d, manifests) {
		const char *tag = json_str(json_get(d, "annotations"), REF_NAME);

		if (tag && !strv_has(tags, tag) && strv_len(tags) < 10)
			tags = strv_append(a, tags, tag);
	}
	return tags ? str_join(a, tags, ", ") : arena_strdup(a, "none");
}

/* The descriptors that carry the tag (all without one), as a list of its own. */
static struct json *with_tag(struct arena *a, const struct json *manifests, const char *tag)
{
	struct json *list = arena_new_of(a, struct json), **end = &list->first;

	list->type = JSON_ARRAY;
	json_for_each(d, manifests) {
		if (tag && !str_eq(json_str(json_get(d, "annotations"), REF_NAME), tag))
			continue;
		*end = arena_new_of(a, struct json);
		**end = *d;
		(*end)->next = NULL;
		end = &(*end)->next;
		list->count++;
	}
	return list;
}

/* image-spec image-index.md; a document that another tool reads as something else is refused. */
static int check_index(const struct json *index)
{
	const struct json *version = json_get(index, "schemaVersion");
	const struct json *media_type = json_get(index, "mediaType");
	const struct json *manifests = json_get(index, "manifests");

	if (!version || version->type != JSON_NUMBER || !str_eq(version->text, "2"))
		return refuse(-EINVAL, "index.json: schemaVersion is not 2");
	if (media_type &&
	    (media_type->type != JSON_STRING || !store_media_is_index(media_type->text)))
		return refuse(-EINVAL, "index.json: its mediaType is not that of an index");
	if (!manifests || manifests->type != JSON_ARRAY)
		return refuse(-EINVAL, "index.json has no list of manifests");
	if (json_get(index, "layers") || json_get(index, "config"))
		return refuse(-EINVAL, "index.json is both an index and a manifest");
	return 0;
}

int store_layout_choose(struct arena *a, const struct json *index,
			const struct image_reference *ref, const struct platform *platform,
			const struct json **ret)
{
	const struct json *manifests = json_get(index, "manifests"), *chosen;
	struct json *candidates;
	int r = check_index(index);

	if (r < 0)
		return r;
	candidates = with_tag(a, manifests, ref->name);
	if (candidates->count == 0)
		return refuse(-ENOENT, "no such image in the layout; its tags: %s",
			      known_tags(a, manifests));
	if (!ref->name && candidates->count > 1)
		return refuse(-EINVAL, "more than one image in the layout, name a tag: %s",
			      known_tags(a, manifests));
	chosen = candidates->count == 1 ? candidates->first :
					  platform_choose(a, candidates, platform);
	if (!chosen)
		return refuse(-ENOENT, "no image for %s/%s", platform->os, platform->architecture);
	if (!store_digest_is_sane(json_str(chosen, "digest")))
		return refuse(-EINVAL, "index.json: a descriptor without a valid digest");
	*ret = chosen;
	return 0;
}

static int find_by_descriptor(struct arena *a, int store, const char *digest,
			      const char *media_type, const struct platform *platform,
			      struct stored_image **ret)
{
	if (store_media_is_index(media_type))
		return find_by_ref(a, store, store_ref_of_index(a, digest, platform), ret);
	return store_find_manifest(a, store, digest, ret);
}

static int find_in_layout(struct arena *a, int store, const struct image_reference *ref,
			  const struct platform *platform, struct stored_image **ret)
{
	CLEANUP_FD int dir = open(ref->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct json *d = NULL;
	struct json *index;
	char *text;
	size_t len;
	int r;

	if (ref->digest)
		return find_by_descriptor(a, store, ref->digest, ref->media_type, platform, ret);
	if (dir < 0)
		return fail(-errno, "image '%s'", ref->text);
	r = file_read_at(a, dir, "index.json", DOCUMENT_MAX, &text, &len);
	if (r < 0)
		return fail(r, "image '%s': index.json", ref->text);
	r = json_parse(a, "index.json", text, len, &index);
	if (r == 0)
		r = store_layout_choose(a, index, ref, platform, &d);
	if (r < 0)
		return fail_context(r, "image '%s'", ref->text);
	return find_by_descriptor(a, store, json_str(d, "digest"), json_str(d, "mediaType"),
				  platform, ret);
}

static int find_archive(struct arena *a, int store, const struct image_reference *ref,
			const struct platform *platform, struct stored_image **ret)
{
	const char *file = ref->transport == IMAGE_DIR ?
				   arena_printf(a, "%s/manifest.json", ref->path) :
				   ref->path;
	struct stat st;

	if (stat(file, &st) < 0)
		return fail(-errno, "image '%s'", ref->text);
	return find_by_ref(a, store, store_ref_of_archive(a, &st, ref->name, platform), ret);
}

/* A manifest or an archive may hold an image for another machine than it was asked for this time. */
static int check_platform(const struct stored_image *image, const struct image_reference *ref,
			  const struct platform *wanted)
{
	const struct platform own = { image->config->os, image->config->architecture,
				      image->config->variant };

	if (platform_rank(wanted, &own) == 0)
		return refuse(-EINVAL, "image '%s': it is for %s/%s, not for %s/%s", ref->text,
			      own.os, own.architecture, wanted->os, wanted->architecture);
	return 0;
}

int store_find(struct arena *a, int store, const struct image_reference *ref,
	       const struct platform *platform, struct stored_image **ret)
{
	struct stored_image *image;
	int r = ref->transport == IMAGE_OCI ? find_in_layout(a, store, ref, platform, &image) :
					      find_archive(a, store, ref, platform, &image);

	if (r == 0)
		r = check_platform(image, ref, platform);
	if (r == 0)
		*ret = image;
	return r;
}
