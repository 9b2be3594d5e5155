/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest.c - down from index.json through indexes and manifests; every blob on the way is copied
 *
 * An index keeps its bytes, so it may name images that the source does not hold (`docker save` of one
 * platform): they are left out, but a manifest that is there has all its blobs. */
#include "image/ingest.h"

#include "base/error.h"
#include "image/blob.h"
#include "image/config.h"
#include "image/ingest_archive.h"
#include "image/ingest_blob.h"
#include "image/ingest_docker.h"
#include "image/names.h"

#include <string.h>

enum { NESTING_MAX = 8, DOCUMENTS_MAX = 16384 };

#define REF_NAME "org.opencontainers.image.ref.name"
#define CONTAINERD_NAME "io.containerd.image.name" /* what docker and containerd add */

/* ---- names ---- */

/* Docker's annotation holds a full form; the other one what whoever made the layout calls it. */
static int name_of(struct arena *a, const struct json *d, char **ret)
{
	const struct json *annotations = json_get(d, "annotations");
	const char *containerd = json_str(annotations, CONTAINERD_NAME);
	const char *text = containerd ? containerd : json_str(annotations, REF_NAME);
	struct image_name name;
	int r;

	*ret = NULL;
	if (!text)
		return 0;
	r = names_parse(a, text, &name);
	if (r == 0)
		*ret = names_full(a, &name, containerd ? NAMES_DOCKER_HOST : NAMES_LOCAL_HOST);
	return r;
}

/* ---- documents ---- */

static int take_config(struct ingest *in, const struct manifest *m)
{
	struct image_config *config;
	char *text;
	int r = blob_text(in->arena, in->layout, "config", &m->config, &text);

	if (r == 0)
		r = image_config_parse(in->arena, text, (size_t)m->config.size, &config);
	if (r == 0 && strv_len(config->diff_ids) != m->n_layers)
		r = refuse(-EINVAL, "the manifest has %zu layers, the config %zu diff_ids",
			   m->n_layers, strv_len(config->diff_ids));
	return r < 0 ? r : ingest_text(in, &m->config, text);
}

static int take_manifest(struct ingest *in, const struct descriptor *d, char **ret_id)
{
	struct manifest m = { 0 };
	char *text;
	int r = blob_text(in->arena, in->layout, "manifest", d, &text);

	if (r == 0)
		r = manifest_parse(in->arena, d->media_type, text, (size_t)d->size, &m);
	if (r == 0)
		r = take_config(in, &m);
	for (size_t i = 0; r == 0 && i < m.n_layers; i++) {
		r = ingest_file(in, layout_blob(in->arena, in->layout, m.layers[i].digest),
				&m.layers[i]);
		if (r < 0)
			r = fail_context(r, "layer %zu", i);
	}
	if (r < 0)
		return r;
	*ret_id = m.config.digest;
	return ingest_text(in, d, text);
}

static int take_document(struct ingest *in, const struct descriptor *d, int depth, char **ret_id);

/* The images of an index that are there; one must be. */
static int take_index(struct ingest *in, const struct descriptor *d, int depth)
{
	const struct json *index;
	size_t found = 0;
	char *text, *id;
	int r = depth < NESTING_MAX ?
			blob_text(in->arena, in->layout, "index", d, &text) :
			refuse(-EINVAL, "indexes are nested deeper than %d", NESTING_MAX);

	if (r == 0)
		r = manifest_index_parse(in->arena, d->media_type, text, (size_t)d->size, &index);
	if (r < 0)
		return r;
	json_for_each(value, json_get(index, "manifests")) {
		struct descriptor child = { 0 };

		r = descriptor_decode(in->arena, "index: a descriptor", value, &child);
		if (r < 0)
			return r;
		if (!layout_has(in->layout, layout_blob(in->arena, in->layout, child.digest)))
			continue;
		r = take_document(in, &child, depth + 1, &id);
		if (r == -EOPNOTSUPP) {
			error_clear(); /* an attestation, or an image that we do not run */
			continue;
		}
		if (r < 0)
			return r;
		found++;
	}
	if (found == 0)
		return refuse(-ENOENT, "index %s: none of its images is there", d->digest);
	return ingest_text(in, d, text);
}

static int take_document(struct ingest *in, const struct descriptor *d, int depth, char **ret_id)
{
	if (in->n_documents++ > DOCUMENTS_MAX)
		return refuse(-E2BIG, "more than %d manifests", DOCUMENTS_MAX);
	*ret_id = NULL;
	switch (manifest_media_kind(d->media_type)) {
	case MEDIA_INDEX:
		return take_index(in, d, depth);
	case MEDIA_MANIFEST:
		return take_manifest(in, d, ret_id);
	default:
		return refuse(-EOPNOTSUPP, "'%s' is not an image", d->media_type);
	}
}

/* ---- forms ---- */

static const struct ingested_image *taken_before(const struct ingest *in, const char *digest)
{
	for (size_t i = 0; i < in->out.n_images; i++)
		if (str_eq(in->out.images[i].digest, digest))
			return &in->out.images[i];
	return NULL;
}

static int take_image(struct ingest *in, const struct descriptor *d, char *name)
{
	const struct ingested_image *before = taken_before(in, d->digest);
	char *id = before ? before->id : NULL;
	int r = before ? 0 : take_document(in, d, 0, &id);

	if (r == -EOPNOTSUPP) {
		warn("%s is no image that we can run (%s), ignoring", d->digest, error_text());
		error_clear();
		return 0;
	}
	return r < 0 ? r :
		       ingested_add_image(in->arena, &in->out,
					  &(struct ingested_image){ name, d->digest, d->media_type,
								    d->size, id });
}

static int take_layout(struct ingest *in)
{
	const struct json *manifests;
	struct json *index;
	char *text;
	size_t len;
	int r = layout_text(in->arena, in->layout, "index.json", JSON_SIZE_MAX, &text, &len);

	if (r == 0)
		r = json_parse(in->arena, "index.json", text, len, &index);
	if (r < 0)
		return r;
	manifests = json_get(index, "manifests");
	if (!manifests || manifests->type != JSON_ARRAY)
		return refuse(-EINVAL, "index.json has no list of manifests");
	json_for_each(value, manifests) {
		struct descriptor d = { 0 };
		char *name;

		r = descriptor_decode(in->arena, "index.json: a descriptor", value, &d);
		if (r == 0)
			r = name_of(in->arena, value, &name);
		if (r == 0)
			r = take_image(in, &d, name);
		if (r < 0)
			return r;
	}
	return 0;
}

int ingest_images(struct arena *a, struct layout *l, const struct ingest_target *target,
		  struct ingested *ret)
{
	struct ingest in = { .arena = a, .layout = l, .target = target };
	int r = ingest_inflate(l, target->staging);

	if (r == 0)
		r = layout_scan(a, l);
	if (r < 0)
		return r;
	if (l->is_flat)
		r = take_image(&in, &l->flat_manifest, NULL);
	else if (layout_has(l, "oci-layout"))
		r = take_layout(&in);
	else if (layout_has(l, "manifest.json"))
		r = ingest_docker(&in);
	else
		r = refuse(-EINVAL, "neither an OCI layout (oci-layout, index.json) nor an archive "
				    "of docker (manifest.json)");
	if (r == 0 && in.out.n_images == 0)
		r = refuse(-ENOENT, "there is no image in it");
	if (r == 0)
		*ret = in.out;
	return r;
}
