/* SPDX-License-Identifier: Apache-2.0 */
/* image/confined.h - run unpack_image in a child that can harm nothing but its staging folder (heavy link set) */
#pragma once

#include "image/unpack.h"

/**
 * confined_unpack - fork, confine (image/unpack_confine.h), unpack_image, wait; records
 * The child dies with its parent. SIGINT, SIGTERM and SIGHUP end it first, so that the caller can clear up.
 * Return: as unpack_image; -EINTR after such a signal; -EPROTO the child was killed or lied
 */
int confined_unpack(struct arena *a, struct layout *l, const struct platform *platform,
		    const struct unpack_target *target, struct unpacked *ret) MUST_USE;
