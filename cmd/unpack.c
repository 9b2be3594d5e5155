/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/unpack.c - unpack: an image to a bundle (rootfs and config.json) that any OCI runtime runs */
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/doboz.h"
#include "cmd/mapped.h"
#include "cmd/run_config.h"
#include "cmd/store.h"
#include "image/bundle.h"
#include "runtime/user.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct unpack_values {
	const char *platform;
};

/* The helper makes BUNDLE/rootfs and prints the image's config. */
static int unpack_rootfs(struct cmd *cmd, const char *platform, const char *reference,
			 const char *bundle, struct image_config **ret)
{
	char *plain[] = { "bundle", NULL };
	char *chosen[] = { "--platform", arena_strdup(cmd->arena, platform ? platform : ""), NULL };
	char **args = strv_concat(cmd->arena, plain, platform ? chosen : NULL), *output;
	int r;

	args = strv_append(cmd->arena, args, reference);
	args = strv_append(cmd->arena, args, bundle);
	r = store_run_helper(cmd, args, -EBADF, &output);
	return r < 0 ? r : image_config_parse(cmd->arena, output, strlen(output), ret);
}

/* The user's name becomes numbers by the passwd and group of the unpacked root. */
static int resolve_user(struct cmd *cmd, const char *bundle, const char *name, struct run_config *c)
{
	CLEANUP_FD int root = open(arena_printf(cmd->arena, "%s/rootfs", bundle),
				   O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct plan_user user = { 0 };
	int r;

	if (root < 0)
		return fail(-errno, "open '%s/rootfs'", bundle);
	r = user_lookup(root, name ? name : "0", &user);
	if (r < 0)
		return r;
	c->uid = (struct opt_u64){ true, user.uid };
	c->gid = (struct opt_u64){ true, user.gid };
	c->gids = arena_array(cmd->arena, user.n_additional_gids + 1, sizeof(*c->gids));
	for (c->n_gids = 0; c->n_gids < user.n_additional_gids; c->n_gids++)
		c->gids[c->n_gids] = user.additional_gids[c->n_gids];
	return 0;
}

static int write_bundle_config(struct cmd *cmd, const struct image_config *config,
			       const char *bundle)
{
	CLEANUP_BUF struct buf out = { 0 };
	CLEANUP_FD int dir = open(bundle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct image_process process;
	struct run_values values = { 0 };
	struct run_config c = { .values = &values,
				.process = &process,
				.id = "doboz",
				.root_path = "rootfs",
				.rootless = geteuid() != 0 };
	int r;

	if (dir < 0)
		return fail(-errno, "open bundle '%s'", bundle);
	r = image_process_make(cmd->arena, config, &(struct image_overrides){ 0 }, &process);
	if (r == 0)
		r = resolve_user(cmd, bundle, process.user, &c);
	if (r == 0)
		r = run_config_write(cmd->arena, &c, &out);
	if (r < 0)
		return r;
	r = file_replace_at(dir, "config.json", out.data, out.len, 0644);
	return r < 0 ? fail(r, "write '%s/config.json'", bundle) : 0;
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct unpack_values *v = values;
	const char *bundle = args[1];
	struct image_config *config;
	bool made = mkdir(bundle, 0700) == 0;
	int r;

	if (!made && errno != EEXIST)
		return fail(-errno, "make bundle '%s'", bundle);
	r = unpack_rootfs(cmd, v->platform, args[0], bundle, &config);
	if (r == 0) {
		r = write_bundle_config(cmd, config, bundle);
		if (r < 0)
			mapped_discard(cmd, bundle, "rootfs");
	}
	if (r < 0 && made)
		(void)rmdir(bundle);
	return r;
}

static const struct opt opts[] = {
	{ 0, "platform", OPT_STRING, offsetof(struct unpack_values, platform), "OS/ARCH[/VARIANT]",
	  "which image of an index" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_unpack = {
	.name = "unpack",
	.arguments = "[OPTIONS] IMAGE BUNDLE",
	.summary = "make a bundle (rootfs and config.json) out of an image",
	.opts = opts,
	.values_size = sizeof(struct unpack_values),
	.min_args = 2,
	.max_args = 2,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
