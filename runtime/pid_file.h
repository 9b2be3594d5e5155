/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/pid_file.h - the file that tells a caller the pid (--pid-file) */
#pragma once

#include "base/attr.h"

#include <sys/types.h>

/** pid_file_write - the number without newline, by a new file and rename, as runc's callers expect; records
 *  @path: of the caller, relative to its working directory */
int pid_file_write(const char *path, pid_t pid) MUST_USE;
