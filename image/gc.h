/* SPDX-License-Identifier: Apache-2.0 */
/* image/gc.h - remove what no name and no container needs (heavy link set) */
#pragma once

#include "image/store_write.h"

struct gc_result {
	size_t blobs, layers, images;
	uint64_t bytes; /* of the blobs */
};

/**
 * gc_run - needs a store that was opened alone (store_open); lets others in again when all is found; records
 * What goes is renamed into the staging folder, which store_close removes: killed at any point, the store is whole,
 * and the next process that is alone removes the rest. Kept are
 *	blobs    that index.json leads to
 *	images   unpacked ones that index.json leads to
 *	layers   of those, and the leases of containers (STORE/containers/ID/meta.json), running or not
 * @only: NULL, or the digest of an image that lost its last name: other images stay, named or not
 */
int gc_run(struct arena *a, struct store *s, const char *only, struct gc_result *ret) MUST_USE;
