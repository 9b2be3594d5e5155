/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/userns.h - an ordinary user works as root of a user namespace with the user's own ids, so that files
 * of images and containers get, and keep, their owners */
#pragma once

#include "base/attr.h"

/**
 * userns_enter - real root: nothing. Else go on in a child that is root of a user namespace with the
 * user's own maps (base/confine.h); the process that was called waits and exits as the child does.
 * Records
 */
int userns_enter(void) MUST_USE;
