/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/log.h - where failures and warnings go: stderr for people, --log for callers
 *
 * Callers parse the log: podman decodes the whole file as one JSON object, containerd
 * takes the last line of level error. So a failure is exactly one line, with its code, step, object and
 * hint (base/error_kind.h), and the warnings, in extra keys; on success the warnings get a line each, and
 * stderr stays empty, because containerd parses stdout and stderr of `state` and `ps` together. */
#pragma once

#include "base/attr.h"

#include <stdbool.h>

/** log_open - open (make) the log; a file exists afterwards even when nothing is logged
 *  @where: PATH, file:PATH, syslog:NAME or journald:NAME, as crun takes it; NULL: no log
 *  @format: of a file: NULL or "text", "json". Records. */
int log_open(const char *where, const char *format) MUST_USE;

/** log_failure - the recorded failure: one line to the log, its text to stderr behind prefix */
void log_failure(const char *prefix);

/** log_success - the warnings that were survived, to the log alone (or stderr when to_stderr) */
void log_success(bool to_stderr);
