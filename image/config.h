/* SPDX-License-Identifier: Apache-2.0 */
/* image/config.h - the image's config document (image-spec config.md) as a plain struct (light link set) */
#pragma once

#include "base/json.h"

struct image_config {
	char *os, *architecture, *variant, *os_version, *author, *created;
	char **os_features;
	char *user;
	char **env, **entrypoint, **cmd;
	char *working_dir, *stop_signal;
	char **volumes, **exposed_ports; /* keys of the maps */
	struct json_map *labels;
	size_t n_labels;
	char **diff_ids;
};

/** image_config_parse - records; rootfs.type must be "layers" */
int image_config_parse(struct arena *a, const char *text, size_t len,
		       struct image_config **ret) MUST_USE;
