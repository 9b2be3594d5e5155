/* SPDX-License-Identifier: Apache-2.0 */
/* image/manifest.c - a table of media types, decode tables, and the checks against ambiguity */
#include "image/manifest.h"

#include "base/error.h"
#include "image/digest.h"

enum { LAYERS_MAX = 1024 };

static const struct {
	const char *name;
	enum media_kind kind;
} media_types[] = {
	{ MANIFEST_OCI_INDEX, MEDIA_INDEX },
	{ "application/vnd.docker.distribution.manifest.list.v2+json", MEDIA_INDEX },
	{ MANIFEST_OCI, MEDIA_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v2+json", MEDIA_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v1+json", MEDIA_SCHEMA1 },
	{ "application/vnd.docker.distribution.manifest.v1+prettyjws", MEDIA_SCHEMA1 },
	{ MANIFEST_OCI_CONFIG, MEDIA_CONFIG },
	{ "application/vnd.docker.container.image.v1+json", MEDIA_CONFIG },
	{ MANIFEST_OCI_LAYER, MEDIA_LAYER },
	{ MANIFEST_OCI_LAYER "+gzip", MEDIA_LAYER },
	{ MANIFEST_OCI_LAYER "+zstd", MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar", MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", MEDIA_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar", MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar.gzip", MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar.zstd", MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar", MEDIA_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER },
};

enum media_kind manifest_media_kind(const char *media_type)
{
	for (size_t i = 0; i < ARRAY_SIZE(media_types); i++)
		if (str_eq(media_types[i].name, media_type))
			return media_types[i].kind;
	return MEDIA_OTHER;
}

/* ---- descriptors ---- */

static int decode_digest(struct json_decoder *d, const struct json *value, void *field)
{
	int r;

	if (value->type != JSON_STRING)
		return json_problem(d, "expected a string");
	r = digest_check_name(value->text);
	if (r == -EOPNOTSUPP) {
		(void)json_problem(d, "'%s': this algorithm is not supported", value->text);
		return r;
	}
	if (r < 0)
		return json_problem(d, "'%s' is not a digest", value->text);
	*(char **)field = arena_strdup(d->arena, value->text);
	return 0;
}

static const struct json_row descriptor_rows[] = {
	{ .name = "mediaType",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct descriptor, media_type),
	  .flags = JSON_REQUIRED | JSON_NONEMPTY },
	{ .name = "digest",
	  .kind = JSON_K_CUSTOM,
	  .offset = offsetof(struct descriptor, digest),
	  .flags = JSON_REQUIRED,
	  .decode = decode_digest },
	{ .name = "size",
	  .kind = JSON_K_U64,
	  .offset = offsetof(struct descriptor, size),
	  .flags = JSON_REQUIRED,
	  .umax = INT64_MAX },
	{ 0 },
};

int descriptor_decode(struct arena *a, const char *what, const struct json *value,
		      struct descriptor *ret)
{
	struct json_decoder d = { .arena = a };
	struct descriptor result = { 0 };
	int r = json_decode(&d, what, value, descriptor_rows, &result);

	if (r == 0)
		*ret = result;
	return r;
}

/* ---- documents ---- */

static const struct json_row manifest_rows[] = {
	{ .name = "config",
	  .kind = JSON_K_OBJECT,
	  .offset = offsetof(struct manifest, config),
	  .flags = JSON_REQUIRED,
	  .table = descriptor_rows },
	{ .name = "layers",
	  .kind = JSON_K_ARRAY,
	  .offset = offsetof(struct manifest, layers),
	  .offset2 = offsetof(struct manifest, n_layers),
	  .flags = JSON_REQUIRED,
	  .table = descriptor_rows,
	  .size = sizeof(struct descriptor) },
	{ 0 },
};

/* A document that two readers take for different things can carry one image for each of them. */
static int parse_document(struct arena *a, const char *what, const char *media_type,
			  const char *text, size_t len, struct json **ret)
{
	const struct json *version, *own;
	int r = json_parse(a, what, text, len, ret);

	if (r < 0)
		return r;
	version = json_get(*ret, "schemaVersion");
	if (version && version->type == JSON_NUMBER && str_eq(version->text, "1"))
		return refuse(-EOPNOTSUPP,
			      "%s: schema 1 is not supported; convert the image to schema 2", what);
	if (!version || version->type != JSON_NUMBER || !str_eq(version->text, "2"))
		return refuse(-EINVAL, "%s: schemaVersion is not 2", what);
	own = json_get(*ret, "mediaType");
	if (own && (own->type != JSON_STRING || !str_eq(own->text, media_type)))
		return refuse(-EINVAL, "%s: mediaType is '%s', its descriptor says '%s'", what,
			      own->type == JSON_STRING ? own->text : "no string", media_type);
	if (json_get(*ret, "manifests") && (json_get(*ret, "layers") || json_get(*ret, "config")))
		return refuse(-EINVAL, "%s: ambiguous, both an index and a manifest", what);
	return 0;
}

/* All of the types, before anything is unpacked (manifest.md "layers"). */
static int check_types(const struct manifest *m)
{
	if (manifest_media_kind(m->config.media_type) != MEDIA_CONFIG)
		return refuse(-EOPNOTSUPP,
			      "manifest: an artifact (config of type '%s'), not a runnable image",
			      m->config.media_type);
	if (m->n_layers > LAYERS_MAX)
		return refuse(-EINVAL, "manifest: %zu layers, we take %d", m->n_layers, LAYERS_MAX);
	for (size_t i = 0; i < m->n_layers; i++)
		if (manifest_media_kind(m->layers[i].media_type) != MEDIA_LAYER)
			return refuse(-EOPNOTSUPP,
				      "manifest.layers[%zu]: unknown type of layer '%s'", i,
				      m->layers[i].media_type);
	return 0;
}

int manifest_parse(struct arena *a, const char *media_type, const char *text, size_t len,
		   struct manifest *ret)
{
	struct json_decoder d = { .arena = a };
	struct manifest m = { 0 };
	struct json *tree;
	int r = parse_document(a, "manifest", media_type, text, len, &tree);

	if (r < 0)
		return r;
	if (json_get(tree, "manifests"))
		return refuse(-EINVAL, "manifest: an index is called a manifest");
	r = json_decode(&d, "manifest", tree, manifest_rows, &m);
	if (r == 0)
		r = check_types(&m);
	if (r == 0)
		*ret = m;
	return r;
}

int manifest_index_parse(struct arena *a, const char *media_type, const char *text, size_t len,
			 const struct json **ret)
{
	const struct json *list;
	struct json *tree;
	int r = parse_document(a, "index", media_type, text, len, &tree);

	if (r < 0)
		return r;
	list = json_get(tree, "manifests");
	if (!list || list->type != JSON_ARRAY)
		return refuse(-EINVAL, "index: no list of manifests");
	*ret = tree;
	return 0;
}
