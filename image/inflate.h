/* SPDX-License-Identifier: Apache-2.0 */
/* image/inflate.h - gzip, zstd or plain bytes to plain bytes, chosen by the stream's magic; heavy link set
 * gzip: any number of members, and NULs behind the last one; by ISA-L, or zlib where
 * configure found no ISA-L. zstd: any number of frames and skippable frames, window of at most 32 MiB. */
#pragma once

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct inflate;

/** inflate_new - never NULL */
struct inflate *inflate_new(void);
void inflate_free(struct inflate *z);
DEFINE_FREEP(inflate, inflate_free)

/**
 * inflate_run - take from *in what fits into out; records
 * The first call must bring at least 4 bytes, or all that there are. Input may be left over when out
 * is full; output may be left inside when *ret_len is cap, so call again until it is less.
 * Return: 0; -EBADMSG the stream is damaged, or needs more memory than we give
 */
int inflate_run(struct inflate *z, const uint8_t **in, size_t *in_len, uint8_t *out, size_t cap,
		size_t *ret_len) MUST_USE;

/** inflate_end - was that all? Records -EBADMSG when the stream ends inside a member or a frame */
int inflate_end(const struct inflate *z) MUST_USE;
