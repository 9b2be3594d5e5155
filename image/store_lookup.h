/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_lookup.h - from what people type to an image of the store, and what its documents say (light link set)
 * The documents were verified when they came in; they are not hashed again. */
#pragma once

#include "image/platform.h"
#include "image/reference.h"
#include "image/store_names.h"

/**
 * store_lookup_name - the descriptor that is meant: a name, an image's id ("sha256:" and digits, or the first of
 * them), or the digest of a manifest or index; records -EINVAL: malformed, or a prefix of several ids
 * Return: 0; -ENOENT (not recorded): the store does not have it
 */
int store_lookup_name(struct arena *a, int store, const char *text,
		      struct store_name *ret) MUST_USE;

/** store_lookup_reference - turn an IMAGE_NAME into a reference to the layout that the store is, and leave others as
 *  they are. @path: of the store. Return: as store_lookup_name */
int store_lookup_reference(struct arena *a, int store, const char *path,
			   struct image_reference *ref) MUST_USE;

struct store_document {
	char *digest;
	const struct json *tree;
	char *text;
	size_t len;
};

/* An image of one platform. */
struct store_image {
	struct store_document manifest, config;
	char *id;      /* digest of the config */
	uint64_t size; /* bytes of its layers' blobs and of the config */
};

/** store_lookup_image - the documents of the image that a descriptor leads to; records
 *  @platform: which one of an index; one that is there is taken when none fits */
int store_lookup_image(struct arena *a, int store, const struct store_name *name,
		       const struct platform *platform, struct store_image *ret) MUST_USE;

/** store_lookup_blob - path of a blob below the store; @digest was checked */
char *store_lookup_blob(struct arena *a, const char *digest) MUST_USE;

/** store_lookup_manifest - a reference to an image of the store by its manifest, and the platform that it is for, whether
 *  index.json names it or not; records. @path: of the store */
int store_lookup_manifest(struct arena *a, int store, const char *path, const char *digest,
			  struct image_reference *ret, struct platform *ret_platform) MUST_USE;
