/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_names.c - read and replace the store's index.json
 *
 * Descriptors are kept as they are, with whatever else they say; only the annotation of the name is ours. */
#include "image/store_names.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/store_lock.h"
#include "image/store_read.h"

#include <fcntl.h>
#include <string.h>

/* More would not fit into JSON_SIZE_MAX with their digests. */
enum { NAMES_MAX = 16384 };

#define REF_NAME "org.opencontainers.image.ref.name"

static int read_one(struct arena *a, const struct json *d, struct store_name *ret)
{
	const struct json *size = json_get(d, "size");
	const char *name = json_str(json_get(d, "annotations"), REF_NAME);
	struct store_name one = { .value = d };

	if (!json_str(d, "digest") || !names_is_digest(json_str(d, "digest")) ||
	    !json_str(d, "mediaType") || !size || size->type != JSON_NUMBER ||
	    str_to_u64(size->text, INT64_MAX, &one.size) < 0)
		return refuse(-EINVAL, "the store's index.json: a malformed descriptor");
	one.digest = arena_strdup(a, json_str(d, "digest"));
	one.media_type = arena_strdup(a, json_str(d, "mediaType"));
	one.name = name ? arena_strdup(a, name) : NULL;
	*ret = one;
	return 0;
}

int store_names_load(struct arena *a, int store, struct store_names *ret)
{
	struct store_names names = { 0 };
	const struct json *manifests;
	struct json *tree;
	char *text;
	size_t len;
	int r = file_read_at(a, store, "index.json", JSON_SIZE_MAX, &text, &len);

	if (r == -ENOENT) {
		*ret = names;
		return 0;
	}
	if (r < 0)
		return fail(r, "read the store's index.json");
	r = json_parse(a, "the store's index.json", text, len, &tree);
	if (r < 0)
		return r;
	manifests = json_get(tree, "manifests");
	if (!manifests || manifests->type != JSON_ARRAY)
		return refuse(-EINVAL, "the store's index.json has no list of manifests");
	names.list = arena_array(a, manifests->count, sizeof(*names.list));
	json_for_each(d, manifests) {
		r = read_one(a, d, &names.list[names.n++]);
		if (r < 0)
			return r;
	}
	*ret = names;
	return 0;
}

/* HOST/PATH@DIGEST means what HOST/PATH:TAG names, if that is its digest. */
static bool is_meant(const struct store_name *n, const char *full)
{
	const char *at = strchr(full, '@');
	size_t len = at ? (size_t)(at - full) : 0;

	if (!n->name)
		return false;
	if (str_eq(n->name, full))
		return true;
	return at && str_eq(n->digest, at + 1) && strncmp(n->name, full, len) == 0 &&
	       n->name[len] == ':';
}

const struct store_name *store_names_get(const struct store_names *names, char *const *candidates)
{
	for (; *candidates; candidates++)
		for (size_t i = 0; i < names->n; i++)
			if (is_meant(&names->list[i], *candidates))
				return &names->list[i];
	return NULL;
}

/* ---- replacing it ---- */

static bool is_set_anew(const struct store_names_change *c, const char *name)
{
	for (size_t i = 0; name && i < c->n_set; i++)
		if (str_eq(c->set[i].name, name))
			return true;
	return false;
}

/* Of a name that is set twice the last one counts. */
static bool is_set_later(const struct store_names_change *c, size_t i)
{
	for (size_t k = i + 1; c->set[i].name && k < c->n_set; k++)
		if (str_eq(c->set[k].name, c->set[i].name))
			return true;
	return false;
}

static bool is_removed(const struct store_names_change *c, const struct store_name *n)
{
	return (n->name && strv_has(c->remove, n->name)) || strv_has(c->remove_digests, n->digest);
}

static bool has_digest(const struct store_names *names, const char *digest)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_eq(names->list[i].digest, digest))
			return true;
	return false;
}

/* An image without a name has a descriptor only while no other names it. */
static struct store_names without_needless(struct arena *a, const struct store_names *names)
{
	struct store_names kept = { .list = arena_array(a, names->n, sizeof(*kept.list)) };

	for (size_t i = 0; i < names->n; i++)
		if (names->list[i].name)
			kept.list[kept.n++] = names->list[i];
	for (size_t i = 0; i < names->n; i++)
		if (!names->list[i].name &&
		    !has_digest(&kept, names->list[i].digest)) /* also once */
			kept.list[kept.n++] = names->list[i];
	return kept;
}

static struct store_names changed(struct arena *a, const struct store_names *old,
				  const struct store_names_change *c)
{
	struct store_names new = { .list = arena_array(a, old->n + c->n_set, sizeof(*new.list)) };

	for (size_t i = 0; i < old->n; i++) {
		struct store_name n = old->list[i];

		if (is_removed(c, &n))
			continue;
		if (is_set_anew(c, n.name))
			n.name = NULL;
		new.list[new.n++] = n;
	}
	for (size_t i = 0; i < c->n_set; i++) {
		new.list[new.n] = c->set[i];
		if (is_set_later(c, i))
			new.list[new.n].name = NULL;
		new.n++;
	}
	return without_needless(a, &new);
}

static void write_annotations(struct json_writer *w, const struct store_name *n)
{
	json_w_object(w, "annotations");
	if (n->name)
		json_w_str(w, REF_NAME, n->name);
	json_for_each(member, json_get(n->value, "annotations"))
		if (!str_eq(member->key, REF_NAME))
			json_w_value(w, member->key, member);
	json_w_end_object(w);
}

static void write_descriptor(struct json_writer *w, const struct store_name *n)
{
	json_w_object(w, NULL);
	json_w_str(w, "mediaType", n->media_type);
	json_w_str(w, "digest", n->digest);
	json_w_u64(w, "size", n->size);
	json_for_each(member, n->value)
		if (!str_eq(member->key, "mediaType") && !str_eq(member->key, "digest") &&
		    !str_eq(member->key, "size") && !str_eq(member->key, "annotations"))
			json_w_value(w, member->key, member);
	write_annotations(w, n);
	json_w_end_object(w);
}

static int write_index(int store, const struct store_names *names)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };
	int r;

	json_w_object(&w, NULL);
	json_w_i64(&w, "schemaVersion", 2);
	json_w_str(&w, "mediaType", "application/vnd.oci.image.index.v1+json");
	json_w_array(&w, "manifests");
	for (size_t i = 0; i < names->n; i++)
		write_descriptor(&w, &names->list[i]);
	json_w_end_array(&w);
	json_w_end_object(&w);
	if (out.len > JSON_SIZE_MAX)
		return refuse(-EFBIG,
			      "the store has too many names: index.json would pass %d bytes",
			      JSON_SIZE_MAX);
	r = file_replace_at(store, "index.json", out.data, out.len, 0644);
	return r < 0 ? fail(r, "write the store's index.json") : 0;
}

static int change_locked(struct arena *a, int store, const struct store_names_change *change)
{
	struct store_names old = { 0 }, new;
	int r = store_names_load(a, store, &old);

	if (r == 0 && (old.n > NAMES_MAX || change->n_set > NAMES_MAX - old.n))
		r = refuse(-EFBIG, "the store has too many names: at most %d", NAMES_MAX);
	if (r < 0)
		return r;
	new = changed(a, &old, change);
	return write_index(store, &new);
}

int store_names_change(struct arena *a, int store, int lock,
		       const struct store_names_change *change)
{
	CLEANUP_FD int own = -EBADF;
	int r;

	if (lock >= 0)
		return change_locked(a, store, change);
	own = store_lock_in_use(store);
	if (own < 0)
		return own;
	r = store_lock(own, STORE_BYTE_COMMIT, F_WRLCK, true);
	if (r < 0)
		return fail(r, "lock the store");
	return change_locked(a, store, change);
}
