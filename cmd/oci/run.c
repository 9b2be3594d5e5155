/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/run.c - run: create, start, and (unless --detach) wait and delete */
#include "base/error.h"
#include "cmd/foreground.h"
#include "cmd/oci/create.h"
#include "cmd/signals.h"

/* Is the config's process one with a terminal that nobody else receives? Known only after loading, so
 * the socket pair is made whenever nobody else asked for the terminal. */
static int open_console(const struct create_values *v, int *ret_ours, int *ret_theirs)
{
	return v->detach || v->console_socket ? 0 : foreground_console(ret_ours, ret_theirs);
}

/* Delete at the end; a failure that is recorded already stays the one that is told. */
static int delete_after(int root, const char *id, int status)
{
	struct error_kept kept;
	int r;

	error_keep(&kept);
	r = container_delete(root, id, true);
	if (status < 0)
		error_restore(&kept);
	return r < 0 && status >= 0 ? r : status;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct create_values *v = values;
	CLEANUP_CREATE struct create c = CREATE_INIT;
	CLEANUP_FD int root = -EBADF, ours = -EBADF, theirs = -EBADF, signals = -EBADF;
	struct container_process init = { .pidfd = -EBADF };
	int r;

	r = open_console(v, &ours, &theirs);
	if (r < 0)
		return r;
	r = create_load(cmd, v, args[0], TAKE_FD(theirs), &c);
	if (r < 0)
		return r;
	if (v->dry_run)
		return create_print(&c, v);
	root = cmd_root(cmd);
	if (root < 0)
		return root;
	signals = v->detach ? -EBADF : signals_catch();
	if (!v->detach && signals < 0)
		return signals;
	r = create_make(&c, v, root, !v->detach, &init);
	if (r < 0 && init.pidfd < 0)
		return r; /* nothing of ours is there */
	attr_closep(&c.console_fd);
	c.console_fd = -EBADF;
	if (r == 0 && !v->detach)
		r = foreground_wait(&init, c.plan->terminal ? ours : -EBADF, signals);
	container_process_close(&init);
	if (r < 0 || !(v->detach || v->keep))
		return delete_after(root, args[0], r);
	return r;
}

static const struct opt opts[] = {
	{ 'd', "detach", OPT_FLAG, offsetof(struct create_values, detach), NULL,
	  "return when the process runs" },
	{ 0, "keep", OPT_FLAG, offsetof(struct create_values, keep), NULL,
	  "do not delete the container at its end" },
	CREATE_OPTS,
};

const struct command cmd_oci_run = {
	.name = "run",
	.arguments = "[OPTIONS] ID",
	.summary = "create and start a container, and wait for it",
	.opts = opts,
	.values_size = sizeof(struct create_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.flags = CMD_SEALED,
	.run = run,
};
