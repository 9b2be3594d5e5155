/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run.c - run: from a layered image to a running, isolated process
 *
 *   image (store, or the helper first) -> folder and name -> config.json -> spec, facts, plan -> supervise
 */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cmd/doboz.h"
#include "cmd/image.h"
#include "cmd/mapped.h"
#include "cmd/program_status.h"
#include "cmd/run_config.h"
#include "cmd/run_files.h"
#include "cmd/signals.h"
#include "cmd/store.h"
#include "cmd/supervise.h"
#include "image/bundle.h"
#include "image/rootfs.h"
#include "runtime/check.h"
#include "runtime/plan_print.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { STOP_TIMEOUT_S = 10 };

/* One container on its way. */
struct run {
	struct cmd *cmd;
	const struct run_values *v;
	struct stored_image *image;
	struct image_process process;
	struct container_meta meta;
	struct facts facts;
	struct rootfs rootfs;
	struct plan_options options;
	const char *folder; /* absolute path of the container's folder */
	char *config_text;
	struct spec *spec;
	struct plan *plan;
	int store, root, dir, lock;
	int in_use; /* keeps gc away until the container has its leases */
};

static void run_free(struct run *r)
{
	plan_free(r->plan);
	spec_free(r->spec);
	attr_closep(&r->store);
	attr_closep(&r->root);
	attr_closep(&r->dir);
	attr_closep(&r->lock);
	attr_closep(&r->in_use);
}
#define CLEANUP_RUN __attribute__((cleanup(run_free)))

/* The image, and what of it is run. */
static int choose_process(struct run *r, char **args)
{
	struct image_overrides o = { .args = args[1] ? args + 1 : NULL,
				     .cwd = r->v->workdir,
				     .user = r->v->user,
				     .stop_signal = r->v->stop_signal };
	int e;

	if (r->v->entrypoint)
		o.entrypoint = strv_append(r->cmd->arena, NULL, r->v->entrypoint);
	e = image_ready(r->cmd, r->store, args[0], r->v->platform, &r->image, &r->in_use);
	if (e == 0)
		e = image_process_make(r->cmd->arena, r->image->config, &o, &r->process);
	if (e == 0 && r->process.stop_signal && signals_parse(r->process.stop_signal) < 0)
		return -EINVAL;
	return e;
}

static int describe(struct run *r, const char *image)
{
	struct container_meta *m = &r->meta;
	int e = containers_new_id(r->cmd->arena, &m->id);

	if (e < 0)
		return e;
	m->name = r->v->name ? arena_strdup(r->cmd->arena, r->v->name) :
			       arena_printf(r->cmd->arena, "c-%.12s", m->id);
	m->image = arena_strdup(r->cmd->arena, image);
	m->command = str_join(r->cmd->arena, r->process.args, " ");
	m->created = containers_now(r->cmd->arena);
	m->stop_signal = r->process.stop_signal;
	m->stop_timeout = r->v->stop_timeout.set ? r->v->stop_timeout.value : STOP_TIMEOUT_S;
	m->remove = r->v->remove;
	m->terminal = r->v->tty;
	m->open_stdin = r->v->interactive;
	m->user = r->process.user;
	m->leases = r->image->layers;
	m->image_id = r->image->id;
	r->folder = arena_printf(r->cmd->arena, "%s/containers/%s", store_path(r->cmd), m->id);
	return 0;
}

/* A limit of processes by default, where some cgroup that we may use has the controller. */
static bool can_limit_pids(const struct facts *f)
{
	for (size_t i = 0; f->cgroups && i < f->cgroups->n_hierarchies; i++)
		if (f->cgroups->hierarchies[i].writable &&
		    strv_has(f->cgroups->hierarchies[i].controllers, "pids"))
			return true;
	return false;
}

/* config.json, into the container's folder unless nothing may be made. */
static int write_config(struct run *r)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct run_config c = {
		.values = r->v,
		.process = &r->process,
		.id = r->meta.id,
		.root_path = "rootfs",
		.folder = r->folder,
		.rootless = r->facts.euid != 0,
		.pids_default = can_limit_pids(&r->facts),
	};
	int e;

	if (r->v->cgroup_parent)
		c.cgroups_path = arena_printf(r->cmd->arena, "%s/%s", r->v->cgroup_parent,
					      r->meta.id);
	e = run_config_write(r->cmd->arena, &c, &out);
	if (e < 0)
		return e;
	r->config_text = arena_strndup(r->cmd->arena, out.data, out.len);
	if (r->dir < 0)
		return 0;
	e = file_replace_at(r->dir, "config.json", out.data, out.len, 0600);
	return e < 0 ? fail(e, "write config.json of container %s", r->meta.id) : 0;
}

static int find_init(const char **ret)
{
	static const char *const candidates[] = { "/usr/libexec/podman/catatonit",
						  "/usr/bin/catatonit", "/usr/bin/tini-static",
						  "/usr/bin/docker-init" };

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
		if (access(candidates[i], X_OK) == 0) {
			*ret = candidates[i];
			return 0;
		}
	return refuse(-ENOENT,
		      "option --init: no init program on this host: install catatonit or tini");
}

/* The document goes through the same door as anybody's. */
static int plan(struct run *r)
{
	int e = spec_parse(r->config_text, strlen(r->config_text), NULL, NULL, &r->spec);

	if (e < 0)
		return e;
	r->options = (struct plan_options){
		.id = r->meta.id,
		.bundle = r->folder,
		.rootfs = &r->rootfs,
		.user_name = r->process.user,
		.has_console = r->v->tty,
		.cgroup_disabled = str_eq(r->cmd->global.cgroup_manager, "disabled"),
	};
	if (r->v->init) {
		e = find_init(&r->options.init_path);
		if (e < 0)
			return e;
	}
	return plan_build(r->spec, &r->facts, &r->options, &r->plan);
}

static int print_plan(struct run *r)
{
	CLEANUP_BUF struct buf out = { 0 };

	if (str_eq(r->v->format, "json"))
		plan_print_json(r->plan, &out);
	else
		plan_print_text(r->plan, &out);
	return cmd_print(&out);
}

/* The folder with what is written before the container exists: /etc files, and the overlay's own folders. */
static int make_container(struct run *r)
{
	static const char *const folders[] = { "upper", "work" };
	int e = containers_make(r->store, &r->meta, &r->dir, &r->lock);

	if (e < 0)
		return e;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (mkdirat(r->dir, folders[i], 0755) < 0)
			e = fail(-errno, "make the folder '%s' of container %s", folders[i],
				 r->meta.id);
	return e < 0 ? e : run_files_write(r->dir, r->meta.id, r->v);
}

static int supervise(struct run *r)
{
	struct supervise s = { .cmd = r->cmd,
			       .root = r->root,
			       .store = r->store,
			       .dir = r->dir,
			       .meta = &r->meta,
			       .plan = r->plan,
			       .config_text = r->config_text };
	int e;

	if (!r->v->detach)
		return supervise_foreground(&s);
	e = supervise_detached(&s);
	if (e == 0)
		(void)printf("%s\n", r->meta.id);
	return e;
}

/* Everything up to the plan; whatever was made is removed again when it fails. */
static int prepare(struct run *r)
{
	int e = rootfs_of_image(r->cmd->arena, store_path(r->cmd), r->image, r->folder, &r->rootfs);

	if (e == 0)
		e = write_config(r);
	return e == 0 ? plan(r) : e;
}

/* A container that never came to be; the failure that is recorded already is the one that is told. */
static void discard(struct run *r)
{
	struct error_kept kept;

	error_keep(&kept);
	if (r->dir >= 0)
		(void)!mapped_remove(r->cmd, r->store, r->meta.id, r->meta.name);
	error_restore(&kept);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	CLEANUP_RUN struct run r = { .cmd = cmd,
				     .v = values,
				     .store = -EBADF,
				     .root = -EBADF,
				     .dir = -EBADF,
				     .lock = -EBADF,
				     .in_use = -EBADF };
	int e;

	if (r.v->detach && r.v->dry_run)
		return refuse(-EINVAL, "--detach and --dry-run exclude each other");
	e = run_config_check_network(r.v->network);
	if (e == 0)
		e = r.store = store_folder(cmd);
	if (e >= 0)
		e = r.root = cmd_root(cmd);
	if (e >= 0)
		e = choose_process(&r, args);
	if (e >= 0)
		e = facts_read(cmd->arena, !str_eq(cmd->global.cgroup_manager, "disabled"),
			       &r.facts);
	if (e >= 0 && cmd_wants_systemd(cmd))
		e = facts_read_systemd(cmd->arena, &r.facts);
	if (e >= 0)
		e = describe(&r, args[0]);
	if (e < 0)
		return e;
	if (!r.v->dry_run)
		e = make_container(&r);
	attr_closep(&r.in_use);
	r.in_use = -EBADF;
	if (e == 0)
		e = prepare(&r);
	if (e == 0 && r.v->dry_run)
		return print_plan(&r);
	if (e < 0) {
		discard(&r);
		return e;
	}
	e = supervise(&r);
	return e < 0 ? program_status(e) : e;
}

const struct command cmd_doboz_run = {
	.name = "run",
	.arguments = "[OPTIONS] IMAGE [COMMAND [ARGUMENT...]]",
	.summary = "run a command in a new container",
	.opts = run_options,
	.values_size = sizeof(struct run_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = 1,
	.failure = 125,
	.flags = CMD_SEALED,
	.run = run,
};
