/* SPDX-License-Identifier: Apache-2.0 */
/* image/platform.h - os, architecture and variant; which entry of an index runs here (light link set)
 * Sources: image-spec image-index.md "platform"; names are those of GOOS and GOARCH. */
#pragma once

#include "base/json.h"

struct platform {
	char *os, *architecture, *variant; /* variant: NULL when there is none */
};

/** platform_parse - "linux/arm64/v8", "arm64"; NULL: this host (uname); aliases as x86_64 are known; records */
int platform_parse(struct arena *a, const char *text, struct platform *ret) MUST_USE;

/**
 * platform_rank - how well an image's platform serves a wanted one
 * Return: 0 not at all; the higher the better: the wanted variant before an older one, any before none
 */
int platform_rank(const struct platform *wanted, const struct platform *offered);

/**
 * platform_choose - the descriptor of an index (an array of descriptors) to use
 * Attestations (vnd.docker.reference.type, platform unknown) are skipped; the best rank wins, the first of
 * equals; an entry without a platform is taken when nothing else matches. NULL: none.
 */
const struct json *platform_choose(struct arena *a, const struct json *manifests,
				   const struct platform *wanted);
