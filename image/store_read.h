/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_read.h - images that are unpacked already (light link set: trusts markers, hashes nothing)
 *
 *   STORE/version  STORE/images/<algo>/<hex of the manifest>/{manifest.json,config.json,layers.json}
 *   STORE/layers/<key>/{fs/,complete}  STORE/archives/<key of the file> -> manifest  STORE/tmp/  STORE/lock */
#pragma once

#include "base/arena.h"
#include "image/config.h"
#include "image/platform.h"
#include "image/reference.h"

struct stored_image {
	char *id;       /* digest of the config */
	char *manifest; /* digest of the manifest */
	struct image_config *config;
	char **layers; /* names below STORE/layers, topmost first */
};

/**
 * store_find - the image of a reference when it is unpacked already; records
 * Return: 0; -ENOENT (not recorded): the helper has to unpack it
 */
int store_find(struct arena *a, int store, const struct image_reference *ref,
	       const struct platform *platform, struct stored_image **ret) MUST_USE;

/** store_find_manifest - the same by the digest that the helper printed */
int store_find_manifest(struct arena *a, int store, const char *digest,
			struct stored_image **ret) MUST_USE;
