/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_state.c - ids, the state folder, the journal, and what is the truth about it */
#include "base/error.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/state.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int root;
static char folder[256];

static void opens_root(void)
{
	char path[300];

	snprintf(folder, sizeof(folder), "%s", unit_folder());
	snprintf(path, sizeof(path), "%s/a/b", folder);
	root = state_root_open(path);
	require(root >= 0);
	require(chmod(path, 0777) == 0);
	check_int(state_root_open(path), -EPERM);
	require(chmod(path, 0700) == 0);
	(void)close(state_root_open(path));
	check(state_root_open("") < 0);
}

static void checks_ids(void)
{
	static const char *const good[] = { "a", "A_b+c-d.e", "_", "+x", "0", "node.1.2.3" };
	static const char *const bad[] = { "",     ".",   "..",   "-a",  "a/b",
					   "../a", "a b", "a\nb", "a\t", "ä" };
	char id[300];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_int(state_check_id(good[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		error_clear();
		check_int(state_check_id(bad[i]), -EINVAL);
		check(str_starts(error_text(), "invalid container ID format"));
	}
	memset(id, 'a', sizeof(id));
	id[255] = '\0';
	check_int(state_check_id(id), 0);
	id[255] = 'a';
	id[256] = '\0';
	check_int(state_check_id(id), -EINVAL);
}

static void claims_once(void)
{
	int dir = -1, other = -1;

	require(state_claim(root, "box", &dir) == 0);
	check_int(state_claim(root, "box", &other), -EEXIST);
	check(strstr(error_text(), "container with given ID already exists") != NULL);
	check_int(state_open(root, "none", false), -ENOENT);
	check(strstr(error_text(), "container does not exist") != NULL);
	other = state_open(root, "box", false);
	require(other >= 0);
	check(flock(other, LOCK_EX | LOCK_NB) < 0);
	(void)close(dir);
	check(flock(other, LOCK_EX | LOCK_NB) == 0);
	(void)close(other);
}

static void keeps_everything(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *folders[] = { "/sys/fs/cgroup/x", "/b", NULL };
	struct json_map annotations[] = { { "k/x", "v\"\n" } };
	struct state s = {
		.id = "box",
		.bundle = "/b/ü",
		.rootfs = "/r",
		.created = "2026-01-01T00:00:00Z",
		.boot_id = "boot",
		.owner_uid = 4294967294u,
		.pid = 77,
		.start_time = UINT64_MAX,
		.ready = true,
		.started = true,
		.has_hooks = true,
		.cgroup_folders = folders,
		.annotations = annotations,
		.n_annotations = 1,
		.terminal = true,
	};
	struct state *t;
	int dir = state_open(root, "box", true);

	require(dir >= 0);
	require(state_load(a, dir, &t) == 0);
	check_int(state_status(t, NULL), STATE_CREATING); /* claimed, nothing written */
	require(state_save(dir, &s) == 0 && state_load(a, dir, &t) == 0);
	check_str(t->id, s.id);
	check_str(t->bundle, s.bundle);
	check_str(t->created, s.created);
	check(t->owner_uid == s.owner_uid && t->pid == 77 && t->start_time == UINT64_MAX);
	check(t->ready && t->started && t->has_hooks && t->terminal);
	check_str(t->cgroup_folders[1], "/b");
	check(t->cgroup_folders[2] == NULL);
	check_int(t->n_annotations, 1);
	check_str(t->annotations[0].value, "v\"\n");
	(void)close(dir);
}

static void tells_the_truth(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	int proc = open("/proc", O_PATH | O_CLOEXEC), pidfd = -1;
	struct state s = { .id = "box", .pid = getpid(), .ready = true };

	require(proc_boot_id(a, proc, &s.boot_id) == 0);
	require(proc_start_time(proc, getpid(), &s.start_time, NULL) == 0);
	check_int(state_status(&s, &pidfd), STATE_CREATED);
	check(pidfd >= 0);
	s.started = true;
	check_int(state_status(&s, NULL), STATE_RUNNING);
	s.start_time++; /* the pid is another process's by now */
	check_int(state_status(&s, &pidfd), STATE_STOPPED);
	check_int(pidfd, -EBADF);
	s.start_time--;
	s.boot_id = "another boot";
	check_int(state_status(&s, NULL), STATE_STOPPED);
}

static void refuses_damage(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char *const texts[] = {
		"", "{", "[]", "{\"pid\":\"x\"}", "{\"pid\":-1}", "{\"pid\":1,\"pid\":2}"
	};
	struct state *t;
	int dir = state_open(root, "box", true);

	require(dir >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int fd = openat(dir, "state.json", O_WRONLY | O_TRUNC | O_CLOEXEC);

		require(fd >= 0 && write(fd, texts[i], strlen(texts[i])) >= 0);
		(void)close(fd);
		check(state_load(a, dir, &t) < 0);
	}
	(void)close(dir);
}

static void lists_and_removes(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **ids;
	int dir, waiting;

	require(state_claim(root, "abc", &dir) == 0);
	(void)close(dir);
	require(state_list(a, root, &ids) == 0);
	check_int(strv_len(ids), 2);
	check_str(ids[0], "abc");
	waiting = openat(root, "box", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check_int(state_remove(root, "box"), 0);
	check_int(state_remove(root, "box"), 0);
	check_int(state_open(root, "box", false), -ENOENT);
	(void)close(waiting);
	check_int(state_remove(root, "abc"), 0);
	check(chdir(folder) == 0 && rmdir("a/b") == 0 && rmdir("a") == 0 && rmdir(folder) == 0);
}

static const struct unit_case cases[] = {
	{ "the root folder is made, and refused when others may write it", opens_root },
	{ "ids", checks_ids },
	{ "an id is claimed once, and locked", claims_once },
	{ "the journal keeps every field", keeps_everything },
	{ "a pid counts only with its start time and boot", tells_the_truth },
	{ "a damaged journal is an error", refuses_damage },
	{ "list and remove", lists_and_removes },
};
UNIT_MAIN(cases)
