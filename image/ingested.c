/* SPDX-License-Identifier: Apache-2.0 */
/* image/ingested.c - lines "blob DIGEST" and "image DIGEST MEDIATYPE SIZE ID NAME" */
#include "image/ingested.h"

#include "base/error.h"
#include "image/digest.h"
#include "image/manifest.h"
#include "image/names.h"

#include <string.h>

enum { IMAGES_MAX = 4096, BLOBS_MAX = 65536 };

int ingested_add_blob(struct arena *a, struct ingested *in, char *digest)
{
	if (in->n_blobs == BLOBS_MAX)
		return refuse(-E2BIG, "more than %d blobs", BLOBS_MAX);
	if (in->n_blobs == in->room_blobs) {
		size_t room = in->room_blobs ? 2 * in->room_blobs : 64;
		char **list = arena_array(a, room, sizeof(*list));

		if (in->n_blobs)
			memcpy(list, in->blobs, in->n_blobs * sizeof(*list));
		in->blobs = list;
		in->room_blobs = room;
	}
	in->blobs[in->n_blobs++] = digest;
	return 0;
}

int ingested_add_image(struct arena *a, struct ingested *in, const struct ingested_image *image)
{
	if (in->n_images == IMAGES_MAX)
		return refuse(-E2BIG, "more than %d images", IMAGES_MAX);
	if (!in->images)
		in->images = arena_array(a, IMAGES_MAX, sizeof(*in->images));
	in->images[in->n_images++] = *image;
	return 0;
}

static const char none[] = "-";

void ingested_report(struct buf *out, const struct ingested *in)
{
	for (size_t i = 0; i < in->n_blobs; i++)
		report_line(out, "blob", in->blobs[i]);
	for (size_t i = 0; i < in->n_images; i++) {
		const struct ingested_image *image = &in->images[i];

		buf_printf(out, "image %s %s %ju %s %s\n", image->digest, image->media_type,
			   (uintmax_t)image->size, image->id ? image->id : none,
			   image->name ? image->name : none);
	}
}

static bool take_image_line(struct arena *a, char *text, struct ingested *in)
{
	char **words = str_split(a, text, ' ');
	struct ingested_image image = { 0 };
	struct image_name name;

	if (strv_len(words) != 5 || digest_check_name(words[0]) < 0 ||
	    (manifest_media_kind(words[1]) != MEDIA_INDEX &&
	     manifest_media_kind(words[1]) != MEDIA_MANIFEST) ||
	    str_to_u64(words[2], INT64_MAX, &image.size) < 0)
		return false;
	image.digest = words[0];
	image.media_type = words[1];
	image.id = str_eq(words[3], none) ? NULL : words[3];
	image.name = str_eq(words[4], none) ? NULL : words[4];
	if (image.id && digest_check_name(image.id) < 0)
		return false;
	if (image.name && (names_parse(a, image.name, &name) < 0 || !name.host))
		return false;
	return ingested_add_image(a, in, &image) == 0;
}

static bool take_line(struct arena *a, const char *word, char *text, void *arg)
{
	struct ingested *in = arg;

	if (str_eq(word, "image"))
		return take_image_line(a, text, in);
	return str_eq(word, "blob") && digest_check_name(text) == 0 &&
	       ingested_add_blob(a, in, text) == 0;
}

int ingested_read(struct arena *a, char *report, struct ingested *ret)
{
	struct ingested in = { 0 };
	int r = report_parse(a, report, take_line, &in);

	if (r == 0)
		*ret = in;
	return r;
}
