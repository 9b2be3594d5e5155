/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_inflate.c - compressed streams in pieces, cut and damaged; digests */
#include "base/error.h"
#include "image/digest.h"
#include "image/inflate.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <zlib.h>

enum { PLAIN_LEN = 300000 };

static uint8_t plain[PLAIN_LEN], packed[2 * PLAIN_LEN], got[PLAIN_LEN + 1];

static size_t pack_member(const uint8_t *in, size_t len, uint8_t *out, size_t cap)
{
	z_stream z = { 0 };

	check(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (uint8_t *)in;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	check(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

/* Inflates with pieces of these sizes. Return: bytes, or what inflate_run or inflate_end said */
static long long run_inflate(size_t len, size_t in_piece, size_t out_piece)
{
	CLEANUP(inflate) struct inflate *z = inflate_new();
	size_t at = 0, total = 0;
	int r;

	while (at < len) {
		size_t n = len - at < in_piece ? len - at : in_piece, made = 1, cap = 1;
		const uint8_t *in = packed + at;

		at += n;
		while (made == cap) {
			cap = sizeof(got) - total < out_piece ? sizeof(got) - total : out_piece;
			if (cap == 0)
				return -ENOBUFS;
			r = inflate_run(z, &in, &n, got + total, cap, &made);
			if (r < 0)
				return r;
			total += made;
		}
	}
	r = inflate_end(z);
	return r < 0 ? r : (long long)total;
}

static size_t pack_two_members(void)
{
	size_t len;

	for (size_t i = 0; i < PLAIN_LEN; i++)
		plain[i] = (uint8_t)(i * i % 251 + (i >> 9));
	len = pack_member(plain, 100001, packed, sizeof(packed));
	len += pack_member(plain + 100001, PLAIN_LEN - 100001, packed + len, sizeof(packed) - len);
	memset(packed + len, 0, 100);
	return len + 100;
}

static void inflates_in_any_pieces(void)
{
	static const size_t pieces[] = { 4, 5, 7, 13, 100, 4096, 65536, 1000000 };
	size_t len = pack_two_members();

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		for (size_t j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++) {
			memset(got, 0, sizeof(got));
			check_int(run_inflate(len, pieces[i], pieces[j]), PLAIN_LEN);
			check(memcmp(got, plain, PLAIN_LEN) == 0);
		}
	}
}

static void sees_every_cut(void)
{
	size_t len = pack_two_members();

	check_int(run_inflate(len - 100, 4096, 65536), PLAIN_LEN); /* control: without the NULs */
	for (size_t cut = 101; cut < 125; cut++)
		check_int(run_inflate(len - cut, 4096, 65536), -EBADMSG);
}

static void sees_damage(void)
{
	size_t len = pack_two_members();

	for (size_t at = 2; at < len - 100; at += 997) {
		long long n;

		packed[at] ^= 0x10;
		n = run_inflate(len, 4096, 65536);
		check(n < 0 || (n == PLAIN_LEN && memcmp(got, plain, PLAIN_LEN) == 0));
		packed[at] ^= 0x10;
	}
	packed[len - 101] ^= 1; /* of the last member's length */
	check_int(run_inflate(len, 4096, 65536), -EBADMSG);
}

/* ---- digests ---- */

static void checks_digest_names(void)
{
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *text;
		int code;
	} rows[] = {
		{ "sha256:" HEX64, 0 },
		{ "sha512:" HEX64 HEX64, 0 },
		{ "blake3:" HEX64, -EOPNOTSUPP },
		{ "a+b.c_d-e:x=_-9", -EOPNOTSUPP },
		{ "sha256:" HEX64 "0", -EINVAL },
		{ "sha256:0123", -EINVAL },
		{ "sha512:" HEX64, -EINVAL },
		{ "sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
		  -EINVAL },
		{ "SHA256:" HEX64, -EINVAL },
		{ "sha256:../../0123456789abcdef0123456789abcdef0123456789abcdef0123456789",
		  -EINVAL },
		{ "sha256:", -EINVAL },
		{ "sha256", -EINVAL },
		{ ":" HEX64, -EINVAL },
		{ "a++b:x", -EINVAL },
		{ "", -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_int(digest_check_name(rows[i].text), rows[i].code);
}

static void computes_digests(void)
{
	static const char empty[] =
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	static const char abc[] =
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	CLEANUP(digest) struct digest *d = digest_new(empty);
	CLEANUP(digest) struct digest *e = digest_new(abc);
	CLEANUP(digest) struct digest *f = digest_new(abc);

	check_int(digest_verify(d, "nothing", empty), 0);
	digest_update(e, "a", 1);
	digest_update(e, "bc", 2);
	check_int(digest_verify(e, "abc", abc), 0);
	digest_update(f, "abd", 3);
	check_int(digest_verify(f, "the blob", abc), -EBADMSG);
	check(strstr(error_text(), "the blob has digest sha256:a5") && strstr(error_text(), abc));
}

static const struct unit_case cases[] = {
	{ "inflates in pieces of any size", inflates_in_any_pieces },
	{ "sees every cut of a gzip stream", sees_every_cut },
	{ "sees damage of a gzip stream", sees_damage },
	{ "checks the names of digests", checks_digest_names },
	{ "computes digests", computes_digests },
};
UNIT_MAIN(cases)
