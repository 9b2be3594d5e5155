/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_files.h - /etc/hosts, /etc/hostname and /etc/resolv.conf of a container, in its folder */
#pragma once

#include "cmd/run_options.h"

/** run_files_write - records; @id: its beginning is the host name unless --hostname is given */
int run_files_write(int dir, const char *id, const struct run_values *v) MUST_USE;
