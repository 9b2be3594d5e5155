/* SPDX-License-Identifier: Apache-2.0 */
/* base/passwd.h - names of users of the host */
#pragma once

#include "base/arena.h"

#include <sys/types.h>

/** passwd_name - the name that the host's /etc/passwd gives a user; NULL when it has none
 *  Not getpwuid(3): the name services that it asks are shared objects, which a static program cannot
 *  safely load. */
char *passwd_name(struct arena *a, uid_t uid);
