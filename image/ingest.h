/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest.h - all images of an archive or folder, as verified blobs in a staging folder (heavy link set)
 * Runs inside a confined child. Layers are copied, not unpacked. */
#pragma once

#include "image/ingest_blob.h"

/** ingest_images - of any form: OCI layout, docker-archive, or both in one; records
 *  Every digest and size was right when it returns 0. What is no image (an artifact) is left out with a warning. */
int ingest_images(struct arena *a, struct layout *l, const struct ingest_target *target,
		  struct ingested *ret) MUST_USE;
