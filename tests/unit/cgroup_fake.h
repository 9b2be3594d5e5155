/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/cgroup_fake.h - saved hosts: /proc/self/mountinfo, /proc/self/cgroup and the folders that
 * the mounts show, below a folder of the test's own */
#pragma once

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/cgroup.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

struct fake_host {
	const char *mountinfo, *cgroup;
	const char *folders[16];
	const char *controllers; /* put into every folder of v2 that is listed with a '+' before it */
};

static const struct fake_host fake_v1 = {
	.mountinfo =
		"30 1 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		"31 30 0:29 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n"
		"32 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
		"33 30 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
		"34 30 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		"35 30 0:33 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices\n"
		"36 30 0:34 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
		"37 30 0:35 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
		"38 30 0:36 / /sys/fs/cgroup/hugetlb rw - cgroup cgroup rw,hugetlb\n"
		"39 30 0:37 / /sys/fs/cgroup/net rw - cgroup cgroup rw,net_cls,net_prio\n"
		"40 30 0:38 / /sys/fs/cgroup/rdma rw - cgroup cgroup rw,rdma\n"
		"41 30 0:39 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n",
	.cgroup =
		"11:name=systemd:/\n10:rdma:/\n9:net_cls,net_prio:/\n8:hugetlb:/\n7:pids:/\n"
		"6:blkio:/\n5:devices:/\n4:memory:/own\n3:cpuset:/\n2:cpu,cpuacct:/\n1:freezer:/\n",
	.folders = { "memory/own" },
};

static const struct fake_host fake_v2 = {
	.mountinfo = "30 1 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n",
	.cgroup = "0::/user.slice/app.slice/shell.scope\n",
	.folders = { "+", "+user.slice", "+user.slice/app.slice",
		     "+user.slice/app.slice/shell.scope" },
	.controllers = "cpuset cpu io memory hugetlb pids rdma misc\n",
};

static const struct fake_host fake_hybrid = {
	.mountinfo = "30 1 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		     "32 30 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
		     "34 30 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		     "35 30 0:33 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices\n"
		     "36 30 0:34 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n"
		     "37 30 0:35 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
		     "38 30 0:36 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
	.cgroup = "5:name=systemd:/\n4:freezer:/\n3:devices:/\n2:memory:/\n1:cpu:/\n0::/\n",
	/* podman makes plain folders for what is not mounted */
	.folders = { "pids", "cpu", "memory", "devices", "freezer", "systemd", "+unified" },
	.controllers = "hugetlb\n",
};

static char fake_path[256];

static void fake_put(const char *path, const char *text)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0);
	check_int(fd_write_all(fd, text, strlen(text)), 0);
}

/* mkdir -p */
static void fake_folder(struct arena *a, const char *path)
{
	char *copy = arena_strdup(a, path);

	for (char *slash = copy + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(copy, 0700);
		*slash = '/';
	}
	(void)mkdir(copy, 0700);
}

/* Reads the saved host. fake_remove takes the folders away at once: from then on nothing can look at them. */
static inline int fake_read(struct arena *a, const struct fake_host *f, struct cgroup_host **ret)
{
	CLEANUP_FD int proc = -EBADF;

	error_clear();
	snprintf(fake_path, sizeof(fake_path), "%s", unit_folder());
	fake_folder(a, arena_printf(a, "%s/proc/self", fake_path));
	fake_put(arena_printf(a, "%s/proc/self/mountinfo", fake_path), f->mountinfo);
	fake_put(arena_printf(a, "%s/proc/self/cgroup", fake_path), f->cgroup);
	for (size_t i = 0; i < ARRAY_SIZE(f->folders) && f->folders[i]; i++) {
		const char *name = f->folders[i];
		bool v2 = *name == '+';
		char *path = arena_printf(a, "%s/sys/fs/cgroup/%s", fake_path, name + v2);

		fake_folder(a, path);
		if (v2)
			fake_put(arena_printf(a, "%s/cgroup.controllers", path), f->controllers);
	}
	proc = open(arena_printf(a, "%s/proc", fake_path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cgroup_host_read(a, proc, fake_path, ret);
}

static inline void fake_remove(void)
{
	char *slash = strrchr(fake_path, '/');
	CLEANUP_FD int parent = -EBADF;

	*slash = '\0';
	parent = open(fake_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check_int(dir_remove_all(parent, slash + 1), 0);
}

/* A linux.resources object, decoded. */
static inline int fake_resources(struct arena *a, const char *text, struct cgroup_resources *ret)
{
	struct json_decoder d = { .arena = a };
	struct json *tree;
	int r;

	error_clear();
	r = json_parse(a, "resources", text, strlen(text), &tree);
	return r < 0 ? r : json_decode(&d, "linux.resources", tree, cgroup_resources_rows, ret);
}
