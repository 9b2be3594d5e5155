/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/create.h - what `create` and `run` share: their options, and the way to a container */
#pragma once

#include "cmd/cmd.h"
#include "runtime/container.h"

struct create_values {
	const char *bundle, *config, *console_socket, *pidfd_socket, *pid_file, *format;
	struct opt_u64 preserve_fds;
	bool no_pivot, no_new_keyring, dry_run, cgroup_delegate;
	bool detach, keep; /* run only */
};

/* The rows that both verbs have; `run` adds its own in front. */
#define CREATE_OPTS                                                                              \
	{ 'b',        "bundle",                                                                  \
	  OPT_STRING, offsetof(struct create_values, bundle),                                    \
	  "DIR",      "the bundle; default: ." },                                                \
		{ 'f',        "config",                                                          \
		  OPT_STRING, offsetof(struct create_values, config),                            \
		  "FILE",     "instead of config.json" },                                        \
		{ 0,          "console-socket",                                                  \
		  OPT_STRING, offsetof(struct create_values, console_socket),                    \
		  "PATH",     "unix socket that receives the terminal" },                        \
		{ 0,          "pidfd-socket",                                                    \
		  OPT_STRING, offsetof(struct create_values, pidfd_socket),                      \
		  "PATH",     "unix socket that receives a pidfd of init" },                     \
		{ 0,          "pid-file",                                                        \
		  OPT_STRING, offsetof(struct create_values, pid_file),                          \
		  "FILE",     "write the pid of init there" },                                   \
		{ 0,       "preserve-fds",                                                       \
		  OPT_U64, offsetof(struct create_values, preserve_fds),                         \
		  "N",     "pass descriptors 3 to 2+N" },                                        \
		{ 0,        "no-pivot",                                                          \
		  OPT_FLAG, offsetof(struct create_values, no_pivot),                            \
		  NULL,     "move the root instead of pivot_root (initramfs)" },                 \
		{ 0,        "no-new-keyring",                                                    \
		  OPT_FLAG, offsetof(struct create_values, no_new_keyring),                      \
		  NULL,     "keep the caller's session keyring" },                               \
		{ 0,        "cgroup-delegate",                                                   \
		  OPT_FLAG, offsetof(struct create_values, cgroup_delegate),                     \
		  NULL,     "its cgroup is its own: for systemd or containers in it (v2)" },     \
		{ 0, "no-subreaper", OPT_IGNORED_FLAG, 0, NULL, "accepted, without a meaning" }, \
		{ 0,        "dry-run",                                                           \
		  OPT_FLAG, offsetof(struct create_values, dry_run),                             \
		  NULL,     "print the plan and make nothing" },                                 \
		{ 0,           "format",                                                         \
		  OPT_STRING,  offsetof(struct create_values, format),                           \
		  "text|json", "of the printed plan" },                                          \
		OPT_TABLE_END

/* A loaded and planned container, not made yet. CREATE_INIT; create_free. */
struct create {
	struct spec *spec;
	struct plan *plan;
	const char *config_text;
	struct plan_options options;
	char *bundle;
	bool console_is_ours; /* a foreground run keeps the other end */
	int console_fd;       /* our connection to --console-socket, or the given one; -EBADF */
	int pidfd_socket;     /* our connection to --pidfd-socket; -EBADF */
};
void create_free(struct create *c);
#define CREATE_INIT                                          \
	{                                                    \
		.console_fd = -EBADF, .pidfd_socket = -EBADF \
	}
#define CLEANUP_CREATE __attribute__((cleanup(create_free)))

enum { CREATE_FDS_MAX = 1024 };

/** create_check_fds - refuse unless n descriptors from 3 on are open: those that a service manager
 *  handed over, and those of --preserve-fds behind them */
int create_check_fds(unsigned n) MUST_USE;

/** create_connect - to --console-socket or --pidfd-socket; records
 *  @what: "console", "pidfd"; @ret: what it held is closed */
int create_connect(const char *path, const char *what, int *ret) MUST_USE;

/**
 * create_load - bundle, spec, facts, plan; nothing is made on the host
 * @console_fd: for a foreground terminal: our end's peer (taken over); -EBADF: use --console-socket
 */
int create_load(struct cmd *cmd, const struct create_values *v, const char *id, int console_fd,
		struct create *ret) MUST_USE;

/** create_print - --dry-run */
int create_print(const struct create *c, const struct create_values *v) MUST_USE;

/** create_make - container_create with what was loaded; with ret_init: container_run
 *  @dies_with_us: as its dies_with_caller */
int create_make(const struct create *c, const struct create_values *v, int root, bool dies_with_us,
		struct container_process *ret_init) MUST_USE;
