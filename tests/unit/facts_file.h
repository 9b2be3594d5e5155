/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/facts_file.h - struct facts out of a JSON file of tests/golden */
#pragma once

#include "base/fd.h"
#include "runtime/facts.h"

#include <fcntl.h>
#include <string.h>

static uint64_t facts_number(const struct json *obj, const char *key)
{
	const struct json *value = json_get(obj, key);
	uint64_t number = 0;

	if (value && value->type == JSON_NUMBER && str_to_u64(value->text, UINT64_MAX, &number) < 0)
		return 0;
	return number;
}

static bool facts_bool(const struct json *obj, const char *key)
{
	const struct json *value = json_get(obj, key);

	return value && value->boolean;
}

static struct cgroup_host *facts_cgroups(struct arena *a, const struct json *obj)
{
	static const char *const layouts[] = { "none", "v1", "v2", "hybrid" };
	const struct json *list = json_get(obj, "hierarchies");
	struct cgroup_host *host;

	if (!obj)
		return NULL;
	host = arena_new_of(a, struct cgroup_host);
	host->hierarchies = arena_array(a, list->count, sizeof(*host->hierarchies));
	for (size_t i = 0; i < 4; i++)
		if (str_eq(layouts[i], json_str(obj, "layout")))
			host->layout = (enum cgroup_layout)i;
	json_for_each(entry, list) {
		struct cgroup_hierarchy *h = &host->hierarchies[host->n_hierarchies++];

		h->v2 = facts_bool(entry, "v2");
		h->mount = arena_strdup(a, json_str(entry, "mount"));
		h->mount_root = arena_strdup(a, "/");
		h->own_path = arena_strdup(a, json_str(entry, "ownPath"));
		h->base_path = h->own_path;
		h->writable = true;
		json_for_each(name, json_get(entry, "controllers"))
			h->controllers = strv_append(a, h->controllers, name->text);
	}
	return host;
}

/* Return: 0, or a negative errno; what is not in the file is 0. */
static int facts_from_file(struct arena *a, const char *path, struct facts *ret)
{
	struct json *tree;
	char *text;
	size_t len;
	int r;

	r = file_read_at(a, AT_FDCWD, path, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return r;
	r = json_parse(a, "facts", text, len, &tree);
	if (r < 0)
		return r;
	*ret = (struct facts){
		.kernel_major = 6,
		.kernel_minor = 1,
		.euid = (uint32_t)facts_number(tree, "euid"),
		.egid = (uint32_t)facts_number(tree, "egid"),
		.capabilities = str_eq(json_str(tree, "capabilities"), "all") ?
					(UINT64_C(1) << 41) - 1 :
					0,
		.in_initial_userns = facts_bool(tree, "initialUserns"),
		.last_capability = (unsigned)facts_number(tree, "lastCapability"),
		.setgroups_allowed = facts_bool(tree, "setgroups"),
		.oom_score_adj = (int32_t)facts_number(tree, "oomScoreAdj"),
		.cgroups = facts_cgroups(a, json_get(tree, "cgroups")),
	};
	return 0;
}
