/* SPDX-License-Identifier: Apache-2.0 */
/* image/names.h - names of images as people write them, and their one full form (light link set); pure
 *
 *	[HOST/]PATH[:TAG][@DIGEST]       the grammar of docker's "reference"
 *
 * The full form has a host, and a tag or a digest: it is what index.json of the store holds. "busybox" is
 * docker.io/library/busybox:latest when it comes from elsewhere (a docker-archive, a registry), and
 * localhost/busybox:latest when it is made here, as with podman. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

#define NAMES_DOCKER_HOST "docker.io"
#define NAMES_LOCAL_HOST "localhost"

struct image_name {
	char *host; /* with a port; NULL: the text has none */
	char *path; /* "library/busybox" */
	char *tag;  /* NULL: none was written */
	char *digest;
};

/** names_parse - records -EINVAL "invalid reference format" and why */
int names_parse(struct arena *a, const char *text, struct image_name *ret) MUST_USE;

/** names_full - "HOST/PATH:TAG", or "HOST/PATH@DIGEST", which leaves the tag out
 *  @host: of a name without one; docker.io puts "library/" before a lone word */
char *names_full(struct arena *a, const struct image_name *name, const char *host) MUST_USE;

/** names_repository - the same without tag and digest */
char *names_repository(struct arena *a, const struct image_name *name, const char *host) MUST_USE;

/** names_candidates - the full forms that a name may have in the store, the first that is there is meant:
 *  without a host one that was made here, then docker's; NULL-terminated */
char **names_candidates(struct arena *a, const struct image_name *name) MUST_USE;

/** names_is_digest - "sha256:" and 64 lower-case hexadecimal digits, or "sha512:" and 128 */
bool names_is_digest(const char *text);
