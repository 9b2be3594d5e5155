/* SPDX-License-Identifier: Apache-2.0 */
/* image/resolve.c - follow index.json, indexes, manifest and config to one image */
#include "image/resolve.h"

#include "base/error.h"
#include "image/blob.h"
#include "image/digest.h"
#include "image/docker_archive.h"
#include "image/store_read.h"

enum { NESTING_MAX = 8 };

static int check_version(struct arena *a, const struct layout *l)
{
	struct json *tree;
	char *text;
	size_t len;
	int r = layout_text(a, l, "oci-layout", 4096, &text, &len);

	if (r == 0)
		r = json_parse(a, "oci-layout", text, len, &tree);
	if (r < 0)
		return r;
	if (!json_str(tree, "imageLayoutVersion") ||
	    !str_starts(json_str(tree, "imageLayoutVersion"), "1."))
		return refuse(-EINVAL, "oci-layout: imageLayoutVersion is not 1.0.0");
	return 0;
}

/* The descriptor in index.json: the layout's own list, without a digest of its own. */
static int choose_first(struct arena *a, const struct layout *l, const struct platform *platform,
			struct descriptor *ret)
{
	const struct json *chosen;
	struct json *index;
	char *text;
	size_t len;
	int r;

	if (l->ref->digest) {
		*ret = (struct descriptor){ l->ref->media_type, l->ref->digest, l->ref->size };
		return 0;
	}
	r = layout_text(a, l, "index.json", JSON_SIZE_MAX, &text, &len);
	if (r == 0)
		r = json_parse(a, "index.json", text, len, &index);
	if (r == 0)
		r = store_layout_choose(a, index, l->ref, platform, &chosen);
	if (r < 0)
		return r;
	return descriptor_decode(a, "index.json: the image's descriptor", chosen, ret);
}

/* Down through nested indexes, until a manifest is named. */
static int choose_manifest(struct arena *a, const struct layout *l, const struct platform *platform,
			   struct descriptor *d)
{
	for (int depth = 0; manifest_media_kind(d->media_type) == MEDIA_INDEX; depth++) {
		const struct json *index, *chosen;
		char *text;
		int r = depth < NESTING_MAX ?
				blob_text(a, l, "index", d, &text) :
				refuse(-EINVAL, "indexes are nested deeper than %d", NESTING_MAX);

		if (r == 0)
			r = manifest_index_parse(a, d->media_type, text, (size_t)d->size, &index);
		if (r < 0)
			return r;
		chosen = platform_choose(a, json_get(index, "manifests"), platform);
		if (!chosen)
			return refuse(-ENOENT, "no image for %s/%s%s%s in the index", platform->os,
				      platform->architecture, platform->variant ? "/" : "",
				      platform->variant ? platform->variant : "");
		r = descriptor_decode(a, "index: the image's descriptor", chosen, d);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_is_manifest(const struct descriptor *d)
{
	switch (manifest_media_kind(d->media_type)) {
	case MEDIA_MANIFEST:
		return 0;
	case MEDIA_SCHEMA1:
		return refuse(
			-EOPNOTSUPP,
			"a manifest of schema 1 is not supported; convert the image to schema 2");
	default:
		return refuse(-EOPNOTSUPP, "'%s' is not a runnable image", d->media_type);
	}
}

static int read_documents(struct arena *a, const struct layout *l, const struct descriptor *d,
			  struct image *image)
{
	struct manifest m = { 0 };
	char *text;
	int r = blob_text(a, l, "manifest", d, &text);

	if (r == 0)
		r = manifest_parse(a, d->media_type, text, (size_t)d->size, &m);
	if (r < 0)
		return r;
	image->manifest = d->digest;
	image->manifest_text = text;
	image->manifest_len = (size_t)d->size;
	image->config = m.config.digest;
	r = blob_text(a, l, "config", &m.config, &text);
	if (r < 0)
		return r;
	image->config_text = text;
	image->config_len = (size_t)m.config.size;
	image->n_layers = m.n_layers;
	image->layers = arena_array(a, m.n_layers, sizeof(*image->layers));
	for (size_t i = 0; i < m.n_layers; i++)
		image->layers[i] = (struct image_layer){
			.file = layout_blob(a, l, m.layers[i].digest),
			.digest = m.layers[i].digest,
			.size = m.layers[i].size,
		};
	return 0;
}

static int resolve_layout(struct arena *a, const struct layout *l, const struct platform *platform,
			  struct image *image)
{
	struct descriptor d = { 0 };
	int r = 0;

	if (l->is_flat)
		d = l->flat_manifest;
	else
		r = check_version(a, l);
	if (r == 0 && !l->is_flat)
		r = choose_first(a, l, platform, &d);
	if (r < 0)
		return r;
	if (manifest_media_kind(d.media_type) == MEDIA_INDEX)
		image->ref = store_ref_of_index(a, d.digest, platform);
	r = choose_manifest(a, l, platform, &d);
	if (r == 0)
		r = check_is_manifest(&d);
	return r < 0 ? r : read_documents(a, l, &d, image);
}

/* ---- what all forms share ---- */

static int check_platform(const struct image_config *c, const struct platform *wanted)
{
	const struct platform own = { c->os, c->architecture, c->variant };

	if (platform_rank(wanted, &own) == 0)
		return refuse(-ENOENT, "the image is for %s/%s%s%s, not for %s/%s%s%s", c->os,
			      c->architecture, c->variant ? "/" : "", c->variant ? c->variant : "",
			      wanted->os, wanted->architecture, wanted->variant ? "/" : "",
			      wanted->variant ? wanted->variant : "");
	return 0;
}

/* One diffID per layer (config.md "rootfs.diff_ids"), each of an algorithm that we can check. */
static int join_diff_ids(const struct image *image)
{
	char **ids = image->parsed->diff_ids;

	if (strv_len(ids) != image->n_layers)
		return refuse(-EINVAL, "the manifest has %zu layers, the config %zu diff_ids",
			      image->n_layers, strv_len(ids));
	for (size_t i = 0; i < image->n_layers; i++) {
		int r = digest_check_name(ids[i]);

		if (r < 0)
			return refuse(r, "config: rootfs.diff_ids[%zu]: '%s' is not a digest%s", i,
				      ids[i], r == -EOPNOTSUPP ? " that we can check" : "");
		image->layers[i].diff_id = ids[i];
	}
	return 0;
}

/* All blobs are there with their sizes, before the first is unpacked. */
static int check_blobs(const struct layout *l, const struct image *image)
{
	for (size_t i = 0; i < image->n_layers; i++) {
		struct image_layer *layer = &image->layers[i];
		CLEANUP_FD int fd = -EBADF;
		uint64_t size = 0;

		fd = layout_file(l, layer->file, &size);
		if (fd < 0)
			return fail_context(fd, "layer %zu", i);
		if (layer->digest && size != layer->size)
			return refuse(-EBADMSG,
				      "layer %zu: blob %s has %ju bytes, its descriptor says %ju",
				      i, layer->digest, (uintmax_t)size, (uintmax_t)layer->size);
		layer->size = size;
	}
	return 0;
}

int resolve_image(struct arena *a, const struct layout *l, const struct platform *platform,
		  struct image *ret)
{
	struct image image = { 0 };
	int r;

	r = l->ref->transport == IMAGE_DOCKER_ARCHIVE ? docker_archive_resolve(a, l, &image) :
							resolve_layout(a, l, platform, &image);
	if (r == 0)
		r = image_config_parse(a, image.config_text, image.config_len, &image.parsed);
	if (r == 0)
		r = check_platform(image.parsed, platform);
	if (r == 0)
		r = join_diff_ids(&image);
	if (r == 0)
		r = check_blobs(l, &image);
	if (r < 0)
		return r;
	if (l->is_archive)
		image.ref = store_ref_of_archive(a, &l->st, l->ref->name, platform);
	if (l->is_flat)
		image.ref = store_ref_of_archive(a, &l->flat_st, NULL, platform);
	*ret = image;
	return 0;
}
