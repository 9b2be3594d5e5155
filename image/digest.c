/* SPDX-License-Identifier: Apache-2.0 */
/* image/digest.c - sha256 and sha512 by libcrypto */
#include "image/digest.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const struct algorithm {
	const char *prefix;
	size_t hex_len;
	const EVP_MD *(*md)(void);
} algorithms[] = {
	{ "sha256:", 64, EVP_sha256 },
	{ "sha512:", 128, EVP_sha512 },
};

struct digest {
	const struct algorithm *algorithm;
	EVP_MD_CTX *ctx;
};

static const struct algorithm *find_algorithm(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (str_starts(text, algorithms[i].prefix))
			return &algorithms[i];
	return NULL;
}

/* The grammar of image-spec: algorithm = component *(separator component), encoded = 1*[a-zA-Z0-9=_-]. */
static bool is_well_formed(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const char encoded[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=_-";
	size_t n;

	for (;;) {
		n = strspn(text, letters);
		if (n == 0)
			return false;
		text += n;
		if (*text == ':')
			break;
		if (!*text || !strchr("+._-", *text))
			return false;
		text++;
	}
	text++;
	n = strspn(text, encoded);
	return n > 0 && text[n] == '\0';
}

int digest_check_name(const char *text)
{
	const struct algorithm *algorithm = find_algorithm(text);
	const char *hex;

	if (!is_well_formed(text))
		return -EINVAL;
	if (!algorithm)
		return -EOPNOTSUPP;
	hex = text + strlen(algorithm->prefix);
	if (strlen(hex) != algorithm->hex_len ||
	    strspn(hex, "0123456789abcdef") != algorithm->hex_len)
		return -EINVAL;
	return 0;
}

struct digest *digest_new(const char *expected)
{
	struct digest *d = calloc(1, sizeof(*d));

	if (!d)
		arena_exhausted();
	d->algorithm = find_algorithm(expected);
	d->ctx = EVP_MD_CTX_new();
	if (!d->algorithm || !d->ctx || EVP_DigestInit_ex(d->ctx, d->algorithm->md(), NULL) != 1)
		arena_exhausted();
	return d;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

/* libcrypto cannot fail here: the algorithm is set and the context is not finished. */
void digest_update(struct digest *d, const void *data, size_t len)
{
	if (EVP_DigestUpdate(d->ctx, data, len) != 1)
		abort();
}

void digest_text(struct digest *d, char ret_text[160])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char *at;

	if (EVP_DigestFinal_ex(d->ctx, raw, &len) != 1)
		abort();
	at = stpcpy(ret_text, d->algorithm->prefix);
	for (unsigned i = 0; i < len; i++) {
		*at++ = digits[raw[i] >> 4];
		*at++ = digits[raw[i] & 15];
	}
	*at = '\0';
}

int digest_verify(struct digest *d, const char *what, const char *expected)
{
	char text[160];

	digest_text(d, text);
	if (!str_eq(text, expected))
		return refuse(-EBADMSG, "%s has digest %s, expected %s", what, text, expected);
	return 0;
}
