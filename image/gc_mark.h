/* SPDX-License-Identifier: Apache-2.0 */
/* image/gc_mark.h - what has to stay, or what an image consists of (heavy link set) */
#pragma once

#include "image/text_set.h"

/** gc_mark_document - add a manifest or index, and all blobs that it leads to, as digests; records
 *  What an index names and the store lacks is left out. A damaged document is an error: it hides what it needs. */
int gc_mark_document(struct arena *a, int store, const char *digest, struct text_set *set) MUST_USE;

/** gc_mark_names - the same of all descriptors of index.json */
int gc_mark_names(struct arena *a, int store, struct text_set *set) MUST_USE;

/** gc_mark_layers - add the layers of an unpacked image; @dir: its folder below STORE/images; records */
int gc_mark_layers(struct arena *a, int dir, const char *image, struct text_set *set) MUST_USE;

/** gc_mark_leases - add the layers that containers lie on, also of those that are being made; records */
int gc_mark_leases(struct arena *a, int store, struct text_set *set) MUST_USE;
