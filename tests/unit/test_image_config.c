/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_image_config.c - image configs, and the process that they become */
#include "base/error.h"
#include "image/bundle.h"
#include "tests/unit/unit.h"

static struct arena *arena;

static int parse(const char *text, struct image_config **ret)
{
	error_clear();
	return image_config_parse(arena, text, strlen(text), ret);
}

#define CONFIG(process)                                         \
	"{\"os\":\"linux\",\"architecture\":\"amd64\"," process \
	"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:00\"]}}"

static void whole(void)
{
	static const char text[] = CONFIG(
		"\"variant\":\"v2\",\"author\":\"A\",\"created\":\"2020-01-01T00:00:00Z\",\"history\":[{}],"
		"\"os.version\":\"1\",\"os.features\":[\"x\"],\"unknown\":{\"os\":1},"
		"\"config\":{\"User\":\"u:g\",\"Env\":[\"A=1\",\"B=\"],\"Entrypoint\":[\"/e\"],\"Cmd\":[\"c\"],"
		"\"WorkingDir\":\"/w\",\"StopSignal\":\"SIGQUIT\",\"Volumes\":{\"/v\":{}},"
		"\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}},\"Labels\":{\"k\":\"v\"},\"Memory\":1},");
	struct image_config *c;

	require(parse(text, &c) == 0);
	check_str(c->os, "linux");
	check_str(c->architecture, "amd64");
	check_str(c->variant, "v2");
	check_str(c->os_version, "1");
	check_str(c->os_features[0], "x");
	check_str(c->author, "A");
	check_str(c->created, "2020-01-01T00:00:00Z");
	check_str(c->user, "u:g");
	check_str(str_join(arena, c->env, " "), "A=1 B=");
	check_str(c->entrypoint[0], "/e");
	check_str(c->cmd[0], "c");
	check_str(c->working_dir, "/w");
	check_str(c->stop_signal, "SIGQUIT");
	check_str(c->volumes[0], "/v");
	check_str(str_join(arena, c->exposed_ports, " "), "80/tcp 53/udp");
	check_int((long long)c->n_labels, 1);
	check_str(c->labels[0].value, "v");
	check_str(str_join(arena, c->diff_ids, " "), "sha256:00");
}

static void nulls(void)
{
	struct image_config *c;

	check_int(parse(CONFIG(""), &c), 0);
	check_int(parse(CONFIG("\"config\":null,\"author\":null,"), &c), 0);
	require(parse(CONFIG("\"config\":{\"Cmd\":null,\"Volumes\":null,\"Labels\":null,\"User\":null},"),
		      &c) == 0);
	check(!c->cmd && !c->volumes && !c->user && c->n_labels == 0);
}

static void bad_configs(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "image config" },
		{ "[]", "image config" },
		{ "{\"architecture\":\"amd64\"}", "os" },
		{ "{\"os\":\"linux\",\"architecture\":\"amd64\"}", "rootfs" },
		{ "{\"os\":\"linux\",\"architecture\":\"\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}",
		  "architecture" },
		{ "{\"os\":\"linux\",\"architecture\":\"a\",\"rootfs\":{\"type\":\"x\",\"diff_ids\":[]}}",
		  "type 'x' is not 'layers'" },
		{ "{\"os\":\"linux\",\"architecture\":\"a\",\"rootfs\":{\"type\":\"layers\"}}",
		  "diff_ids" },
		{ "{\"os\":\"linux\",\"architecture\":\"a\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[1]}}",
		  "diff_ids" },
		{ CONFIG("\"os\":\"linux\","), "os" },
		{ CONFIG("\"config\":[],"), "image config.config" },
		{ CONFIG("\"config\":{\"Env\":\"A=1\"},"), "Env" },
		{ CONFIG("\"config\":{\"Cmd\":[1]},"), "Cmd" },
		{ CONFIG("\"config\":{\"Volumes\":[\"/v\"]},"), "Volumes" },
		{ CONFIG("\"config\":{\"Labels\":{\"k\":1}},"), "Labels" },
		{ CONFIG("\"config\":{\"User\":0},"), "User" },
		{ CONFIG("\"config\":{\"User\":\"a\",\"User\":\"b\"},"), "User" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image_config *c = NULL;

		check_int(parse(rows[i].text, &c), -EINVAL);
		if (!strstr(error_text(), rows[i].says))
			check_str(error_text(), rows[i].says);
		check(c == NULL);
	}
}

static char **words(const char *text)
{
	return text ? str_split(arena, text, ' ') : NULL;
}

static void commands(void)
{
	static const struct {
		const char *entrypoint, *cmd, *user_entrypoint, *args, *want;
	} rows[] = {
		{ "/e -x", "c d", NULL, NULL, "/e -x c d" },
		{ "/e -x", "c d", NULL, "a", "/e -x a" },
		{ "/e -x", "c d", "/u", NULL, "/u" },
		{ "/e -x", "c d", "/u", "a b", "/u a b" },
		{ NULL, "c d", NULL, NULL, "c d" },
		{ NULL, "c d", NULL, "a", "a" },
		{ "/e", NULL, NULL, NULL, "/e" },
		{ NULL, NULL, NULL, NULL, NULL },
		{ NULL, NULL, NULL, "a", "a" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image_config c = { .entrypoint = words(rows[i].entrypoint),
					  .cmd = words(rows[i].cmd) };
		struct image_overrides o = { .entrypoint = words(rows[i].user_entrypoint),
					     .args = words(rows[i].args) };
		struct image_process p = { 0 };

		check_int(image_process_make(arena, &c, &o, &p), rows[i].want ? 0 : -EINVAL);
		check_str(p.args ? str_join(arena, p.args, " ") : NULL, rows[i].want);
	}
}

static const char *annotation(const struct image_process *p, const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < p->n_annotations; i++)
		if (str_eq(p->annotations[i].key, key)) {
			check(value == NULL);
			value = p->annotations[i].value;
		}
	return value;
}

static void conversion(void)
{
	struct json_map labels[] = { { "k", "v" },
				     { "org.opencontainers.image.author", "label" },
				     { "run.oci.handler", "wasm" },
				     { "", "empty" } };
	struct image_config c = { .os = "linux",
				  .architecture = "arm64",
				  .author = "field",
				  .cmd = words("c"),
				  .env = words("A=1 B=2"),
				  .user = "app",
				  .stop_signal = "SIGQUIT",
				  .exposed_ports = words("80/tcp 53"),
				  .labels = labels,
				  .n_labels = ARRAY_SIZE(labels) };
	struct image_overrides none = { 0 },
			       all = { .cwd = "/there", .user = "7", .stop_signal = "9" };
	struct image_process p;

	require(image_process_make(arena, &c, &none, &p) == 0);
	check_str(p.cwd, "/");
	check_str(p.user, "app");
	check_str(p.stop_signal, "SIGQUIT");
	check_str(str_join(arena, p.env, " "), "A=1 B=2");
	check_str(annotation(&p, "org.opencontainers.image.os"), "linux");
	check_str(annotation(&p, "org.opencontainers.image.architecture"), "arm64");
	check_str(annotation(&p, "org.opencontainers.image.variant"), NULL);
	check_str(annotation(&p, "org.opencontainers.image.stopSignal"), "SIGQUIT");
	check_str(annotation(&p, "org.opencontainers.image.exposedPorts"), "80/tcp,53");
	check_str(annotation(&p, "org.opencontainers.image.author"), "label");
	check_str(annotation(&p, "k"), "v");
	check_str(annotation(&p, "run.oci.handler"), NULL);
	check_str(annotation(&p, ""), NULL);
	require(image_process_make(arena, &c, &all, &p) == 0);
	check_str(p.cwd, "/there");
	check_str(p.user, "7");
	check_str(p.stop_signal, "9");
	c.working_dir = "relative";
	check_int(image_process_make(arena, &c, &none, &p), -EINVAL);
}

static void firewall(void)
{
	static const char *const steering[] = { "run.oci.x",
						"org.criu.config",
						"krun.cpus",
						"module.wasm.image/variant",
						"io.kubernetes.cri.container-type",
						"io.kubernetes.cri-o.x",
						"org.systemd.property.ExecStart",
						"io.doboz.x",
						"" };
	static const char *const harmless[] = { "maintainer", "run.ocix",
						"org.opencontainers.image.title",
						"com.example.run.oci.x" };

	for (size_t i = 0; i < ARRAY_SIZE(steering); i++)
		if (image_label_is_safe(steering[i]))
			check_str(steering[i], "refused");
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		check(image_label_is_safe(harmless[i]));
}

static const struct unit_case cases[] = {
	{ "every field of a config", whole },
	{ "null is absent", nulls },
	{ "bad configs are refused by place", bad_configs },
	{ "entrypoint, command and the user's words", commands },
	{ "the rest of the conversion; a label wins over a field", conversion },
	{ "labels that steer a runtime are dropped", firewall },
};

int main(void)
{
	arena = arena_new();
	return unit_run(cases, ARRAY_SIZE(cases));
}
