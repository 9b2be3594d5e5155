/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/check.c - check: every problem of a bundle against the spec and this host, at once
 * Exit status 0: none. Otherwise one line each on stdout, and their number as the error. */
#include "runtime/check.h"

#include "base/error.h"
#include "base/fd.h"
#include "cmd/cmd.h"

#include <fcntl.h>

struct check_values {
	bool unused;
};

struct problems {
	struct buf out;
	size_t n;
};

static void add_problem(void *arg, const char *text)
{
	struct problems *p = arg;

	buf_printf(&p->out, "%s\n", text);
	p->n++;
}

static int check_bundle(struct cmd *cmd, int dir, struct problems *p)
{
	CLEANUP(spec) struct spec *spec = NULL;
	struct facts facts = { 0 };
	char *text;
	size_t len;
	int r;

	r = file_read_at(cmd->arena, dir, "config.json", JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "read config.json");
	r = facts_read(cmd->arena, true, &facts);
	if (r < 0)
		return r;
	r = spec_parse(text, len, add_problem, p, &spec);
	if (r < 0 && !spec)
		return r;
	(void)spec_check_all(spec, dir, &facts, add_problem, p);
	return 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const char *bundle = args[0] ? args[0] : ".";
	CLEANUP_FD int dir = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct problems p = { 0 };
	int r;

	(void)values;
	if (dir < 0)
		return fail(-errno, "bundle '%s'", bundle);
	r = check_bundle(cmd, dir, &p);
	if (r == 0)
		r = cmd_print(&p.out);
	if (r == 0 && p.n > 0)
		r = refuse(-EINVAL, "bundle '%s': %zu problem%s", bundle, p.n, p.n == 1 ? "" : "s");
	buf_free(&p.out);
	return r;
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_oci_check = {
	.name = "check",
	.arguments = "[BUNDLE]",
	.summary = "tell every problem of a bundle",
	.opts = opts,
	.values_size = sizeof(struct check_values),
	.min_args = 0,
	.max_args = 1,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
