/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/tree.c - list the folders and processes below a cgroup */
#include "cgroups/tree.h"
#include "base/fd.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

/* 32 MiB of text are 4 million processes, the kernel's highest pid. */
enum { PROCS_MAX = 32 * 1024 * 1024, FOLDERS_MAX = 256 * 1024 };

int cgroup_tree_open(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != CGROUP_SUPER_MAGIC && fs.f_type != CGROUP2_SUPER_MAGIC)
		return -EXDEV;
	return TAKE_FD(fd);
}

/* ---- the walk ----
 * One folder is open at a time, and never a path of more than one name: a container can nest its folders
 * deeper than a path can say. The way up is "..", which a cgroup never changes. */

/* A folder on the way down, and what of it has still to be entered. */
struct level {
	const char *name;
	char **below;
};

struct walk {
	struct arena *arena;
	struct level *levels;
	size_t depth, capacity, n_folders;
};

static int list_below(struct walk *w, int folder, char ***ret)
{
	CLEANUP_FD int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n = 0, capacity = 16;
	struct dirent *entry;
	int r = 0;
	DIR *dir;

	*ret = arena_array(w->arena, capacity, sizeof(**ret));
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	fd = -EBADF;
	while (r == 0 && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || str_eq(entry->d_name, ".") ||
		    str_eq(entry->d_name, ".."))
			continue;
		if (n + 2 > capacity) {
			char **grown = arena_array(w->arena, capacity *= 2, sizeof(*grown));

			memcpy(grown, *ret, n * sizeof(*grown));
			*ret = grown;
		}
		(*ret)[n++] = arena_strdup(w->arena, entry->d_name);
		r = ++w->n_folders > FOLDERS_MAX ? -E2BIG : 0;
	}
	(void)closedir(dir);
	return r;
}

static int enter(struct walk *w, int folder, const char *name)
{
	if (w->depth == w->capacity) {
		size_t capacity = w->capacity ? w->capacity * 2 : 16;
		struct level *grown = arena_array(w->arena, capacity, sizeof(*grown));

		if (w->depth)
			memcpy(grown, w->levels, w->depth * sizeof(*grown));
		w->levels = grown;
		w->capacity = capacity;
	}
	w->levels[w->depth++].name = name;
	return list_below(w, folder, &w->levels[w->depth - 1].below);
}

int cgroup_tree_walk(int dir, cgroup_tree_act act, void *arg)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int folder = openat(dir, ".", flags);
	struct walk w = { .arena = a };
	int next, r = folder < 0 ? -errno : enter(&w, folder, NULL);

	while (r == 0) {
		struct level *here = &w.levels[w.depth - 1];

		if (*here->below) {
			const char *name = *here->below++;

			next = openat(folder, name, flags);
			if (next < 0 && errno == ENOENT)
				continue;
			r = next < 0 ? -errno : enter(&w, next, name);
		} else if (w.depth > 1) {
			next = openat(folder, "..", flags);
			r = next < 0 ? -errno : act(next, here->name, folder, arg);
			w.depth--;
		} else {
			break;
		}
		(void)close(folder);
		folder = next;
	}
	return r;
}

/* ---- processes ---- */

static void add_pid(struct arena *a, struct cgroup_pid_set *set, pid_t pid)
{
	if (set->n == set->capacity) {
		size_t capacity = set->capacity ? set->capacity * 2 : 64;
		pid_t *list = arena_array(a, capacity, sizeof(*list));

		if (set->n)
			memcpy(list, set->list, set->n * sizeof(*list));
		set->list = list;
		set->capacity = capacity;
	}
	set->list[set->n++] = pid;
}

static int pids_of_one(struct arena *a, int dir, struct cgroup_pid_set *set)
{
	char *text, *line;
	size_t len;
	int r = file_read_at(a, dir, "cgroup.procs", PROCS_MAX, &text, &len);

	/* Gone meanwhile, or a threaded folder, whose processes its domain lists. */
	if (r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP)
		return 0;
	if (r < 0)
		return r;
	while ((line = strsep(&text, "\n"))) {
		uint64_t pid;

		/* 0 is a process that our pid namespace does not know. */
		if (str_to_u64(line, INT32_MAX, &pid) == 0 && pid > 0)
			add_pid(a, set, (pid_t)pid);
	}
	return 0;
}

struct collecting {
	struct arena *arena;
	struct cgroup_pid_set *set;
};

static int collect(int parent, const char *name, int folder, void *arg)
{
	const struct collecting *c = arg;

	(void)parent;
	(void)name;
	return pids_of_one(c->arena, folder, c->set);
}

int cgroup_tree_pids(struct arena *a, int dir, struct cgroup_pid_set *set)
{
	struct collecting c = { a, set };
	int r = cgroup_tree_walk(dir, collect, &c);

	return r < 0 ? r : pids_of_one(a, dir, set);
}

static int compare(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

void cgroup_pid_set_sort(struct cgroup_pid_set *set)
{
	size_t kept = 0;

	if (set->n)
		qsort(set->list, set->n, sizeof(*set->list), compare);
	for (size_t i = 0; i < set->n; i++)
		if (kept == 0 || set->list[kept - 1] != set->list[i])
			set->list[kept++] = set->list[i];
	set->n = kept;
}

bool cgroup_pid_set_has(const struct cgroup_pid_set *set, pid_t pid)
{
	return set->n && bsearch(&pid, set->list, set->n, sizeof(pid), compare);
}

ssize_t cgroup_tree_read(int dir, const char *file, char *buf, size_t size)
{
	CLEANUP_FD int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}
