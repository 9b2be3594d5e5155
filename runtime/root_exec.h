/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/root_exec.h - steps about the root: making it, entering it, its flags (child only) */
#pragma once

#include "runtime/child.h"

/** root_step_propagation - of "/", by step->value (steps PROPAGATION and ROOT_PROPAGATION) */
int root_step_propagation(struct child *c, const struct step *s) MUST_USE;
/** root_step_rootfs - clone or overlay of the root, attached over "/" so that it shadows no path */
int root_step_rootfs(struct child *c, const struct step *s) MUST_USE;
int root_step_pivot(struct child *c, const struct step *s) MUST_USE;
int root_step_readonly(struct child *c, const struct step *s) MUST_USE;
