/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_image_names.c - references, platforms, and the choice in an index */
#include "base/error.h"
#include "image/platform.h"
#include "image/reference.h"
#include "image/store_read.h"
#include "tests/unit/unit.h"

static struct arena *arena;

static int parse_reference(const char *text, struct image_reference *ret)
{
	error_clear();
	return image_reference_parse(arena, text, ret);
}

static void references(void)
{
	struct image_reference ref = { 0 };

	check_int(parse_reference("oci:/usr/../etc", &ref), 0);
	check_int(ref.transport, IMAGE_OCI);
	check_str(ref.path, "/etc");
	check_str(ref.name, NULL);
	check_str(ref.text, "oci:/usr/../etc");
	check_int(parse_reference("oci-archive:/etc/passwd:v1", &ref), 0);
	check_int(ref.transport, IMAGE_OCI_ARCHIVE);
	check_str(ref.name, "v1");
	check_int(parse_reference("docker-archive:/etc/passwd:host/name:tag", &ref), 0);
	check_int(ref.transport, IMAGE_DOCKER_ARCHIVE);
	check_str(ref.name, "host/name:tag");
	check_int(parse_reference("dir:/etc", &ref), 0);
	check_int(ref.transport, IMAGE_DIR);
	check_int(parse_reference("busybox", &ref), 0);
	check_int(ref.transport, IMAGE_NAME);
	check_str(ref.name, "busybox");
	check_str(ref.path, NULL);
	check_int(parse_reference("sha256:"
				  "0123abc",
				  &ref),
		  0);
	check_int(ref.transport, IMAGE_NAME);
}

static void bad_references(void)
{
	static const struct {
		const char *text;
		int r;
		const char *says;
	} rows[] = {
		{ "", -EINVAL, "invalid reference format" },
		{ "OCI:/etc", -EINVAL, "invalid reference format" },
		{ "../etc", -EINVAL, "invalid reference format" },
		{ "dir:/etc:v1", -EINVAL, "without a name" },
		{ "oci:", -EINVAL, "no path" },
		{ "oci::v1", -EINVAL, "no path" },
		{ "oci:/etc:", -EINVAL, "is empty" },
		{ "oci:/no/such/folder:v1", -ENOENT, "no such file or directory" },
		{ "docker://busybox", -EOPNOTSUPP, "registries are not supported yet" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image_reference ref = { 0 };

		check_int(parse_reference(rows[i].text, &ref), rows[i].r);
		if (!strstr(error_text(), rows[i].says))
			check_str(error_text(), rows[i].says);
		check(ref.path == NULL);
	}
}

static void platforms(void)
{
	static const struct {
		const char *text, *os, *architecture, *variant;
	} rows[] = {
		{ "linux/amd64", "linux", "amd64", NULL },
		{ "arm64", "linux", "arm64", NULL },
		{ "linux/arm64/v8", "linux", "arm64", "v8" },
		{ "linux/x86_64", "linux", "amd64", NULL },
		{ "armhf", "linux", "arm", "v7" },
		{ "linux/armel", "linux", "arm", "v6" },
		{ "windows/amd64", "windows", "amd64", NULL },
	};
	struct platform p;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_int(platform_parse(arena, rows[i].text, &p), 0);
		check_str(p.os, rows[i].os);
		check_str(p.architecture, rows[i].architecture);
		check_str(p.variant, rows[i].variant);
	}
	check_int(platform_parse(arena, NULL, &p), 0);
	check_str(p.os, "linux");
	check_int(platform_parse(arena, "", &p), -EINVAL);
	check_int(platform_parse(arena, "linux//v8", &p), -EINVAL);
	check_int(platform_parse(arena, "a/b/c/d", &p), -EINVAL);
}

static int rank(const char *wanted, const char *offered)
{
	struct platform w, o;

	if (platform_parse(arena, wanted, &w) < 0 || platform_parse(arena, offered, &o) < 0)
		return -1;
	return platform_rank(&w, &o);
}

/* Each list is in the order of preference for its first word; the last is never taken. */
static void ranks(void)
{
	static const char *const rows[][6] = {
		{ "linux/amd64", "linux/amd64", "linux/386", "linux/arm64" },
		{ "linux/amd64/v3", "linux/amd64/v3", "linux/amd64/v2", "linux/amd64",
		  "linux/amd64/v4" },
		{ "linux/arm/v7", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5", "linux/arm/v8" },
		{ "linux/arm64", "linux/arm64", "linux/arm/v7", "windows/arm64" },
		{ "linux/arm64/v8.2", "linux/arm64/v8.1", "linux/arm64", "linux/arm64/v9" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = 1;

		for (; n + 2 < ARRAY_SIZE(rows[i]) && rows[i][n + 2]; n++)
			if (rank(rows[i][0], rows[i][n]) <= rank(rows[i][0], rows[i][n + 1]))
				check_str(rows[i][n + 1], rows[i][n]);
		check(rank(rows[i][0], rows[i][n]) > 0);
		check_int(rank(rows[i][0], rows[i][n + 1]), 0);
	}
	check_int(rank("arm64", "linux/arm64/v8"), rank("arm64", "arm64"));
}

/* Chooses in this document by tag and platform; the name of a descriptor is its artifactType. */
static int choose_in(const char *document, const char *tag, const char *platform, const char **ret)
{
	struct image_reference ref = { .text = arena_strdup(arena, "oci:x"),
				       .name = tag ? arena_strdup(arena, tag) : NULL };
	const struct json *chosen;
	struct platform wanted;
	struct json *index;
	int r;

	error_clear();
	*ret = NULL;
	if (json_parse(arena, "index.json", document, strlen(document), &index) < 0 ||
	    platform_parse(arena, platform, &wanted) < 0)
		return -EPROTO;
	r = store_layout_choose(arena, index, &ref, &wanted, &chosen);
	if (r == 0)
		*ret = json_str(chosen, "artifactType");
	return r;
}

static int choose(const char *list, const char *tag, const char *platform, const char **ret)
{
	return choose_in(arena_printf(arena, "{\"schemaVersion\":2,\"manifests\":[%s]}", list), tag,
			 platform, ret);
}

#define D(name, more) "{\"artifactType\":\"" name "\",\"digest\":\"sha256:00\"" more "}"
#define TAG(tag) ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" tag "\"}"
#define ON(os, arch) ",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"}"
#define ATTESTATION ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}"

static void tags(void)
{
	const char *got;

	check_int(choose(D("one", ""), NULL, "amd64", &got), 0);
	check_str(got, "one");
	check_int(choose(D("a", TAG("v1")) "," D("b", TAG("v2")), "v2", "amd64", &got), 0);
	check_str(got, "b");
	check_int(choose(D("a", TAG("v1")) "," D("b", TAG("v2")), NULL, "amd64", &got), -EINVAL);
	check(strstr(error_text(), "v1, v2") != NULL);
	check_int(choose(D("a", TAG("v1")), "v3", "amd64", &got), -ENOENT);
	check(strstr(error_text(), "its tags: v1") != NULL);
	check_int(choose("", NULL, "amd64", &got), -ENOENT);
}

#define V "\"schemaVersion\":"
#define M "\"manifests\":[" D("one", "") "]"
#define T(kind) "\"mediaType\":\"application/vnd.oci.image." kind ".v1+json\""

static void ambiguous(void)
{
	static const char *const bad[] = {
		"{" M "}",
		"{" V "1," M "}",
		"{" V "\"2\"," M "}",
		"{" V "2," M ",\"layers\":[]}",
		"{" V "2," M ",\"config\":{}}",
		"{" V "2,\"mediaType\":1," M "}",
		"{" V "2," T("manifest") "," M "}",
		"{" V "2}",
		"{" V "2,\"manifests\":{}}",
		"[]",
	};
	const char *got;

	check_int(choose_in("{" V "2," M "}", NULL, "amd64", &got), 0);
	check_int(choose_in("{" V "2," T("index") "," M "}", NULL, "amd64", &got), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (choose_in(bad[i], NULL, "amd64", &got) != -EINVAL)
			check_str(bad[i], "refused");
}

static void bad_digests(void)
{
	static const char *const sane[] = { "sha256:00ff", "sha512:00", "a+b.c_d-e:AZ=_-" };
	static const char *const wild[] = { "",           "sha256",      "sha256:",   ":00",
					    "a/b:00",     "sha256:../x", "..:00",     "sha256:0/0",
					    "sha256:0\n", "SHA256:00",   "sha256:0:0" };

	for (size_t i = 0; i < ARRAY_SIZE(sane); i++)
		if (!store_digest_is_sane(sane[i]))
			check_str(sane[i], "sane");
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++)
		if (store_digest_is_sane(wild[i]))
			check_str(wild[i], "refused");
	check(!store_digest_is_sane(NULL));
}

static const char *choose_platform(const char *list, const char *platform)
{
	const char *text = arena_printf(arena, "[%s]", list);
	struct platform wanted;
	struct json *tree;

	if (json_parse(arena, "manifests", text, strlen(text), &tree) < 0 ||
	    platform_parse(arena, platform, &wanted) < 0)
		return "(no list)";
	return json_str(platform_choose(arena, tree, &wanted), "artifactType");
}

static void choices(void)
{
	static const char list[] =
		D("attest", ATTESTATION) "," D("any", "") "," D("arm", ON("linux", "arm64")) "," D(
			"first", ON("linux", "amd64")) "," D("second", ON("linux", "amd64"));

	check_str(choose_platform(list, "amd64"), "first");
	check_str(choose_platform(list, "arm64"), "arm");
	check_str(choose_platform(list, "riscv64"), "any");
	check_str(choose_platform(D("attest", ATTESTATION), "amd64"), NULL);
	check_str(choose_platform(D("u", ON("unknown", "unknown")), "amd64"), NULL);
	check_str(choose_platform("", "amd64"), NULL);
}

static const struct unit_case cases[] = {
	{ "references name a transport, a path and a name", references },
	{ "bad references are refused in words", bad_references },
	{ "platforms and their aliases", platforms },
	{ "variants in the order of preference", ranks },
	{ "a tag, or the only image", tags },
	{ "an index.json that is none, or something else too", ambiguous },
	{ "digests that are safe as file names", bad_digests },
	{ "the first best platform; attestations never; no platform is the last resort", choices },
};

int main(void)
{
	arena = arena_new();
	return unit_run(cases, ARRAY_SIZE(cases));
}
