/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_read.h - images that are unpacked already (light link set: trusts markers, hashes nothing)
 *
 *   STORE/oci-layout index.json blobs/               an OCI layout: images by name (image/store_names.h, blobs.h)
 *   STORE/images/<algorithm>/<hex of the manifest>/  manifest.json config.json layers.json; there when complete
 *   STORE/layers/<key>/                              fs/ and the marker "complete"
 *   STORE/refs/<key of a reference>                  the digest of the manifest that it stood for
 *   STORE/tmp/  STORE/lock  STORE/idmap.json         of the helper
 *
 * The key of a layer is the hex of its diffID, or "chain-" and the hex of its chain ID (image/unpack.c). An image
 * of a docker-archive has no manifest: the digest of its config stands for the manifest's.
 *
 * Everything appears by rename, after all digests were checked; so what is there is right. A reference is
 * found again by what cannot change under it: the digest of an index and the platform, or the identity of an
 * archive file (device, inode, size, times). */
#pragma once

#include "base/arena.h"
#include "image/config.h"
#include "image/platform.h"
#include "image/reference.h"

#include <sys/stat.h>

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

/** store_find_manifest - the same by the digest of the manifest; -ENOENT (not recorded) */
int store_find_manifest(struct arena *a, int store, const char *digest,
			struct stored_image **ret) MUST_USE;

/** store_layout_choose - the descriptor of index.json that a tag and a platform mean; records
 *  A lone image needs no tag. Return: 0; -ENOENT with the tags that there are; -EINVAL ambiguous */
int store_layout_choose(struct arena *a, const struct json *index,
			const struct image_reference *ref, const struct platform *platform,
			const struct json **ret) MUST_USE;

/** store_ref_of_index, store_ref_of_archive - names below STORE/refs */
char *store_ref_of_index(struct arena *a, const char *index_digest,
			 const struct platform *platform) MUST_USE;
char *store_ref_of_archive(struct arena *a, const struct stat *st, const char *name,
			   const struct platform *platform) MUST_USE;

/** store_digest_is_sane - grammar of a digest: safe as two file names; the algorithm need not be known */
bool store_digest_is_sane(const char *digest);

/** store_media_is_index - is this media type (OCI or docker) an index? NULL: no */
bool store_media_is_index(const char *media_type);
