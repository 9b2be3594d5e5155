/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer.c - one layer blob to one folder
 *
 * Theory of operation. Three threads share a ring of buffers:
 *
 *   feeder:  read the blob -> digest of the blob -> inflate -> ring
 *   hasher:  ring -> digest of the tar (diffID)
 *   caller:  ring -> tar reader -> files
 *
 * All three go on to the last byte: bytes behind the end of the archive belong to both digests. The
 * first two only compute; names and descriptors of the tree are touched by the caller's thread
 * alone, and so is the record of errors: a thread leaves its own in its struct. What the feeder found
 * wrong explains what the parser stumbled over, so it is told first. */
#include "image/layer.h"
#include "base/error.h"
#include "image/digest.h"
#include "image/inflate.h"
#include "image/layer_path.h"
#include "image/layer_read.h"
#include "image/layer_ring.h"
#include "image/layer_write.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const uint64_t bytes_default = UINT64_C(256) << 30;
static const uint64_t entries_default = UINT64_C(1) << 21;

/* What a thread leaves behind. */
struct outcome {
	int code;
	char text[ERROR_TEXT_MAX];
};

struct job {
	const struct layer_source *source;
	struct layer_ring *ring;
	uint64_t max_bytes;
	uint64_t left;              /* of the blob, not read yet */
	uint64_t bytes;             /* inflated */
	struct digest *blob_digest; /* NULL: the blob has none */
	struct inflate *inflate;
	uint8_t *space; /* the ring's buffer at hand, NULL: none */
	size_t filled;
	uint8_t input[LAYER_CHUNK];
	struct outcome feeder, hasher;
};

static void job_free(struct job *job)
{
	if (!job)
		return;
	inflate_free(job->inflate);
	digest_free(job->blob_digest);
	layer_ring_free(job->ring);
	free(job);
}
DEFINE_FREEP(job, job_free)

static void keep_outcome(struct outcome *o, int r)
{
	o->code = r;
	if (r < 0)
		snprintf(o->text, sizeof(o->text), "%s", error_text());
}

/* ---- the feeder ---- */

/* The next piece of the blob, full unless it is the last. Return: bytes, 0 at the end */
static ssize_t read_blob(struct job *job)
{
	size_t wanted = job->left < LAYER_CHUNK ? (size_t)job->left : LAYER_CHUNK, got = 0;

	while (got < wanted) {
		ssize_t n = read(job->source->fd, job->input + got, wanted - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(-errno, "read the blob");
		if (n == 0)
			return refuse(-EBADMSG, "the blob ends after %ju of %ju bytes",
				      (uintmax_t)(job->source->size - job->left + got),
				      (uintmax_t)job->source->size);
		got += (size_t)n;
	}
	job->left -= got;
	if (job->blob_digest)
		digest_update(job->blob_digest, job->input, got);
	return (ssize_t)got;
}

/* Inflates one piece into the ring. Return: 0; -EPIPE the caller gave up (not recorded) */
static int inflate_piece(struct job *job, size_t len)
{
	const uint8_t *in = job->input;

	for (bool more = true; more;) {
		size_t got, cap;
		int r;

		if (!job->space && !(job->space = layer_ring_space(job->ring)))
			return -EPIPE;
		cap = LAYER_CHUNK - job->filled;
		r = inflate_run(job->inflate, &in, &len, job->space + job->filled, cap, &got);
		if (r < 0)
			return r;
		job->filled += got;
		job->bytes += got;
		if (job->bytes > job->max_bytes)
			return refuse(-EFBIG, "the layer is larger than %ju bytes",
				      (uintmax_t)job->max_bytes);
		more = got == cap;
		if (more) {
			layer_ring_put(job->ring, job->filled);
			job->space = NULL;
			job->filled = 0;
		}
	}
	return 0;
}

/* The blob's own digest, to its last byte. A wrong one explains every other damage. */
static int check_blob(struct job *job, int r)
{
	ssize_t n = 1;

	while (n > 0)
		n = read_blob(job);
	if (n < 0)
		return (int)n;
	if (job->blob_digest) {
		int wrong = digest_verify(job->blob_digest, "the blob", job->source->digest);

		if (wrong < 0)
			return wrong;
	}
	return r;
}

static int feed(struct job *job)
{
	int r = 0;

	while (r == 0) {
		ssize_t n = read_blob(job);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		r = inflate_piece(job, (size_t)n);
	}
	if (r == 0)
		r = inflate_end(job->inflate);
	if (r == -EBADMSG || r == 0)
		r = check_blob(job, r);
	if (r == 0 && job->filled)
		layer_ring_put(job->ring, job->filled);
	return r;
}

static void *feeder_main(void *arg)
{
	struct job *job = arg;
	int r = feed(job);

	if (r != -EPIPE)
		keep_outcome(&job->feeder, r);
	layer_ring_end(job->ring, r == 0);
	return NULL;
}

/* ---- the hasher ---- */

static void *hasher_main(void *arg)
{
	struct job *job = arg;
	CLEANUP(digest) struct digest *digest = digest_new(job->source->diff_id);
	const uint8_t *data;
	ssize_t n;

	while ((n = layer_ring_get(job->ring, LAYER_HASHER, &data)) > 0)
		digest_update(digest, data, (size_t)n);
	if (n == 0)
		keep_outcome(&job->hasher,
			     digest_verify(digest, "the uncompressed layer", job->source->diff_id));
	return NULL;
}

/* ---- the caller's thread ---- */

static ssize_t give_reader(void *from, const uint8_t **ret)
{
	return layer_ring_get(from, LAYER_PARSER, ret);
}

static int explain(const struct layer_reader *reader, uint64_t number, int r)
{
	char printable[1024];

	layer_path_printable(layer_reader_name(reader), printable, sizeof(printable));
	return fail_context(r, "entry %ju '%s'", (uintmax_t)number, printable);
}

static int write_entries(struct job *job, struct layer_writer *writer, uint64_t *ret_entries)
{
	CLEANUP(layer_reader) struct layer_reader *reader = NULL;
	struct layer_entry entry;
	const uint8_t *rest;
	ssize_t n;
	int r;

	r = layer_reader_open(give_reader, job->ring, &reader);
	if (r < 0)
		return r;
	while ((r = layer_reader_next(reader, &entry)) > 0) {
		r = layer_walk_count(&writer->tree.stack);
		if (r == 0)
			r = layer_write(writer, reader, &entry);
		if (r < 0)
			break;
		++*ret_entries;
	}
	if (r < 0)
		return explain(reader, *ret_entries + 1, r);
	do
		n = layer_ring_get(job->ring, LAYER_PARSER, &rest);
	while (n > 0);
	if (n < 0)
		return refuse(-EBADMSG, "the stream ended early");
	return layer_tree_let_go_all(&writer->tree);
}

static int start_threads(struct job *job, pthread_t *feeder, pthread_t *hasher)
{
	int code = pthread_create(feeder, NULL, feeder_main, job);

	if (code)
		return fail(-code, "start a thread");
	code = pthread_create(hasher, NULL, hasher_main, job);
	if (code == 0)
		return 0;
	layer_ring_stop(job->ring);
	pthread_join(*feeder, NULL);
	return fail(-code, "start a thread");
}

static int run_job(struct job *job, struct layer_writer *writer, uint64_t *ret_entries)
{
	pthread_t feeder, hasher;
	int r = start_threads(job, &feeder, &hasher);

	if (r < 0)
		return r;
	r = write_entries(job, writer, ret_entries);
	if (r < 0)
		layer_ring_stop(job->ring);
	pthread_join(feeder, NULL);
	pthread_join(hasher, NULL);
	if (job->feeder.code < 0) {
		error_set(job->feeder.code, job->feeder.text, NULL);
		return job->feeder.code;
	}
	if (r == 0 && job->hasher.code < 0) {
		error_set(job->hasher.code, job->hasher.text, NULL);
		return job->hasher.code;
	}
	return r;
}

static int check_digests(const struct layer_source *source)
{
	int r = digest_check_name(source->diff_id);

	if (r < 0)
		return fail(r, "diffID '%s'", source->diff_id);
	r = source->digest ? digest_check_name(source->digest) : 0;
	return r < 0 ? fail(r, "digest '%s'", source->digest) : 0;
}

static struct job *job_new(const struct layer_source *source, uint64_t max_bytes)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		arena_exhausted();
	job->source = source;
	job->left = source->size;
	job->max_bytes = max_bytes;
	job->ring = layer_ring_new();
	job->inflate = inflate_new();
	if (source->digest)
		job->blob_digest = digest_new(source->digest);
	return job;
}

int layer_unpack(const struct layer_source *src, int dirfd, const struct layer_options *opt,
		 struct layer_result *ret)
{
	size_t n_lowers = opt->merged ? 0 : opt->n_lowers;
	CLEANUP_FREE int *lowers = calloc(n_lowers + 1, sizeof(*lowers));
	uint64_t max_bytes = opt->limits.max_bytes ? opt->limits.max_bytes : bytes_default;
	struct layer_writer writer = {
		.tree.stack = {
			.own = dirfd,
			.lowers = lowers,
			.n_lowers = n_lowers,
			.merged = opt->merged,
			.keep_owner = opt->single_owner,
			.room = opt->limits.max_entries ? opt->limits.max_entries : entries_default,
		},
		.max_bytes = max_bytes,
		.keep_devices = opt->keep_devices,
	};
	CLEANUP(job) struct job *job = NULL;
	uint64_t entries = 0;
	mode_t mask;
	int r;

	if (!lowers)
		arena_exhausted();
	for (size_t i = 0; i < n_lowers; i++)
		lowers[i] = opt->lowers[i].dirfd;
	r = check_digests(src);
	if (r < 0)
		return r;
	job = job_new(src, max_bytes);
	mask = umask(0);
	r = run_job(job, &writer, &entries);
	(void)umask(mask);
	layer_tree_free(&writer.tree);
	if (r < 0)
		return r;
	*ret = (struct layer_result){
		.bytes = job->bytes,
		.entries = entries,
		.depends_on_lowers = writer.tree.stack.depends_on_lowers,
	};
	return 0;
}
