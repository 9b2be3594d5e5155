/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/step_exec.h - carrying out the steps of a plan, in the child */
#pragma once

#include "runtime/child.h"

/** step_exec_all - (child) every step, in order; the last one, EXEC, does not return
 *  Records; the text begins with where the step comes from (step->why). */
int step_exec_all(struct child *c) MUST_USE;
