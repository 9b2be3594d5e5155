/* SPDX-License-Identifier: Apache-2.0 */
/* image/docker_archive.h - the "manifest.json" of what docker save writes (heavy link set) */
#pragma once

#include "image/image.h"
#include "image/layout.h"

/* An entry of manifest.json; its strings are names in the archive. */
struct docker_entry {
	char *config;
	char **tags, **layers; /* may be NULL */
	const struct json *value;
};

/** docker_archive_list - all of manifest.json; records */
int docker_archive_list(struct arena *a, const struct layout *l, struct docker_entry **ret,
			size_t *ret_n) MUST_USE;

/** docker_archive_config - read the config, which must be named by its digest, into the image; records */
int docker_archive_config(struct arena *a, const struct layout *l, const struct docker_entry *e,
			  struct image *image) MUST_USE;

/** docker_archive_resolve - the image that the reference names, but for the checks that all forms share;
 *  records as resolve_image does */
int docker_archive_resolve(struct arena *a, const struct layout *l, struct image *ret) MUST_USE;
