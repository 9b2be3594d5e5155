/* SPDX-License-Identifier: Apache-2.0 */
/* image/bundle.h - the conversion rules: image config and user's wishes to one process (light link set)
 * Source: image-spec conversion.md. */
#pragma once

#include "image/config.h"

/* What the user said; NULL: nothing. */
struct image_overrides {
	char **args;       /* COMMAND [ARG...] behind the image */
	char **entrypoint; /* --entrypoint: drops the image's entrypoint and its command */
	const char *cwd, *user, *stop_signal;
};

struct image_process {
	char **args, **env;
	char *cwd;
	char *user;        /* "nginx", "1000:app", ...; NULL: root */
	char *stop_signal; /* NULL: TERM */
	char **volumes;
	struct json_map
		*annotations; /* org.opencontainers.image.*, and labels behind the firewall: names
					 that steer any runtime are dropped */
	size_t n_annotations;
};

/** image_process_make - records (nothing to run: "no command: ...") */
int image_process_make(struct arena *a, const struct image_config *config,
		       const struct image_overrides *o, struct image_process *ret) MUST_USE;

/** image_label_is_safe - may a label of an image become an annotation? */
bool image_label_is_safe(const char *name);
