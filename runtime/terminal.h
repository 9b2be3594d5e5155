/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/terminal.h - pseudo terminals: made in the container, handed out by a socket */
#pragma once

#include "base/attr.h"

#include <signal.h>
#include <stdbool.h>

/** terminal_open - a pty of the container's own devpts at root/dev/ptmx, verified (5:2 on devpts), the
 *  peer by TIOCGPTPEER (CVE-2025-52565). Returns the master; *ret_slave is the peer; ret_name "/dev/pts/N" */
int terminal_open(int root, int *ret_slave, char ret_name[32]) MUST_USE;
/** terminal_end_lines_plainly - the slave's \n reaches the master as \n, not as \r\n. For a foreground
 *  run and exec, whose output may be a pipe; what goes to a console socket stays as the kernel makes it. */
int terminal_end_lines_plainly(int master) MUST_USE;
/** terminal_send - hand the master to a console socket: one message, one descriptor, payload = name */
int terminal_send(int sock, int master, const char *name) MUST_USE;
/** terminal_receive - the other end of a socket pair whose first end was given as console_fd: takes the
 *  master; a descriptor or a negative errno (-ENODATA: closed without one) */
int terminal_receive(int sock) MUST_USE;
/** terminal_proxy - copy between our terminal (raw) and master until the peer closes or pidfd ends;
 *  forwards the window size, and the signals of signal_fd (a signalfd, or -EBADF) to pidfd; restores the
 *  terminal. in_fd may be -EBADF (detached stdin); what is no terminal is copied as it is */
int terminal_proxy(int master, int in_fd, int out_fd, int pidfd, int signal_fd) MUST_USE;
