/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_names.c - names of images: the grammar, full forms, and index.json of the store */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/names.h"
#include "image/store_names.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct arena *arena;

/* What docker and podman make of them: the reference that was pulled, and the one that was made here. */
static void full_forms(void)
{
	static const struct {
		const char *text, *docker, *local;
	} rows[] = {
		{ "busybox", "docker.io/library/busybox:latest", "localhost/busybox:latest" },
		{ "busybox:1.36", "docker.io/library/busybox:1.36", "localhost/busybox:1.36" },
		{ "library/busybox", "docker.io/library/busybox:latest",
		  "localhost/library/busybox:latest" },
		{ "u/n:t", "docker.io/u/n:t", "localhost/u/n:t" },
		{ "docker.io/busybox", "docker.io/library/busybox:latest",
		  "docker.io/library/busybox:latest" },
		{ "index.docker.io/busybox", "docker.io/library/busybox:latest",
		  "docker.io/library/busybox:latest" },
		{ "localhost/a", "localhost/a:latest", "localhost/a:latest" },
		{ "localhost:5000/a:b", "localhost:5000/a:b", "localhost:5000/a:b" },
		{ "Host/a", "Host/a:latest", "Host/a:latest" },
		{ "[::1]:5000/a", "[::1]:5000/a:latest", "[::1]:5000/a:latest" },
		{ "a.b/c__d/e-f.g_h---i:V1", "a.b/c__d/e-f.g_h---i:V1", "a.b/c__d/e-f.g_h---i:V1" },
		{ "a@sha256:" HEX, "docker.io/library/a@sha256:" HEX, "localhost/a@sha256:" HEX },
		{ "q.io/a:t@sha256:" HEX, "q.io/a@sha256:" HEX, "q.io/a@sha256:" HEX },
		{ "q.io/a@sha512:" HEX HEX, "q.io/a@sha512:" HEX HEX, "q.io/a@sha512:" HEX HEX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image_name name = { 0 };

		check_int(names_parse(arena, rows[i].text, &name), 0);
		check_str(names_full(arena, &name, NAMES_DOCKER_HOST), rows[i].docker);
		check_str(names_full(arena, &name, NAMES_LOCAL_HOST), rows[i].local);
		/* a full form is its own */
		check_int(names_parse(arena, rows[i].docker, &name), 0);
		check_str(names_full(arena, &name, NAMES_LOCAL_HOST), rows[i].docker);
	}
}

static void no_names(void)
{
	char long_path[300], long_tag[140];
	const char *const texts[] = {
		"",
		":",
		"/",
		"a/",
		"/a",
		"a//b",
		"..",
		"../a",
		"a/../b",
		"a/..",
		"a/.",
		".a",
		"a.",
		"-a",
		"a-",
		"_a",
		"a___b",
		"a..b",
		"a._b",
		"A",
		"a/B",
		"a b",
		"a\tb",
		"a\nb",
		"a\x7f",
		"\xc3\xa9",
		"a:",
		"a:-t",
		"a:.t",
		"a:t/u",
		"a:t:u",
		"a:t u",
		"a@",
		"a@sha256:",
		"a@sha256:" HEX "0",
		"a@sha256:../../etc/passwd",
		"a@sha256/" HEX,
		"a@SHA256:" HEX,
		"a@sha256:ABCDEF6789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"a@md5:0123456789abcdef0123456789abcdef",
		"a@sha256:" HEX "@sha256:" HEX,
		"a.b:x/c",
		"a.b:/c",
		"a.b:123456/c",
		"-h.x/c",
		"h-.x/c",
		"h..x/c",
		"[/c",
		"[]/c",
		"[::1/c",
		"[::1]x/c",
		"https://a.b/c",
		"oci:",
		HEX,
		long_path,
		long_tag
	};

	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	memset(long_tag, 'a', sizeof(long_tag) - 1);
	long_tag[1] = ':';
	long_tag[sizeof(long_tag) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct image_name name = { 0 };

		error_clear();
		if (names_parse(arena, texts[i], &name) != -EINVAL)
			check_str(texts[i], "a refusal");
		check(str_starts(error_text(), "invalid reference format"));
		check(name.path == NULL);
	}
	error_clear();
}

static void candidates(void)
{
	struct image_name name = { 0 };
	char **list;

	check_int(names_parse(arena, "a", &name), 0);
	list = names_candidates(arena, &name);
	check_str(list[0], "localhost/a:latest");
	check_str(list[1], "docker.io/library/a:latest");
	check_str(list[2], NULL);
	check_int(names_parse(arena, "q.io/a", &name), 0);
	list = names_candidates(arena, &name);
	check_str(list[0], "q.io/a:latest");
	check_str(list[1], NULL);
}

/* ---- index.json ---- */

static int store;

static struct store_name named(const char *name, const char *hex)
{
	return (struct store_name){
		.name = name ? arena_strdup(arena, name) : NULL,
		.digest = arena_printf(arena, "sha256:%s", hex),
		.media_type = arena_strdup(arena, "application/vnd.oci.image.manifest.v1+json"),
		.size = 7,
	};
}

static int set(struct store_name *names, size_t n)
{
	return store_names_change(arena, store, -EBADF,
				  &(struct store_names_change){ .set = names, .n_set = n });
}

static const struct store_name none;

static const struct store_name *get(const struct store_names *names, const char *text)
{
	const struct store_name *found = NULL;
	struct image_name name;

	if (names_parse(arena, text, &name) == 0)
		found = store_names_get(names, names_candidates(arena, &name));
	return found ? found : &none;
}

static void fresh(void)
{
	store = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void set_and_get(void)
{
	struct store_name list[] = { named("localhost/a:latest", HEX), named("q.io/b:t", HEX),
				     named(NULL, HEX) };
	struct store_names names = { 0 };

	fresh();
	check_int(store_names_load(arena, store, &names), 0);
	check_int((long long)names.n, 0);
	check_int(set(list, 3), 0);
	check_int(store_names_load(arena, store, &names), 0);
	check_int((long long)names.n, 2); /* it has names, so none without */
	check_str(get(&names, "a")->digest, "sha256:" HEX);
	check_str(get(&names, "q.io/b:t")->digest, "sha256:" HEX);
	check_str(get(&names, "q.io/b@sha256:" HEX)->name, "q.io/b:t");
	check(get(&names, "q.io/b@sha256:" OTHER) == &none);
	check(get(&names, "b") == &none);
	check(get(&names, "q.io/b") == &none);
	(void)close(store);
}

/* A name that moves on leaves its image without a name; twice the same name: the last one counts. */
static void moved_and_removed(void)
{
	struct store_name first = named("localhost/a:latest", HEX),
			  twice[] = { named("localhost/a:latest", HEX),
				      named("localhost/a:latest", OTHER) };
	char *remove[] = { twice[0].name, NULL }, *digests[] = { first.digest, NULL };
	struct store_names names = { 0 };

	fresh();
	check_int(set(&first, 1), 0);
	check_int(set(twice, 2), 0);
	check_int(store_names_load(arena, store, &names), 0);
	check_int((long long)names.n, 2);
	check_str(names.list[0].name, "localhost/a:latest");
	check_str(names.list[0].digest, "sha256:" OTHER);
	check_str(names.list[1].name, NULL);
	check_str(names.list[1].digest, "sha256:" HEX);
	check_int(store_names_change(arena, store, -EBADF,
				     &(struct store_names_change){ .remove = remove }),
		  0);
	check_int(store_names_change(arena, store, -EBADF,
				     &(struct store_names_change){ .remove_digests = digests }),
		  0);
	check_int(store_names_load(arena, store, &names), 0);
	check_int((long long)names.n, 0);
	(void)close(store);
}

/* What others wrote into a descriptor stays, and nothing of it becomes a path. */
static void foreign_index(void)
{
	static const char *const bad[] = {
		"[]",
		"{\"schemaVersion\":2}",
		"{\"schemaVersion\":2,\"manifests\":{}}",
		"{\"schemaVersion\":2,\"manifests\":[{}]}",
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"m\",\"size\":1,\"digest\":\"sha256:../../x\"}]}",
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"m\",\"size\":-1,\"digest\":\"sha256:" HEX
		"\"}]}",
		"{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}",
	};
	static const char good[] =
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"m\",\"size\":1,\"digest\":\"sha256:" HEX
		"\",\"platform\":{\"os\":\"linux\"},\"annotations\":{\"k\":\"v\"}}]}";
	struct store_name one = named("localhost/a:latest", OTHER);
	struct store_names names = { 0 };
	char *text;

	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		check_int(file_replace_at(store, "index.json", bad[i], strlen(bad[i]), 0644), 0);
		check_int(store_names_load(arena, store, &names), -EINVAL);
		check_int(set(&one, 1), -EINVAL);
	}
	check_int(file_replace_at(store, "index.json", good, strlen(good), 0644), 0);
	check_int(set(&one, 1), 0);
	check_int(file_read_at(arena, store, "index.json", JSON_SIZE_MAX, &text, NULL), 0);
	check(strstr(text, "\"platform\":{\"os\":\"linux\"}") != NULL);
	check(strstr(text, "\"k\":\"v\"") != NULL);
	check(strstr(text, "localhost/a:latest") != NULL);
	(void)close(store);
	error_clear();
}

/* A list that would not be read again is not written. */
static void too_many(void)
{
	enum { MANY = 40000 };
	struct store_name *list = arena_array(arena, MANY, sizeof(*list)),
			  one = named("localhost/a:latest", HEX);
	struct store_names names = { 0 };

	fresh();
	check_int(set(&one, 1), 0);
	for (size_t i = 0; i < MANY; i++) {
		list[i] = one;
		list[i].name = NULL;
		list[i].digest = arena_printf(arena, "sha256:%064zx", i);
	}
	check_int(set(list, MANY), -EFBIG);
	check_int(store_names_load(arena, store, &names), 0);
	check_int((long long)names.n, 1);
	(void)close(store);
	error_clear();
}

static const struct unit_case cases[] = {
	{ "names: full forms, as docker and podman make them", full_forms },
	{ "names: what is no name is refused", no_names },
	{ "names: a name without a host is looked for here, then in docker.io", candidates },
	{ "names: set, and found by tag and by digest", set_and_get },
	{ "names: a name moves on and is removed", moved_and_removed },
	{ "names: index.json of others", foreign_index },
	{ "names: too many names are refused, and the old ones stay", too_many },
};

int main(void)
{
	arena = arena_new();
	return unit_run(cases, ARRAY_SIZE(cases));
}
