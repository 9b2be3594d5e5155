/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_user.h - the image helper of an ordinary user works as root of a user namespace, so that the
 * files of an image get their owners */
#pragma once

#include "base/attr.h"

/**
 * image_user_enter - real root: nothing. Else go on in a child that is root of a user namespace with the
 * user's own maps (base/confine.h); the process that was called waits and exits as the child does.
 * Records
 */
int image_user_enter(void) MUST_USE;
