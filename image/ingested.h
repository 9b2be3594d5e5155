/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingested.h - what came out of a source: blobs that are staged, and descriptors for index.json; as lines of a
 * report too, between a confined child and its parent (heavy link set) */
#pragma once

#include "image/report.h"

/* A descriptor for the store's index.json. */
struct ingested_image {
	char *name; /* the full form, or NULL */
	char *digest, *media_type;
	uint64_t size;
	char *id; /* digest of the config; NULL of an index */
};

struct ingested {
	char **blobs; /* digests: staged */
	size_t n_blobs, room_blobs;
	struct ingested_image *images;
	size_t n_images;
};

/** ingested_add_image, ingested_add_blob - records -E2BIG: nothing real has so many; the strings are kept */
int ingested_add_image(struct arena *a, struct ingested *in,
		       const struct ingested_image *image) MUST_USE;
int ingested_add_blob(struct arena *a, struct ingested *in, char *digest) MUST_USE;

/** ingested_report, ingested_read - to and from lines; read believes nothing; records -EPROTO */
void ingested_report(struct buf *out, const struct ingested *in);
int ingested_read(struct arena *a, char *report, struct ingested *ret) MUST_USE;
