/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image.h - an image that is ready to run: found in the store, or unpacked by the helper first */
#pragma once

#include "cmd/cmd.h"
#include "image/store_read.h"

/** image_ready - unpacked, and safe from gc until @ret_lock is closed, by when a lease must have been written;
 *  records. @platform: as typed, or NULL: this host */
int image_ready(struct cmd *cmd, int store, const char *reference, const char *platform,
		struct stored_image **ret, int *ret_lock) MUST_USE;
