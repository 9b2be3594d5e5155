/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/merge.c - linux.resources with a change laid over it, as JSON */
#include "cgroups/merge.h"
#include "base/str.h"

#include <string.h>

/* What an entry of the list is about. "devices" is not here: its rules depend on each other. */
static const struct named_list {
	const char *list, *names[2];
} named_lists[] = {
	{ "weightDevice", { "major", "minor" } },
	{ "throttleReadBpsDevice", { "major", "minor" } },
	{ "throttleWriteBpsDevice", { "major", "minor" } },
	{ "throttleReadIOPSDevice", { "major", "minor" } },
	{ "throttleWriteIOPSDevice", { "major", "minor" } },
	{ "hugepageLimits", { "pageSize", NULL } },
	{ "priorities", { "name", NULL } },
};

static const struct named_list *find_list(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(named_lists); i++)
		if (str_eq(named_lists[i].list, key))
			return &named_lists[i];
	return NULL;
}

static bool same_name(const struct named_list *l, const struct json *x, const struct json *y)
{
	for (size_t i = 0; i < ARRAY_SIZE(l->names) && l->names[i]; i++) {
		const struct json *a = json_get(x, l->names[i]), *b = json_get(y, l->names[i]);

		if (!a || !b || !a->text || !b->text || !str_eq(a->text, b->text))
			return false;
	}
	return true;
}

/* A growing copy of a list or an object. */
struct copy {
	struct arena *arena;
	struct json *node, *last;
};

static struct copy copy_begin(struct arena *a, const struct json *of)
{
	struct copy c = { .arena = a, .node = arena_new_of(a, struct json) };

	*c.node = *of;
	c.node->first = c.node->next = NULL;
	c.node->count = 0;
	return c;
}

static void copy_add(struct copy *c, const struct json *child)
{
	struct json *own = arena_new_of(c->arena, struct json);

	*own = *child;
	own->next = NULL;
	*(c->last ? &c->last->next : &c->node->first) = own;
	c->last = own;
	c->node->count++;
}

static const struct json *like(const struct named_list *l, const struct json *list,
			       const struct json *entry)
{
	const struct json *found = NULL;

	json_for_each(e, list)
		found = same_name(l, e, entry) ? e : found;
	return found;
}

static const struct json *merge_objects(struct arena *a, const struct json *before,
					const struct json *change);

static const struct json *merge_lists(struct arena *a, const struct named_list *l,
				      const struct json *before, const struct json *change)
{
	struct copy c = copy_begin(a, before);

	json_for_each(old, before) {
		const struct json *now = like(l, change, old);

		copy_add(&c, now && old->type == JSON_OBJECT ? merge_objects(a, old, now) : old);
	}
	json_for_each(now, change)
		if (!like(l, before, now))
			copy_add(&c, now);
	return c.node;
}

static const struct json *merge_values(struct arena *a, const struct json *before,
				       const struct json *change)
{
	const struct named_list *l = find_list(change->key);

	if (before->type == JSON_OBJECT && change->type == JSON_OBJECT)
		return merge_objects(a, before, change);
	if (l && before->type == JSON_ARRAY && change->type == JSON_ARRAY)
		return merge_lists(a, l, before, change);
	return change;
}

/* As deep as documents are: the parser bounds that. */
static const struct json *merge_objects(struct arena *a, const struct json *before,
					const struct json *change)
{
	struct copy c = copy_begin(a, before);

	json_for_each(old, before) {
		const struct json *now = json_get(change, old->key);

		copy_add(&c, now && now->type != JSON_NULL ? merge_values(a, old, now) : old);
	}
	json_for_each(now, change)
		if (!json_get(before, now->key))
			copy_add(&c, now);
	return c.node;
}

const struct json *cgroup_merge(struct arena *a, const struct json *before,
				const struct json *change)
{
	return before && before->type == JSON_OBJECT && change->type == JSON_OBJECT ?
		       merge_objects(a, before, change) :
		       change;
}
