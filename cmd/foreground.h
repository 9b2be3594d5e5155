/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/foreground.h - stay with a process until it ends: forward signals, carry its terminal */
#pragma once

#include "runtime/container.h"

/** foreground_console - a socket pair for the terminal of a process that is about to be made
 *  @ret_ours, @ret_theirs: owned by the caller; theirs becomes console_fd */
int foreground_console(int *ret_ours, int *ret_theirs) MUST_USE;

/**
 * foreground_wait - wait for the process; carries the terminal when console is a descriptor
 * @console: our end of foreground_console, or -EBADF
 * @signals: of signals_catch, or -EBADF
 * Return: the exit status for our caller (0..255; 128 + n by signal n), or a negative errno
 */
int foreground_wait(const struct container_process *process, int console, int signals) MUST_USE;
