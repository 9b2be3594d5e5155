/* SPDX-License-Identifier: Apache-2.0 */
/* image/bundle.c - image config to a process, by the rules of image-spec conversion.md */
#include "image/bundle.h"

#include "base/error.h"

/* Annotations that some runtime acts on. An image is not trusted, so its labels never become one of
 * these (a label that became a command on the host: CVE-2026-53488). */
static const char *const steering_prefixes[] = {
	"run.oci.",
	"org.criu.",
	"krun.",
	"module.wasm.",
	"io.kubernetes.cri",
	"org.systemd.property.",
	"io.doboz.",
	"io.podman.",
	"io.containers.",
	"cdi.k8s.io/",
	NULL,
};

bool image_label_is_safe(const char *name)
{
	for (size_t i = 0; steering_prefixes[i]; i++)
		if (str_starts(name, steering_prefixes[i]))
			return false;
	return *name != '\0';
}

/* A label of the same name wins over what is derived from the config's fields. */
static void annotate(struct arena *a, struct image_process *p, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	for (size_t i = 0; i < p->n_annotations; i++)
		if (str_eq(p->annotations[i].key, key)) {
			p->annotations[i].value = arena_strdup(a, value);
			return;
		}
	p->annotations[p->n_annotations++] = (struct json_map){ arena_strdup(a, key),
								arena_strdup(a, value) };
}

static void make_annotations(struct arena *a, const struct image_config *c, struct image_process *p)
{
	const struct {
		const char *key, *value;
	} implicit[] = {
		{ "org.opencontainers.image.os", c->os },
		{ "org.opencontainers.image.architecture", c->architecture },
		{ "org.opencontainers.image.variant", c->variant },
		{ "org.opencontainers.image.os.version", c->os_version },
		{ "org.opencontainers.image.os.features",
		  c->os_features ? str_join(a, c->os_features, ",") : NULL },
		{ "org.opencontainers.image.author", c->author },
		{ "org.opencontainers.image.created", c->created },
		{ "org.opencontainers.image.stopSignal", p->stop_signal },
		{ "org.opencontainers.image.exposedPorts",
		  c->exposed_ports ? str_join(a, c->exposed_ports, ",") : NULL },
	};

	p->annotations = arena_array(a, ARRAY_SIZE(implicit) + c->n_labels,
				     sizeof(*p->annotations));
	for (size_t i = 0; i < ARRAY_SIZE(implicit); i++)
		annotate(a, p, implicit[i].key, implicit[i].value);
	for (size_t i = 0; i < c->n_labels; i++)
		if (image_label_is_safe(c->labels[i].key))
			annotate(a, p, c->labels[i].key, c->labels[i].value);
}

static char *first_of(struct arena *a, const char *wish, const char *image)
{
	const char *s = wish ? wish : image;

	return s && *s ? arena_strdup(a, s) : NULL;
}

int image_process_make(struct arena *a, const struct image_config *config,
		       const struct image_overrides *o, struct image_process *ret)
{
	struct image_process p = { .env = config->env, .volumes = config->volumes };
	char **entrypoint = o->entrypoint ? o->entrypoint : config->entrypoint;
	char **cmd = o->args ? o->args : o->entrypoint ? NULL : config->cmd;

	p.args = strv_concat(a, entrypoint, cmd);
	if (strv_len(p.args) == 0)
		return refuse(
			-EINVAL,
			"no command: the image has neither entrypoint nor command, and none was given");
	p.cwd = first_of(a, o->cwd, config->working_dir);
	if (!p.cwd)
		p.cwd = arena_strdup(a, "/");
	if (p.cwd[0] != '/')
		return refuse(-EINVAL, "working directory '%s' is not absolute", p.cwd);
	p.user = first_of(a, o->user, config->user);
	p.stop_signal = first_of(a, o->stop_signal, config->stop_signal);
	make_annotations(a, config, &p);
	*ret = p;
	return 0;
}
