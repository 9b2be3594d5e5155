/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/pidfd_socket.h - the socket that gets a pidfd of the process (--pidfd-socket), as runc sends it */
#pragma once

#include "base/attr.h"

/** pidfd_socket_send - one SCM_RIGHTS message with the pidfd; records
 *  @sock: connected; negative: nobody asked. @kind: the payload: "standard" of a container's init, "setns"
 *  of an exec's process. Source: runc's tests/cmd/pidfd-kill */
int pidfd_socket_send(int sock, int pidfd, const char *kind) MUST_USE;
