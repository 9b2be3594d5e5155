/* SPDX-License-Identifier: Apache-2.0 */
/* image/blob.c - read a document and believe it only when its digest is right */
#include "image/blob.h"

#include "base/error.h"
#include "image/digest.h"

int blob_text(struct arena *a, const struct layout *l, const char *what, const struct descriptor *d,
	      char **ret)
{
	CLEANUP(digest) struct digest *digest = NULL;
	size_t len;
	char *text;
	int r = layout_text(a, l, layout_blob(a, l, d->digest), JSON_SIZE_MAX, &text, &len);

	if (r < 0)
		return fail_context(r, "%s", what);
	if (len != d->size)
		return refuse(-EBADMSG, "%s %s has %zu bytes, its descriptor says %ju", what,
			      d->digest, len, (uintmax_t)d->size);
	digest = digest_new(d->digest);
	digest_update(digest, text, len);
	r = digest_verify(digest, what, d->digest);
	if (r == 0)
		*ret = text;
	return r;
}
