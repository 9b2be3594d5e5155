/* SPDX-License-Identifier: Apache-2.0 */
/* image/reference.h - how people name an image: "oci:DIR[:TAG]", "oci-archive:FILE[:TAG]",
 * "docker-archive:FILE[:NAME[:TAG]]", "dir:DIR", and anything else is a name or an id of the store (light link set) */
#pragma once

#include "base/arena.h"

#include <stdint.h>

enum image_transport { IMAGE_OCI, IMAGE_OCI_ARCHIVE, IMAGE_DOCKER_ARCHIVE, IMAGE_DIR, IMAGE_NAME };

struct image_reference {
	enum image_transport transport;
	char *text; /* as typed */
	char *path; /* folder or file on the host; NULL of IMAGE_NAME */
	char *name; /* tag, or NULL: the only image there is; all of IMAGE_NAME */

	/* A descriptor of the layout that is meant whatever index.json says; store_lookup_reference sets it. */
	char *digest, *media_type;
	uint64_t size;
};

/** image_reference_parse - records; names are not looked up, but their form is checked */
int image_reference_parse(struct arena *a, const char *text, struct image_reference *ret) MUST_USE;
