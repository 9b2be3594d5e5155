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

struct folder_list {
	char **list;
	size_t n, capacity;
};

static int add_folder(struct arena *a, struct folder_list *f, const char *parent, const char *name)
{
	if (f->n == FOLDERS_MAX)
		return -E2BIG;
	if (f->n + 1 >= f->capacity) {
		size_t capacity = f->capacity ? f->capacity * 2 : 16;
		char **list = arena_array(a, capacity, sizeof(*list));

		if (f->n)
			memcpy(list, f->list, f->n * sizeof(*list));
		f->list = list;
		f->capacity = capacity;
	}
	f->list[f->n++] = *parent ? arena_printf(a, "%s/%s", parent, name) : arena_strdup(a, name);
	return 0;
}

static int list_one(struct arena *a, int top, const char *path, struct folder_list *f)
{
	CLEANUP_FD int fd = openat(top, *path ? path : ".",
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *entry;
	int r = 0;
	DIR *dir;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	fd = -EBADF;
	while (r == 0 && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && !str_eq(entry->d_name, ".") &&
		    !str_eq(entry->d_name, ".."))
			r = add_folder(a, f, path, entry->d_name);
	(void)closedir(dir);
	return r;
}

int cgroup_tree_list(struct arena *a, int dir, char ***ret)
{
	struct folder_list f = { 0 };
	int r = list_one(a, dir, "", &f);

	for (size_t i = 0; r == 0 && i < f.n; i++)
		r = list_one(a, dir, f.list[i], &f);
	if (r == 0)
		*ret = f.n ? f.list : arena_array(a, 1, sizeof(**ret));
	return r;
}

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

static int pids_of_one(struct arena *a, int dir, const char *file, struct cgroup_pid_set *set)
{
	char *text, *line;
	size_t len;
	int r = file_read_at(a, dir, file, PROCS_MAX, &text, &len);

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

int cgroup_tree_pids(struct arena *a, int dir, struct cgroup_pid_set *set)
{
	char **folders = NULL;
	int r = cgroup_tree_list(a, dir, &folders);

	if (r == 0)
		r = pids_of_one(a, dir, "cgroup.procs", set);
	for (; r == 0 && *folders; folders++)
		r = pids_of_one(a, dir, arena_printf(a, "%s/cgroup.procs", *folders), set);
	return r;
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
