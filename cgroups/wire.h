/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/wire.h - what doboz and its helper doboz-systemd say to each other
 *
 * One SOCK_SEQPACKET pair, the helper's end is its descriptor 0. A message is words, each ended by NUL.
 * The helper speaks first, then answers each request; it ends when the other end is closed.
 *
 *	helper                               doboz
 *	ok VERSION CONTROL-GROUP             (the manager's own)
 *	ok CONTROL-GROUP                     start UNIT PROPERTY...   waits until the unit is there
 *	ok                                   set UNIT PROPERTY...     for the time until the next boot
 *	ok                                   stop UNIT                waits until it is gone; fine if it was
 *	error TEXT                           (instead of any ok)
 *
 * PROPERTY is NAME TYPE COUNT VALUE...: TYPE is a basic type of D-Bus, or an array of one, whose COUNT values
 * follow, or "a(ss)", with two values an element. A PIDs of 0 is the helper itself. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/* A message is bounded by what the kernel takes in one piece. */
enum { WIRE_MESSAGE_MAX = 160 * 1024, WIRE_REQUEST_MS = 30000, WIRE_PATIENCE_MS = 35000 };

/** wire_add - append one word to a message */
void wire_add(struct buf *message, const char *word);

/** wire_send - send the message in one piece. Return: 0 or a negative errno */
int wire_send(int sock, const struct buf *message) MUST_USE;

/** wire_recv - the words of the next message, NULL-terminated
 *  Return: 1; 0 end of file; -ETIMEDOUT; -EBADMSG no words; another negative errno */
int wire_recv(struct arena *a, int sock, int timeout_ms, char ***ret) MUST_USE;
