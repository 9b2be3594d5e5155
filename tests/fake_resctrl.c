/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fake_resctrl.c - takes the place of cgroups/rdt_mount.c in tests/doboz_rdt: the folder FAKE_RESCTRL
 * Its folders come with their files, as the kernel's do; what is written to a file stays in it. */
#include "cgroups/rdt_mount.h"

#include "base/dir.h"
#include "base/error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static int make(int dir, const char *name)
{
	static const char *const files[] = { "tasks", "schemata" };
	CLEANUP_FD int made = -EBADF;

	if (mkdirat(dir, name, 0755) < 0)
		return -errno;
	made = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		CLEANUP_FD int fd = openat(made, files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0)
			return -errno;
	}
	return mkdirat(made, "mon_groups", 0755) < 0 ? -errno : 0;
}

static int remove_class(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, 0) < 0 ? -errno : dir_remove_all(dir, name);
}

int rdt_host_open(struct rdt_host *ret)
{
	const char *path = getenv("FAKE_RESCTRL");
	int root = path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (root < 0)
		return refuse(-ENODEV, "no FAKE_RESCTRL");
	*ret = (struct rdt_host){ .root = root, .make = make, .remove = remove_class };
	return 0;
}

void rdt_host_close(struct rdt_host *h)
{
	attr_closep(&h->root);
	h->root = -EBADF;
}
