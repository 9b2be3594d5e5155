/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/apply.c - do a folder's writes, read back what the kernel may change
 *
 * Coupled writes: the kernel checks some files against each other (memory against memory + swap, quota
 * against burst), so the right order depends on what is there. A refused one is put off until the
 * others are through, for as long as that makes any progress. */
#include "cgroups/apply.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/ranges.h"
#include "base/str.h"
#include "cgroups/delegate.h"
#include "cgroups/systemd.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 64, LIST_MAX = 4096 };

/* Consecutive writes to one file, as device rules are, share its descriptor. */
struct target {
	int dir;
	const char *file;
	int fd;
};

static void target_close(struct target *t)
{
	if (t->fd >= 0)
		(void)close(t->fd);
	t->fd = -EBADF;
}

static int target_open(struct target *t, const char *file, bool read_too)
{
	if (t->fd >= 0 && t->file == file && !read_too)
		return 0;
	target_close(t);
	t->fd = openat(t->dir, file, (read_too ? O_RDWR : O_WRONLY) | O_CLOEXEC);
	t->file = read_too ? NULL : file;
	return t->fd < 0 ? -errno : 0;
}

/* A number of a cgroup file; "max" is the largest. */
static int read_number(int fd, uint64_t *ret)
{
	char text[NUMBER_MAX];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	int64_t number;
	int r;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, " \n")] = '\0';
	if (str_eq(text, "max")) {
		*ret = UINT64_MAX;
		return 0;
	}
	r = str_to_u64(text, UINT64_MAX, ret);
	if (r == -EINVAL && str_to_i64(text, INT64_MIN, INT64_MAX, &number) == 0) {
		*ret = UINT64_MAX; /* -1 */
		r = 0;
	}
	return r;
}

/* Amounts near the top of the counter's range are unlimited to the kernel, in several spellings. */
static bool is_taken(uint64_t want, uint64_t got, uint64_t granule)
{
	const uint64_t top = INT64_MAX - (UINT64_C(1) << 31);

	if (granule > 1 && want >= top)
		return got >= top;
	return got <= want && want - got < granule;
}

static int read_back(int fd, const struct cgroup_write *w, const char *value)
{
	uint64_t want, got = 0;
	int r;

	if (w->granule == 0 || str_to_u64(value, UINT64_MAX, &want) < 0)
		return 0;
	r = read_number(fd, &got);
	if (r < 0)
		return r;
	return is_taken(want, got, w->granule) ? 0 : -ERANGE;
}

/* Return: 0; -ERANGE what is in force is not within the value */
static int check_in_force(int dir, const struct cgroup_write *w)
{
	enum { NUMBER_TOP = 65535 };
	CLEANUP(arena) struct arena *a = arena_new();
	unsigned long *want, *got, bits;
	char text[LIST_MAX];
	ssize_t n = cgroup_tree_read(dir, w->in_force, text, sizeof(text));
	int r;

	if (n < 0)
		return (int)n;
	text[strcspn(text, "\n")] = '\0';
	/* In a form that the kernel alone knows, "0," for one, it is left to it. */
	if (ranges_parse(a, w->value, NUMBER_TOP, &want, &bits) < 0)
		return 0;
	r = ranges_parse(a, text, NUMBER_TOP, &got, &bits);
	for (size_t i = 0; r == 0 && i < bits / (8 * sizeof(*got)); i++)
		if (got[i] & ~want[i])
			r = -ERANGE;
	return r;
}

/* Return: 0; -EBUSY more is in use (recorded). What cannot be read forbids nothing. */
static int check_floor(int dir, const struct cgroup_write *w)
{
	uint64_t usage = 0;

	for (size_t i = 0; i < ARRAY_SIZE(w->floor->usage) && w->floor->usage[i]; i++) {
		CLEANUP_FD int fd = openat(dir, w->floor->usage[i], O_RDONLY | O_CLOEXEC);
		uint64_t part = 0;

		if (fd >= 0 && read_number(fd, &part) == 0)
			usage += part;
	}
	if (usage <= w->floor->limit)
		return 0;
	return refuse(-EBUSY,
		      "%s: rejecting %s %" PRIu64 " < usage %" PRIu64 " (checkBeforeUpdate)",
		      w->why, w->floor->what, w->floor->limit, usage);
}

/* Puts the first word of what is there before the value. */
static int keep_first(int fd, const char *value, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, NUMBER_MAX - 1, 0);
	size_t len;

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	len = strcspn(buf, " \n");
	snprintf(buf + len, size - len, " %s", value);
	return 0;
}

static int put(struct target *t, const struct cgroup_write *w)
{
	bool read_too = w->granule || w->keep_first;
	const char *value = w->value;
	char both[2 * NUMBER_MAX];
	int r = target_open(t, w->file, read_too);

	if (r == -ENOENT && w->else_file) {
		r = target_open(t, w->else_file, read_too);
		value = w->else_value;
	}
	if (r == -ENOENT && w->tolerate_missing)
		return 0;
	if (r == 0 && w->keep_first) {
		r = keep_first(t->fd, value, both, sizeof(both));
		value = both;
	}
	if (r == 0)
		r = fd_write_all(t->fd, value, strlen(value));
	if (r == 0)
		r = read_back(t->fd, w, value);
	return r == 0 && w->in_force ? check_in_force(t->dir, w) : r;
}

static int tell(int r, const struct cgroup_folder *f, const struct cgroup_write *w)
{
	if (r == -ERANGE)
		return refuse(r, "%s: the kernel did not take '%s' for '%s/%s' as written", w->why,
			      w->value, f->path, w->file);
	return fail(r, "%s: write '%s' to '%s/%s'", w->why, w->value, f->path, w->file);
}

/* One round over the writes; those that are put off stay marked. Returns how many went through. */
static ssize_t one_round(struct target *t, const struct cgroup_folder *f, bool *open,
			 const struct cgroup_write **ret_refused)
{
	ssize_t done = 0;

	*ret_refused = NULL;
	for (size_t i = 0; i < f->n_writes; i++) {
		const struct cgroup_write *w = &f->writes[i];
		int r;

		if (!open[i])
			continue;
		if (w->floor && check_floor(t->dir, w) < 0)
			return -EBUSY;
		r = put(t, w);
		if (r == -EINVAL && w->coupled) {
			*ret_refused = *ret_refused ? *ret_refused : w;
			continue;
		}
		if (r < 0)
			return tell(r, f, w);
		open[i] = false;
		done++;
	}
	return done;
}

int cgroup_write_folder(int dir, const struct cgroup_folder *f, bool after_clone)
{
	CLEANUP_FREE bool *open = calloc(f->n_writes + 1, sizeof(*open));
	struct target t = { .dir = dir, .fd = -EBADF };
	const struct cgroup_write *refused;
	ssize_t done;

	if (!open)
		arena_exhausted();
	for (size_t i = 0; i < f->n_writes; i++)
		open[i] = f->writes[i].after_clone == after_clone;
	do
		done = one_round(&t, f, open, &refused);
	while (done > 0 && refused);
	target_close(&t);
	if (done >= 0 && refused)
		return tell(-EINVAL, f, refused);
	return done < 0 ? (int)done : 0;
}

static int open_folder(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? fail(-errno, "open cgroup '%s'", path) : fd;
}

/* Few tasks, mostly: with the helper among them the container could not have been cloned. */
static int set_after_clone(const struct cgroup_plan *plan)
{
	const struct cgroup_properties *p = plan->properties;

	for (size_t i = 0; i < p->n; i++) {
		int r = p->list[i].after_clone ? cgroup_systemd_set(plan->systemd, plan->unit->name,
								    &p->list[i], 1) :
						 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int cgroup_after_clone(const struct cgroup_plan *plan)
{
	int r = plan->unit ? set_after_clone(plan) : 0;

	for (size_t i = 0; r == 0 && i < plan->n_folders; i++) {
		const struct cgroup_folder *f = &plan->folders[i];
		CLEANUP_FD int dir = -EBADF;
		bool any = false;

		for (size_t k = 0; k < f->n_writes; k++)
			any = any || f->writes[k].after_clone;
		if (!any)
			continue;
		dir = open_folder(f->path);
		r = dir < 0 ? dir : cgroup_write_folder(dir, f, true);
	}
	return r == 0 && plan->leaf ? cgroup_delegate_leaf(plan) : r;
}
