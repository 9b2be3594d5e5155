/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt.c - linux.intelRdt: a class of service and a monitoring group in a resctrl filesystem */
#include "cgroups/rdt.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 };

static bool is_set(const char *text)
{
	return text && *text;
}

/* Fails with what the kernel notes of the last refused command, which says more than the errno. */
static int fail_command(const struct rdt_host *h, int r, const char *what, const char *object)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *status = NULL;
	size_t len;

	if (file_read_at(a, h->root, "info/last_cmd_status", FILE_MAX, &status, &len) < 0 || !len)
		return fail(r, "linux.intelRdt: %s '%s'", what, object);
	status[strcspn(status, "\n")] = '\0';
	return fail(r, "linux.intelRdt: %s '%s' (last_cmd_status: %s)", what, object,
		    str_printable(a, status));
}

static bool exists(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Quiet. */
static int open_class(const struct rdt_host *h, const char *name)
{
	int fd = openat(h->root, str_eq(name, "/") ? "." : name,
			O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ---- look ---- */

static int check_machine(const struct rdt_host *h, const struct rdt_config *c)
{
	const struct { /* other: what stands for L3 when code and data are told apart */
		bool wanted;
		const char *folder, *other, *text;
	} rows[] = {
		{ is_set(c->l3_cache_schema), "info/L3", "info/L3CODE",
		  "l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled" },
		{ is_set(c->mem_bw_schema), "info/MB", "info/MB",
		  "memBwSchema is specified in config, but Intel RDT/MBA is not enabled" },
		{ c->enable_monitoring, "info/L3_MON", "info/L3_MON",
		  "enableMonitoring is specified in config, but Intel RDT monitoring is not "
		  "enabled" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].wanted && !exists(h->root, rows[i].folder) &&
		    !exists(h->root, rows[i].other))
			return refuse(-EOPNOTSUPP, "intelRdt.%s", rows[i].text);
	return 0;
}

static uint64_t bandwidth_step(struct arena *a, const struct rdt_host *h)
{
	uint64_t step;
	char *text;
	size_t len;

	if (file_read_at(a, h->root, "info/MB/bandwidth_gran", FILE_MAX, &text, &len) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return str_to_u64(text, UINT32_MAX, &step) < 0 ? 0 : step;
}

/* A class that was there before must already be what l3CacheSchema and memBwSchema say. */
static int compare(struct arena *a, const struct rdt_host *h, const struct rdt_config *c, int class)
{
	const struct rdt_config old = { .l3_cache_schema = c->l3_cache_schema,
					.mem_bw_schema = c->mem_bw_schema };
	uint64_t step = bandwidth_step(a, h);
	char *text;
	size_t len;
	int r = file_read_at(a, class, "schemata", FILE_MAX, &text, &len);

	if (r < 0)
		return fail(r, "linux.intelRdt: read the schemata of '%s'", c->clos_id);
	for (char **line = rdt_config_lines(a, &old); *line; line++)
		if (!rdt_config_matches(*line, text, step))
			return refuse(-EEXIST,
				      "linux.intelRdt.closID: '%s' exists and its schemata do not "
				      "say '%s'",
				      c->clos_id, *line);
	return 0;
}

int rdt_look(struct arena *a, const struct rdt_host *h, const struct rdt_config *c, const char *id,
	     struct rdt_group *ret)
{
	const char *name = is_set(c->clos_id) ? c->clos_id : id;
	CLEANUP_FD int class = -EBADF;
	int r = rdt_config_check(c, id);

	if (r >= 0)
		r = check_machine(h, c);
	if (r < 0)
		return r;
	class = open_class(h, name);
	if (class < 0 && class != -ENOENT)
		return fail(class, "linux.intelRdt: open '%s'", name);
	if (class < 0 && is_set(c->clos_id) && !*rdt_config_lines(a, c))
		return refuse(-ENOENT,
			      "linux.intelRdt.closID: '%s' does not exist, and nothing says how to "
			      "make it",
			      name);
	if (class >= 0 && is_set(c->clos_id))
		r = compare(a, h, c, class);
	if (r >= 0 && class >= 0 && c->enable_monitoring &&
	    exists(class, arena_printf(a, "mon_groups/%s", id)))
		r = refuse(-EEXIST, "linux.intelRdt.enableMonitoring: mon_groups/%s exists", id);
	if (r < 0)
		return r;
	*ret = (struct rdt_group){
		.class_name = arena_strdup(a, name),
		.made = class < 0,
		.monitored = c->enable_monitoring,
	};
	return 0;
}

/* ---- act ---- */

static int write_schemata(const struct rdt_host *h, int class, char **lines)
{
	CLEANUP_FD int fd = openat(class, "schemata", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(-errno, "linux.intelRdt: open schemata");
	for (; *lines; lines++) {
		CLEANUP_BUF struct buf text = { 0 };
		int r;

		buf_printf(&text, "%s\n", *lines);
		r = fd_write_all(fd, text.data, text.len);
		if (r < 0)
			return fail_command(h, r, "write to schemata", *lines);
	}
	return 0;
}

static int make_class(const struct rdt_host *h, struct rdt_group *g)
{
	int r = h->make(h->root, g->class_name);

	if (r == -EEXIST)
		g->made = false;
	return r < 0 ? fail_command(h, r, "make the class", g->class_name) : 0;
}

static int make_monitor(const struct rdt_host *h, struct rdt_group *g, int class, const char *id)
{
	CLEANUP_FD int groups = openat(class, "mon_groups", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = groups < 0 ? -errno : h->make(groups, id);

	if (r == -EEXIST)
		g->monitored = false;
	return r < 0 ? fail_command(h, r, "make the monitoring group", id) : 0;
}

int rdt_make(const struct rdt_host *h, const struct rdt_config *c, const char *id,
	     struct rdt_group *g)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **lines = rdt_config_lines(a, c);
	int r = g->made ? make_class(h, g) : 0;

	if (r < 0)
		return r;
	CLEANUP_FD int class = open_class(h, g->class_name);
	if (class < 0)
		return fail(class, "linux.intelRdt: open '%s'", g->class_name);
	if (*lines)
		r = write_schemata(h, class, lines);
	return r >= 0 && g->monitored ? make_monitor(h, g, class, id) : r;
}

int rdt_join(const struct rdt_host *h, const struct rdt_group *g, const char *id, pid_t pid)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *number = arena_printf(a, "%d\n", (int)pid);
	CLEANUP_FD int class = open_class(h, g->class_name);
	int r = class < 0 ? class : file_write_at(class, "tasks", number);

	if (r >= 0 && g->monitored)
		r = file_write_at(class, arena_printf(a, "mon_groups/%s/tasks", id), number);
	return r < 0 ? fail_command(h, r, "move a process to", g->class_name) : 0;
}

int rdt_update(const struct rdt_host *h, const struct rdt_group *g, const struct rdt_config *c)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int class = -EBADF;
	char *old;
	size_t len;
	struct error_kept kept;
	int r = rdt_config_check(c, NULL);

	if (r >= 0)
		r = check_machine(h, c);
	if (r < 0)
		return r;
	class = open_class(h, g->class_name);
	r = class < 0 ? class : file_read_at(a, class, "schemata", FILE_MAX, &old, &len);
	if (r < 0)
		return fail(r, "linux.intelRdt: read the schemata of '%s'", g->class_name);
	r = write_schemata(h, class, rdt_config_lines(a, c));
	if (r >= 0)
		return 0;
	error_keep(&kept);
	if (write_schemata(h, class,
			   rdt_config_lines(a, &(struct rdt_config){ .l3_cache_schema = old })) < 0)
		warn("%s, ignoring", error_text());
	error_restore(&kept);
	return r;
}

/* A class takes its monitoring groups along. */
int rdt_remove(const struct rdt_host *h, const struct rdt_group *g, const char *id)
{
	CLEANUP_FD int class = -EBADF, groups = -EBADF;
	int r;

	if (!g->class_name || (!g->made && !g->monitored))
		return 0;
	if (g->made) {
		r = h->remove(h->root, g->class_name);
		return r < 0 && r != -ENOENT ? fail(r, "remove the class '%s'", g->class_name) : 0;
	}
	class = open_class(h, g->class_name);
	if (class >= 0)
		groups = openat(class, "mon_groups", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (groups < 0)
		return 0;
	r = h->remove(groups, id);
	return r < 0 && r != -ENOENT ? fail(r, "remove the monitoring group '%s'", id) : 0;
}
