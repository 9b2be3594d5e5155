/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_image_manifest.c - descriptors, manifests and indexes, good and bad; the child's report */
#include "base/error.h"
#include "image/manifest.h"
#include "image/report.h"
#include "tests/unit/unit.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."
#define CONFIG "{'mediaType':'" OCI "config.v1+json','digest':'sha256:" HEX "','size':7}"
#define LAYER "{'mediaType':'" OCI "layer.v1.tar+gzip','digest':'sha256:" HEX "','size':9}"

static struct arena *arena;

/* JSON with ' for ", to be read more easily. */
static char *json(const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

static int parse(const char *text, struct manifest *m)
{
	char *copy = json(text);

	error_clear();
	return manifest_parse(arena, OCI "manifest.v1+json", copy, strlen(copy), m);
}

static int parse_index(const char *text, const struct json **index)
{
	char *copy = json(text);

	error_clear();
	return manifest_index_parse(arena, OCI "index.v1+json", copy, strlen(copy), index);
}

static void media_types(void)
{
	static const struct {
		const char *name;
		enum media_kind kind;
	} rows[] = {
		{ OCI "index.v1+json", MEDIA_INDEX },
		{ DOCKER "distribution.manifest.list.v2+json", MEDIA_INDEX },
		{ OCI "manifest.v1+json", MEDIA_MANIFEST },
		{ DOCKER "distribution.manifest.v2+json", MEDIA_MANIFEST },
		{ DOCKER "distribution.manifest.v1+prettyjws", MEDIA_SCHEMA1 },
		{ OCI "config.v1+json", MEDIA_CONFIG },
		{ DOCKER "container.image.v1+json", MEDIA_CONFIG },
		{ OCI "layer.v1.tar", MEDIA_LAYER },
		{ OCI "layer.v1.tar+zstd", MEDIA_LAYER },
		{ OCI "layer.nondistributable.v1.tar+gzip", MEDIA_LAYER },
		{ DOCKER "image.rootfs.diff.tar.gzip", MEDIA_LAYER },
		{ DOCKER "image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER },
		{ OCI "layer.v1.tar+xz", MEDIA_OTHER },
		{ "", MEDIA_OTHER },
		{ NULL, MEDIA_OTHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_int(manifest_media_kind(rows[i].name), rows[i].kind);
}

static void good(void)
{
	struct manifest m = { 0 };
	const struct json *index = NULL;

	check_int(parse("{'schemaVersion':2,'config':" CONFIG ",'layers':[" LAYER "," LAYER
			"],'unknown':{'data':'x'}}",
			&m),
		  0);
	check_str(error_text(), "");
	check_int((long long)m.n_layers, 2);
	check_int((long long)m.config.size, 7);
	check_str(m.layers[1].digest, "sha256:" HEX);
	check_int(parse("{'schemaVersion':2,'mediaType':'" OCI "manifest.v1+json','config':" CONFIG
			",'layers':[]}",
			&m),
		  0);
	check_int((long long)m.n_layers, 0);
	check_int(parse_index("{'schemaVersion':2,'manifests':[]}", &index), 0);
	check(index && json_get(index, "manifests"));
}

static void bad_manifests(void)
{
	static const struct {
		const char *text;
		int r;
		const char *says;
	} rows[] = {
		{ "[]", -EINVAL, "schemaVersion" },
		{ "{'config':" CONFIG ",'layers':[]}", -EINVAL, "schemaVersion" },
		{ "{'schemaVersion':1,'fsLayers':[]}", -EOPNOTSUPP, "schema 1" },
		{ "{'schemaVersion':3,'config':" CONFIG ",'layers':[]}", -EINVAL, "schemaVersion" },
		{ "{'schemaVersion':'2','config':" CONFIG ",'layers':[]}", -EINVAL,
		  "schemaVersion" },
		{ "{'schemaVersion':2,'config':" CONFIG "}", -EINVAL, "manifest.layers" },
		{ "{'schemaVersion':2,'layers':[]}", -EINVAL, "manifest.config" },
		{ "{'schemaVersion':2,'config':" CONFIG ",'layers':{}}", -EINVAL,
		  "manifest.layers" },
		{ "{'schemaVersion':2,'config':" CONFIG ",'layers':[5]}", -EINVAL,
		  "manifest.layers[0]" },
		{ "{'schemaVersion':2,'config':" CONFIG ",'layers':[],'manifests':[]}", -EINVAL,
		  "ambiguous" },
		{ "{'schemaVersion':2,'manifests':[]}", -EINVAL, "index is called a manifest" },
		{ "{'schemaVersion':2,'mediaType':'x','config':" CONFIG ",'layers':[]}", -EINVAL,
		  "mediaType is 'x'" },
		{ "{'schemaVersion':2,'mediaType':7,'config':" CONFIG ",'layers':[]}", -EINVAL,
		  "mediaType is 'no string'" },
		{ "{'schemaVersion':2,'schemaVersion':2,'config':" CONFIG ",'layers':[]}", -EINVAL,
		  "duplicate key" },
		{ "{'schemaVersion':2,'config':" LAYER ",'layers':[]}", -EOPNOTSUPP, "artifact" },
		{ "{'schemaVersion':2,'config':" CONFIG ",'layers':[" CONFIG "]}", -EOPNOTSUPP,
		  "unknown type of layer" },
	};
	struct manifest m = { .n_layers = 77 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_int(parse(rows[i].text, &m), rows[i].r);
		check(strstr(error_text(), rows[i].says) != NULL);
		if (!strstr(error_text(), rows[i].says))
			printf("# row %zu: %s\n", i, error_text());
	}
	check_int((long long)m.n_layers, 77); /* untouched on failure */
}

static void bad_indexes(void)
{
	const struct json *index = NULL;

	check_int(parse_index("{'schemaVersion':2}", &index), -EINVAL);
	check_int(parse_index("{'schemaVersion':2,'manifests':{}}", &index), -EINVAL);
	check_int(parse_index("{'schemaVersion':2,'manifests':[],'layers':[]}", &index), -EINVAL);
	check_int(parse_index("{'schemaVersion':2,'manifests':[],'config':{}}", &index), -EINVAL);
	check(index == NULL);
}

static int decode(const char *member)
{
	static const char *const whole[][2] = { { "mediaType", "'a/b'" },
						{ "digest", "'sha256:" HEX "'" },
						{ "size", "5" } };
	CLEANUP_BUF struct buf text = { 0 };
	struct descriptor d = { 0 };
	struct json *tree = NULL;
	size_t len = strcspn(member, ":");
	char *copy;

	buf_adds(&text, "{");
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		if (strlen(whole[i][0]) != len || strncmp(whole[i][0], member, len) != 0)
			buf_printf(&text, "'%s':%s,", whole[i][0], whole[i][1]);
	buf_printf(&text, "'%.*s'%s}", (int)len, member, member + len);
	copy = json(text.data);
	error_clear();
	if (json_parse(arena, "d", copy, strlen(copy), &tree) < 0)
		return -EILSEQ;
	return descriptor_decode(arena, "d", tree, &d);
}

static void descriptors(void)
{
	check_int(decode("extra:1"), 0); /* the control */
	check_int(decode("size:0"), 0);
	check_int(decode("size:9223372036854775807"), 0);
	check_int(decode("size:9223372036854775808"), -EINVAL);
	check_int(decode("size:-1"), -EINVAL);
	check_int(decode("size:1.5"), -EINVAL);
	check_int(decode("size:'1'"), -EINVAL);
	check_int(decode("size:null"), -EINVAL);
	check_int(decode("mediaType:''"), -EINVAL);
	check_int(decode("mediaType:null"), -EINVAL);
	check_int(decode("digest:'sha256:abc'"), -EINVAL);
	check_int(decode("digest:'sha256:../../../../../../../../etc/passwd'"), -EINVAL);
	check_int(decode("digest:'sha256:'"), -EINVAL);
	check_int(decode("digest:''"), -EINVAL);
	check_int(decode("digest:null"), -EINVAL);
	check_int(decode("digest:7"), -EINVAL);
	check_int(decode("digest:'blake3:" HEX "'"), -EOPNOTSUPP);
	check_int(decode("digest:'sha512:" HEX HEX "'"), 0);
}

/* ---- the report ---- */

static void report_round_trip(void)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct unpack_layer layers[] = { { (char *)HEX, NULL },
					 { (char *)"chain-" HEX, (char *)"layer-1" } };
	struct unpacked in = { .manifest = (char *)"sha256:" HEX,
			       .config = (char *)"sha256:" HEX,
			       .layers = layers,
			       .n_layers = 2 },
			u = { 0 };

	warnings_clear();
	warn("one\ntwo, ignoring");
	report_unpacked(&out, &in);
	report_finish(&out, 0);
	warnings_clear();
	check_int(report_read(arena, out.data, &u), 0);
	check_str(u.manifest, "sha256:" HEX);
	check_int((long long)u.n_layers, 2);
	check_str(u.layers[0].staged, NULL);
	check_str(u.layers[1].staged, "layer-1");
	check_str(u.layers[1].key, "chain-" HEX);
	check_str(u.ref, NULL);
	check_str(warnings_next(NULL), "one?two, ignoring");
	warnings_clear();
}

static void report_failure(void)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct unpacked u = { 0 };

	(void)refuse(-EBADMSG, "layer 1: a\tb");
	report_line(&out, "manifest", "half of a result");
	report_finish(&out, -EBADMSG);
	error_clear();
	check_int(report_read(arena, out.data, &u), -EBADMSG);
	check_str(error_text(), "layer 1: a?b");
}

static void lies(void)
{
	static const char *const texts[] = {
		"",
		"end",
		"nonsense\nend\n",
		"error x y\nend\n",
		"error 0 y\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\n",
		"manifest sha256:" HEX "\nend\n",
		"manifest sha256:../..\nconfig sha256:" HEX "\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\nlayer ../x -\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\nlayer " HEX " ../x\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\nlayer " HEX
		" layer-1/../..\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\nlayer " HEX "\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\nref ../x\nend\n",
		"manifest sha256:" HEX "\nconfig sha256:" HEX "\nref .x\nend\n",
	};
	struct unpacked u = { 0 };

	check_int(report_read(arena,
			      arena_strdup(arena, "manifest sha256:" HEX "\nconfig sha256:" HEX
						  "\nref x\nlayer " HEX " layer-1\nend\n"),
			      &u),
		  0); /* the control */
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		check_int(report_read(arena, arena_strdup(arena, texts[i]), &u), -EPROTO);
		if (error_code() != -EPROTO)
			printf("# row %zu\n", i);
		error_clear();
	}
}

static const struct unit_case cases[] = {
	{ "media types of OCI and docker", media_types },
	{ "good documents", good },
	{ "bad manifests", bad_manifests },
	{ "bad indexes", bad_indexes },
	{ "descriptors, member by member", descriptors },
	{ "the child's report comes over", report_round_trip },
	{ "its failure comes over in one line", report_failure },
	{ "a report that lies", lies },
};

int main(void)
{
	arena = arena_new();
	return unit_run(cases, ARRAY_SIZE(cases));
}
