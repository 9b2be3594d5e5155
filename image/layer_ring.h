/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_ring.h - buffers between the thread that inflates and the two that read what it made
 * One producer; every consumer sees every byte, in order. A buffer is used again when all consumers
 * have gone on. */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum layer_consumer { LAYER_HASHER, LAYER_PARSER, LAYER_CONSUMERS };
enum { LAYER_CHUNK = 256 * 1024 };

struct layer_ring;

/** layer_ring_new - never NULL */
struct layer_ring *layer_ring_new(void);
void layer_ring_free(struct layer_ring *ring);
DEFINE_FREEP(layer_ring, layer_ring_free)

/** layer_ring_space - an empty buffer of LAYER_CHUNK bytes; NULL when the ring was stopped */
uint8_t *layer_ring_space(struct layer_ring *ring) MUST_USE;
/** layer_ring_put - hand over the buffer that layer_ring_space gave */
void layer_ring_put(struct layer_ring *ring, size_t len);
/** layer_ring_end - no more bytes will come; ok: they were all there and right */
void layer_ring_end(struct layer_ring *ring, bool ok);
/** layer_ring_stop - a consumer gives up: everybody else ends too */
void layer_ring_stop(struct layer_ring *ring);

/**
 * layer_ring_get - give back the last buffer and wait for the next one
 * Return: bytes, valid until the next call; 0 at the end; -EPIPE stopped, or ended with ok false
 */
ssize_t layer_ring_get(struct layer_ring *ring, enum layer_consumer who,
		       const uint8_t **ret) MUST_USE;
