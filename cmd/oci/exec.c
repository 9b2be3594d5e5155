/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/exec.c - exec: one more process in a running container
 * The process is the container's own with the options laid over it, or the document of --process. */
#include "base/env.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"
#include "cmd/foreground.h"
#include "cmd/oci/create.h"
#include "cmd/signals.h"
#include "runtime/check.h"

#include <string.h>

struct exec_values {
	const char *console_socket, *pidfd_socket, *process, *cwd, *user, *pid_file, *label,
		*apparmor;
	char **env, **caps, **groups, **cgroups;
	struct opt_u64 preserve_fds;
	bool tty, detach, no_new_privs, ignore_paused;
};

/* -e, --cwd, -c, ... laid over the container's process. */
static int lay_options(struct cmd *cmd, const struct exec_values *v, struct spec_process *p)
{
	for (size_t i = 0; v->env && v->env[i]; i++) {
		const char *equals = strchr(v->env[i], '=');

		if (!equals || equals == v->env[i])
			return refuse(-EINVAL, "option --env: '%s' is not NAME=VALUE", v->env[i]);
		p->env = env_set(cmd->arena, p->env,
				 arena_strndup(cmd->arena, v->env[i], (size_t)(equals - v->env[i])),
				 equals + 1);
	}
	if (v->cwd && *v->cwd != '/')
		return refuse(-EINVAL, "option --cwd: expected an absolute path, not '%s'", v->cwd);
	if (v->cwd)
		p->cwd = arena_strdup(cmd->arena, v->cwd);
	if (v->label)
		p->selinux_label = arena_strdup(cmd->arena, v->label);
	if (v->apparmor)
		p->apparmor_profile = arena_strdup(cmd->arena, v->apparmor);
	p->no_new_privileges |= v->no_new_privs;
	p->terminal = v->tty;
	return 0;
}

/* -c NAME: into the bounding, effective, permitted sets; never into the inheritable one
 * (CVE-2022-29162). */
static void add_capabilities(struct cmd *cmd, char **names, struct spec_process *p)
{
	struct spec_capabilities *caps = arena_new_of(cmd->arena, struct spec_capabilities);

	if (!names)
		return;
	if (p->capabilities)
		*caps = *p->capabilities;
	caps->bounding = strv_concat(cmd->arena, caps->bounding, names);
	caps->effective = strv_concat(cmd->arena, caps->effective, names);
	caps->permitted = strv_concat(cmd->arena, caps->permitted, names);
	if (caps->inheritable &&
	    caps->inheritable[0]) /* as in runc; the rest could not be raised */
		caps->ambient = strv_concat(cmd->arena, caps->ambient, names);
	p->capabilities = caps;
}

static int add_groups(struct cmd *cmd, char **groups, struct spec_user *user)
{
	size_t n = strv_len(groups);
	uint64_t *all = arena_array(cmd->arena, user->n_additional_gids + n, sizeof(*all));
	uint64_t gid;

	for (size_t i = 0; i < user->n_additional_gids; i++)
		all[i] = user->additional_gids[i];
	for (size_t i = 0; i < n; i++) {
		if (str_to_u64(groups[i], UINT32_MAX - 1, &gid) < 0)
			return refuse(-EINVAL, "option --additional-gids: '%s' is not a group id",
				      groups[i]);
		all[user->n_additional_gids++] = gid;
	}
	user->additional_gids = all;
	return 0;
}

/* The process to run: of --process, or out of the container's own and the command line. */
static int make_process(struct cmd *cmd, const struct exec_values *v, const struct spec *spec,
			char **command, struct spec_process *p)
{
	struct spec_process *loaded = NULL;
	int r;

	if (v->process) {
		if (*command)
			return refuse(-EINVAL, "a command and --process exclude each other");
		r = spec_load_process(cmd->arena, v->process, &loaded);
		if (r < 0)
			return r;
		*p = *loaded;
		p->terminal |= v->tty;
		return 0;
	}
	if (!*command)
		return refuse(-EINVAL, "exec needs a command, or --process FILE");
	if (!spec->process)
		return refuse(-EINVAL, "the container's config has no process; use --process FILE");
	*p = *spec->process;
	p->args = command;
	add_capabilities(cmd, v->caps, p);
	r = add_groups(cmd, v->groups, &p->user);
	return r < 0 ? r : lay_options(cmd, v, p);
}

/* Where the terminal goes: --console-socket, or to us. */
static int open_console(const struct exec_values *v, const struct spec_process *p, int *ret_ours,
			int *ret_theirs)
{
	if (v->console_socket)
		return create_connect(v->console_socket, "console", ret_theirs);
	return p->terminal && !v->detach ? foreground_console(ret_ours, ret_theirs) : 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct exec_values *v = values;
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP_FD int root = -EBADF, ours = -EBADF, theirs = -EBADF, signals = -EBADF;
	CLEANUP_FD int pidfd_socket = -EBADF;
	struct container_process process = { .pidfd = -EBADF };
	struct spec_process p = { 0 };
	int r;

	root = cmd_root(cmd);
	if (root < 0)
		return root;
	r = container_spec(root, args[0], &spec);
	if (r == 0)
		r = make_process(cmd, v, spec, args + 1, &p);
	if (r == 0)
		r = spec_check_process(&p);
	if (r == 0 && v->preserve_fds.value > CREATE_FDS_MAX)
		r = refuse(-EINVAL, "option --preserve-fds: at most %d", CREATE_FDS_MAX);
	if (r == 0)
		r = create_check_fds((unsigned)v->preserve_fds.value);
	if (r == 0)
		r = open_console(v, &p, &ours, &theirs);
	if (r == 0 && v->pidfd_socket)
		r = create_connect(v->pidfd_socket, "pidfd", &pidfd_socket);
	if (r == 0 && !v->detach)
		r = signals = signals_catch();
	if (r < 0)
		return r;
	r = container_exec(root, args[0],
			   &(struct container_exec_options){
				   .process = &p,
				   .plan = { .user_name = v->user,
					     .preserve_fds = (unsigned)v->preserve_fds.value,
					     .has_console = theirs >= 0 },
				   .pid_file = v->pid_file,
				   .ignore_paused = v->ignore_paused,
				   .stdio = { -EBADF, -EBADF, -EBADF },
				   .console_fd = theirs,
				   .pidfd_socket = pidfd_socket,
				   .console_is_ours = ours >= 0,
				   .cgroups = v->cgroups,
			   },
			   &process);
	attr_closep(&theirs);
	theirs = -EBADF;
	if (r == 0 && !v->detach)
		r = foreground_wait(&process, ours, signals);
	attr_closep(&process.pidfd);
	return r;
}

static const struct opt opts[] = {
	{ 0, "console-socket", OPT_STRING, offsetof(struct exec_values, console_socket), "PATH",
	  "unix socket that receives the terminal" },
	{ 't', "tty", OPT_FLAG, offsetof(struct exec_values, tty), NULL, "give it a terminal" },
	{ 'p', "process", OPT_STRING, offsetof(struct exec_values, process), "FILE",
	  "the process as JSON" },
	{ 0, "cwd", OPT_STRING, offsetof(struct exec_values, cwd), "DIR", "working directory" },
	{ 0, "pidfd-socket", OPT_STRING, offsetof(struct exec_values, pidfd_socket), "PATH",
	  "unix socket that receives a pidfd of the process" },
	{ 0, "cgroup", OPT_STRINGS, offsetof(struct exec_values, cgroups), "[CONTROLLER,...:]PATH",
	  "cgroup below the container's" },
	{ 'd', "detach", OPT_FLAG, offsetof(struct exec_values, detach), NULL,
	  "return when the process runs" },
	{ 'u', "user", OPT_STRING, offsetof(struct exec_values, user), "UID[:GID]",
	  "user and group" },
	{ 'g', "additional-gids", OPT_STRINGS, offsetof(struct exec_values, groups), "GID",
	  "one more group" },
	{ 'e', "env", OPT_STRINGS, offsetof(struct exec_values, env), "NAME=VALUE", "environment" },
	{ 'c', "cap", OPT_STRINGS, offsetof(struct exec_values, caps), "NAME",
	  "one more capability" },
	{ 0, "pid-file", OPT_STRING, offsetof(struct exec_values, pid_file), "FILE",
	  "write the pid there" },
	{ 0, "preserve-fds", OPT_U64, offsetof(struct exec_values, preserve_fds), "N",
	  "pass descriptors 3 to 2+N" },
	{ 0, "no-new-privs", OPT_FLAG, offsetof(struct exec_values, no_new_privs), NULL,
	  "set no_new_privs" },
	{ 0, "process-label", OPT_STRING, offsetof(struct exec_values, label), "LABEL",
	  "SELinux label" },
	{ 0, "apparmor", OPT_STRING, offsetof(struct exec_values, apparmor), "PROFILE",
	  "AppArmor profile" },
	{ 0, "ignore-paused", OPT_FLAG, offsetof(struct exec_values, ignore_paused), NULL,
	  "also in a paused container" },
	{ 0, "no-subreaper", OPT_IGNORED_FLAG, 0, NULL, "accepted, without a meaning" },
	OPT_TABLE_END,
};

const struct command cmd_oci_exec = {
	.name = "exec",
	.arguments = "[OPTIONS] ID [COMMAND [ARGUMENT...]]",
	.summary = "run one more process in a container",
	.opts = opts,
	.values_size = sizeof(struct exec_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = 1,
	.failure = 255,
	.flags = CMD_SEALED,
	.run = run,
};
