/* SPDX-License-Identifier: Apache-2.0 */
/* image/manifest.h - manifests and indexes, checked, as plain structs (heavy link set); pure
 * Sources: image-spec descriptor.md, manifest.md, image-index.md; docker's schema 2 is the same document
 * under other media types. */
#pragma once

#include "base/json.h"

#define MANIFEST_OCI "application/vnd.oci.image.manifest.v1+json"
#define MANIFEST_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define MANIFEST_OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define MANIFEST_OCI_LAYER "application/vnd.oci.image.layer.v1.tar" /* and "+gzip", "+zstd" */

enum media_kind {
	MEDIA_OTHER,
	MEDIA_INDEX,
	MEDIA_MANIFEST,
	MEDIA_SCHEMA1,
	MEDIA_CONFIG,
	MEDIA_LAYER
};

/** manifest_media_kind - what a media type names; NULL and unknown types: MEDIA_OTHER */
enum media_kind manifest_media_kind(const char *media_type);

/* A content address. Its "data" (embedded content) is never used: the blob itself is read and verified. */
struct descriptor {
	char *media_type, *digest;
	uint64_t size; /* bytes */
};

struct manifest {
	struct descriptor config;
	struct descriptor *layers; /* the base first */
	size_t n_layers;
};

/**
 * descriptor_decode - a descriptor of a parsed document; records
 * @what: the first words of messages ("index.json: manifests")
 * Return: 0; -EINVAL a missing or malformed member; -EOPNOTSUPP an algorithm that we cannot compute
 */
int descriptor_decode(struct arena *a, const char *what, const struct json *value,
		      struct descriptor *ret) MUST_USE;

/**
 * manifest_parse - the text of a manifest whose digest was verified; records
 * @media_type: what its descriptor called it; the document must agree (CVE-2021-41190)
 * Return: 0; -EINVAL malformed or ambiguous; -EOPNOTSUPP schema 1, an artifact, an unknown type of layer
 */
int manifest_parse(struct arena *a, const char *media_type, const char *text, size_t len,
		   struct manifest *ret) MUST_USE;

/** manifest_index_parse - the same for an index; @ret: the document, with a list "manifests" */
int manifest_index_parse(struct arena *a, const char *media_type, const char *text, size_t len,
			 const struct json **ret) MUST_USE;
