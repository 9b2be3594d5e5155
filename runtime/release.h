/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/release.h - the child's side of waiting: network devices, hooks, and the word to go (child only) */
#pragma once

#include "runtime/child.h"

int release_step_net_devices(struct child *c, const struct step *s) MUST_USE;
int release_step_hooks(struct child *c, const struct step *s) MUST_USE;
int release_step_ready(struct child *c, const struct step *s) MUST_USE;
