/* SPDX-License-Identifier: Apache-2.0 */
/* image/reference.c - parse the name of an image by a table of transports */
#include "image/reference.h"

#include "base/error.h"
#include "base/str.h"
#include "image/names.h"

#include <limits.h>
#include <string.h>

static const struct {
	const char *prefix;
	enum image_transport transport;
} transports[] = {
	{ "oci:", IMAGE_OCI },
	{ "oci-archive:", IMAGE_OCI_ARCHIVE },
	{ "docker-archive:", IMAGE_DOCKER_ARCHIVE },
	{ "dir:", IMAGE_DIR },
};

/* PATH[:NAME]; the first colon ends the path, as in skopeo, so a path cannot hold one. */
static int split_path(struct arena *a, const char *rest, struct image_reference *ret)
{
	const char *colon = strchr(rest, ':');
	CLEANUP_FREE char *real = NULL;
	char *path = colon ? arena_strndup(a, rest, (size_t)(colon - rest)) : arena_strdup(a, rest);

	if (!*path)
		return refuse(-EINVAL, "image '%s': no path", ret->text);
	if (colon && !colon[1])
		return refuse(-EINVAL, "image '%s': the name behind the colon is empty", ret->text);
	real = realpath(path, NULL);
	if (!real)
		return fail(-errno, "image '%s': '%s'", ret->text, path);
	ret->path = arena_strdup(a, real);
	ret->name = colon ? arena_strdup(a, colon + 1) : NULL;
	return 0;
}

/* Digits of an id are looked up as they are; "sha256:..." would be a path and a tag otherwise. */
static int parse_name(struct arena *a, const char *text, struct image_reference *ret)
{
	const char *hex = str_after(text, "sha256:");
	struct image_name name;
	size_t len;
	int r;

	hex = hex ? hex : text;
	len = strlen(hex);
	if (len == 0 || len > 64 || strspn(hex, "0123456789abcdef") != len) {
		r = names_parse(a, text, &name);
		if (r < 0)
			return r;
	}
	*ret = (struct image_reference){ .transport = IMAGE_NAME,
					 .text = arena_strdup(a, text),
					 .name = arena_strdup(a, text) };
	return 0;
}

int image_reference_parse(struct arena *a, const char *text, struct image_reference *ret)
{
	struct image_reference ref = { .text = arena_strdup(a, text) };
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(transports); i++) {
		const char *rest = str_after(text, transports[i].prefix);

		if (!rest)
			continue;
		ref.transport = transports[i].transport;
		r = split_path(a, rest, &ref);
		if (r == 0 && ref.transport == IMAGE_DIR && ref.name)
			r = refuse(-EINVAL,
				   "image '%s': a folder of dir: holds one image, without a name",
				   text);
		if (r == 0)
			*ret = ref;
		return r;
	}
	if (str_starts(text, "docker:"))
		return refuse(
			-EOPNOTSUPP,
			"image '%s': registries are not supported yet; copy it to a layout first",
			text);
	return parse_name(a, text, ret);
}
