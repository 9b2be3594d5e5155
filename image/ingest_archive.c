/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingest_archive.c - unpack a whole archive, because its members are read in place */
#include "image/ingest_archive.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/inflate.h"

#include <fcntl.h>
#include <string.h>

enum { CHUNK = 256 * 1024 };

static bool is_packed(int fd)
{
	unsigned char head[4];

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return false;
	return memcmp(head, "\x1f\x8b", 2) == 0 || memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0;
}

struct pump {
	struct inflate *inflate;
	int from, to;
	uint8_t in[CHUNK], out[CHUNK];
};

static int pump_chunk(struct pump *p, size_t len)
{
	const uint8_t *in = p->in;
	size_t made;

	do {
		int r = inflate_run(p->inflate, &in, &len, p->out, CHUNK, &made);

		if (r == 0 && fd_write_all(p->to, p->out, made) < 0)
			r = fail(-errno, "write the unpacked archive");
		if (r < 0)
			return r;
	} while (len > 0 || made == CHUNK);
	return 0;
}

static int pump_all(struct pump *p)
{
	for (uint64_t at = 0;;) {
		ssize_t n = pread(p->from, p->in, CHUNK, (off_t)at);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(-errno, "read the archive");
		if (n == 0)
			return inflate_end(p->inflate);
		r = pump_chunk(p, (size_t)n);
		if (r < 0)
			return r;
		at += (uint64_t)n;
	}
}

int ingest_inflate(struct layout *l, int staging)
{
	CLEANUP(inflate) struct inflate *inflate = NULL;
	CLEANUP_FREE struct pump *p = NULL;
	CLEANUP_FD int fd = -EBADF;
	int r;

	if (!l->is_archive || !is_packed(l->fd))
		return 0;
	p = calloc(1, sizeof(*p));
	if (!p)
		arena_exhausted();
	inflate = inflate_new();
	fd = openat(staging, "archive", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(-errno, "make the unpacked archive");
	p->inflate = inflate;
	p->from = l->fd;
	p->to = fd;
	r = pump_all(p);
	if (r < 0)
		return fail_context(r, "unpack the archive");
	(void)close(l->fd);
	l->fd = TAKE_FD(fd);
	return 0;
}
