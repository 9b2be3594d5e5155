/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest_blob.c - copy blobs out of a layout, hashing on the way */
#include "image/ingest_blob.h"

#include "base/error.h"
#include "image/blobs.h"

#include <string.h>

enum { CHUNK = 256 * 1024 };

static bool is_there(const struct ingest *in, const char *digest)
{
	return blob_has(in->target->store, digest) || blob_is_staged(in->target->staging, digest);
}

static int finish(struct ingest *in, struct blob_writer *w, char ret_digest[160])
{
	int r = blob_finish(w, ret_digest);

	return r < 0 ? r :
		       ingested_add_blob(in->arena, &in->out, arena_strdup(in->arena, ret_digest));
}

int ingest_text(struct ingest *in, const struct descriptor *d, const char *text)
{
	CLEANUP_BLOB struct blob_writer w = BLOB_WRITER_NONE;
	char digest[160];
	int r;

	if (is_there(in, d->digest))
		return 0;
	r = blob_begin(in->target->staging, d->digest, d->size, &w);
	if (r == 0)
		r = blob_write(&w, text, (size_t)d->size);
	return r < 0 ? r : finish(in, &w, digest);
}

static int copy(int fd, uint64_t size, const char *file, struct blob_writer *w, char *chunk)
{
	while (size > 0) {
		ssize_t n = read(fd, chunk, size < CHUNK ? (size_t)size : CHUNK);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(-errno, "read %s", file);
		if (n == 0)
			return refuse(-EBADMSG, "%s: shorter than it was", file);
		r = blob_write(w, chunk, (size_t)n);
		if (r < 0)
			return r;
		size -= (uint64_t)n;
	}
	return 0;
}

/* @d: NULL: it is whatever it is. */
static int stage_file(struct ingest *in, const char *file, const struct descriptor *d,
		      char ret_digest[160], uint64_t *ret_size)
{
	CLEANUP_BLOB struct blob_writer w = BLOB_WRITER_NONE;
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	CLEANUP_FD int fd = -EBADF;
	int r;

	if (!chunk)
		arena_exhausted();
	fd = layout_file(in->layout, file, ret_size);
	if (fd < 0)
		return fd;
	if (d && *ret_size != d->size)
		return refuse(-EBADMSG, "blob %s has %ju bytes, its descriptor says %ju", d->digest,
			      (uintmax_t)*ret_size, (uintmax_t)d->size);
	if (d && is_there(in, d->digest))
		return 0;
	r = blob_begin(in->target->staging, d ? d->digest : NULL, *ret_size, &w);
	if (r == 0)
		r = copy(fd, *ret_size, file, &w, chunk);
	return r < 0 ? r : finish(in, &w, ret_digest);
}

int ingest_file(struct ingest *in, const char *file, const struct descriptor *d)
{
	char digest[160];
	uint64_t size;

	return stage_file(in, file, d, digest, &size);
}

/* What packs a layer shows in its first bytes; what we do not unpack is refused before it is stored. */
static const struct {
	const char *magic;
	size_t len;
	const char *suffix; /* of the media type; NULL: refused */
} packings[] = {
	{ "\x1f\x8b", 2, "+gzip" },
	{ "\x28\xb5\x2f\xfd", 4, "+zstd" },
	{ "\xfd"
	  "7zXZ",
	  5, NULL },
	{ "BZh", 3, NULL },
};

static int sniff(struct ingest *in, const char *file, char **ret_media_type)
{
	CLEANUP_FD int fd = -EBADF;
	uint64_t size;
	char head[8];
	ssize_t n;

	fd = layout_file(in->layout, file, &size);
	if (fd < 0)
		return fd;
	n = read(fd, head, size < sizeof(head) ? (size_t)size : sizeof(head));
	if (n < 0)
		return fail(-errno, "read %s", file);
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++)
		if ((size_t)n >= packings[i].len &&
		    memcmp(head, packings[i].magic, packings[i].len) == 0) {
			if (!packings[i].suffix)
				return refuse(-EOPNOTSUPP,
					      "%s: layers packed by xz or bzip2 are not supported",
					      file);
			*ret_media_type = arena_printf(in->arena, MANIFEST_OCI_LAYER "%s",
						       packings[i].suffix);
			return 0;
		}
	*ret_media_type = arena_strdup(in->arena, MANIFEST_OCI_LAYER);
	return 0;
}

int ingest_unnamed(struct ingest *in, const char *file, struct descriptor *ret)
{
	struct descriptor d = { 0 };
	char digest[160];
	int r = sniff(in, file, &d.media_type);

	if (r == 0)
		r = stage_file(in, file, NULL, digest, &d.size);
	if (r < 0)
		return r;
	d.digest = arena_strdup(in->arena, digest);
	*ret = d;
	return 0;
}
