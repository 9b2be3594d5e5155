/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/spec.c - spec: write a default config.json; an existing one is never overwritten */
#include "runtime/spec.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

struct spec_values {
	const char *bundle, *file;
	bool rootless;
};

static bool cgroups_are_pure_v2(void)
{
	struct statfs fs;

	return statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct spec_values *v = values;
	const char *name = v->file ? v->file : "config.json", *bundle = v->bundle ? v->bundle : ".";
	CLEANUP_FD int dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -EBADF;
	CLEANUP_BUF struct buf out = { 0 };
	int r;

	(void)cmd;
	(void)args;
	if (dir < 0)
		return fail(-errno, "bundle '%s'", bundle);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return fail(-errno, "make '%s/%s'", bundle, name);
	spec_write_default(&out, v->rootless || geteuid() != 0, cgroups_are_pure_v2());
	r = fd_write_all(fd, out.data, out.len);
	return r < 0 ? fail(r, "write '%s/%s'", bundle, name) : 0;
}

static const struct opt opts[] = {
	{ 'b', "bundle", OPT_STRING, offsetof(struct spec_values, bundle), "DIR",
	  "the bundle; default: ." },
	{ 'f', "file", OPT_STRING, offsetof(struct spec_values, file), "NAME",
	  "instead of config.json" },
	{ 0, "rootless", OPT_FLAG, offsetof(struct spec_values, rootless), NULL,
	  "for an ordinary user" },
	OPT_TABLE_END,
};

const struct command cmd_oci_spec = {
	.name = "spec",
	.arguments = "[OPTIONS]",
	.summary = "write a default config.json",
	.opts = opts,
	.values_size = sizeof(struct spec_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
