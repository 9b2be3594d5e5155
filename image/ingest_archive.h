/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest_archive.h - an archive that is packed as a whole, as `docker save | gzip` makes it (heavy link set) */
#pragma once

#include "image/layout.h"

/** ingest_inflate - let the layout read an unpacked copy in the staging folder, if its archive begins with the magic of
 *  gzip or zstd; nothing to do for others; records */
int ingest_inflate(struct layout *l, int staging) MUST_USE;
