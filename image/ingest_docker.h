/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest_docker.h - the images of a docker-archive become OCI images (heavy link set) */
#pragma once

#include "image/ingest_blob.h"

/** ingest_docker - every entry of manifest.json, under each of its tags; records
 *  The config keeps its bytes, and with them the image its id; the manifest is made here, of the layers as they lie
 *  in the archive. */
int ingest_docker(struct ingest *in) MUST_USE;
