/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mask_exec.h - hiding and write-protecting paths of the container (child only) */
#pragma once

#include "runtime/child.h"

/** mask_capture - take the host's /dev/null while the host is still what "/" means; records. Called before the
 *  root is entered, when the plan has a step MASK */
int mask_capture(struct child *c) MUST_USE;

int mask_step_mask(struct child *c, const struct step *s) MUST_USE;
int mask_step_readonly(struct child *c, const struct step *s) MUST_USE;
