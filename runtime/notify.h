/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/notify.h - sd_notify of a container, relayed to the caller's NOTIFY_SOCKET (sd_notify(3)) */
#pragma once

#include "base/attr.h"

#include <sys/types.h>

/** notify_prepare - make the folder that the container gets as /run/notify; records
 *  @dir: state folder; @ret_path: its host path, PATH_MAX bytes */
int notify_prepare(int dir, char *ret_path) MUST_USE;

/** notify_bind - the container's socket in that folder, before the payload runs; records
 *  Return: the socket; -ENOENT with nothing recorded when notify_prepare made no folder */
int notify_bind(int dir) MUST_USE;

/** notify_relay - wait until the payload says READY=1, or ends (pidfd), and tell it to the caller's socket,
 *  with MAINPID; a caller that does not listen is a warning
 *  @path: the caller's NOTIFY_SOCKET, a path or "@name" */
int notify_relay(int sock, const char *path, pid_t pid, int pidfd) MUST_USE;
