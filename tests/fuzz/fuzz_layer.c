/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_layer.c - hostile layers: inflate, parse, write; then the name beside the target is as it was
 * The first byte chooses: merged or not, over a lower layer or not; the second cuts the input into
 * pieces. No threads: they only move bytes. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The code under test is included, so that production code needs no hooks. */
#include "image/layer_read.c"
#include "image/layer_write.c"

#include "base/dir.h"
#include "image/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MAX = 1 << 16, TOTAL_MAX = 1 << 22 };

struct stream {
	struct inflate *inflate;
	const uint8_t *in;
	size_t len, piece, total;
	uint8_t out[OUT_MAX];
};

static ssize_t give(void *from, const uint8_t **ret)
{
	struct stream *s = from;
	size_t n = 0;

	while (n == 0 && s->len) {
		const uint8_t *at = s->in;
		size_t piece = s->len < s->piece ? s->len : s->piece, left = piece;
		int r = inflate_run(s->inflate, &at, &left, s->out, sizeof(s->out), &n);

		if (r < 0)
			return r;
		s->in += piece - left;
		s->len -= piece - left;
	}
	s->total += n;
	*ret = s->out;
	return s->total > TOTAL_MAX ? -EFBIG : (ssize_t)n;
}

static int scratch = -EBADF;

/* A folder in memory with a canary; the targets are made beside it. */
static void prepare(void)
{
	static char path[] = "/dev/shm/fuzz_layer.XXXXXX";
	int fd;

	if (!mkdtemp(path) || (scratch = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		abort();
	fd = openat(scratch, "canary", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fd_write_all(fd, "canary", 6) < 0)
		abort();
	(void)close(fd);
}

static void make_lower(void)
{
	if (mkdirat(scratch, "lower", 0755) < 0 || mkdirat(scratch, "lower/usr", 0755) < 0 ||
	    mkdirat(scratch, "lower/usr/lib", 0700) < 0 ||
	    symlinkat("usr/lib", scratch, "lower/lib") < 0 ||
	    symlinkat("../../canary", scratch, "lower/up") < 0 ||
	    linkat(scratch, "canary", scratch, "lower/usr/file", 0) < 0)
		abort();
}

static void write_all(const uint8_t *data, size_t size, struct layer_writer *writer)
{
	static struct stream stream;
	CLEANUP(inflate) struct inflate *z = inflate_new();
	CLEANUP(layer_reader) struct layer_reader *reader = NULL;
	struct layer_entry entry;

	stream = (struct stream){
		.inflate = z, .in = data + 2, .len = size - 2, .piece = data[1] + 4u
	};
	if (layer_reader_open(give, &stream, &reader) < 0)
		return;
	while (layer_reader_next(reader, &entry) > 0)
		if (layer_walk_count(&writer->tree.stack) < 0 ||
		    layer_write(writer, reader, &entry) < 0)
			return;
	if (layer_tree_let_go_all(&writer->tree) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct layer_writer writer = { .max_bytes = TOTAL_MAX, .tree.stack.room = 200 };
	int lower = -EBADF;
	struct stat st;

	if (size < 2)
		return 0;
	if (scratch < 0)
		prepare();
	error_clear();
	warnings_clear();
	if (dir_remove_all(scratch, "out") < 0 || dir_remove_all(scratch, "lower") < 0 ||
	    mkdirat(scratch, "out", 0755) < 0)
		abort();
	make_lower();
	writer.tree.stack.own = openat(scratch, "out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	writer.tree.stack.merged = data[0] & 1;
	writer.tree.stack.keep_owner = geteuid() != 0;
	lower = openat(scratch, "lower", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	writer.tree.stack.lowers = &lower;
	writer.tree.stack.n_lowers = (data[0] & 3) == 2;
	write_all(data, size, &writer);
	layer_tree_free(&writer.tree);
	(void)close(writer.tree.stack.own);
	(void)close(lower);
	if (fstatat(scratch, "canary", &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_size != 6 ||
	    (st.st_mode & 07777) != 0600 || st.st_nlink != 2 || st.st_uid != geteuid())
		abort();
	return 0;
}
