/* SPDX-License-Identifier: Apache-2.0 */
/* image/inflate.c - gzip, zstd or plain bytes to plain bytes
 *
 * A format is a row of three functions. gzip has one loop over members for both libraries; what a
 * library does for a single member is behind member_begin, member_run and member_end. */
#include "image/inflate.h"
#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <string.h>
#include <zstd.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

enum { ZSTD_WINDOW_LOG_MAX = 25 };

/* What is read and where it goes, advanced by every function below. */
struct span {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len;
};

enum gzip_place { GZIP_MEMBER, GZIP_BETWEEN, GZIP_TRAILING_NULS };

struct inflate {
	const struct format *format;
	enum gzip_place place;
	bool frame_done; /* zstd: at the border of two frames */
	ZSTD_DStream *zstd;
#ifdef HAVE_ISAL
	struct inflate_state member;
#else
	z_stream member;
#endif
};

struct format {
	const char *name;
	uint8_t magic[4], mask[4];
	int (*begin)(struct inflate *z);
	int (*run)(struct inflate *z, struct span *s);
	bool (*is_complete)(const struct inflate *z);
};

/* ---- gzip ---- */

#ifdef HAVE_ISAL
static int member_begin(struct inflate *z, bool first)
{
	if (first)
		isal_inflate_init(&z->member);
	else
		isal_inflate_reset(&z->member);
	z->member.crc_flag = ISAL_GZIP;
	return 0;
}

static int member_run(struct inflate *z, struct span *s, bool *ret_done)
{
	struct inflate_state *m = &z->member;
	int code;

	m->next_in = (uint8_t *)s->in;
	m->avail_in = (uint32_t)s->in_len;
	m->next_out = s->out;
	m->avail_out = (uint32_t)s->out_len;
	code = isal_inflate(m);
	s->in = m->next_in;
	s->in_len = m->avail_in;
	s->out = m->next_out;
	s->out_len = m->avail_out;
	if (code < 0)
		return refuse(-EBADMSG, "gzip data is damaged (code %d)", code);
	*ret_done = m->block_state == ISAL_BLOCK_FINISH;
	return 0;
}

static void member_free(struct inflate *z)
{
	(void)z;
}
#else
static int member_begin(struct inflate *z, bool first)
{
	enum { GZIP_ONLY = 16 };
	int code = first ? inflateInit2(&z->member, MAX_WBITS + GZIP_ONLY) :
			   inflateReset(&z->member);

	if (code != Z_OK)
		arena_exhausted();
	return 0;
}

static int member_run(struct inflate *z, struct span *s, bool *ret_done)
{
	z_stream *m = &z->member;
	int code;

	m->next_in = (uint8_t *)s->in;
	m->avail_in = (uInt)s->in_len;
	m->next_out = s->out;
	m->avail_out = (uInt)s->out_len;
	code = inflate(m, Z_NO_FLUSH);
	s->in = m->next_in;
	s->in_len = m->avail_in;
	s->out = m->next_out;
	s->out_len = m->avail_out;
	if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
		return refuse(-EBADMSG, "gzip data is damaged: %s", m->msg ? m->msg : "unknown");
	*ret_done = code == Z_STREAM_END;
	return 0;
}

static void member_free(struct inflate *z)
{
	(void)inflateEnd(&z->member); /* one that never began is refused quietly */
}
#endif

static int gzip_begin(struct inflate *z)
{
	return member_begin(z, true);
}

static int skip_nuls(struct span *s)
{
	while (s->in_len) {
		if (*s->in)
			return refuse(-EBADMSG, "gzip data is followed by something else");
		s->in++;
		s->in_len--;
	}
	return 0;
}

static int gzip_run(struct inflate *z, struct span *s)
{
	bool done = false;
	int r;

	for (;;) {
		if (z->place == GZIP_BETWEEN && s->in_len) {
			z->place = *s->in ? GZIP_MEMBER : GZIP_TRAILING_NULS;
			if (z->place == GZIP_MEMBER && (r = member_begin(z, false)) < 0)
				return r;
		}
		if (z->place == GZIP_TRAILING_NULS)
			return skip_nuls(s);
		if (z->place == GZIP_BETWEEN)
			return 0;
		r = member_run(z, s, &done);
		if (r < 0)
			return r;
		if (!done)
			return 0;
		z->place = GZIP_BETWEEN;
	}
}

static bool gzip_is_complete(const struct inflate *z)
{
	return z->place != GZIP_MEMBER;
}

/* ---- zstd ---- */

static int zstd_begin(struct inflate *z)
{
	z->zstd = ZSTD_createDStream();
	if (!z->zstd ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(z->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX)))
		arena_exhausted();
	return 0;
}

/* The library goes from frame to frame by itself, and over skippable ones. */
static int zstd_run(struct inflate *z, struct span *s)
{
	ZSTD_inBuffer in = { s->in, s->in_len, 0 };
	ZSTD_outBuffer out = { s->out, s->out_len, 0 };

	do {
		size_t before_in = in.pos, before_out = out.pos;
		size_t hint = ZSTD_decompressStream(z->zstd, &out, &in);

		if (ZSTD_isError(hint))
			return refuse(-EBADMSG, "zstd data is damaged: %s",
				      ZSTD_getErrorName(hint));
		if (in.pos == before_in && out.pos == before_out)
			break;
		z->frame_done = hint == 0;
	} while (out.pos < out.size);
	s->in += in.pos;
	s->in_len -= in.pos;
	s->out += out.pos;
	s->out_len -= out.pos;
	return 0;
}

static bool zstd_is_complete(const struct inflate *z)
{
	return z->frame_done;
}

/* ---- plain ---- */

static int plain_begin(struct inflate *z)
{
	(void)z;
	return 0;
}

static int plain_run(struct inflate *z, struct span *s)
{
	size_t n = s->in_len < s->out_len ? s->in_len : s->out_len;

	(void)z;
	memcpy(s->out, s->in, n);
	s->in += n;
	s->in_len -= n;
	s->out += n;
	s->out_len -= n;
	return 0;
}

static bool plain_is_complete(const struct inflate *z)
{
	(void)z;
	return true;
}

/* The last row takes everything. A skippable frame may be the first one (zstd:chunked). */
static const struct format formats[] = {
	{ "gzip", { 0x1f, 0x8b }, { 0xff, 0xff }, gzip_begin, gzip_run, gzip_is_complete },
	{ "zstd",
	  { 0x28, 0xb5, 0x2f, 0xfd },
	  { 0xff, 0xff, 0xff, 0xff },
	  zstd_begin,
	  zstd_run,
	  zstd_is_complete },
	{ "zstd",
	  { 0x50, 0x2a, 0x4d, 0x18 },
	  { 0xf0, 0xff, 0xff, 0xff },
	  zstd_begin,
	  zstd_run,
	  zstd_is_complete },
	{ "plain", { 0 }, { 0 }, plain_begin, plain_run, plain_is_complete },
};

static const struct format *sniff(const uint8_t *in, size_t len)
{
	uint8_t head[4] = { 0 };

	memcpy(head, in, len < sizeof(head) ? len : sizeof(head));
	for (const struct format *f = formats;; f++) {
		size_t same = 0;

		while (same < sizeof(head) && (head[same] & f->mask[same]) == f->magic[same])
			same++;
		if (same == sizeof(head))
			return f;
	}
}

struct inflate *inflate_new(void)
{
	struct inflate *z = calloc(1, sizeof(*z));

	if (!z)
		arena_exhausted();
	return z;
}

void inflate_free(struct inflate *z)
{
	if (!z)
		return;
	member_free(z);
	ZSTD_freeDStream(z->zstd);
	free(z);
}

int inflate_run(struct inflate *z, const uint8_t **in, size_t *in_len, uint8_t *out, size_t cap,
		size_t *ret_len)
{
	struct span s = { *in, *in_len, out, cap };
	int r;

	if (!z->format) {
		z->format = sniff(*in, *in_len);
		r = z->format->begin(z);
		if (r < 0)
			return r;
	}
	r = z->format->run(z, &s);
	if (r < 0)
		return r;
	*in = s.in;
	*in_len = s.in_len;
	*ret_len = cap - s.out_len;
	return 0;
}

int inflate_end(const struct inflate *z)
{
	if (z->format && !z->format->is_complete(z))
		return refuse(-EBADMSG, "%s data is cut short", z->format->name);
	return 0;
}
