/* SPDX-License-Identifier: Apache-2.0 */
/* image/reference.h - how people name an image: "oci:DIR[:TAG]", "oci-archive:FILE[:TAG]",
 * "docker-archive:FILE[:NAME[:TAG]]" (light link set) */
#pragma once

#include "base/arena.h"

enum image_transport { IMAGE_OCI, IMAGE_OCI_ARCHIVE, IMAGE_DOCKER_ARCHIVE };

struct image_reference {
	enum image_transport transport;
	char *text; /* as typed */
	char *path; /* folder or file on the host */
	char *name; /* tag, or NULL: the only image there is */
};

/** image_reference_parse - records; other transports are refused by name */
int image_reference_parse(struct arena *a, const char *text, struct image_reference *ret) MUST_USE;
