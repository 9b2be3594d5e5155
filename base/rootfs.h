/* SPDX-License-Identifier: Apache-2.0 */
/* base/rootfs.h - the root filesystem of a container, as data: image/ computes it, cmd/ puts it
 * into the plan's options, the container's child mounts it inside its own namespaces. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Two forms: an overlay of folders (n_lowers >= 1), or a plain folder (path). Paths are absolute host paths.
 * lowers[0] is the topmost layer. upper and work are NULL for a read-only overlay. */
struct rootfs {
	const char *path;
	char **lowers;
	size_t n_lowers;
	const char *upper, *work;
	bool userxattr; /* opaque folders and whiteouts use user.overlay.* */
	bool is_volatile;
};
