/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_mounts.h - -v, --mount and --tmpfs as mounts of the spec */
#pragma once

#include "base/arena.h"
#include "cmd/run_options.h"

struct run_mount {
	char *destination, *type, *source;
	char **options;
};

struct run_mounts {
	struct run_mount *list;
	size_t n;
};

/** run_mounts_add - append one mount (strings are borrowed) */
void run_mounts_add(struct arena *a, struct run_mounts *m, struct run_mount mount);
/** run_mounts_parse - all mounts of the command line, in the order -v, --mount, --tmpfs; records */
int run_mounts_parse(struct arena *a, const struct run_values *v, struct run_mounts *m) MUST_USE;
/** run_mounts_has - is something mounted exactly there? */
bool run_mounts_has(const struct run_mounts *m, const char *destination);
