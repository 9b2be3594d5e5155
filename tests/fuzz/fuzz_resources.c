/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_resources.c - hostile linux.resources and cgroupsPath: read, check, plan on every
 * layout. The first line of the input is the path, the rest the object. */
#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

/* The code under test is included, so that production code needs no hooks. */
#include "cgroups/check.c"
#undef FIELD
#include "cgroups/devices.c"
#undef FIELD
#include "cgroups/resources.c"
#include "cgroups/writes.c"

#include "cgroups/v2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *v1_controllers[] = { "memory", "cpu",     "cpuset",   "pids",    "blkio", "hugetlb",
				  "rdma",   "net_cls", "net_prio", "devices", NULL };
static char *v2_controllers[] = { "memory", "cpu", "cpuset", "pids", "io", "rdma", "hugetlb", NULL };

static struct cgroup_hierarchy hierarchies[] = {
	{ .v2 = true,
	  .mount = "/2",
	  .mount_root = "/",
	  .controllers = v2_controllers,
	  .own_path = "/a/b",
	  .base_path = "/a",
	  .writable = true },
	{ .mount = "/1",
	  .mount_root = "/m",
	  .controllers = v1_controllers,
	  .own_path = "/m/a",
	  .base_path = "/m/a",
	  .writable = true },
};

static void plan(struct arena *a, const char *path, const struct cgroup_resources *res)
{
	const struct cgroup_host hosts[] = {
		{ .layout = CGROUP_V2, .hierarchies = hierarchies, .n_hierarchies = 1 },
		{ .layout = CGROUP_V1, .hierarchies = hierarchies + 1, .n_hierarchies = 1 },
		{ .layout = CGROUP_HYBRID, .hierarchies = hierarchies, .n_hierarchies = 2 },
	};
	struct cgroup_options opt = { .cgroups_path = path,
				      .default_name = "/x/y",
				      .privileged = true };

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct cgroup_plan *p;
		const struct cgroup_update change = { res, res, res };
		struct cgroup_plan *update;
		char **folders;

		if (cgroup_plan_build(a, &hosts[i], res, &opt, &p) < 0)
			continue;
		folders = cgroup_folders(a, p);
		for (char **f = folders; *f; f++)
			if ((!str_starts(*f, "/1/") && !str_starts(*f, "/2/")) ||
			    strstr(*f, "/../") || str_ends(*f, "/.."))
				abort();
		for (size_t k = 0; k < p->n_folders; k++)
			for (size_t w = 0; w < p->folders[k].n_writes; w++)
				if (strchr(p->folders[k].writes[w].file, '/') ||
				    strchr(p->folders[k].writes[w].value, '\n'))
					abort();
		if (cgroup_plan_update(a, &hosts[i], &change, folders, &update) < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t head = end ? (size_t)(end - data) : 0;
	char *path = arena_strndup(a, (const char *)data, head);
	struct json_decoder d = { .arena = a };
	struct cgroup_resources res = { 0 };
	struct json *tree;

	error_clear();
	warnings_clear();
	if (!end || json_parse(a, "resources", (const char *)end + 1, size - head - 1, &tree) < 0)
		return 0;
	if (json_decode(&d, "linux.resources", tree, cgroup_resources_rows, &res) == 0)
		plan(a, path, &res);
	return 0;
}
