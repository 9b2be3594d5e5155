/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/destroy.h - undoing everything that create made; the one path for rollback and delete */
#pragma once

#include "runtime/state.h"

/**
 * destroy_container - kill what is left of it, remove its cgroup, and at last its state folder; records
 * Idempotent: what is missing is fine. After a reboot nothing is signalled: pids and cgroups are other
 * things' by then. On failure the state folder stays, so that it can be tried again.
 */
int destroy_container(int root, const char *id, const struct state *s) MUST_USE;

/** destroy_failed - the same after a failure: its record is kept, and what goes wrong here is a warning */
void destroy_failed(int root, const char *id, const struct state *s);
