/* SPDX-License-Identifier: Apache-2.0 */
/* image/unpack.h - resolve an image and unpack its layers into a staging folder (heavy link set)
 * Runs inside the confined child: it makes files below the staging folder, and nothing else. It leaves
 *	image/manifest.json, image/config.json, image/layers.json
 *	layer-N/fs   for each layer that the store does not have yet, or
 *	rootfs       the merged tree */
#pragma once

#include "image/layout.h"
#include "image/platform.h"

struct unpack_target {
	int staging;       /* an empty folder */
	int stored_layers; /* STORE/layers; -EBADF: one merged tree instead of layers */
	bool keep_devices, single_owner; /* of struct layer_options */
};

struct unpack_layer {
	char *key;    /* its name below STORE/layers */
	char *staged; /* its name below the staging folder, or NULL: the store has it */
};

struct unpacked {
	char *manifest, *config;     /* digests */
	char *ref;                   /* struct image */
	struct unpack_layer *layers; /* the base first; none of a merged tree */
	size_t n_layers;
};

/** unpack_image - records; every digest and size was right when it returns 0 */
int unpack_image(struct arena *a, struct layout *l, const struct platform *platform,
		 const struct unpack_target *target, struct unpacked *ret) MUST_USE;
