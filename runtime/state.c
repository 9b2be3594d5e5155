/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/state.c - what is on disk about one container */
#include "runtime/state.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/passwd.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"
#include "runtime/spec.h"
#include "runtime/state_lock.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

const char *const state_status_names[] = { "creating", "created", "running",
					   "paused",   "stopped", NULL };

#define JOURNAL "state.json"

enum { ID_LEN_MAX = NAME_MAX, STATE_SIZE_MAX = JSON_SIZE_MAX };

/* ---- ids and folders ---- */

int state_check_id(const char *id)
{
	static const char chars[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-.";
	size_t len = strlen(id);

	if (len == 0 || len > ID_LEN_MAX || strspn(id, chars) != len || id[0] == '-' ||
	    str_eq(id, ".") || str_eq(id, ".."))
		return error_is(refuse(-EINVAL, "invalid container ID format: '%.64s'", id),
				ERROR_CONTAINER_ID);
	return 0;
}

static bool in_initial_userns(void)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return proc < 0 || proc_in_initial_userns(proc) != 0;
}

/* Real root has one place, whoever's session it was called from. Root of a user namespace, as rootless
 * podman starts us, is an ordinary user, whose own folder is the one that looks like root's there. */
static bool is_own_runtime_dir(const char *path)
{
	struct stat st;

	if (!path || path[0] != '/')
		return false;
	return geteuid() != 0 || (!in_initial_userns() && stat(path, &st) == 0 && st.st_uid == 0);
}

static int default_root(char *path, size_t size)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");

	if (is_own_runtime_dir(runtime_dir))
		(void)snprintf(path, size, "%s/doboz", runtime_dir);
	else if (geteuid() == 0)
		(void)snprintf(path, size, "/run/doboz");
	else
		(void)snprintf(path, size, "/tmp/doboz-%u", (unsigned)geteuid());
	return strlen(path) + 1 < size ?
		       0 :
		       refuse(-ENAMETOOLONG, "the state root has too long a name");
}

static int make_folders(char *path)
{
	for (char *p = path + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return fail(-errno, "make state folder '%s'", path);
		*p = c;
		if (c == '\0')
			return 0;
	}
}

int state_root_open(const char *path)
{
	char buf[PATH_MAX];
	struct stat st, top;
	int flags, r = 0;

	if (!path)
		r = default_root(buf, sizeof(buf));
	else if ((size_t)snprintf(buf, sizeof(buf), "%s", path) >= sizeof(buf) || !*path)
		r = refuse(-EINVAL, "the state root has no usable name");
	if (r < 0)
		return r;
	/* Our own choice may lie in /tmp, where everybody can make a link to another folder of ours. */
	flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (path ? 0 : O_NOFOLLOW);
	CLEANUP_FD int fd = open(buf, flags);
	if (fd < 0 && errno == ENOENT) {
		r = make_folders(buf);
		if (r < 0)
			return r;
		fd = open(buf, flags);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(-errno, "open state folder '%s'", buf);
	if (stat("/", &top) == 0 && top.st_dev == st.st_dev && top.st_ino == st.st_ino)
		return refuse(-EINVAL, "the state root cannot be '/'");
	if (st.st_uid != geteuid())
		return refuse(-EPERM, "state folder '%s' belongs to user %u", buf,
			      (unsigned)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(-EPERM, "state folder '%s' may be written by others", buf);
	return TAKE_FD(fd);
}

int state_claim(int root, const char *id, int *ret_dir)
{
	int r = state_check_id(id);

	if (r < 0)
		return r;
	r = mkdirat(root, id, 0700) < 0 ? -errno : 0;
	if (r == -EEXIST)
		return error_is(refuse(r, "container with given ID already exists: '%s'", id),
				ERROR_CONTAINER_EXISTS);
	if (r < 0)
		return fail(r, "make the state folder of '%s'", id);
	CLEANUP_FD int dir = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = dir < 0 ? fail(-errno, "open the state folder of '%s'", id) : state_lock(dir, id);
	if (r < 0) {
		(void)unlinkat(root, id, AT_REMOVEDIR); /* empty: no container yet */
		return r;
	}
	*ret_dir = TAKE_FD(dir);
	return 0;
}

static int unknown(const char *id)
{
	return error_is(refuse(-ENOENT, "container does not exist: '%s'", id),
			ERROR_CONTAINER_UNKNOWN);
}

int state_open(int root, const char *id, bool exclusive)
{
	struct stat st;
	int r = state_check_id(id);

	if (r < 0)
		return r;
	CLEANUP_FD int dir = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? unknown(id) :
					 fail(-errno, "open the state folder of '%s'", id);
	r = exclusive ? state_lock(dir, id) : 0;
	if (r < 0)
		return r;
	/* It may have been deleted while we waited. */
	if (fstat(dir, &st) < 0 || st.st_nlink == 0)
		return unknown(id);
	return TAKE_FD(dir);
}

bool state_is_locked(int root, const char *id)
{
	CLEANUP_FD int dir = state_open(root, id, false);

	if (dir < 0)
		error_clear();
	return dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) < 0;
}

/* What a killed write of the journal leaves. */
static bool is_temporary(const char *name)
{
	return str_starts(name, "." JOURNAL ".");
}

/* The names in the folder, but not of the journal. Return: how many, or a negative errno */
static int list_folder(struct arena *a, int dir, char ***ret)
{
	int n = 0, fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	*ret = arena_array(a, 1, sizeof(**ret));
	if (!d) {
		n = -errno;
		attr_closep(&fd);
		return n;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (str_eq(e->d_name, ".") || str_eq(e->d_name, "..") || str_eq(e->d_name, JOURNAL))
			continue;
		*ret = strv_append(a, *ret, arena_strdup(a, e->d_name));
		n++;
	}
	(void)closedir(d);
	return n;
}

/* The journal is the last to go: as long as anything is left, it says whose it is. */
int state_remove(int root, const char *id)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int dir = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char **names;
	int r = dir < 0 ? -errno : list_folder(a, dir, &names);

	if (r == -ENOENT)
		return 0;
	for (; r >= 0 && *names; names++)
		r = dir_remove_all(dir, *names);
	if (r >= 0 && unlinkat(dir, JOURNAL, 0) < 0 && errno != ENOENT)
		r = -errno;
	if (r >= 0 && unlinkat(root, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	return r < 0 ? fail(r, "remove the state folder of '%s'", id) : 0;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int state_list(struct arena *a, int root, char ***ret)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	size_t n = 0, cap = 64;
	char **ids = arena_array(a, cap, sizeof(*ids));

	if (!d) {
		int r = fail(-errno, "list the state folder");

		attr_closep(&fd);
		return r;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.' || (e->d_type != DT_DIR && e->d_type != DT_UNKNOWN))
			continue;
		if (n + 1 == cap) {
			char **grown = arena_array(a, cap * 2, sizeof(*ids));

			memcpy(grown, ids, n * sizeof(*ids));
			ids = grown;
			cap *= 2;
		}
		ids[n++] = arena_strdup(a, e->d_name);
	}
	(void)closedir(d);
	qsort(ids, n, sizeof(*ids), compare_ids);
	*ret = ids;
	return 0;
}

/* ---- the journal ---- */

struct stored {
	struct state state;
	uint64_t pid, owner_uid;
};

#define FIELD(name_, kind_, member_)                                                         \
	{                                                                                    \
		.name = (name_), .kind = (kind_), .offset = offsetof(struct stored, member_) \
	}

static const struct json_row rows[] = {
	FIELD("id", JSON_K_STRING, state.id),
	FIELD("bundle", JSON_K_STRING, state.bundle),
	FIELD("rootfs", JSON_K_STRING, state.rootfs),
	FIELD("created", JSON_K_STRING, state.created),
	FIELD("bootId", JSON_K_STRING, state.boot_id),
	{ .name = "ownerUid",
	  .kind = JSON_K_U64,
	  .offset = offsetof(struct stored, owner_uid),
	  .umax = UINT32_MAX },
	{ .name = "pid",
	  .kind = JSON_K_U64,
	  .offset = offsetof(struct stored, pid),
	  .umax = INT32_MAX },
	FIELD("startTime", JSON_K_U64, state.start_time),
	FIELD("ready", JSON_K_BOOL, state.ready),
	FIELD("started", JSON_K_BOOL, state.started),
	FIELD("hasHooks", JSON_K_BOOL, state.has_hooks),
	FIELD("terminal", JSON_K_BOOL, state.terminal),
	FIELD("cgroupFolders", JSON_K_STRV, state.cgroup_folders),
	FIELD("systemdUnit", JSON_K_STRING, state.systemd_unit),
	FIELD("systemdUser", JSON_K_BOOL, state.systemd_user),
	FIELD("rdtClass", JSON_K_STRING, state.rdt.class_name),
	FIELD("rdtMade", JSON_K_BOOL, state.rdt.made),
	FIELD("rdtMonitored", JSON_K_BOOL, state.rdt.monitored),
	FIELD("resources", JSON_K_RAW, state.resources),
	{ .name = "annotations",
	  .kind = JSON_K_MAP,
	  .offset = offsetof(struct stored, state.annotations),
	  .offset2 = offsetof(struct stored, state.n_annotations) },
	{ .name = NULL },
};

int state_save(int dir, const struct state *s)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	int r;

	json_w_object(&w, NULL);
	json_w_str(&w, "id", s->id);
	json_w_str(&w, "bundle", s->bundle);
	json_w_str(&w, "rootfs", s->rootfs);
	json_w_str(&w, "created", s->created);
	json_w_str(&w, "bootId", s->boot_id);
	json_w_u64(&w, "ownerUid", s->owner_uid);
	json_w_i64(&w, "pid", s->pid);
	json_w_u64(&w, "startTime", s->start_time);
	json_w_bool(&w, "ready", s->ready);
	json_w_bool(&w, "started", s->started);
	json_w_bool(&w, "hasHooks", s->has_hooks);
	json_w_bool(&w, "terminal", s->terminal);
	if (s->cgroup_folders)
		json_w_strv(&w, "cgroupFolders", s->cgroup_folders);
	if (s->systemd_unit) {
		json_w_str(&w, "systemdUnit", s->systemd_unit);
		json_w_bool(&w, "systemdUser", s->systemd_user);
	}
	if (s->rdt.class_name) {
		json_w_str(&w, "rdtClass", s->rdt.class_name);
		json_w_bool(&w, "rdtMade", s->rdt.made);
		json_w_bool(&w, "rdtMonitored", s->rdt.monitored);
	}
	if (s->n_annotations)
		json_w_map(&w, "annotations", s->annotations, s->n_annotations);
	if (s->resources)
		json_w_value(&w, "resources", s->resources);
	json_w_end_object(&w);
	r = file_replace_unsynced_at(dir, JOURNAL, text.data, text.len, 0600);
	return r < 0 ? fail(r, "write the container's state") : 0;
}

/* A folder without a journal is a container's only when it was claimed and nothing more: whoever made it
 * was killed before it wrote a word, or whoever removed it before its last act. Anything else is somebody's
 * data, which a wrong --root or id names. */
static int check_claimed(struct arena *a, int dir)
{
	struct stat st;
	char **names;
	int r = list_folder(a, dir, &names);

	if (r < 0 || fstat(dir, &st) < 0)
		return fail(r < 0 ? r : -errno, "list the container's state folder");
	for (; *names; names++)
		if (!is_temporary(*names))
			return refuse(-EINVAL,
				      "not a container: its folder has no " JOURNAL ", but '%s'",
				      *names);
	if (st.st_uid != geteuid() || st.st_mode & (S_IRWXG | S_IRWXO))
		return refuse(-EINVAL, "not a container: its folder is not one that we make");
	return 0;
}

int state_load(struct arena *a, int dir, struct state **ret)
{
	struct json_decoder d = { .arena = a };
	struct stored *stored = arena_new_of(a, struct stored);
	struct json *tree;
	char *text;
	size_t len;
	int r = file_read_at(a, dir, JOURNAL, STATE_SIZE_MAX, &text, &len);

	if (r == -ENOENT) {
		*ret = &stored->state;
		return check_claimed(a, dir);
	}
	if (r < 0)
		return fail(r, "read the container's state");
	r = json_parse(a, JOURNAL, text, len, &tree);
	if (r >= 0)
		r = json_decode(&d, "state", tree, rows, stored);
	if (r < 0)
		return r;
	if (!stored->state.id || !stored->state.boot_id)
		return refuse(-EINVAL, "the container's " JOURNAL " is of another runtime");
	stored->state.pid = (pid_t)stored->pid;
	stored->state.owner_uid = (uint32_t)stored->owner_uid;
	*ret = &stored->state;
	return 0;
}

int state_open_and_load(struct arena *a, int root, const char *id, bool exclusive, int *ret_dir,
			struct state **ret)
{
	CLEANUP_FD int dir = state_open(root, id, exclusive);
	int r;

	if (dir < 0)
		return dir;
	r = state_load(a, dir, ret);
	if (r < 0)
		return r;
	if (!(*ret)->id)
		(*ret)->id = arena_strdup(a, id);
	if (ret_dir)
		*ret_dir = TAKE_FD(dir);
	return 0;
}

/* ---- the truth ---- */

static int check_boot(int proc, const struct state *s)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *boot_id;
	int r = proc_boot_id(a, proc, &boot_id);

	if (r < 0)
		return r;
	return str_eq(boot_id, s->boot_id) ? 0 : -ESTALE;
}

/* The pidfd is opened first, so that what is compared cannot become another process in between. */
static int open_process(int proc, const struct state *s)
{
	CLEANUP_FD int pidfd = sys_pidfd_open(s->pid, 0);
	uint64_t start_time;
	char letter;
	int r;

	if (pidfd < 0)
		return pidfd;
	r = proc_start_time(proc, s->pid, &start_time, &letter);
	if (r >= 0 && (start_time != s->start_time || letter == 'Z' || letter == 'X'))
		r = -ESRCH;
	return r < 0 ? r : TAKE_FD(pidfd);
}

int state_init(const struct state *s)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (!s->boot_id)
		return -ESTALE;
	if (proc < 0)
		return -errno;
	r = check_boot(proc, s);
	if (r < 0)
		return r;
	return s->pid > 0 ? open_process(proc, s) : -ESRCH;
}

enum state_status state_status(const struct state *s, int *ret_pidfd)
{
	CLEANUP_FD int pidfd = state_init(s);
	bool alive = pidfd >= 0;

	if (ret_pidfd)
		*ret_pidfd = alive ? TAKE_FD(pidfd) : -EBADF;
	if (!s->ready)
		return STATE_CREATING;
	if (!alive)
		return STATE_STOPPED;
	if (s->cgroup_folders && cgroup_is_frozen(s->cgroup_folders) > 0)
		return STATE_PAUSED;
	return s->started ? STATE_RUNNING : STATE_CREATED;
}

void state_write_oci(struct json_writer *w, const char *key, const struct state *s,
		     enum state_status status, bool extended)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *owner = extended ? passwd_name(a, s->owner_uid) : NULL;

	json_w_object(w, key);
	json_w_str(w, "ociVersion", SPEC_VERSION_MAX);
	json_w_str(w, "id", s->id);
	json_w_i64(w, "pid", status == STATE_STOPPED ? 0 : s->pid);
	json_w_str(w, "status", state_status_names[status]);
	json_w_str(w, "bundle", s->bundle);
	if (extended) {
		json_w_str(w, "rootfs", s->rootfs);
		json_w_str(w, "created", s->created);
	}
	if (s->n_annotations)
		json_w_map(w, "annotations", s->annotations, s->n_annotations);
	if (extended)
		json_w_str(w, "owner", owner ? owner : "");
	json_w_end_object(w);
}
