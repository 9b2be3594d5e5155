/* SPDX-License-Identifier: Apache-2.0 */
/* image/rootfs.h - a stored image and a container's folder to a struct rootfs (light link set) */
#pragma once

#include "base/rootfs.h"
#include "image/store_read.h"

/**
 * rootfs_of_image - overlay of the image's layers below CONTAINER/upper; pure, makes no folder
 * @store_path: absolute; @container_path: absolute folder of the container
 * Return: 0; -E2BIG more layers than an overlay takes; records
 */
int rootfs_of_image(struct arena *a, const char *store_path, const struct stored_image *image,
		    const char *container_path, struct rootfs *ret) MUST_USE;
