/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest_blob.h - what the forms of image/ingest.h share: blobs into the staging folder, once each (heavy link
 * set) */
#pragma once

#include "image/ingested.h"
#include "image/layout.h"
#include "image/manifest.h"

struct ingest_target {
	int staging; /* an empty folder */
	int store;   /* what its blobs/ has is not staged again */
};

struct ingest {
	struct arena *arena;
	struct layout *layout;
	const struct ingest_target *target;
	struct ingested out;
	size_t n_documents;
};

/** ingest_text - stage a document that was verified; records */
int ingest_text(struct ingest *in, const struct descriptor *d, const char *text) MUST_USE;

/** ingest_file - stage a file of the layout that has to be the descriptor's; records. What the store has already
 *  must be in the layout too, with its size, but is not read */
int ingest_file(struct ingest *in, const char *file, const struct descriptor *d) MUST_USE;

/** ingest_unnamed - stage a file that no descriptor names, and make one: media type by its first bytes; records */
int ingest_unnamed(struct ingest *in, const char *file, struct descriptor *ret) MUST_USE;
