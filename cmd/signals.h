/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/signals.h - signals by name, and the signals that a foreground verb forwards */
#pragma once

#include "base/attr.h"

/** signals_parse - "15", "TERM", "SIGTERM", "term", "RTMIN+3"; records
 *  Return: the number, or -EINVAL */
int signals_parse(const char *text) MUST_USE;

/** signals_catch - block what a foreground verb forwards and return a signalfd for it
 *  All but SIGCHLD, SIGURG, SIGWINCH and what a fault or the stopping of a job raises. */
int signals_catch(void) MUST_USE;
