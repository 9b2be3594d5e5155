/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/device_exec.h - device nodes, links and the console of the container (child only) */
#pragma once

#include "runtime/child.h"

int device_step_node(struct child *c, const struct step *s) MUST_USE;
int device_step_symlink(struct child *c, const struct step *s) MUST_USE;
/** device_step_console - a pty of the container on its /dev/console and our standard descriptors; the
 *  master goes to child->console_socket */
int device_step_console(struct child *c, const struct step *s) MUST_USE;
