/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_program.c - the lookup of the payload, and the words that callers match */
#include "base/error.h"
#include "runtime/program.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[PATH_MAX];

static int find(const char *name, const char *search)
{
	char *env[] = { "A=b", (char *)search, NULL };

	error_clear();
	return program_find(name, env, path);
}

static void finds_by_path(void)
{
	check_int(find("sh", "PATH=/nowhere::/bin:/usr/bin"), 0);
	check_str(path, "/bin/sh");
	check_int(find("sh", NULL), 0); /* the usual folders */
	check_int(find("/bin/sh", "PATH="), 0);
	check_str(path, "/bin/sh");
}

static void says_not_found(void)
{
	check_int(find("nonexist", "PATH=/bin"), -ENOENT);
	check_str(error_text(), "exec: \"nonexist\": executable file not found in $PATH");
	check_int(find("", "PATH=/bin"), -ENOENT);
	check_int(find("sh", "PATH="), -ENOENT);
	check_int(find("/bin/nonexist", "PATH=/bin"), -ENOENT);
	check_str(error_text(),
		  "exec: \"/bin/nonexist\": stat /bin/nonexist: no such file or directory");
	check_int(find("/etc/passwd/x", "PATH=/bin"), -ENOTDIR);
}

static void says_denied(void)
{
	char dir[256], file[300], search[300];

	snprintf(dir, sizeof(dir), "%s", unit_folder());
	snprintf(file, sizeof(file), "%s/noexec", dir);
	snprintf(search, sizeof(search), "PATH=%s:/bin", dir);
	(void)close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	check_int(find(file, "PATH=/bin"), -EACCES);
	check(strstr(error_text(), "/noexec\": permission denied") != NULL);
	check_int(find("noexec", search), -EACCES);
	check_str(error_text(), "exec: \"noexec\": permission denied");
	check_int(find(dir, "PATH=/bin"), -EISDIR);
	check(strstr(error_text(), "\": is a directory") != NULL);
}

static const struct unit_case cases[] = {
	{ "by PATH, by its default, by a path", finds_by_path },
	{ "not found", says_not_found },
	{ "not executable, a folder", says_denied },
};
UNIT_MAIN(cases)
