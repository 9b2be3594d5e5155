/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/exec.c - exec: one more process in a running container, in the foreground or detached */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cmd/doboz.h"
#include "cmd/environment.h"
#include "cmd/foreground.h"
#include "cmd/handle.h"
#include "cmd/program_status.h"
#include "cmd/signals.h"
#include "runtime/container.h"

#include <fcntl.h>

struct exec_values {
	bool interactive, tty, detach;
	char **env, **env_files;
	const char *workdir, *user;
};

/* The container's own process with the command line laid over it. */
static int make_process(struct cmd *cmd, const struct exec_values *v, const struct spec *spec,
			char **command, struct spec_process *ret)
{
	int r;

	if (!spec->process)
		return refuse(-EINVAL, "the container's config has no process");
	*ret = *spec->process;
	ret->args = command;
	ret->terminal = v->tty;
	if (v->workdir)
		ret->cwd = arena_strdup(cmd->arena, v->workdir);
	r = environment_add_files(cmd->arena, v->env_files, &ret->env);
	return r < 0 ? r : environment_add(cmd->arena, v->env, &ret->env);
}

/* Where its descriptors come from: ours, /dev/null, or a terminal. */
static int open_stdio(const struct exec_values *v, int *null, int *ours, int *theirs, int stdio[3])
{
	*null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (*null < 0)
		return fail(-errno, "open /dev/null");
	for (int i = 0; i < 3; i++)
		stdio[i] = v->detach || (i == 0 && !v->interactive) ? *null : -EBADF;
	return v->tty && !v->detach ? foreground_console(ours, theirs) : 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct exec_values *v = values;
	CLEANUP_HANDLE struct handle h = HANDLE_INIT;
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP_FD int null = -EBADF, ours = -EBADF, theirs = -EBADF, signals = -EBADF;
	struct container_process process = { .pidfd = -EBADF };
	struct spec_process p;
	struct container_exec_options opt = { .process = &p,
					      .console_fd = -EBADF,
					      .pidfd_socket = -EBADF };
	int r = handle_open(cmd, args[0], &h);

	if (r < 0)
		return r;
	if (h.pidfd < 0)
		return refuse(-ESRCH, "container %s is not running", h.meta->name);
	if (v->detach && v->tty)
		return refuse(
			-EINVAL,
			"exec: --detach and --tty exclude each other: nobody would hold the terminal");
	r = container_spec(h.root, h.id, &spec);
	if (r == 0)
		r = make_process(cmd, v, spec, args + 1, &p);
	if (r == 0)
		r = open_stdio(v, &null, &ours, &theirs, opt.stdio);
	if (r == 0 && !v->detach)
		r = signals = signals_catch();
	if (r < 0)
		return r;
	opt.console_fd = theirs;
	opt.console_is_ours = ours >= 0;
	opt.plan = (struct plan_exec_options){ .user_name = v->user ? v->user : h.meta->user,
					       .has_console = theirs >= 0 };
	r = container_exec(h.root, h.id, &opt, &process);
	if (r < 0)
		return program_status(r);
	attr_closep(&theirs);
	theirs = -EBADF;
	r = v->detach ? 0 : foreground_wait(&process, ours, signals);
	attr_closep(&process.pidfd);
	return r;
}

static const struct opt opts[] = {
	{ 'i', "interactive", OPT_FLAG, offsetof(struct exec_values, interactive), NULL,
	  "keep stdin open" },
	{ 't', "tty", OPT_FLAG, offsetof(struct exec_values, tty), NULL, "give it a terminal" },
	{ 'd', "detach", OPT_FLAG, offsetof(struct exec_values, detach), NULL,
	  "return when it runs" },
	{ 'e', "env", OPT_STRINGS, offsetof(struct exec_values, env), "NAME[=VALUE]",
	  "environment" },
	{ 0, "env-file", OPT_STRINGS, offsetof(struct exec_values, env_files), "FILE",
	  "environment, a NAME=VALUE a line" },
	{ 'w', "workdir", OPT_STRING, offsetof(struct exec_values, workdir), "DIR",
	  "working directory" },
	{ 'u', "user", OPT_STRING, offsetof(struct exec_values, user), "USER[:GROUP]",
	  "user, by name or number" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_exec = {
	.name = "exec",
	.arguments = "[OPTIONS] CONTAINER COMMAND [ARGUMENT...]",
	.summary = "run one more process in a container",
	.opts = opts,
	.values_size = sizeof(struct exec_values),
	.min_args = 2,
	.max_args = -1,
	.stop_after = 1,
	.failure = 125,
	.flags = CMD_SEALED,
	.run = run,
};
