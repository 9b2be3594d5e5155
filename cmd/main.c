/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/main.c - two names, one program: choose the command line, the verb, and the exit status
 * The last component of argv[0] chooses: doboz-oci, runc and crun are the OCI runtime command line,
 * everything else is doboz, for people. */
#include "base/error.h"
#include "base/helper.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/entry.h"
#include "cmd/log.h"
#include "cmd/version.h"
#include "runtime/seal.h"
#include "runtime/state.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct opt global_opts[] = {
	{ 0, "root", OPT_STRING, offsetof(struct cmd_global, root), "DIR",
	  "folder of the containers' state" },
	{ 0, "log", OPT_STRING, offsetof(struct cmd_global, log), "FILE",
	  "log failures and warnings there too: [file:]PATH, syslog:NAME, journald:NAME" },
	{ 0, "log-format", OPT_STRING, offsetof(struct cmd_global, log_format), "text|json",
	  "format of the log" },
	{ 0, "log-level", OPT_STRING, offsetof(struct cmd_global, log_level), "LEVEL",
	  "error, warning (default) or debug" },
	{ 0, "debug", OPT_FLAG, offsetof(struct cmd_global, debug), NULL,
	  "print warnings to stderr too" },
	{ 's', "systemd-cgroup", OPT_FLAG, offsetof(struct cmd_global, systemd_cgroup), NULL,
	  "use the systemd cgroup driver" },
	{ 0, "cgroup-manager", OPT_STRING, offsetof(struct cmd_global, cgroup_manager), "NAME",
	  "cgroupfs, systemd or disabled" },
	{ 0, "rootless", OPT_IGNORED_STRING, 0, "BOOL", "accepted; found out by itself" },
	{ 0, "criu", OPT_IGNORED_STRING, 0, "PATH", "accepted, without a meaning" },
	{ 'v', "version", OPT_FLAG, offsetof(struct cmd_global, version), NULL,
	  "print the version" },
	{ 'V', "version", OPT_FLAG, offsetof(struct cmd_global, version), NULL, "the same" },
	OPT_TABLE_END,
};

static void out_of_memory(void)
{
	(void)!write(STDERR_FILENO, "out of memory\n", 14);
	_exit(1);
}

static const struct command *find_command(const struct command *const *table, const char *name)
{
	for (; *table; table++)
		if (str_eq((*table)->name, name))
			return *table;
	return NULL;
}

/* The order of runc's help: it is what wrappers and tests of that runtime look for. */
static void describe_program(const struct cmd *cmd, const struct command *const *table,
			     struct buf *out)
{
	buf_printf(out,
		   "NAME:\n   %s - %s\n\nUSAGE:\n   %s [OPTIONS] COMMAND [ARGUMENTS]\n\n"
		   "COMMANDS:\n",
		   cmd->name,
		   cmd->oci ? "Open Container Initiative runtime" :
			      "from a layered image to a running, isolated process",
		   cmd->name);
	for (; *table; table++)
		if (!((*table)->flags & CMD_HIDDEN))
			buf_printf(out, "  %-12s %s\n", (*table)->name, (*table)->summary);
	buf_adds(out, "\nOPTIONS:\n");
	opts_describe(global_opts, out);
}

static void describe_command(const struct cmd *cmd, const struct command *c, struct buf *out)
{
	buf_printf(out, "NAME:\n   %s %s - %s\n\nUSAGE:\n   %s %s %s\n", cmd->name, c->name,
		   c->summary, cmd->name, c->name, c->arguments);
	if (c->opts[0].name)
		buf_adds(out, "\nOPTIONS:\n");
	opts_describe(c->opts, out);
}

int cmd_root(const struct cmd *cmd)
{
	return state_root_open(cmd->global.root);
}

bool cmd_wants_systemd(const struct cmd *cmd)
{
	const struct cmd_global *g = &cmd->global;

	return g->cgroup_manager ? str_eq(g->cgroup_manager, "systemd") : g->systemd_cgroup;
}

int cmd_print(const struct buf *out)
{
	if (out->len > 0 && fwrite(out->data, out->len, 1, stdout) != 1)
		return fail(-EIO, "write to stdout");
	return fflush(stdout) == 0 ? 0 : fail(-errno, "write to stdout");
}

/* Help and version texts, the only output that needs no verb. */
static int print_text(struct buf *out)
{
	int r = cmd_print(out);

	buf_free(out);
	return r;
}

static int usage_error(int r)
{
	return error_is(error_in(r, "command line"), ERROR_USAGE);
}

static int run_command(struct cmd *cmd, const struct command *c, char **argv)
{
	struct buf usage = { 0 };
	void *values = arena_alloc(cmd->arena, c->values_size);
	char **args;
	int n, r;

	r = opts_parse(cmd->arena, c->opts, argv, c->stop_after, values, &args);
	if (r < 0)
		return usage_error(fail_context(r, "%s", c->name));
	if (r == 1) {
		describe_command(cmd, c, &usage);
		return print_text(&usage);
	}
	if (cmd->oci)
		opts_drop_empty(c->opts, values);
	n = (int)strv_len(args);
	if (n < c->min_args || (c->max_args >= 0 && n > c->max_args))
		return usage_error(refuse(-EINVAL, "%s: wrong number of arguments; usage: %s %s %s",
					  c->name, cmd->name, c->name, c->arguments));
	if (!cmd->oci)
		helper_remember("doboz-image");
	if (c->flags & CMD_SEALED) {
		r = seal_self(cmd->argv);
		if (r < 0)
			return r;
	}
	r = c->run(cmd, values, args);
	(void)error_about(r, args[0]);
	return error_in(r, "%s", c->name);
}

/* Global options with a fixed set of values. */
static int check_words(const struct cmd_global *g)
{
	static char *const managers[] = { "cgroupfs", "systemd", "disabled", NULL };
	/* what logrus and crun know */
	static char *const levels[] = { "error", "warning", "warn", "info", "debug", NULL };

	if (g->cgroup_manager && !strv_has(managers, g->cgroup_manager))
		return refuse(
			-EINVAL,
			"option --cgroup-manager: '%s' is none of cgroupfs, systemd and disabled",
			g->cgroup_manager);
	if (g->log_level && !strv_has(levels, g->log_level))
		return refuse(-EINVAL,
			      "option --log-level: '%s' is none of error, warning and debug",
			      g->log_level);
	return 0;
}

static int refuse_command(const struct cmd *cmd, char *const *args)
{
	if (str_eq(args[1], "-h") || str_eq(args[1], "--help"))
		return refuse(-EINVAL, "No help topic for '%s'", args[0]);
	return refuse(-EINVAL, "unknown command '%s'; '%s --help' lists them", args[0], cmd->name);
}

/* Returns the exit status, or a negative errno; *ret_failure is the status of a failure. */
static int run_program(struct cmd *cmd, char **argv, int *ret_failure)
{
	const struct command *const *table = cmd->oci ? cmd_oci_commands : cmd_doboz_commands;
	const struct command *c;
	struct buf text = { 0 };
	struct error_kept kept;
	char **args;
	int r, help;

	help = opts_parse(cmd->arena, global_opts, argv, 1, &cmd->global, &args);
	if (help < 0) {
		/* What was said of the log before the wrong word holds, and a second failure is no news. */
		error_keep(&kept);
		if (log_open(cmd->global.log, cmd->global.log_format) < 0)
			error_restore(&kept);
		return usage_error(help);
	}
	r = log_open(cmd->global.log, cmd->global.log_format);
	if (r >= 0)
		r = check_words(&cmd->global);
	if (r < 0)
		return usage_error(r);
	if (cmd->global.version) {
		version_describe(cmd, &text);
		return print_text(&text);
	}
	if (help == 1 || (args[0] && str_eq(args[0], "help"))) {
		describe_program(cmd, table, &text);
		return print_text(&text);
	}
	if (!args[0])
		return usage_error(
			refuse(-EINVAL, "no command given; '%s --help' lists them", cmd->name));
	c = find_command(table, args[0]);
	if (!c)
		return usage_error(refuse_command(cmd, args));
	*ret_failure = c->failure;
	return run_command(cmd, c, args + 1);
}

int main(int argc, char **argv)
{
	struct cmd cmd = { .name = "doboz", .argv = argv };
	CLEANUP_BUF struct buf prefix = { 0 };
	int r, failure;

	arena_on_exhausted(out_of_memory);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc > 0)
		cmd.name = entry_name(argv[0]);
	cmd.oci = entry_is_oci(cmd.name);
	cmd.arena = arena_new();
	failure = cmd.oci ? 1 : 125;
	r = run_program(&cmd, argv + (argc > 0), &failure);
	if (r < 0) {
		if (!cmd.oci)
			buf_printf(&prefix, "%s: ", cmd.name);
		log_failure(prefix.data ? prefix.data : "");
	} else if (!str_eq(cmd.global.log_level, "error")) {
		log_success(cmd.global.debug || str_eq(cmd.global.log_level, "debug") || !cmd.oci);
	}
	arena_free(cmd.arena);
	return r < 0 ? failure : r;
}
