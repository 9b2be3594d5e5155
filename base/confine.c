/* SPDX-License-Identifier: Apache-2.0 */
/* base/confine.c - giving up rights: id maps, Landlock, capabilities, a BPF filter
 *
 * Theory of operation of the id maps. The kernel lets a process write any map into a new namespace
 * if it has CAP_SETUID and CAP_SETGID over the parent, and lets everybody map just the own id, but
 * only after setgroups(2) was given up in the new namespace (else a user could drop a group that
 * denies something). For all other maps there are the setuid helpers newuidmap and newgidmap,
 * which check /etc/subuid. Source: user_namespaces(7). */
#include "base/confine.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/passwd.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* The lines and bytes (fewer than a page, in one write) that the kernel takes. */
enum { MAP_LINES_MAX = 340, MAP_BYTES_MAX = 4095 };
enum { OWN_MAPS_MAX = 16 };
enum { SUBID_FILE_MAX = 4 * 1024 * 1024, HELPER_WORDS_MAX = 1024 };

/* One of the two maps, with all its names. */
struct map_side {
	const char *name, *helper;
	const struct id_map *maps;
	size_t n;
	uint32_t own_id;
};

/* ---- id maps ---- */

static int check_map(const struct map_side *side, const char *text_of_map)
{
	if (side->n == 0)
		return refuse(-EINVAL, "%s: no mapping", side->name);
	if (side->n > MAP_LINES_MAX)
		return refuse(-EINVAL, "%s: %zu mappings, the kernel takes %d", side->name, side->n,
			      MAP_LINES_MAX);
	if (strlen(text_of_map) > MAP_BYTES_MAX)
		return refuse(-EINVAL, "%s: %zu bytes of mappings, the kernel takes %d", side->name,
			      strlen(text_of_map), MAP_BYTES_MAX);
	return 0;
}

static bool is_own_id_alone(const struct map_side *side)
{
	return side->n == 1 && side->maps[0].size == 1 && side->maps[0].host_id == side->own_id;
}

static int write_map(int proc_pid, const struct map_side *side)
{
	CLEANUP_BUF struct buf text = { 0 };
	int r;

	for (size_t i = 0; i < side->n && i <= MAP_LINES_MAX; i++)
		buf_printf(&text, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
			   side->maps[i].container_id, side->maps[i].host_id, side->maps[i].size);
	r = check_map(side, text.data ? text.data : "");
	if (r < 0)
		return r;
	r = file_write_at(proc_pid, side->name, text.data);
	return r < 0 ? fail(r, "write %s", side->name) : 0;
}

/* Where a helper is installed, or NULL. Never by PATH, and never inside a container. */
static const char *find_helper(struct arena *a, const char *name)
{
	static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		const char *path = arena_printf(a, "%s/%s", folders[i], name);

		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static void NORETURN helper_child(char *const *argv, int words)
{
	char *const no_environment[] = { NULL };

	if (dup2(words, STDOUT_FILENO) >= 0 && dup2(words, STDERR_FILENO) >= 0)
		(void)execve(argv[0], argv, no_environment);
	_exit(127);
}

/* Runs a helper and waits for it: first for the end of its words, then for its end. */
static int run_helper(struct arena *a, char *const *argv)
{
	CLEANUP_FD int reading = -EBADF;
	CLEANUP_FD int writing = -EBADF;
	CLEANUP_FD int pidfd = -EBADF;
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	siginfo_t end = { 0 };
	char *words = "";
	int ends[2], r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(-errno, "make a pipe");
	reading = ends[0];
	writing = ends[1];
	pid = sys_clone3(&args, sizeof(args));
	if (pid < 0)
		return fail(pid, "fork for '%s'", argv[0]);
	if (pid == 0)
		helper_child(argv, writing);
	(void)close(TAKE_FD(writing));
	r = fd_read_all(a, reading, HELPER_WORDS_MAX, &words, NULL);
	if (r < 0)
		words = "";
	(void)close(TAKE_FD(reading)); /* one that talks on gets SIGPIPE */
	do
		r = waitid(P_PIDFD, (id_t)pidfd, &end, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail(-errno, "wait for '%s'", argv[0]);
	if (end.si_code == CLD_EXITED && end.si_status == 0)
		return 0;
	words[strcspn(words, "\n")] = '\0';
	return refuse(-EPERM, "%s failed: %s", argv[0], *words ? words : "it says nothing");
}

static int map_by_helper(pid_t pid, const struct map_side *side)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **argv;
	size_t n = 0;
	int r;

	r = check_map(side, "");
	if (r < 0)
		return r;
	argv = arena_array(a, 2 + side->n * 3 + 1, sizeof(*argv));
	argv[n++] = (char *)find_helper(a, side->helper);
	if (!argv[0])
		return refuse(-ENOENT, "%s is not installed; it is needed for more than one id",
			      side->helper);
	argv[n++] = arena_printf(a, "%d", pid);
	for (size_t i = 0; i < side->n; i++) {
		argv[n++] = arena_printf(a, "%" PRIu32, side->maps[i].container_id);
		argv[n++] = arena_printf(a, "%" PRIu32, side->maps[i].host_id);
		argv[n++] = arena_printf(a, "%" PRIu32, side->maps[i].size);
	}
	return run_helper(a, argv);
}

/* The process is a child of ours that nobody has reaped, so its number is its own; the descriptor
 * keeps all writes on that one process all the same. */
int confine_write_id_maps(pid_t pid, const struct id_map *uids, size_t n_uids,
			  const struct id_map *gids, size_t n_gids)
{
	const uint64_t mapping = 1ULL << CAP_SETUID | 1ULL << CAP_SETGID;
	struct map_side uid = { "uid_map", "newuidmap", uids, n_uids, geteuid() };
	struct map_side gid = { "gid_map", "newgidmap", gids, n_gids, getegid() };
	CLEANUP_FD int proc_pid = -EBADF;
	struct sys_caps caps;
	char path[32];
	bool privileged;
	int r;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	proc_pid = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc_pid < 0)
		return fail(-errno, "open '%s'", path);
	r = sys_capget(&caps);
	if (r < 0)
		return fail(r, "read the own capabilities");
	privileged = (caps.effective & mapping) == mapping;
	if (!privileged && !(is_own_id_alone(&uid) && is_own_id_alone(&gid))) {
		r = map_by_helper(pid, &gid);
		return r < 0 ? r : map_by_helper(pid, &uid);
	}
	if (!privileged) {
		r = file_write_at(proc_pid, "setgroups", "deny");
		if (r < 0)
			return fail(r, "write setgroups");
	}
	r = write_map(proc_pid, &gid);
	return r < 0 ? r : write_map(proc_pid, &uid);
}

/* Does this line of /etc/subuid ("name-or-number:first:count") belong to the user? */
static bool parse_subid(char *line, const char *name, const char *number, struct id_map *ret)
{
	const char *owner = strsep(&line, ":"), *first = strsep(&line, ":");
	uint64_t start, count;

	if (!line || !(str_eq(owner, name) || str_eq(owner, number)))
		return false;
	if (str_to_u64(first, UINT32_MAX, &start) < 0 || str_to_u64(line, UINT32_MAX, &count) < 0)
		return false;
	*ret = (struct id_map){ .host_id = (uint32_t)start, .size = (uint32_t)count };
	return count > 0 && start + count <= UINT32_MAX;
}

int confine_own_maps(bool gids, struct id_map *maps, size_t max, size_t *ret_n)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *file = gids ? "/etc/subgid" : "/etc/subuid";
	const char *number = arena_printf(a, "%u", getuid());
	const char *name = passwd_name(a, getuid());
	uint64_t next = 1;
	size_t n = 1;
	char *text;
	int r;

	if (max == 0)
		return refuse(-EINVAL, "no room for the own id");
	/* A user that only a directory server knows. newuidmap looks for itself whose line it is. */
	if (!name)
		name = getenv("USER") ? getenv("USER") : number;
	r = file_read_at(a, AT_FDCWD, file, SUBID_FILE_MAX, &text, NULL);
	if (r < 0 && r != -ENOENT)
		return fail(r, "read '%s'", file);
	maps[0] = (struct id_map){ .host_id = gids ? getegid() : geteuid(), .size = 1 };
	while (r == 0 && text && n < max) {
		if (!parse_subid(strsep(&text, "\n"), name, number, &maps[n]))
			continue;
		if (next + maps[n].size > UINT32_MAX)
			break;
		maps[n].container_id = (uint32_t)next;
		next += maps[n++].size;
	}
	*ret_n = n;
	return 0;
}

int confine_write_own_maps(pid_t pid)
{
	struct id_map uids[OWN_MAPS_MAX], gids[OWN_MAPS_MAX];
	size_t n_uids = 0, n_gids = 0;
	int r = confine_own_maps(false, uids, OWN_MAPS_MAX, &n_uids);

	if (r == 0)
		r = confine_own_maps(true, gids, OWN_MAPS_MAX, &n_gids);
	return r < 0 ? r : confine_write_id_maps(pid, uids, n_uids, gids, n_gids);
}

/* ---- capabilities and seccomp ---- */

int confine_bounding_set(uint64_t keep)
{
	for (int cap = 0; cap < 64; cap++) {
		if (keep >> cap & 1 || prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			break; /* the kernel knows no more of them */
		/* Without the right to drop any, what is absent already is no failure. */
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) > 0)
			return fail(-EPERM, "drop capability %d from the bounding set", cap);
	}
	return 0;
}

int confine_seccomp(const struct sock_filter *insns, unsigned short n, unsigned flags)
{
	struct sock_fprog program = { .len = n, .filter = (struct sock_filter *)insns };
	int r = sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &program);

	return r < 0 ? fail(r, "load the seccomp filter") : r;
}

/* ---- Landlock ---- */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

/* The rights over files that each ABI added. What is older than a right cannot forbid it: on ABI 2
 * (Linux 6.1) truncate(2) stays possible wherever the file's own mode allows it. */
static const struct {
	int abi;
	uint64_t rights;
} landlock_rights[] = {
	{ 1, LANDLOCK_ACCESS_FS_REFER - 1 }, /* all below it */
	{ 2, LANDLOCK_ACCESS_FS_REFER },
	{ 3, LANDLOCK_ACCESS_FS_TRUNCATE },
	{ 5, LANDLOCK_ACCESS_FS_IOCTL_DEV },
};

static int allow_beneath(int ruleset, const int *dirs, size_t n, uint64_t rights)
{
	for (size_t i = 0; i < n; i++) {
		struct landlock_path_beneath_attr rule = {
			.allowed_access = rights,
			.parent_fd = dirs[i],
		};

		if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) <
		    0)
			return fail(-errno, "add a Landlock rule");
	}
	return 0;
}

int confine_landlock(const int *rw_dirs, size_t n_rw, const int *ro_dirs, size_t n_ro)
{
	const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	struct landlock_ruleset_attr attr = { 0 };
	CLEANUP_FD int ruleset = -EBADF;
	long abi;
	int r;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ?
			       refuse(-EOPNOTSUPP, "this kernel has no Landlock") :
			       fail(-errno, "ask for the Landlock version");
	for (size_t i = 0; i < ARRAY_SIZE(landlock_rights); i++)
		if (abi >= landlock_rights[i].abi)
			attr.handled_access_fs |= landlock_rights[i].rights;
	/* Only the first member is given: older kernels refuse a longer struct that is not zero. */
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs),
			       0);
	if (ruleset < 0)
		return fail(-errno, "make a Landlock ruleset");
	r = allow_beneath(ruleset, rw_dirs, n_rw,
			  attr.handled_access_fs & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE);
	if (r == 0)
		r = allow_beneath(ruleset, ro_dirs, n_ro, reading);
	if (r < 0)
		return r;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return fail(-errno, "enter the Landlock ruleset");
	return 0;
}
