/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_config.h - write config.json out of an image's process and the command line
 *
 * One document is the only way into the runtime: `doboz run` writes it and then loads it as create would
 * load anybody's. The base is the default config of `spec` (its mounts, namespaces, masks); the image and
 * the options are laid over it. `doboz unpack` uses the same writer, so its bundles run elsewhere too. */
#pragma once

#include "cmd/run_mounts.h"
#include "cmd/run_options.h"
#include "image/bundle.h"

struct run_config {
	const struct run_values *values;
	const struct image_process *process; /* image and command line merged */
	const char *id;                      /* the default host name is made of it */
	const char *root_path;               /* root.path of the document */
	const char *
		folder; /* the container's folder with hosts, hostname, resolv.conf; NULL: none (a bundle) */
	const char *cgroups_path; /* NULL: leave it to the runtime */
	struct opt_u64 uid, gid;  /* resolved user, for bundles; else the child resolves the name */
	uint64_t *gids;
	size_t n_gids;
	bool rootless, pids_default;
};

/** run_config_write - records */
int run_config_write(struct arena *a, const struct run_config *c, struct buf *out) MUST_USE;

/** run_config_check_network - none, host; others are refused by name */
int run_config_check_network(const char *network) MUST_USE;
