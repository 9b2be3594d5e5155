/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest_docker.c - entries of manifest.json to OCI manifests */
#include "image/ingest_docker.h"

#include "base/error.h"
#include "image/digest.h"
#include "image/docker_archive.h"
#include "image/names.h"

#include <string.h>

enum { LAYERS_MAX = 1024 };

static void write_descriptor(struct json_writer *w, const char *key, const struct descriptor *d)
{
	json_w_object(w, key);
	json_w_str(w, "mediaType", d->media_type);
	json_w_str(w, "digest", d->digest);
	json_w_u64(w, "size", d->size);
	json_w_end_object(w);
}

/* A file may be the layer of several images, and of one image twice. */
struct seen {
	const char *file;
	struct descriptor d;
};

static int stage_layer(struct ingest *in, const char *file, struct seen *seen, size_t n,
		       struct descriptor *ret)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(seen[i].file, file)) {
			*ret = seen[i].d;
			return 0;
		}
	return ingest_unnamed(in, file, ret);
}

/* A plain layer can be proved here; a packed one is when it is unpacked. */
static int check_diff_id(size_t i, const struct descriptor *d, const char *diff_id)
{
	if (digest_check_name(diff_id) < 0)
		return refuse(
			-EINVAL,
			"config: rootfs.diff_ids[%zu]: '%s' is not a digest that we can check", i,
			diff_id);
	if (str_eq(d->media_type, MANIFEST_OCI_LAYER) && str_starts(diff_id, "sha256:") &&
	    !str_eq(d->digest, diff_id))
		return refuse(-EBADMSG, "layer %zu has digest %s, expected %s", i, d->digest,
			      diff_id);
	return 0;
}

static int stage_layers(struct ingest *in, const struct docker_entry *e, const struct image *image,
			struct json_writer *w)
{
	size_t n = strv_len(e->layers);
	struct seen *seen = arena_array(in->arena, n, sizeof(*seen));

	if (strv_len(image->parsed->diff_ids) != n)
		return refuse(-EINVAL, "the manifest has %zu layers, the config %zu diff_ids", n,
			      strv_len(image->parsed->diff_ids));
	if (n > LAYERS_MAX)
		return refuse(-EINVAL, "%zu layers, we take %d", n, LAYERS_MAX);
	json_w_array(w, "layers");
	for (size_t i = 0; i < n; i++) {
		int r;

		seen[i].file = e->layers[i];
		r = stage_layer(in, e->layers[i], seen, i, &seen[i].d);
		if (r == 0)
			r = check_diff_id(i, &seen[i].d, image->parsed->diff_ids[i]);
		if (r < 0)
			return r;
		write_descriptor(w, NULL, &seen[i].d);
	}
	json_w_end_array(w);
	return 0;
}

static int stage_manifest(struct ingest *in, const struct buf *text, struct descriptor *ret)
{
	CLEANUP(digest) struct digest *digest = digest_new("sha256:");
	char name[160];

	digest_update(digest, text->data, text->len);
	digest_text(digest, name);
	*ret = (struct descriptor){ arena_strdup(in->arena, MANIFEST_OCI),
				    arena_strdup(in->arena, name), text->len };
	return ingest_text(in, ret, text->data);
}

static int add_names(struct ingest *in, const struct docker_entry *e, struct ingested_image *image)
{
	if (!e->tags || !e->tags[0])
		return ingested_add_image(in->arena, &in->out, image);
	for (char **tag = e->tags; *tag; tag++) {
		struct image_name name;
		int r = names_parse(in->arena, *tag, &name);

		if (r < 0)
			return r;
		image->name = names_full(in->arena, &name, NAMES_DOCKER_HOST);
		r = ingested_add_image(in->arena, &in->out, image);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_entry(struct ingest *in, const struct docker_entry *e)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	struct image image = { 0 };
	struct descriptor config, manifest;
	int r = docker_archive_config(in->arena, in->layout, e, &image);

	if (r == 0)
		r = image_config_parse(in->arena, image.config_text, image.config_len,
				       &image.parsed);
	if (r < 0)
		return r;
	config = (struct descriptor){ arena_strdup(in->arena, MANIFEST_OCI_CONFIG), image.config,
				      image.config_len };
	r = ingest_text(in, &config, image.config_text);
	if (r < 0)
		return r;
	json_w_object(&w, NULL);
	json_w_i64(&w, "schemaVersion", 2);
	json_w_str(&w, "mediaType", MANIFEST_OCI);
	write_descriptor(&w, "config", &config);
	r = stage_layers(in, e, &image, &w);
	json_w_end_object(&w);
	if (r == 0)
		r = stage_manifest(in, &text, &manifest);
	if (r < 0)
		return r;
	return add_names(in, e,
			 &(struct ingested_image){ NULL, manifest.digest, manifest.media_type,
						   manifest.size, image.config });
}

int ingest_docker(struct ingest *in)
{
	struct docker_entry *entries;
	size_t n;
	int r = docker_archive_list(in->arena, in->layout, &entries, &n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = take_entry(in, &entries[i]);
		if (r < 0)
			return fail_context(r, "image %zu", i);
	}
	return r;
}
