/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/sources.h - mount sources that only the parent may open: id-mapped mounts, and those of a
 * container in a user namespace of its own */
#pragma once

#include "runtime/child.h"

/** sources_prepare - fill c->sources where the child could not do it itself; records
 *  Nothing is opened for a container without user namespace and id-mapped mounts. */
int sources_prepare(struct child *c) MUST_USE;

/** sources_close - close and free what sources_prepare opened */
void sources_close(struct child *c);
