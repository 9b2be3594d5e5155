/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_ring.c - a ring of buffers with one producer and a place per consumer */
#include "image/layer_ring.h"
#include "base/arena.h"

#include <pthread.h>

enum { SLOTS = 8 };

struct layer_ring {
	pthread_mutex_t lock;
	pthread_cond_t more;          /* a buffer, or the end */
	pthread_cond_t space;         /* the ring is no longer full */
	uint64_t made;                /* buffers handed over so far */
	uint64_t at[LAYER_CONSUMERS]; /* buffers this consumer has given back */
	bool holds[LAYER_CONSUMERS];  /* this consumer reads buffer at[] now */
	bool ended, ok, stopped;
	size_t lens[SLOTS];
	uint8_t bytes[SLOTS][LAYER_CHUNK];
};

struct layer_ring *layer_ring_new(void)
{
	struct layer_ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		arena_exhausted();
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->more, NULL);
	pthread_cond_init(&ring->space, NULL);
	return ring;
}

void layer_ring_free(struct layer_ring *ring)
{
	if (!ring)
		return;
	pthread_cond_destroy(&ring->more);
	pthread_cond_destroy(&ring->space);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

static uint64_t slowest(const struct layer_ring *ring)
{
	uint64_t least = ring->at[0];

	for (int i = 1; i < LAYER_CONSUMERS; i++)
		if (ring->at[i] < least)
			least = ring->at[i];
	return least;
}

static bool is_full(const struct layer_ring *ring)
{
	return ring->made - slowest(ring) == SLOTS;
}

uint8_t *layer_ring_space(struct layer_ring *ring)
{
	uint8_t *space;

	pthread_mutex_lock(&ring->lock);
	while (!ring->stopped && is_full(ring))
		pthread_cond_wait(&ring->space, &ring->lock);
	space = ring->stopped ? NULL : ring->bytes[ring->made % SLOTS];
	pthread_mutex_unlock(&ring->lock);
	return space;
}

void layer_ring_put(struct layer_ring *ring, size_t len)
{
	pthread_mutex_lock(&ring->lock);
	ring->lens[ring->made % SLOTS] = len;
	ring->made++;
	pthread_cond_broadcast(&ring->more);
	pthread_mutex_unlock(&ring->lock);
}

void layer_ring_end(struct layer_ring *ring, bool ok)
{
	pthread_mutex_lock(&ring->lock);
	ring->ended = true;
	ring->ok = ok;
	pthread_cond_broadcast(&ring->more);
	pthread_mutex_unlock(&ring->lock);
}

void layer_ring_stop(struct layer_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->stopped = true;
	pthread_cond_broadcast(&ring->more);
	pthread_cond_signal(&ring->space);
	pthread_mutex_unlock(&ring->lock);
}

ssize_t layer_ring_get(struct layer_ring *ring, enum layer_consumer who, const uint8_t **ret)
{
	ssize_t got = -EPIPE;

	pthread_mutex_lock(&ring->lock);
	if (ring->holds[who]) {
		bool was_full = is_full(ring);

		ring->holds[who] = false;
		ring->at[who]++;
		if (was_full && !is_full(ring))
			pthread_cond_signal(&ring->space);
	}
	while (!ring->stopped && !ring->ended && ring->at[who] == ring->made)
		pthread_cond_wait(&ring->more, &ring->lock);
	if (!ring->stopped && ring->at[who] < ring->made) {
		size_t slot = ring->at[who] % SLOTS;

		ring->holds[who] = true;
		*ret = ring->bytes[slot];
		got = (ssize_t)ring->lens[slot];
	} else if (!ring->stopped && ring->ok) {
		got = 0;
	}
	pthread_mutex_unlock(&ring->lock);
	return got;
}
