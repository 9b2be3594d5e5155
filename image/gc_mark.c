/* SPDX-License-Identifier: Apache-2.0 */
/* image/gc_mark.c - follow documents to blobs, images to layers, containers to layers */
#include "image/gc_mark.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/names.h"
#include "image/store_lookup.h"

#include <dirent.h>
#include <fcntl.h>

enum { NESTING_MAX = 8 };

/* ---- documents ---- */

static int read_tree(struct arena *a, int dir, const char *path, const char *what,
		     struct json **ret)
{
	char *text;
	size_t len;
	int r = file_read_at(a, dir, path, JSON_SIZE_MAX, &text, &len);

	if (r < 0)
		return r == -ENOENT ? r : fail(r, "%s", what);
	return json_parse(a, what, text, len, ret);
}

static int mark(struct arena *a, int store, const char *digest, int depth, struct text_set *set)
{
	struct json *tree;
	int r;

	if (!digest || !names_is_digest(digest))
		return refuse(-EINVAL, "'%s' is not a digest", digest ? digest : "");
	if (text_set_has(set, digest))
		return 0;
	if (depth > NESTING_MAX)
		return refuse(-EINVAL, "indexes are nested deeper than %d", NESTING_MAX);
	r = read_tree(a, store, store_lookup_blob(a, digest), digest, &tree);
	if (r < 0)
		return r;
	text_set_add(a, set, digest);
	json_for_each(child, json_get(tree, "manifests")) {
		r = mark(a, store, json_str(child, "digest"), depth + 1, set);
		if (r < 0 && (r != -ENOENT || *error_text()))
			return r;
	}
	if (json_str(json_get(tree, "config"), "digest"))
		text_set_add(a, set, json_str(json_get(tree, "config"), "digest"));
	json_for_each(layer, json_get(tree, "layers"))
		if (json_str(layer, "digest"))
			text_set_add(a, set, json_str(layer, "digest"));
	return 0;
}

int gc_mark_document(struct arena *a, int store, const char *digest, struct text_set *set)
{
	int r = mark(a, store, digest, 0, set);

	return r == -ENOENT && !*error_text() ? refuse(r, "blob %s is missing", digest) : r;
}

int gc_mark_names(struct arena *a, int store, struct text_set *set)
{
	struct store_names names;
	int r = store_names_load(a, store, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		r = gc_mark_document(a, store, names.list[i].digest, set);
		if (r < 0)
			return fail_context(r, "image %s is damaged, remove or load it again",
					    names.list[i].name ? names.list[i].name :
								 names.list[i].digest);
	}
	return r;
}

/* ---- layers ---- */

static void add_strings(struct arena *a, const struct json *list, struct text_set *set)
{
	json_for_each(value, list)
		if (value->type == JSON_STRING)
			text_set_add(a, set, value->text);
}

int gc_mark_layers(struct arena *a, int dir, const char *image, struct text_set *set)
{
	struct json *tree;
	int r = read_tree(a, dir, "layers.json", "layers.json", &tree);

	if (r == -ENOENT && !*error_text())
		r = refuse(r, "layers.json is missing");
	if (r < 0)
		return fail_context(r, "stored image %s", image);
	add_strings(a, json_get(tree, "layers"), set);
	return 0;
}

int gc_mark_leases(struct arena *a, int store, struct text_set *set)
{
	int fd = openat(store, "containers", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!list) {
		attr_closep(&fd);
		return errno == ENOENT ? 0 : fail(-errno, "open the store's folder 'containers'");
	}
	while (r == 0 && (entry = readdir(list))) {
		const char *path = arena_printf(a, "%s/meta.json", entry->d_name);
		struct json *tree;

		r = read_tree(a, fd, path, "meta.json of a container", &tree);
		if (r == 0)
			add_strings(a, json_get(tree, "leases"), set);
		else if (r == -ENOENT && !*error_text())
			r = 0; /* ".", "..", or removed in this moment */
	}
	(void)closedir(list);
	return r;
}
