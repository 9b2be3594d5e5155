/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/rmi.c - rmi: take names from images, and remove the images that have none any more
 * Names go first, by one rename of index.json; what only they led to goes then. Killed in between, gc finds it. */
#include "base/error.h"
#include "cmd/containers.h"
#include "cmd/doboz.h"
#include "cmd/log.h"
#include "cmd/store.h"
#include "image/store_lookup.h"

struct rmi_values {
	bool force;
};

struct removal {
	struct cmd *cmd;
	int store;
	bool force;
	const char *what;
	struct store_name found;
	bool by_id;     /* not by one of its names */
	size_t n_names; /* of the same manifest */
	char *id;       /* of the image; its manifest's digest when it is damaged */
};

static int find(struct removal *x)
{
	struct store_names names;
	struct store_image image;
	struct platform host;
	struct image_name name;
	int r = store_lookup_name(x->cmd->arena, x->store, x->what, &x->found);

	if (r == -ENOENT && !*error_text())
		return refuse(r, "no such image: %s", x->what);
	if (r == 0)
		r = store_names_load(x->cmd->arena, x->store, &names);
	if (r == 0)
		r = platform_parse(x->cmd->arena, NULL, &host);
	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++)
		x->n_names += str_eq(names.list[i].digest, x->found.digest);
	x->by_id = names_parse(x->cmd->arena, x->what, &name) < 0 ||
		   !store_names_get(&names, names_candidates(x->cmd->arena, &name));
	x->id = store_lookup_image(x->cmd->arena, x->store, &x->found, &host, &image) == 0 ?
			image.id :
			x->found.digest;
	error_clear();
	return 0;
}

/* A container keeps its layers whatever becomes of names; but its image would be gone for the next one. */
static int check_unused(const struct removal *x)
{
	char **ids;
	int r = containers_list(x->cmd->arena, x->store, &ids);

	for (size_t i = 0; r == 0 && ids[i]; i++) {
		struct container_meta *meta;
		char *id;
		CLEANUP_FD int dir = containers_find(x->cmd->arena, x->store, ids[i], &id);

		if (dir < 0 || containers_load(x->cmd->arena, dir, &meta) < 0) {
			error_clear(); /* removed meanwhile */
			continue;
		}
		if (str_eq(meta->image_id, x->id))
			return refuse(
				-EBUSY,
				"image %s is used by container %s: remove that first, or use --force",
				x->what, meta->name);
	}
	return r;
}

static int remove_names(const struct removal *x, bool last)
{
	char *names[] = { x->found.name, NULL }, *digests[] = { x->found.digest, NULL };
	struct store_names_change change = { .remove = names };

	if (last)
		change = (struct store_names_change){ .remove_digests = digests };
	return store_names_change(x->cmd->arena, x->store, -EBADF, &change);
}

static int remove_image(struct removal *x, struct buf *out)
{
	char *verb[] = { "gc", NULL, NULL }, *answer;
	bool last;
	int r = find(x);

	if (r < 0)
		return r;
	last = x->by_id || x->n_names == 1;
	if (x->by_id && x->n_names > 1 && !x->force)
		return refuse(-EBUSY, "image %s has %zu names: remove them, or use --force",
			      x->what, x->n_names);
	r = last && !x->force ? check_unused(x) : 0;
	if (r == 0)
		r = remove_names(x, last);
	if (r < 0)
		return r;
	if (x->found.name)
		buf_printf(out, "Untagged: %s\n", x->found.name);
	if (!last)
		return 0;
	verb[1] = x->found.digest;
	r = store_run_helper(x->cmd, verb, -EBADF, &answer);
	if (r == 0)
		buf_printf(out, "Deleted: %s\n", x->id);
	return r;
}

static int remove_and_tell(struct cmd *cmd, int store, bool force, const char *what)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct removal x = { .cmd = cmd, .store = store, .force = force, .what = what };
	int r = remove_image(&x, &out);

	return r < 0 ? r : cmd_print(&out);
}

/* As rm: what can be removed is, and every failure is told, the last one by main. */
static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct rmi_values *v = values;
	CLEANUP_FD int store = store_folder(cmd);
	struct error_kept failure, now;
	int last = 0;

	if (store < 0)
		return store;
	for (size_t i = 0; args[i]; i++) {
		int r = remove_and_tell(cmd, store, v->force, args[i]);

		if (r < 0) {
			error_keep(&now);
			if (last < 0) {
				error_restore(&failure);
				log_failure("doboz: ");
			}
			failure = now;
			last = r;
		}
		error_clear();
	}
	if (last < 0)
		error_restore(&failure);
	return last;
}

static const struct opt opts[] = {
	{ 'f', "force", OPT_FLAG, offsetof(struct rmi_values, force), NULL,
	  "also with several names, and while containers use it" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_rmi = {
	.name = "rmi",
	.arguments = "[OPTIONS] IMAGE...",
	.summary = "take names from images, and remove those that have none any more",
	.opts = opts,
	.values_size = sizeof(struct rmi_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
