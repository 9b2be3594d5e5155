/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/cmd.h - what a verb is, and what all verbs share
 * The only folder that prints to stdout and that exits. A verb returns its exit status, or a
 * negative errno whose recorded text is printed once, by main. */
#pragma once

#include "base/arena.h"
#include "cmd/opts.h"

#include <stdbool.h>

/* The options in front of the verb, and what main found out. */
struct cmd_global {
	const char *root;
	const char *log, *log_format, *log_level;
	const char *cgroup_manager;
	bool debug, systemd_cgroup, version;
};

struct cmd {
	const char *name; /* last component of argv[0] */
	bool oci;         /* called as an OCI runtime: doboz-oci, runc, crun */
	struct cmd_global global;
	struct arena *arena; /* lives as long as the process */
	char **argv;         /* of the process, for the sealed copy of itself */
};

enum { CMD_HIDDEN = 1 << 0, CMD_SEALED = 1 << 1 };

struct command {
	const char *name;
	const char *arguments; /* for the usage text: "[OPTIONS] ID [SIGNAL]" */
	const char *summary;
	const struct opt *opts;
	size_t values_size;     /* of the struct that opts fill */
	int min_args, max_args; /* -1: any number */
	int stop_after;         /* see opts_parse */
	int failure;            /* exit status when run returns a negative errno */
	unsigned flags; /* CMD_SEALED: enters a container, so it runs from a sealed copy of itself */
	int (*run)(struct cmd *cmd, const void *values, char **args);
};

/* The verbs of both names, NULL-terminated. */
extern const struct command *const cmd_oci_commands[], *const cmd_doboz_commands[];

/* One row per verb, next to its code. */
extern const struct command cmd_oci_create, cmd_oci_run, cmd_oci_start, cmd_oci_exec, cmd_oci_kill,
	cmd_oci_delete, cmd_oci_state, cmd_oci_list, cmd_oci_ps, cmd_oci_pause, cmd_oci_resume,
	cmd_oci_update, cmd_oci_mounts, cmd_oci_events, cmd_oci_spec, cmd_oci_features,
	cmd_oci_check, cmd_oci_checkpoint, cmd_oci_restore;

/** cmd_root - open the state root that --root or the user's default names */
int cmd_root(const struct cmd *cmd) MUST_USE;

/** cmd_wants_systemd - is the systemd cgroup driver asked for? --cgroup-manager says more than --systemd-cgroup */
bool cmd_wants_systemd(const struct cmd *cmd);

/** cmd_print - write to stdout; a failed write is an error that is told */
int cmd_print(const struct buf *out) MUST_USE;
