/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_user.c - users and groups out of a container's own files */
#include "base/error.h"
#include "runtime/user.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int root;

static void put(const char *name, const char *text)
{
	(void)unlinkat(root, name, 0);
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		exit(1);
	(void)close(fd);
}

static void make_root(void)
{
	root = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || mkdirat(root, "etc", 0755) < 0)
		exit(1);
	put("etc/passwd", "root:x:0:0::/root:/bin/sh\n"
			  "app:x:1000:100::/home/app:/bin/sh\n"
			  "1001:x:0:0::/:/bin/sh\n"       /* CVE-2016-3697 */
			  "4294967296:x:0:0::/:/bin/sh\n" /* CVE-2026-46680 */
			  "bad:x:-1:0::/:/bin/sh\n"
			  "huge:x:4294967295:0::/:/bin/sh\n"
			  "last:x:2000:2000::relative:/bin/sh");
	put("etc/group", "root:x:0:\nwww:x:33:app\nmore:x:34:x,app,y\nother:x:35:apple,ap\n");
}

static int look_up(const char *name, struct plan_user *u)
{
	*u = (struct plan_user){ .set_groups = true };
	error_clear();
	return user_lookup(root, name, u);
}

static void finds_names(void)
{
	struct plan_user u;

	make_root();
	check_int(look_up("app", &u), 0);
	check_int(u.uid, 1000);
	check_int(u.gid, 100);
	require(u.n_additional_gids == 2);
	check_int(u.additional_gids[0], 33);
	check_int(u.additional_gids[1], 34);
	check_int(look_up("app:www", &u), 0);
	check_int(u.gid, 33);
	check_int(u.n_additional_gids, 0);
	check_int(look_up("last", &u), 0); /* no newline at its end */
	check_int(u.uid, 2000);
	check_int(look_up("nobody", &u), -ENOENT);
	check_str(error_text(), "unable to find user nobody: no matching entries in passwd file");
	check_int(look_up("app:nogroup", &u), -ENOENT);
}

static void numbers_are_never_names(void)
{
	static const char *const refused[] = { "4294967295", "4294967296", "99999999999999999999",
					       "",           ":",          "1:",
					       ":1",         "0x1",        "-1",
					       " 1",         "1:-1",       "bad",
					       "huge" };
	struct plan_user u;

	check_int(look_up("1001", &u), 0);
	check_int(u.uid, 1001);
	check_int(u.gid, 0);
	check_int(look_up("1000", &u), 0);
	check_int(u.gid, 100);
	check_int(look_up("4294967294:4294967294", &u), 0);
	check(u.uid == 4294967294u && u.gid == 4294967294u);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		if (look_up(refused[i], &u) >= 0)
			printf("# accepted '%s'\n", refused[i]);
		check(look_up(refused[i], &u) < 0);
		check(error_text()[0] != '\0');
	}
}

static void homes(void)
{
	char home[64];

	user_home(root, 1000, home, sizeof(home));
	check_str(home, "/home/app");
	user_home(root, 2000, home, sizeof(home)); /* not absolute */
	check_str(home, "/");
	user_home(root, 7, home, sizeof(home));
	check_str(home, "/");
}

static void strange_files_are_empty(void)
{
	struct plan_user u;

	(void)unlinkat(root, "etc/passwd", 0);
	check_int(look_up("app", &u), -ENOENT);
	require(mkfifoat(root, "etc/passwd", 0644) == 0);
	check_int(look_up("app", &u), -ENOENT); /* and does not wait */
	check_int(look_up("5", &u), 0);
	(void)unlinkat(root, "etc/passwd", 0);
	/* The host has a root; the link leads to a file of the container that is not there. */
	require(symlinkat("/../../../../../../etc/hostname", root, "etc/passwd") == 0);
	check_int(look_up("root", &u), -ENOENT);
}

static void long_files_are_bounded(void)
{
	struct plan_user u;
	size_t size = 3 << 20;
	char *text = malloc(size + 64);

	require(text != NULL);
	memset(text, 'a', 40000); /* one line longer than the buffer, then a good one */
	strcpy(text + 40000, "\napp:x:9:9::/:/\n");
	put("etc/passwd", text);
	check_int(look_up("app", &u), 0);
	check_int(u.uid, 9);
	memset(text, '\n', size);
	strcpy(text + size, "late:x:8:8::/:/\n");
	put("etc/passwd", text);
	check_int(look_up("late", &u), -ENOENT);
	free(text);
}

static const struct unit_case cases[] = {
	{ "names, groups and memberships", finds_names },
	{ "what is all digits is a number, and the strange is refused", numbers_are_never_names },
	{ "home folders", homes },
	{ "a missing file, a FIFO, a link that leads out", strange_files_are_empty },
	{ "long lines and long files", long_files_are_bounded },
};
UNIT_MAIN(cases)
