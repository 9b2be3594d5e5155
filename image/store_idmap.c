/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_idmap.c - our own maps as the kernel tells them, and the document that remembers them */
#include "image/store_idmap.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"

#include <fcntl.h>
#include <string.h>

enum { MAP_BYTES_MAX = 64 * 1024, DOCUMENT_MAX = 4 * MAP_BYTES_MAX };

/* One line of the map each, with single blanks: "0 1000 1". */
static int read_map(struct arena *a, const char *path, char ***ret)
{
	char *text, *line, **lines = NULL;
	int r = file_read_at(a, AT_FDCWD, path, MAP_BYTES_MAX, &text, NULL);

	if (r < 0)
		return fail(r, "read '%s'", path);
	while ((line = strsep(&text, "\n"))) {
		char **words = NULL, *word;

		while ((word = strsep(&line, " \t")))
			if (*word)
				words = strv_append(a, words, word);
		if (words)
			lines = strv_append(a, lines, str_join(a, words, " "));
	}
	*ret = lines ? lines : arena_array(a, 1, sizeof(*lines));
	return 0;
}

static int describe(struct arena *a, struct buf *out)
{
	struct json_writer w = { .out = out };
	char **uids, **gids;
	int r = read_map(a, "/proc/self/uid_map", &uids);

	if (r == 0)
		r = read_map(a, "/proc/self/gid_map", &gids);
	if (r < 0)
		return r;
	json_w_object(&w, NULL);
	json_w_strv(&w, "uid_map", uids);
	json_w_strv(&w, "gid_map", gids);
	json_w_end_object(&w);
	return 0;
}

int store_idmap_check(struct arena *a, int store, char **ret_missing)
{
	CLEANUP_BUF struct buf own = { 0 };
	char *recorded;
	int r = describe(a, &own);

	if (r < 0)
		return r;
	r = file_read_at(a, store, "idmap.json", DOCUMENT_MAX, &recorded, NULL);
	if (r == -ENOENT) {
		*ret_missing = arena_strdup(a, own.data);
		return 0;
	}
	if (r < 0)
		return fail(r, "read 'idmap.json'");
	if (!str_eq(recorded, own.data))
		return refuse(
			-EINVAL,
			"its files were made with the id map %s, which is now %s; restore the old ranges "
			"(/etc/subuid, /etc/subgid), or use another store (DOBOZ_STORE)",
			recorded, own.data);
	*ret_missing = NULL;
	return 0;
}

/* The number of ids in the only line; 0: several lines, or unreadable */
static uint64_t ids_of_lone_line(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	uint64_t count;
	char **lines;

	if (read_map(a, "/proc/self/uid_map", &lines) < 0) {
		error_clear();
		return 0;
	}
	if (strv_len(lines) != 1 || str_to_u64(strrchr(lines[0], ' ') + 1, UINT32_MAX, &count) < 0)
		return 0;
	return count;
}

bool store_idmap_is_single(void)
{
	return ids_of_lone_line() == 1;
}

bool store_idmap_is_host(void)
{
	return ids_of_lone_line() == UINT32_MAX;
}
