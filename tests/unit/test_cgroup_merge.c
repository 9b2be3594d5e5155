/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_cgroup_merge.c - a change laid over linux.resources */
#include "base/error.h"
#include "cgroups/merge.h"
#include "tests/unit/unit.h"

static const char *merged(struct arena *a, const char *before, const char *change)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };
	struct json *old = NULL, *new;

	if ((before && json_parse(a, "before", before, strlen(before), &old) < 0) ||
	    json_parse(a, "change", change, strlen(change), &new) < 0)
		return error_text();
	json_w_value(&w, NULL, cgroup_merge(a, old, new));
	return arena_strdup(a, out.data);
}

static void merges(void)
{
	static const struct {
		const char *before, *change, *after;
	} table[] = {
		{ NULL, "{\"a\":1}", "{\"a\":1}" },
		{ "{}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}" },
		{ "{\"a\":1,\"b\":2}", "{}", "{\"a\":1,\"b\":2}" },
		{ "{\"a\":{\"x\":1,\"y\":2},\"b\":3}", "{\"a\":{\"y\":4,\"z\":5}}",
		  "{\"a\":{\"x\":1,\"y\":4,\"z\":5},\"b\":3}" },
		{ "{\"a\":{\"x\":1}}", "{\"a\":null}", "{\"a\":{\"x\":1}}" },
		{ "{\"a\":null}", "{\"a\":{\"x\":1}}", "{\"a\":{\"x\":1}}" },
		/* Device rules depend on each other: the whole list is new. */
		{ "{\"devices\":[{\"allow\":false},{\"allow\":true,\"major\":1,\"minor\":3}]}",
		  "{\"devices\":[{\"allow\":true}]}", "{\"devices\":[{\"allow\":true}]}" },
		{ "{\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1},"
		  "{\"major\":8,\"minor\":1,\"rate\":2}]}}",
		  "{\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":1,\"rate\":3},"
		  "{\"major\":9,\"minor\":0,\"rate\":4}],\"weight\":5}}",
		  "{\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1},"
		  "{\"major\":8,\"minor\":1,\"rate\":3},{\"major\":9,\"minor\":0,\"rate\":4}],"
		  "\"weight\":5}}" },
		/* The last of several counts, as it does when they are written in order. */
		{ "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1}]}",
		  "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":2},"
		  "{\"pageSize\":\"2MB\",\"limit\":3}]}",
		  "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":3}]}" },
		{ "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":10,"
		  "\"leafWeight\":20}]}}",
		  "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":30}]}}",
		  "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":30,"
		  "\"leafWeight\":20}]}}" },
		{ "{\"rdma\":{\"x\":{\"hcaHandles\":1}}}", "{\"rdma\":{\"y\":{\"hcaHandles\":2}}}",
		  "{\"rdma\":{\"x\":{\"hcaHandles\":1},\"y\":{\"hcaHandles\":2}}}" },
		/* What the decoder refuses later breaks nothing here. */
		{ "{\"hugepageLimits\":[1]}", "{\"hugepageLimits\":[2,{}]}",
		  "{\"hugepageLimits\":[1,2,{}]}" },
		{ "{\"hugepageLimits\":{}}", "{\"hugepageLimits\":[2]}",
		  "{\"hugepageLimits\":[2]}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CLEANUP(arena) struct arena *a = arena_new();

		check_str(merged(a, table[i].before, table[i].change), table[i].after);
	}
}

static const struct unit_case cases[] = {
	{ "objects by key, named entries by name, other lists as a whole", merges },
};
UNIT_MAIN(cases)
