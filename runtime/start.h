/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/start.h - from a ready init to its payload: what start and run share */
#pragma once

#include "runtime/spec.h"
#include "runtime/state.h"
#include "runtime/sync.h"

/**
 * start_payload - let init go on; startContainer and poststart hooks, and READY=1 of NOTIFY_SOCKET
 * @dir: its state folder, locked; "started" is journalled already
 * @init: connected with init, which waits for @word (SYNC_START or SYNC_SAVED)
 * @spec: for its hooks; NULL: it has none
 * Records. Return: 0 the payload was exec'd; a negative errno: it was not, or a poststart hook failed (then the
 * container is gone: runtime-spec runtime.md "Lifecycle" step 9).
 */
int start_payload(int root, int dir, int init, enum sync_kind word, const struct state *s,
		  const struct spec *spec) MUST_USE;
