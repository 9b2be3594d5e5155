/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/inspect.c - inspect: everything that is known of containers and images, as JSON */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/doboz.h"
#include "cmd/handle.h"
#include "cmd/inspect_image.h"

struct inspect_values {
	const char *type; /* NULL: a container, or else an image */
};

static void write_state(struct cmd *cmd, const struct handle *h, struct json_writer *w)
{
	struct container_exit *e;
	int r = containers_load_exit(cmd->arena, h->dir, &e);

	error_clear();
	json_w_object(w, "State");
	json_w_str(w, "Status",
		   h->status == STATE_STOPPED ? "exited" : state_status_names[h->status]);
	json_w_bool(w, "Running", h->status == STATE_RUNNING || h->status == STATE_PAUSED);
	json_w_bool(w, "Paused", h->status == STATE_PAUSED);
	json_w_i64(w, "Pid", h->pidfd >= 0 ? h->state->pid : 0);
	if (r == 0) {
		json_w_i64(w, "ExitCode", e->exit_code);
		json_w_str(w, "FinishedAt", e->finished);
	}
	json_w_end_object(w);
}

static int write_config(struct cmd *cmd, const struct handle *h, struct json_writer *w)
{
	struct json *config;
	char *text;
	size_t len;
	int r = file_read_at(cmd->arena, h->dir, "config.json", JSON_SIZE_MAX, &text, &len);

	if (r < 0)
		return fail(r, "read config.json of container %s", h->meta->name);
	r = json_parse(cmd->arena, "config", text, len, &config);
	if (r == 0)
		json_w_value(w, "Spec", config);
	return r;
}

static int inspect_container(struct cmd *cmd, const char *name, struct json_writer *w)
{
	CLEANUP_HANDLE struct handle h = HANDLE_INIT;
	int r = handle_open(cmd, name, &h);

	if (r < 0)
		return r;
	json_w_object(w, NULL);
	json_w_str(w, "Id", h.id);
	json_w_str(w, "Name", h.meta->name);
	json_w_str(w, "Image", h.meta->image);
	json_w_str(w, "Command", h.meta->command);
	json_w_str(w, "Created", h.meta->created);
	json_w_str(w, "User", h.meta->user ? h.meta->user : "");
	json_w_str(w, "StopSignal", h.meta->stop_signal ? h.meta->stop_signal : "SIGTERM");
	json_w_i64(w, "StopTimeout", h.meta->stop_timeout);
	json_w_bool(w, "AutoRemove", h.meta->remove);
	write_state(cmd, &h, w);
	json_w_strv(w, "Cgroups", h.state ? h.state->cgroup_folders : NULL);
	r = write_config(cmd, &h, w);
	json_w_end_object(w);
	return r;
}

/* A container of the name comes first; when there is none, it is the name of an image. */
static int inspect_one(struct cmd *cmd, const char *name, const char *type, struct json_writer *w)
{
	int r = str_eq(type, "image") ? -ENOENT : inspect_container(cmd, name, w);

	if (r != -ENOENT || str_eq(type, "container"))
		return r;
	error_clear();
	r = inspect_image(cmd, name, w);
	if (r == 0 || (*error_text() && type))
		return r;
	/* what is no name of an image may still have been meant as a container's */
	return refuse(r, type ? "no such image: %s" : "no such container or image: %s", name);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct inspect_values *v = values;
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out, .indent = 2 };
	int r = 0;

	if (v->type && !str_eq(v->type, "container") && !str_eq(v->type, "image"))
		return refuse(-EINVAL, "inspect: unknown type '%s': container and image are known",
			      v->type);
	json_w_array(&w, NULL);
	for (size_t i = 0; r == 0 && args[i]; i++)
		r = inspect_one(cmd, args[i], v->type, &w);
	json_w_end_array(&w);
	buf_addc(&out, '\n');
	return r < 0 ? r : cmd_print(&out);
}

static const struct opt opts[] = {
	{ 0, "type", OPT_STRING, offsetof(struct inspect_values, type), "container|image",
	  "only one of these" },
	OPT_TABLE_END,
};

const struct command cmd_doboz_inspect = {
	.name = "inspect",
	.arguments = "[OPTIONS] CONTAINER|IMAGE...",
	.summary = "print all that is known of containers and images as JSON",
	.opts = opts,
	.values_size = sizeof(struct inspect_values),
	.min_args = 1,
	.max_args = -1,
	.stop_after = -1,
	.failure = 125,
	.run = run,
};
