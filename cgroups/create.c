/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/create.c - make a container's folders, and the descriptors by which its child joins
 *
 * A container has about ten v1 folders, so each costs as few calls as can be: mkdir, open, fstatfs
 * (is it a cgroup at all?), the writes that were asked for, and the descriptor of "tasks". */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/apply.h"
#include "cgroups/cgroup.h"
#include "cgroups/controllers.h"
#include "cgroups/delegate.h"
#include "cgroups/events.h"
#include "cgroups/program.h"
#include "cgroups/systemd.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MODE = 0755, TEXT_MAX = 4096 };

static bool has_controller(const struct cgroup_folder *f, const char *controller)
{
	return !f->hierarchy->v2 && strv_has(f->hierarchy->controllers, controller);
}

/* ---- cpuset of v1: a folder without CPUs or memory nodes takes no process ---- */

/* Fills an empty file from the folder above, which may be empty as well. */
static int inherit(struct arena *a, const char *folder, const char *mount, const char *file,
		   char **ret_value)
{
	char *path = arena_printf(a, "%s/%s", folder, file), *above, *value = NULL;
	CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC);
	char text[TEXT_MAX];
	ssize_t n;
	int r;

	if (fd < 0 && errno == EACCES)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return fail(-errno, "read '%s'", path);
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	*ret_value = arena_strdup(a, text);
	if (*text || strlen(folder) <= strlen(mount))
		return 0;
	above = arena_strndup(a, folder, (size_t)(strrchr(folder, '/') - folder));
	r = inherit(a, above, mount, file, &value);
	if (r < 0)
		return r;
	r = fd_write_all(fd, value, strlen(value));
	if (r < 0)
		return fail(r, "write '%s' to '%s'", value, path);
	*ret_value = value;
	return 0;
}

static int inherit_cpuset(const struct cgroup_folder *f)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *value;
	int r = inherit(a, f->path, f->hierarchy->mount, "cpuset.cpus", &value);

	return r < 0 ? r : inherit(a, f->path, f->hierarchy->mount, "cpuset.mems", &value);
}

/* ---- folders ---- */

static int make_parents(const struct cgroup_folder *f)
{
	CLEANUP_FREE char *path = strdup(f->path);
	char *slash;

	if (!path)
		arena_exhausted();
	for (slash = path + strlen(f->hierarchy->mount) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		if (mkdir(path, MODE) < 0 && errno != EEXIST)
			return fail(-errno, "make cgroup '%s'", path);
		*slash = '/';
	}
	return 0;
}

/* Return: 1 it was there already, 0 made, negative errno */
static int make(const struct cgroup_folder *f)
{
	int r = mkdir(f->path, MODE) < 0 ? -errno : 0;

	if (r == -ENOENT) {
		r = make_parents(f);
		if (r < 0)
			return r;
		r = mkdir(f->path, MODE) < 0 ? -errno : 0;
	}
	if (r == -EEXIST)
		return 1;
	return r < 0 ? fail(r, "make cgroup '%s'", f->path) : 0;
}

/* A child that joins a frozen folder never comes back. */
static int refuse_frozen(int dir, const struct cgroup_folder *f)
{
	char state[16] = "THAWED";
	ssize_t n = 0;
	int frozen = 0;

	if (f->hierarchy->v2)
		frozen = cgroup_events_get(dir, "frozen");
	else if (has_controller(f, "freezer"))
		n = cgroup_tree_read(dir, "freezer.state", state, sizeof(state));
	if (n < 0)
		return fail((int)n, "read '%s/freezer.state'", f->path);
	if (frozen > 0 || !str_starts(state, "THAWED"))
		return refuse(-EBUSY, "container's cgroup unexpectedly frozen: '%s'", f->path);
	return 0;
}

/* The one process that may be there already is systemd's helper. */
static int refuse_populated(const struct cgroup_plan *plan, int dir, const struct cgroup_folder *f)
{
	char pid[16], helper[16] = "";
	ssize_t n = cgroup_tree_read(dir, "cgroup.procs", pid, sizeof(pid));

	if (n < 0)
		return fail((int)n, "read '%s/cgroup.procs'", f->path);
	if (plan->unit)
		(void)snprintf(helper, sizeof(helper), "%d\n", (int)plan->systemd->pid);
	if (str_eq(pid, helper))
		return 0;
	pid[strcspn(pid, "\n")] = '\0';
	return n > 0 ? refuse(-EEXIST, "container's cgroup is not empty: '%s' holds process %s",
			      f->path, pid) :
		       0;
}

static int prepare(const struct cgroup_plan *plan, int dir, const struct cgroup_folder *f,
		   bool existed)
{
	int r = existed ? refuse_populated(plan, dir, f) : 0;

	if (r == 0)
		r = refuse_frozen(dir, f);
	if (r == 0 && has_controller(f, "cpuset"))
		r = inherit_cpuset(f);
	if (r == 0)
		r = cgroup_controllers_enable(dir, f);
	if (r == 0)
		r = cgroup_write_folder(dir, f, false);
	return r == 0 && plan->delegate && f->hierarchy->v2 ?
		       cgroup_delegate(dir, plan->delegate_uid) :
		       r;
}

/* ---- joining ---- */

void cgroup_join_close(struct cgroup_join *join)
{
	if (join->v2_fd >= 0)
		(void)close(TAKE_FD(join->v2_fd));
	while (join->n_tasks > 0)
		(void)close(join->tasks_fds[--join->n_tasks]);
}

/* Takes dir over. A folder without "tasks" is one of v2. */
static int add_join(struct cgroup_join *join, int dir, const char *path)
{
	CLEANUP_FD int owned = dir;
	int tasks = openat(dir, "tasks", O_WRONLY | O_CLOEXEC);

	if (tasks >= 0) {
		if (join->n_tasks == CGROUP_FDS_MAX) {
			(void)close(tasks);
			return refuse(-E2BIG, "too many cgroup folders");
		}
		join->tasks_fds[join->n_tasks++] = tasks;
		return 0;
	}
	if (errno != ENOENT)
		return fail(-errno, "open '%s/tasks'", path);
	if (join->v2_fd >= 0)
		return refuse(-EINVAL, "cgroup '%s' is a second folder of v2", path);
	join->v2_fd = TAKE_FD(owned);
	return 0;
}

static int open_folder(const char *path)
{
	int dir = cgroup_tree_open(path);

	if (dir == -EXDEV)
		return refuse(dir, "'%s' is a plain folder, not a cgroup", path);
	return dir < 0 ? fail(dir, "open cgroup '%s'", path) : dir;
}

static int create_one(const struct cgroup_plan *plan, size_t i, struct cgroup_join *join)
{
	const struct cgroup_folder *f = &plan->folders[i];
	int existed = make(f);
	int dir, r;

	join->made[i] = existed == 0;
	if (existed < 0)
		return existed;
	dir = open_folder(f->path);
	if (dir < 0)
		return dir;
	r = prepare(plan, dir, f, existed);
	if (r < 0) {
		(void)close(dir);
		return r;
	}
	return add_join(join, dir, f->path);
}

static int create_all(const struct cgroup_plan *plan, bool v2, struct cgroup_join *join)
{
	/* What the container's owner may read does not depend on the caller's mask. */
	mode_t mask = umask(022);
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->n_folders; i++)
		if (plan->folders[i].hierarchy->v2 == v2)
			r = create_one(plan, i, join);
	(void)umask(mask);
	return r;
}

/* The folder that every process will be in names the unit's; its helper is in it by now. */
static int start_unit(const struct cgroup_plan *plan)
{
	const struct cgroup_properties *p = plan->properties;
	struct cgroup_property *list = arena_array(p->arena, p->n, sizeof(*list));
	size_t n = 0;

	if (plan->n_folders == 0)
		return refuse(-ENOENT, "no cgroup hierarchy of systemd's is mounted");
	for (size_t i = 0; i < p->n; i++)
		if (!p->list[i].after_clone)
			list[n++] = p->list[i];
	return cgroup_systemd_start(plan->systemd, plan->unit, plan->folders[0].name, list, n);
}

/* The failure that is recorded stays the one to tell. */
static void take_unit_back(const struct cgroup_plan *plan)
{
	struct error_kept kept;

	error_keep(&kept);
	cgroup_release(plan);
	if (cgroup_stop_unit(plan->unit->name, plan->unit->user) < 0)
		warn("%s, ignoring", error_text());
	error_restore(&kept);
}

int cgroup_create_v2(const struct cgroup_plan *plan, struct cgroup_join *join)
{
	int r;

	*join = (struct cgroup_join){ .v2_fd = -EBADF };
	if (plan->n_folders > CGROUP_FDS_MAX)
		return refuse(-E2BIG, "too many cgroup folders");
	r = plan->unit ? start_unit(plan) : 0;
	join->unit = plan->unit && r == 0;
	if (r == 0)
		r = create_all(plan, true, join);
	if (r == 0 && plan->device_program)
		r = cgroup_program_attach(plan->folders[0].path, plan->device_program,
					  plan->n_device_insns);
	return r;
}

int cgroup_create_v1(const struct cgroup_plan *plan, struct cgroup_join *join)
{
	return create_all(plan, false, join);
}

void cgroup_create_undo(const struct cgroup_plan *plan, struct cgroup_join *join)
{
	cgroup_join_close(join);
	for (size_t i = 0; i < ARRAY_SIZE(join->made); i++)
		if (join->made[i])
			(void)rmdir(plan->folders[i].path); /* what is in use by now is not ours */
	if (join->unit)
		take_unit_back(plan);
}

int cgroup_open(char *const *folders, struct cgroup_join *ret_join)
{
	struct cgroup_join join = { .v2_fd = -EBADF };
	int r = 0;

	for (; r == 0 && *folders; folders++) {
		int dir = open_folder(*folders);

		r = dir < 0 ? dir : add_join(&join, dir, *folders);
	}
	if (r < 0)
		cgroup_join_close(&join);
	else
		*ret_join = join;
	return r;
}

int cgroup_join_v1(const struct cgroup_join *join)
{
	for (size_t i = 0; i < join->n_tasks; i++) {
		int r = fd_write_all(join->tasks_fds[i], "0", 1);

		if (r < 0)
			return fail(r, "join the cgroup '%s'", fd_path(join->tasks_fds[i]).text);
	}
	return 0;
}
