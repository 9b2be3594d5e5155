/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_dir.c - paths inside a root: nothing leads out, nothing is made outside */
#include "base/dir.h"
#include "tests/unit/unit.h"

/* root/ with real/, file, abs -> /real, up -> ../outside, dangling -> /nowhere; and outside/ with a
 * canary beside it. Each test makes its own. */
static int outer = -EBADF, root = -EBADF;
static char outer_path[256];

static void make_place(void)
{
	snprintf(outer_path, sizeof(outer_path), "%s", unit_folder());
	outer = open(outer_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check_int(mkdirat(outer, "root", 0755), 0);
	check_int(mkdirat(outer, "outside", 0755), 0);
	check_int(mkdirat(outer, "outside/canary", 0755), 0);
	root = openat(outer, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	check_int(mkdirat(root, "real", 0755), 0);
	check_int(symlinkat("/real", root, "abs"), 0);
	check_int(symlinkat("../outside", root, "up"), 0);
	check_int(symlinkat("/nowhere", root, "dangling"), 0);
	(void)close(openat(root, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static void remove_place(void)
{
	check_int(dir_remove_all(outer, "root"), 0);
	check_int(faccessat(outer, "outside/canary", F_OK, 0), 0);
	check_int(dir_remove_all(outer, "outside"), 0);
	(void)close(TAKE_FD(root));
	(void)close(TAKE_FD(outer));
	check_int(rmdir(outer_path), 0);
}

static bool there(int dirfd, const char *path)
{
	return faccessat(dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Closes what a call opened. Return: 0, or the call's error */
static int outcome(int fd)
{
	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

static void opening(void)
{
	make_place();
	check_int(outcome(dir_open_in(root, "/abs", O_PATH | O_DIRECTORY)), 0);
	check_int(outcome(dir_open_in(root, "../../real", O_PATH)), 0);
	check_int(outcome(dir_open_in(root, "up/canary", O_PATH)), -ENOENT);
	check_int(outcome(dir_open_in(root, "dangling", O_PATH)), -ENOENT);
	check(!(outcome(openat(root, "up/canary", O_PATH | O_CLOEXEC)) < 0)); /* control */
	remove_place();
}

static void no_last_symlink(void)
{
	make_place();
	check_int(outcome(dir_open_nofollow(root, "real/", O_PATH)), 0);
	check_int(outcome(dir_open_nofollow(root, "/", O_PATH)), 0);
	check_int(outcome(dir_open_nofollow(root, "abs", O_PATH)), -ELOOP);
	check_int(outcome(dir_open_nofollow(root, "abs/", O_PATH)), -ELOOP);
	check_int(outcome(dir_open_nofollow(root, "abs", O_RDONLY)), -ELOOP);
	check(outcome(dir_open_nofollow(root, "abs//", O_RDONLY)) < 0);
	check_int(outcome(dir_open_nofollow(root, "file/", O_PATH)), -ENOTDIR);
	remove_place();
}

static void parents(void)
{
	static const char *const bad[] = { "", "/", "..", "a/..", "real/.", "real/../" };
	char buf[256];
	const char *name = NULL;

	make_place();
	check_int(outcome(dir_open_parent(root, "/abs/new//", buf, &name)), 0);
	check_str(name, "new");
	check_int(outcome(dir_open_parent(root, "new", buf, &name)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_int(outcome(dir_open_parent(root, bad[i], buf, &name)), -EINVAL);
	remove_place();
}

static void making(void)
{
	make_place();
	check_int(outcome(dir_make_all(root, "/abs/x//y/", 0755)), 0);
	check(there(root, "real/x/y"));
	check_int(outcome(dir_make_all(root, "a/b/c", 0755)), 0);
	check(there(root, "a/b/c"));
	check_int(outcome(dir_make_all(root, "a/b/c", 0755)), 0);
	check_int(outcome(dir_make_all(root, "file/x", 0755)), -ENOTDIR);
	(void)outcome(dir_make_all(root, "up/x", 0755));
	(void)outcome(dir_make_all(root, "../../y", 0755));
	check(!there(outer, "outside/x") && !there(outer, "y"));
	check_int(outcome(dir_make_file(root, "/abs/n/f", 0644)), 0);
	check(there(root, "real/n/f"));
	check_int(outcome(dir_make_file(root, "real", 0644)), 0);
	remove_place();
}

static void making_what_links_name(void)
{
	char path[16];

	make_place();
	check_int(outcome(dir_make_all(root, "dangling/x", 0755)), 0);
	check(there(root, "nowhere/x"));
	check_int(symlinkat("../../../outside/canary/f", root, "real/out"), 0);
	check_int(outcome(dir_make_file(root, "/abs//out/", 0644)), 0);
	check(there(root, "outside/canary/f") && !there(outer, "outside/canary/f"));
	check_int(symlinkat("two", root, "one"), 0);
	check_int(symlinkat("real/three//", root, "two"), 0);
	check_int(outcome(dir_make_all(root, "one/../four", 0755)), 0);
	check(there(root, "real/three") && there(root, "real/four"));
	/* the control: links that lead to each other name no place, and nor does too long a chain */
	check_int(symlinkat("pong", root, "ping"), 0);
	check_int(symlinkat("ping", root, "pong"), 0);
	check_int(outcome(dir_make_all(root, "ping/x", 0755)), -ELOOP);
	check_int(outcome(dir_make_file(root, "ping", 0644)), -ELOOP);
	for (int i = 0; i < 50; i++) {
		char next[16];

		(void)snprintf(path, sizeof(path), "chain%d", i);
		(void)snprintf(next, sizeof(next), "chain%d", i + 1);
		check_int(symlinkat(next, root, path), 0);
	}
	check_int(outcome(dir_make_file(root, "chain0", 0644)), -ELOOP);
	check(!there(root, "chain50"));
	check_int(outcome(dir_make_file(root, "chain20", 0644)), 0);
	check(there(root, "chain50"));
	remove_place();
}

static void removing(void)
{
	make_place();
	check_int(dir_remove_all(outer, "missing"), 0);
	check_int(dir_remove_all(outer, "root/real"), -EINVAL);
	check_int(dir_remove_all(outer, ".."), -EINVAL);
	check_int(dir_remove_all(root, "up"), 0);
	check(!there(root, "up") && there(outer, "outside/canary"));
	check_int(symlinkat("../../outside", root, "real/link"), 0);
	remove_place();
}

/* Deeper than there are descriptors or a path can say, and wide beside it. */
static void removing_deep(void)
{
	enum { DEPTH = 3000, WIDTH = 300 };
	char name[16];
	int at;

	make_place();
	at = openat(root, "real", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < DEPTH; i++) {
		int next;

		check_int(mkdirat(at, "d", 0755), 0);
		check_int(symlinkat("/", at, "s"), 0);
		next = openat(at, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
		(void)close(at);
		at = next;
	}
	(void)close(at);
	for (int i = 0; i < WIDTH; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		check_int(mkdirat(root, name, 0755), 0);
		at = openat(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		check_int(mkdirat(at, "x", 0755), 0);
		(void)close(at);
	}
	remove_place();
}

static const struct unit_case tests[] = {
	{ "opening stays inside the root", opening },
	{ "a last symlink is refused, with and without a slash", no_last_symlink },
	{ "the parent and the last component", parents },
	{ "making follows symlinks inside and makes nothing outside", making },
	{ "what a dangling symlink names is made inside", making_what_links_name },
	{ "removing does not follow symlinks", removing },
	{ "removing a deep and wide tree", removing_deep },
};
UNIT_MAIN(tests)
