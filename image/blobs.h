/* SPDX-License-Identifier: Apache-2.0 */
/* image/blobs.h - blobs of the store: staged and hashed while they are written, read by digest (heavy link set)
 *
 *	STAGING/<algorithm>:<hex>            of a process, below STORE/tmp; whole and right when the name is there
 *	STORE/blobs/<algorithm>/<hex>        store_commit_blobs moves them here
 *
 * A writer needs the staging folder alone, so that it may run in a child that can write nowhere else. (Landlock lets
 * a file be renamed inside its folder only, hence no folders in STAGING.) */
#pragma once

#include "image/digest.h"

#include <stdbool.h>
#include <stdint.h>

#define BLOBS_SIZE_UNKNOWN UINT64_MAX

struct blob_writer {
	int staging; /* borrowed */
	int fd;
	struct digest *digest;
	char expected[160]; /* "": sha256, whatever it is */
	uint64_t size, written;
	char name[40]; /* below STAGING until it is whole */
};
#define BLOB_WRITER_NONE                        \
	{                                       \
		.staging = -EBADF, .fd = -EBADF \
	}

/**
 * blob_begin - start a blob; records
 * @digest: what it has to be (digest_check_name passed), or NULL: blob_finish computes its sha256
 * @size: what it has to be, or BLOBS_SIZE_UNKNOWN
 */
int blob_begin(int staging, const char *digest, uint64_t size, struct blob_writer *ret) MUST_USE;

/** blob_write - the next bytes; -EBADMSG when they are more than the size, before they are written; records */
int blob_write(struct blob_writer *w, const void *data, size_t len) MUST_USE;

/** blob_finish - compare size and digest, and give it its name in the staging folder; records -EBADMSG
 *  @ret_digest: may be NULL */
int blob_finish(struct blob_writer *w, char ret_digest[160]) MUST_USE;

/** blob_abort - let go of what was not finished; nothing of it stays. For CLEANUP_BLOB */
void blob_abort(struct blob_writer *w);
#define CLEANUP_BLOB __attribute__((cleanup(blob_abort)))

/** blob_has - does the store have it? */
bool blob_has(int store, const char *digest) MUST_USE;

/** blob_is_staged - does the staging folder? */
bool blob_is_staged(int staging, const char *digest) MUST_USE;

/** blob_open - for reading; records; @ret_size may be NULL. Return: a descriptor; -ENOENT */
int blob_open(int store, const char *digest, uint64_t *ret_size) MUST_USE;
