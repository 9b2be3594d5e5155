/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/create.c - create: make a container out of a bundle; its process waits for start
 * Source: runtime-spec runtime.md "Create". */
#include "cmd/oci/create.h"

#include "base/error.h"
#include "base/fd.h"
#include "runtime/check.h"
#include "runtime/plan_print.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

void create_free(struct create *c)
{
	attr_closep(&c->console_fd);
	attr_closep(&c->pidfd_socket);
	plan_free(c->plan);
	spec_free(c->spec);
	free(c->bundle);
}

int create_check_fds(unsigned n)
{
	struct stat st;

	for (unsigned i = 0; i < n; i++)
		if (fstat(3 + (int)i, &st) < 0)
			return fail(-errno, "unable to stat preserved-fd %u", 3 + i);
	return 0;
}

int create_connect(const char *path, const char *what, int *ret)
{
	int fd = fd_connect_unix(path);

	if (fd < 0)
		return fail(fd, "connect %s socket '%s'", what, path);
	attr_closep(ret);
	*ret = fd;
	return 0;
}

/* Of a service manager, or of conmon; NULL: none, or an empty one */
static const char *notify_socket(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && *path ? path : NULL;
}

static int read_listen_fds(unsigned *ret)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t n;

	*ret = 0;
	/* sd_listen_fds(3): not for us unless it says so; what lies at these numbers would go to the container */
	if (!fds || !pid || str_to_u64(pid, INT_MAX, &n) < 0 || n != (uint64_t)getpid())
		return 0;
	if (str_to_u64(fds, 1024, &n) < 0)
		return refuse(-EINVAL, "LISTEN_FDS: '%s' is not a number up to 1024", fds);
	*ret = (unsigned)n;
	return 0;
}

static int read_spec(const struct create_values *v, struct create *c)
{
	CLEANUP_FD int dir = -EBADF;
	int r;

	c->bundle = realpath(v->bundle ? v->bundle : ".", NULL);
	if (!c->bundle)
		return fail(-errno, "bundle '%s'", v->bundle ? v->bundle : ".");
	dir = open(c->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(-errno, "bundle '%s'", c->bundle);
	if (v->config)
		r = spec_load(AT_FDCWD, v->config, &c->spec, &c->config_text);
	else
		r = spec_load(dir, "config.json", &c->spec, &c->config_text);
	if (r < 0)
		return r;
	return spec_check(c->spec, dir);
}

static int set_options(struct cmd *cmd, const struct create_values *v, const char *id,
		       struct create *c)
{
	struct plan_options *opt = &c->options;

	if (v->preserve_fds.set && v->preserve_fds.value > CREATE_FDS_MAX)
		return refuse(-EINVAL, "option --preserve-fds: at most %d", CREATE_FDS_MAX);
	*opt = (struct plan_options){
		.id = id,
		.bundle = c->bundle,
		.no_pivot = v->no_pivot,
		.no_new_keyring = v->no_new_keyring,
		.preserve_fds = v->preserve_fds.set ? (unsigned)v->preserve_fds.value : 0,
		.has_console = c->console_fd >= 0,
		.notify_socket = notify_socket() != NULL,
		.cgroup_disabled = str_eq(cmd->global.cgroup_manager, "disabled"),
		.cgroup_delegate = v->cgroup_delegate,
	};
	return read_listen_fds(&opt->listen_fds);
}

int create_load(struct cmd *cmd, const struct create_values *v, const char *id, int console_fd,
		struct create *ret)
{
	CLEANUP_CREATE struct create c = CREATE_INIT;
	struct facts facts = { 0 };
	int r;

	c.console_is_ours = console_fd >= 0;
	c.console_fd = console_fd;
	r = state_check_id(id);
	if (r < 0)
		return r;
	r = read_spec(v, &c);
	if (r < 0)
		return error_is(error_in(r, "config"), ERROR_CONFIG);
	if (!c.spec->process || !c.spec->process->terminal) {
		/* the socket pair that `run` offers is not wanted */
		attr_closep(&c.console_fd);
		c.console_fd = -EBADF;
	}
	if (v->console_socket)
		r = create_connect(v->console_socket, "console", &c.console_fd);
	if (r >= 0 && v->pidfd_socket)
		r = create_connect(v->pidfd_socket, "pidfd", &c.pidfd_socket);
	if (r < 0)
		return r;
	r = set_options(cmd, v, id, &c);
	if (r < 0)
		return r;
	r = create_check_fds(c.options.listen_fds + c.options.preserve_fds);
	if (r < 0)
		return r;
	r = facts_read(cmd->arena, !c.options.cgroup_disabled, &facts);
	if (r >= 0 && cmd_wants_systemd(cmd))
		r = facts_read_systemd(cmd->arena, &facts);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct create)CREATE_INIT;
	r = plan_build(ret->spec, &facts, &ret->options, &ret->plan);
	(void)error_in(r, "plan");
	/* What this host or this build cannot do has its own codes. */
	return r == -EINVAL ? error_is(r, ERROR_CONFIG) : r;
}

int create_print(const struct create *c, const struct create_values *v)
{
	CLEANUP_BUF struct buf out = { 0 };

	if (str_eq(v->format, "json"))
		plan_print_json(c->plan, &out);
	else
		plan_print_text(c->plan, &out);
	return cmd_print(&out);
}

int create_make(const struct create *c, const struct create_values *v, int root, bool dies_with_us,
		struct container_process *ret_init)
{
	struct container_create_options opt = {
		.pid_file = v->pid_file,
		.config_text = c->config_text,
		.config_len = c->config_text ? strlen(c->config_text) : 0,
		.stdio = { -EBADF, -EBADF, -EBADF },
		.console_fd = c->console_fd,
		.pidfd_socket = c->pidfd_socket,
		.console_is_ours = c->console_is_ours,
		.notify_socket = notify_socket(),
		.dies_with_caller = dies_with_us,
	};

	if (ret_init)
		return container_run(root, c->plan, &opt, ret_init);
	return container_create(root, c->plan, &opt, NULL);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct create_values *v = values;
	CLEANUP_CREATE struct create c = CREATE_INIT;
	CLEANUP_FD int root = -EBADF;
	int r;

	r = create_load(cmd, v, args[0], -EBADF, &c);
	if (r < 0)
		return r;
	if (v->dry_run)
		return create_print(&c, v);
	root = cmd_root(cmd);
	if (root < 0)
		return root;
	return create_make(&c, v, root, false, NULL);
}

static const struct opt opts[] = { CREATE_OPTS };

const struct command cmd_oci_create = {
	.name = "create",
	.arguments = "[OPTIONS] ID",
	.summary = "make a container out of a bundle, waiting for start",
	.opts = opts,
	.values_size = sizeof(struct create_values),
	.min_args = 1,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.flags = CMD_SEALED,
	.run = run,
};
