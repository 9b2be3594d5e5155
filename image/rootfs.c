/* SPDX-License-Identifier: Apache-2.0 */
/* image/rootfs.c - the folders of an overlay: layers below, the container's own on top */
#include "image/rootfs.h"

#include "base/error.h"

enum { LAYERS_MAX = 499 }; /* overlayfs takes 500 lower folders (kernel: OVL_MAX_STACK) */

int rootfs_of_image(struct arena *a, const char *store_path, const struct stored_image *image,
		    const char *container_path, struct rootfs *ret)
{
	size_t n = strv_len(image->layers);
	char **lowers = arena_array(a, n + 2, sizeof(*lowers));
	struct rootfs r = { .lowers = lowers, .n_lowers = n, .userxattr = true };

	if (n > LAYERS_MAX)
		return refuse(-E2BIG, "the image has %zu layers; an overlay holds %d", n,
			      LAYERS_MAX);
	for (size_t i = 0; i < n; i++)
		lowers[i] = arena_printf(a, "%s/layers/%s/fs", store_path, image->layers[i]);
	r.upper = arena_printf(a, "%s/upper", container_path);
	r.work = arena_printf(a, "%s/work", container_path);
	if (n == 0)
		return refuse(-EINVAL, "the image has no layers");
	*ret = r;
	return 0;
}
