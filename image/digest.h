/* SPDX-License-Identifier: Apache-2.0 */
/* image/digest.h - sha256 and sha512 by libcrypto (the only file that uses it); heavy link set
 * A digest is text "sha256:<64 lower-case hex>" or "sha512:<128 ...>" (image-spec descriptor.md). */
#pragma once

#include "base/attr.h"

#include <stddef.h>

struct digest; /* a running computation */

/** digest_check_name - grammar, algorithm and length; -EINVAL malformed, -EOPNOTSUPP unknown algorithm */
int digest_check_name(const char *text) MUST_USE;
/** digest_new - computation of the algorithm that expected names; never NULL after digest_check_name */
struct digest *digest_new(const char *expected) MUST_USE;
void digest_free(struct digest *d);
DEFINE_FREEP(digest, digest_free)
void digest_update(struct digest *d, const void *data, size_t len);
/** digest_verify - finish and compare with expected; -EBADMSG recorded with both texts */
int digest_verify(struct digest *d, const char *what, const char *expected) MUST_USE;
/** digest_hex - finish; the text with its algorithm, at most 136 bytes with NUL */
void digest_text(struct digest *d, char ret_text[160]);
