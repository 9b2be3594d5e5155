/* SPDX-License-Identifier: Apache-2.0 */
/* image/image.h - an image of a layout, before it is unpacked: documents and layers, as data (heavy link set) */
#pragma once

#include "image/config.h"

#include <stdint.h>

struct image_layer {
	char *file;         /* name in the layout */
	const char *digest; /* of the blob; NULL: a docker-archive has none */
	uint64_t size;      /* bytes of the blob */
	const char *diff_id;
};

struct image {
	char *manifest; /* digest. A docker-archive has no manifest: the config's digest stands for it */
	char *config; /* digest */
	const char *manifest_text, *config_text;
	size_t manifest_len, config_len;
	struct image_config *parsed;
	struct image_layer *layers; /* the base first */
	size_t n_layers;
	char *ref; /* name below STORE/refs that leads to the manifest; NULL: index.json names it */
};
