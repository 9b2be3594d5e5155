/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/init.h - the child stages: from clone3 to execve */
#pragma once

#include "runtime/child.h"

/** init_child - the life of what the parent cloned: a stage (child->staged) or init itself.
 *  Sends SYNC_ERROR and exits 1 when anything fails; otherwise it ends in execve. */
void init_child(struct child *c) NORETURN;
