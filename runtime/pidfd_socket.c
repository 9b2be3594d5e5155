/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/pidfd_socket.c - the socket that gets a pidfd of the process */
#include "runtime/pidfd_socket.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

int pidfd_socket_send(int sock, int pidfd, const char *kind)
{
	int r = sock < 0 ? 0 : fd_send(sock, &pidfd, 1, kind, strlen(kind));

	return r < 0 ? fail(r, "send the pidfd to its socket") : 0;
}
