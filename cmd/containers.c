/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/containers.c - folders of containers: names are claimed by symlinks, life is a lock */
#include "cmd/containers.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { META_MAX = 1024 * 1024, NAME_MAX_LEN = 128, ID_LEN = 64 };

static const struct json_row meta_rows[] = {
	{ .name = "id",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_meta, id),
	  .flags = JSON_REQUIRED },
	{ .name = "name",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_meta, name),
	  .flags = JSON_REQUIRED },
	{ .name = "image", .kind = JSON_K_STRING, .offset = offsetof(struct container_meta, image) },
	{ .name = "command",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_meta, command) },
	{ .name = "created",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_meta, created) },
	{ .name = "stopSignal",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_meta, stop_signal) },
	{ .name = "stopTimeout",
	  .kind = JSON_K_I64,
	  .offset = offsetof(struct container_meta, stop_timeout) },
	{ .name = "remove", .kind = JSON_K_BOOL, .offset = offsetof(struct container_meta, remove) },
	{ .name = "terminal",
	  .kind = JSON_K_BOOL,
	  .offset = offsetof(struct container_meta, terminal) },
	{ .name = "openStdin",
	  .kind = JSON_K_BOOL,
	  .offset = offsetof(struct container_meta, open_stdin) },
	{ .name = "user", .kind = JSON_K_STRING, .offset = offsetof(struct container_meta, user) },
	{ .name = "imageId",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_meta, image_id) },
	{ .name = "leases", .kind = JSON_K_STRV, .offset = offsetof(struct container_meta, leases) },
	{ 0 },
};

static const struct json_row exit_rows[] = {
	{ .name = "exitCode",
	  .kind = JSON_K_I64,
	  .offset = offsetof(struct container_exit, exit_code),
	  .flags = JSON_REQUIRED },
	{ .name = "finishedAt",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct container_exit, finished) },
	{ 0 },
};

char *containers_now(struct arena *a)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return arena_printf(a, "%s.%09ldZ", str_utc((uint64_t)now.tv_sec).text, now.tv_nsec);
}

int containers_new_id(struct arena *a, char **ret)
{
	unsigned char random[ID_LEN / 2];
	char *id = arena_alloc(a, ID_LEN + 1);

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return fail(-EIO, "random bytes for an id");
	for (size_t i = 0; i < sizeof(random); i++) {
		id[2 * i] = "0123456789abcdef"[random[i] >> 4];
		id[2 * i + 1] = "0123456789abcdef"[random[i] & 15];
	}
	*ret = id;
	return 0;
}

/* Names as docker and podman have them. */
static int check_name(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char rest[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || !strchr(first, name[0]) || strspn(name, rest) != len)
		return refuse(
			-EINVAL,
			"invalid container name '%s': [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most %d characters",
			name, NAME_MAX_LEN);
	return 0;
}

static int open_below(int store, const char *name)
{
	int fd;

	if (mkdirat(store, name, 0700) < 0 && errno != EEXIST)
		return fail(-errno, "make the store's folder '%s'", name);
	fd = openat(store, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? fail(-errno, "open the store's folder '%s'", name) : fd;
}

static int save_meta(int dir, const struct container_meta *m)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out, .indent = 2 };
	int r;

	json_w_object(&w, NULL);
	json_w_str(&w, "id", m->id);
	json_w_str(&w, "name", m->name);
	json_w_str(&w, "image", m->image);
	json_w_str(&w, "command", m->command);
	json_w_str(&w, "created", m->created);
	json_w_str(&w, "stopSignal", m->stop_signal);
	json_w_i64(&w, "stopTimeout", m->stop_timeout);
	json_w_bool(&w, "remove", m->remove);
	json_w_bool(&w, "terminal", m->terminal);
	json_w_bool(&w, "openStdin", m->open_stdin);
	json_w_str(&w, "user", m->user);
	json_w_str(&w, "imageId", m->image_id);
	if (m->leases)
		json_w_strv(&w, "leases", m->leases);
	json_w_end_object(&w);
	r = file_replace_at(dir, "meta.json", out.data, out.len, 0600);
	return r < 0 ? fail(r, "write meta.json of container %s", m->id) : 0;
}

static int take_lock(int dir)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	CLEANUP_FD int fd = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return fail(-errno, "lock the container's folder");
	return TAKE_FD(fd);
}

/* A name whose container is gone (its `run` was killed in between) may be taken over. */
static int claim_name(int store, const char *name, const char *id)
{
	CLEANUP_FD int names = open_below(store, "names"),
		       containers = open_below(store, "containers");
	char old[ID_LEN + 2];
	ssize_t len;

	if (names < 0 || containers < 0)
		return names < 0 ? names : containers;
	if (symlinkat(id, names, name) == 0)
		return 0;
	if (errno != EEXIST)
		return fail(-errno, "claim the name '%s'", name);
	len = readlinkat(names, name, old, sizeof(old) - 1);
	if (len == ID_LEN) {
		old[len] = '\0';
		if (faccessat(containers, old, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT) {
			(void)unlinkat(names, name, 0);
			if (symlinkat(id, names, name) == 0)
				return 0;
		}
	}
	return refuse(-EEXIST, "the container name '%s' is already in use by %.12s", name,
		      len == ID_LEN ? old : "?");
}

/* ".ID": a folder that is not a container yet, or no more; nobody sees it. */
struct hidden {
	char name[ID_LEN + 2];
};

static struct hidden hidden_name(const char *id)
{
	struct hidden hidden;

	(void)snprintf(hidden.name, sizeof(hidden.name), ".%s", id);
	return hidden;
}

static int fill(int all, const char *folder, const struct container_meta *meta, int *ret_dir,
		int *ret_lock)
{
	CLEANUP_FD int lock = -EBADF;
	CLEANUP_FD int dir = openat(all, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (dir < 0)
		return fail(-errno, "open the folder of container %s", meta->id);
	r = lock = take_lock(dir);
	if (r >= 0 && mknodat(dir, "exit.json", S_IFREG | 0600, 0) < 0)
		r = fail(-errno, "make exit.json of container %s", meta->id);
	if (r >= 0)
		r = save_meta(dir, meta);
	if (r >= 0 && renameat(all, folder, all, meta->id) < 0)
		r = fail(-errno, "name the folder of container %s", meta->id);
	if (r < 0)
		return r;
	*ret_dir = TAKE_FD(dir);
	*ret_lock = TAKE_FD(lock);
	return 0;
}

int containers_make(int store, const struct container_meta *meta, int *ret_dir, int *ret_lock)
{
	const struct hidden hidden = hidden_name(meta->id);
	CLEANUP_FD int all = -EBADF;
	int r;

	r = check_name(meta->name);
	if (r < 0)
		return r;
	all = open_below(store, "containers");
	if (all < 0)
		return all;
	/* against sweep_hidden */
	if (flock(all, LOCK_SH) < 0 || mkdirat(all, hidden.name, 0700) < 0)
		return fail(-errno, "make the folder of container %s", meta->id);
	r = fill(all, hidden.name, meta, ret_dir, ret_lock);
	if (r < 0)
		(void)!dir_remove_all(all, hidden.name);
	else
		r = claim_name(store, meta->name, meta->id);
	if (r < 0)
		(void)!dir_remove_all(all, meta->id);
	return r;
}

int containers_list(struct arena *a, int store, char ***ret)
{
	CLEANUP_FD int fd = open_below(store, "containers");
	char **ids = arena_array(a, 1, sizeof(*ids));
	DIR *all;

	if (fd < 0)
		return fd;
	all = fdopendir(fd);
	if (!all)
		return fail(-errno, "list the containers");
	(void)TAKE_FD(fd);
	for (struct dirent *e = readdir(all); e; e = readdir(all))
		if (strlen(e->d_name) == ID_LEN)
			ids = strv_append(a, ids, arena_strdup(a, e->d_name));
	(void)closedir(all);
	*ret = ids;
	return 0;
}

/* A container whose `run` was killed before it could claim its name goes by it all the same. */
static char *find_nameless(struct arena *a, int all, char *const *ids, const char *name)
{
	for (; *ids; ids++) {
		struct container_meta *m;
		CLEANUP_FD int dir = openat(all, *ids,
					    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

		if (dir >= 0 && containers_load(a, dir, &m) == 0 && str_eq(m->name, name))
			return *ids;
		error_clear();
	}
	return NULL;
}

/* The id that a name, a full id or a prefix stands for; NULL: none; ambiguous prefixes are an error. */
static int resolve(struct arena *a, int store, int all, const char *what, char **ret_id)
{
	CLEANUP_FD int names = open_below(store, "names");
	char target[ID_LEN + 2];
	char **ids, *found = NULL;
	ssize_t len;
	int r;

	if (names < 0)
		return names;
	len = strchr(what, '/') ? -1 : readlinkat(names, what, target, sizeof(target) - 1);
	if (len == ID_LEN) {
		*ret_id = arena_strndup(a, target, ID_LEN);
		return 0;
	}
	r = containers_list(a, store, &ids);
	if (r < 0)
		return r;
	for (size_t i = 0; *what && ids[i]; i++) {
		if (!str_starts(ids[i], what))
			continue;
		if (found)
			return refuse(-EINVAL,
				      "'%s' is the beginning of more than one container's id",
				      what);
		found = ids[i];
	}
	*ret_id = found ? found : find_nameless(a, all, ids, what);
	return 0;
}

/* What killed runs and removals left. Nobody makes a folder at this moment, or it is left for another time;
 * that goes for files of other owners too, which a removal in the user's mapping can take away. */
static void sweep_hidden(int all)
{
	int fd = openat(all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (!list) {
		attr_closep(&fd);
		return;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		for (struct dirent *e = readdir(list); e; e = readdir(list))
			if (e->d_name[0] == '.' && strlen(e->d_name) == ID_LEN + 1)
				(void)!dir_remove_all(all, e->d_name);
	(void)closedir(list);
}

int containers_find(struct arena *a, int store, const char *what, char **ret_id)
{
	CLEANUP_FD int all = open_below(store, "containers");
	char *id = NULL;
	int r, dir;

	if (all < 0)
		return all;
	r = resolve(a, store, all, what, &id);
	if (r < 0)
		return r;
	if (!id) {
		sweep_hidden(all); /* it may have been killed on its way, or on its way out */
		return refuse(-ENOENT, "no such container: %s", what);
	}
	dir = openat(all, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0 && errno == ENOENT) {
		/* a name that a killed `rm` left */
		(void)!containers_remove(store, id, what);
		return refuse(-ENOENT, "no such container: %s", what);
	}
	if (dir < 0)
		return fail(-errno, "open the folder of container %s", id);
	*ret_id = id;
	return dir;
}

static int decode(struct arena *a, const char *name, const char *text, size_t len,
		  const struct json_row *rows, void *dst)
{
	struct json_decoder d = { .arena = a };
	struct json *tree;
	int r = json_parse(a, name, text, len, &tree);

	return r < 0 ? r : json_decode(&d, name, tree, rows, dst);
}

int containers_load(struct arena *a, int dir, struct container_meta **ret)
{
	struct container_meta *m = arena_new_of(a, struct container_meta);
	char *text;
	size_t len;
	int r = file_read_at(a, dir, "meta.json", META_MAX, &text, &len);

	if (r < 0)
		return fail(r, "read meta.json");
	*ret = m;
	return decode(a, "meta.json", text, len, meta_rows, m);
}

/* Written in place: who has the file open already reads it even when --rm has removed the folder. */
int containers_save_exit(int dir, int64_t exit_code)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int fd = openat(dir, "exit.json", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };
	int r;

	json_w_object(&w, NULL);
	json_w_i64(&w, "exitCode", exit_code);
	json_w_str(&w, "finishedAt", containers_now(a));
	json_w_end_object(&w);
	r = fd < 0 ? -errno : fd_write_all(fd, out.data, out.len);
	return r < 0 ? fail(r, "write exit.json") : 0;
}

static int read_exit(struct arena *a, int fd, struct container_exit **ret)
{
	struct container_exit *e = arena_new_of(a, struct container_exit);
	char *text;
	size_t len;
	int r = fd_read_all(a, fd, META_MAX, &text, &len);

	*ret = e;
	if (r < 0)
		return fail(r, "read exit.json");
	return len == 0 ? -ENOENT : decode(a, "exit.json", text, len, exit_rows, e);
}

static int open_exit(int dir)
{
	int fd = openat(dir, "exit.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 && errno != ENOENT ? fail(-errno, "open exit.json") : fd < 0 ? -ENOENT : fd;
}

int containers_load_exit(struct arena *a, int dir, struct container_exit **ret)
{
	CLEANUP_FD int fd = open_exit(dir);

	return fd < 0 ? fd : read_exit(a, fd, ret);
}

/* Ask for (or wait for) the lock that the watcher holds; never keeps it. */
static int probe_lock(int dir, int command, struct flock *lock)
{
	CLEANUP_FD int fd = openat(dir, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return -errno;
	do
		r = fcntl(fd, command, lock);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

int containers_is_watched(int dir)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int r = probe_lock(dir, F_OFD_GETLK, &lock);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? fail(r, "ask for the container's lock") : lock.l_type != F_UNLCK;
}

int containers_wait_unwatched(int dir)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int r = probe_lock(dir, F_OFD_SETLKW, &lock);

	return r < 0 && r != -ENOENT ? fail(r, "wait for the container's lock") : 0;
}

int containers_wait_exit(struct arena *a, int dir, struct container_exit **ret)
{
	CLEANUP_FD int fd = open_exit(dir);
	int r = fd < 0 ? fd : containers_wait_unwatched(dir);

	return r < 0 ? r : read_exit(a, fd, ret);
}

/* Gone at once for everybody, by the rename; the rest may be done by whoever comes next. */
int containers_remove(int store, const char *id, const char *name)
{
	CLEANUP_FD int names = open_below(store, "names"), all = open_below(store, "containers");
	const struct hidden hidden = hidden_name(id);
	char target[ID_LEN + 2] = "";
	int r;

	if (names < 0 || all < 0)
		return names < 0 ? names : all;
	if (renameat(all, id, all, hidden.name) < 0 && errno != ENOENT)
		return fail(-errno, "remove the folder of container %s", id);
	if (name && readlinkat(names, name, target, sizeof(target) - 1) == ID_LEN &&
	    str_eq(target, id) && unlinkat(names, name, 0) < 0 && errno != ENOENT)
		return fail(-errno, "remove the name '%s'", name);
	r = dir_remove_all(all, hidden.name);
	sweep_hidden(all);
	return r < 0 ? fail(r, "remove the folder of container %s", id) : 0;
}
