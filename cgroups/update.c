/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/update.c - an update of limits: all of its writes, or none
 *
 * What is there now is read from every folder before the first write. When a write fails, or the kernel
 * does not take it as written, the folders are brought back up to and with that one; later ones were not
 * touched. The device rules of v1 can be read back too; a v2 program is exchanged in one call. */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/apply.h"
#include "cgroups/cgroup.h"
#include "cgroups/controllers.h"
#include "cgroups/devices.h"
#include "cgroups/events.h"
#include "cgroups/program.h"
#include "cgroups/systemd.h"
#include "cgroups/writes.h"

#include <fcntl.h>
#include <string.h>

enum { OLD_MAX = 256 * 1024 };

/* One folder's part: what is to be written, and what brings it back. */
struct part {
	struct cgroup_folder todo, undo;
	struct cgroup_device_list *devices; /* of v1, before */
};

static int open_folder(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? fail(-errno, "open cgroup '%s'", path) : fd;
}

/* ---- what is there ---- */

/* The line of a keyed file that begins with the first word of value. */
static char *line_of_key(char *text, const char *value)
{
	size_t len = strcspn(value, " ");
	char *line;

	while ((line = strsep(&text, "\n")))
		if (strncmp(line, value, len) == 0 && line[len] == ' ')
			return line;
	return NULL;
}

/* Brings an empty file back; an empty write would not reach it. The lists of v2's cpuset inherit then, and while
 * there is a process they cannot be emptied again: they get what is in force. */
static void undo_empty(struct arena *a, int dir, struct cgroup_write *undo)
{
	const char *in_force = arena_printf(a, "%s.effective", undo->file);
	char *text;
	size_t len;

	undo->value = "\n";
	if (file_read_at(a, dir, in_force, OLD_MAX, &text, &len) < 0)
		return;
	undo->in_force = in_force;
	text[strcspn(text, "\n")] = '\0';
	if (*text && cgroup_events_get(dir, "populated") > 0)
		undo->value = text;
}

/* The write that brings back what is there now; false when there is nothing to bring back. */
static bool undo_of(struct arena *a, int dir, const struct cgroup_write *w,
		    struct cgroup_write *ret)
{
	struct cgroup_write undo = { .file = w->file, .why = w->why, .coupled = true };
	char *text;
	size_t len;
	int r = file_read_at(a, dir, w->file, OLD_MAX, &text, &len);

	if (r == -ENOENT && w->else_file) {
		undo.file = w->else_file;
		r = file_read_at(a, dir, w->else_file, OLD_MAX, &text, &len);
	}
	if (r < 0)
		return false;
	if (w->undo) {
		undo.undo = w->undo;
		undo.value = line_of_key(text, w->value);
		undo.value = undo.value ? undo.value : w->undo;
	} else {
		text[strcspn(text, "\n")] = '\0';
		/* memory.oom_control shows "name number". */
		undo.value = str_starts(text, "oom_kill_disable ") ? strchr(text, ' ') + 1 : text;
		if (!*text)
			undo_empty(a, dir, &undo);
	}
	*ret = undo;
	return true;
}

/* Return: 0 and the list, or a negative errno (recorded) */
static int read_devices(struct arena *a, int dir, const struct cgroup_folder *f,
			const struct cgroup_device_list *known, struct cgroup_device_list **ret)
{
	char *text;
	size_t len;
	int r = file_read_at(a, dir, "devices.list", OLD_MAX, &text, &len);

	if (r < 0)
		return fail(r, "read '%s/devices.list'", f->path);
	*ret = cgroup_devices_read(a, text, known);
	return 0;
}

static int prepare(struct arena *a, const struct cgroup_plan *plan, const struct cgroup_folder *f,
		   struct part *ret)
{
	CLEANUP_FD int dir = open_folder(f->path);
	struct cgroup_writes writes = { .arena = a }, undo = { .arena = a };
	int r = dir < 0 ? dir : cgroup_controllers_enable(dir, f);

	if (r < 0)
		return r;
	for (size_t i = 0; i < f->n_writes; i++)
		*cgroup_writes_add(&writes, NULL, NULL, NULL) = f->writes[i];
	for (size_t i = f->n_writes; i-- > 0;) {
		struct cgroup_write w;

		if (undo_of(a, dir, &f->writes[i], &w))
			*cgroup_writes_add(&undo, NULL, NULL, NULL) = w;
	}
	if (plan->devices_folder == f) {
		r = read_devices(a, dir, f, plan->devices_before, &ret->devices);
		if (r < 0)
			return r;
		cgroup_devices_change(&writes, ret->devices, plan->devices_after);
	}
	ret->todo = ret->undo = *f;
	ret->todo.writes = writes.list;
	ret->todo.n_writes = writes.n;
	ret->undo.writes = undo.list;
	ret->undo.n_writes = undo.n;
	return 0;
}

/* ---- there and back ---- */

static int write_part(const struct cgroup_folder *f)
{
	CLEANUP_FD int dir = -EBADF;
	int r;

	if (f->n_writes == 0)
		return 0;
	dir = open_folder(f->path);
	r = dir < 0 ? dir : cgroup_write_folder(dir, f, false);
	return r == 0 ? cgroup_write_folder(dir, f, true) : r;
}

/* Nothing is to be taken back of a key that has no line, or of a list that is as empty as it was: the update failed
 * at its write, or before it. */
static bool is_done(struct arena *a, int dir, const struct cgroup_write *w)
{
	char *text;
	size_t len;

	if (file_read_at(a, dir, w->file, OLD_MAX, &text, &len) < 0)
		return false;
	if (w->in_force)
		return text[strspn(text, "\n")] == '\0';
	return w->undo && str_eq(w->value, w->undo) && !line_of_key(text, w->value);
}

/* Each write for itself, so that one that cannot be taken back keeps no other; in rounds, because they
 * may wait for each other. */
static void undo_part(struct arena *a, const struct cgroup_folder *f)
{
	bool *done = arena_array(a, f->n_writes, sizeof(*done)), progress = f->n_writes > 0;
	CLEANUP_FD int dir = progress ? open_folder(f->path) : -EBADF;

	while (progress && dir >= 0) {
		progress = false;
		for (size_t i = 0; i < f->n_writes; i++) {
			struct cgroup_folder one = *f;

			one.writes = &f->writes[i];
			one.n_writes = 1;
			if (!done[i] && (is_done(a, dir, one.writes) ||
					 cgroup_write_folder(dir, &one, false) == 0))
				progress = done[i] = true;
		}
	}
	for (size_t i = 0; i < f->n_writes; i++)
		if (!done[i])
			warn("'%s/%s' could not be set back to '%s', ignoring", f->path,
			     f->writes[i].file, f->writes[i].value);
}

/* From whatever the failed update has made of them. */
static int restore_devices(struct arena *a, const struct cgroup_plan *plan, const struct part *part)
{
	CLEANUP_FD int dir = open_folder(part->undo.path);
	struct cgroup_writes writes = { .arena = a };
	struct cgroup_folder f = part->undo;
	struct cgroup_device_list *now;
	int r = dir < 0 ? dir : read_devices(a, dir, &f, plan->devices_after, &now);

	if (r < 0)
		return r;
	cgroup_devices_change(&writes, now, part->devices);
	f.writes = writes.list;
	f.n_writes = writes.n;
	return write_part(&f);
}

static void roll_back(struct arena *a, const struct cgroup_plan *plan, const struct part *parts,
		      size_t n, bool attached, bool told)
{
	struct error_kept first;

	error_keep(&first);
	/* Before the files, which systemd writes. */
	if (told &&
	    cgroup_systemd_set(plan->systemd, plan->unit->name, plan->properties_before->list,
			       plan->properties_before->n) < 0)
		warn("%s, ignoring", error_text());
	if (attached && plan->program_before &&
	    cgroup_program_attach(plan->folders[0].path, plan->program_before,
				  plan->n_before_insns) < 0)
		warn("%s, ignoring", error_text());
	while (n-- > 0) {
		undo_part(a, &parts[n].undo);
		if (parts[n].devices && restore_devices(a, plan, &parts[n]) < 0)
			warn("%s, ignoring", error_text());
	}
	error_restore(&first);
}

/* It writes the same files, once more for what it can only say in its own way: TasksMax=1 is pids.max 0. */
static int tell_systemd(const struct cgroup_plan *plan, const struct part *parts)
{
	int r = cgroup_systemd_set(plan->systemd, plan->unit->name, plan->properties->list,
				   plan->properties->n);

	for (size_t i = 0; r == 0 && i < plan->n_folders; i++)
		r = write_part(&parts[i].todo);
	return r;
}

int cgroup_apply(const struct cgroup_plan *plan, int (*finish)(void *arg), void *arg)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct part *parts = arena_array(a, plan->n_folders, sizeof(*parts));
	bool attached = false, told = false;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < plan->n_folders; i++) {
		const struct cgroup_folder *f = &plan->folders[i];

		if (f->n_writes || plan->devices_folder == f)
			r = prepare(a, plan, f, &parts[i]);
	}
	if (r < 0)
		return r;
	for (i = 0; r == 0 && i < plan->n_folders; i++)
		r = write_part(&parts[i].todo);
	if (r == 0 && plan->device_program) {
		r = cgroup_program_attach(plan->folders[0].path, plan->device_program,
					  plan->n_device_insns);
		attached = r == 0;
	}
	if (r == 0 && plan->unit) {
		told = true;
		r = tell_systemd(plan, parts);
	}
	if (r == 0 && finish)
		r = finish(arg);
	if (r < 0)
		roll_back(a, plan, parts, i, attached, told);
	return r;
}
