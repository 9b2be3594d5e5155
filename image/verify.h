/* SPDX-License-Identifier: Apache-2.0 */
/* image/verify.h - prove again what the store holds: blobs by their digests, unpacked layers byte for byte (heavy
 * link set)
 * Runs inside a confined child. A layer is proved by unpacking its image anew, out of the store's own blobs, into the
 * staging folder, and comparing. One whose blobs are not in the store (it was run out of somebody's layout) stays
 * unproven. */
#pragma once

#include "image/report.h"

struct verify_target {
	int store;   /* read only */
	int staging; /* an empty folder */
};

struct verify_problem {
	char *name; /* digest of a blob, or key of a layer */
	char *why;
};

struct verify_result {
	size_t n_blobs, n_layers; /* that are right */
	struct verify_problem *blobs, *layers;
	size_t n_bad_blobs, n_bad_layers;
	char **unproven, **broken; /* layers; images (manifests) that a bad layer belongs to */
};

/** verify_store - records only what stops it: what is wrong with the store is its result */
int verify_store(struct arena *a, const struct verify_target *target, struct buf *out) MUST_USE;

/** verify_read - its lines, believed by nobody */
int verify_read(struct arena *a, char *report, struct verify_result *ret) MUST_USE;
