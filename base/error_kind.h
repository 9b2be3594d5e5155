/* SPDX-License-Identifier: Apache-2.0 */
/* base/error_kind.h - the stable codes of failures, with the hint that goes with each
 *
 * Programs that call us decide by the code, which never changes; the text of a failure may. A row is the
 * name of the enum, the code in the JSON log, and what a person can do about it ("": nothing that is known
 * beforehand). Only failures that a caller can tell apart and do something about have a row of their own;
 * the others are classified by the system's reason (the rows from PERMISSION on). docs/errors.md shows the
 * table to people; tests/errors.sh keeps both the same. */
#pragma once

#define ERROR_KINDS(X)                                                                          \
	X(USAGE, "usage", "see --help")                                                         \
	X(CONTAINER_ID, "container-id-invalid",                                                 \
	  "an id has letters, digits, and any of _+-. but not in front")                        \
	X(CONTAINER_UNKNOWN, "container-unknown", "list shows the containers of this --root")   \
	X(CONTAINER_EXISTS, "container-exists", "delete the other one, or take another id")     \
	X(CONTAINER_NOT_RUNNING, "container-not-running", "state shows what it is doing")       \
	X(CONTAINER_NOT_STOPPED, "container-not-stopped", "kill it first, or delete --force")   \
	X(CONTAINER_PAUSED, "container-paused", "resume it first")                              \
	X(CONTAINER_STARTED, "container-started", "a container can be started once")            \
	X(CONFIG, "config-invalid", "check tells every problem of a bundle at once")            \
	X(CONSOLE, "console", "--console-socket and process.terminal belong together")          \
	X(PROGRAM_NOT_FOUND, "program-not-found", "is it in the root filesystem, and in PATH?") \
	X(PROGRAM_NOT_EXECUTABLE, "program-not-executable", "is it an executable file?")        \
	X(USER, "user-unknown", "users are looked up in the container's own /etc/passwd")       \
	X(MOUNT, "mount-failed", "")                                                            \
	X(CGROUP, "cgroup-failed",                                                              \
	  "are the limits possible, and the cgroup empty and not frozen?")                      \
	X(HOOK, "hook-failed", "what the hook printed is part of the message")                  \
	X(INIT_DIED, "init-died", "is its memory limit too low?")                               \
	X(CHECKPOINT, "checkpoint-unsupported", "")                                             \
	X(SYSTEMD, "systemd-unsupported", "use the cgroupfs driver")                            \
	X(PERMISSION, "permission-denied", "")                                                  \
	X(NOT_FOUND, "not-found", "")                                                           \
	X(EXISTS, "exists", "")                                                                 \
	X(UNSUPPORTED, "unsupported", "")                                                       \
	X(BUSY, "busy", "")                                                                     \
	X(EXHAUSTED, "resources-exhausted", "")                                                 \
	X(INVALID, "invalid", "")                                                               \
	X(OTHER, "failed", "")

#define ERROR_KIND_ENUM(name, code, hint) ERROR_##name,
/* ERROR_UNKNOWN: not classified by anybody yet. */
enum error_kind { ERROR_UNKNOWN, ERROR_KINDS(ERROR_KIND_ENUM) ERROR_N_KINDS };
#undef ERROR_KIND_ENUM

/** error_kind_of_errno - the kind of a failure that nobody classified; r: negative errno */
enum error_kind error_kind_of_errno(int r);

/** error_kind_code, error_kind_hint - the columns of the table; "" for a kind that it does not have */
const char *error_kind_code(enum error_kind kind);
const char *error_kind_hint(enum error_kind kind);
