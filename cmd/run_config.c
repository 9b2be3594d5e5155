/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_config.c - the members of config.json, in the order of the spec */
#include "cmd/run_config.h"

#include "base/env.h"
#include "base/error.h"
#include "base/str.h"
#include "cmd/environment.h"
#include "cmd/run_limits.h"
#include "cmd/run_security.h"
#include "runtime/spec.h"

#include <string.h>

enum { SHORT_ID = 12 };

static char default_path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* What all members need. */
struct writing {
	struct arena *arena;
	const struct run_config *config;
	const struct run_values *v;
	struct run_security security;
	struct run_mounts mounts;
	const struct json *defaults, *default_linux;
	char *hostname;
	bool host_network;
	struct json_writer *w;
};

int run_config_check_network(const char *network)
{
	if (!network || str_eq(network, "none") || str_eq(network, "host"))
		return 0;
	return refuse(-EOPNOTSUPP, "option --network: '%s' is not supported yet; none and host are",
		      network);
}

/* ---- process ---- */

static int write_env(struct writing *s)
{
	const struct run_config *c = s->config;
	char **env = NULL;
	int r;

	if (!env_get(c->process->env, "PATH"))
		env = strv_append(s->arena, env, default_path);
	if (s->v->tty && !env_get(c->process->env, "TERM"))
		env = strv_append(s->arena, env, "TERM=xterm");
	env = strv_append(s->arena, env, arena_printf(s->arena, "HOSTNAME=%s", s->hostname));
	env = strv_concat(s->arena, env, c->process->env);
	r = environment_add_files(s->arena, s->v->env_files, &env);
	if (r == 0)
		r = environment_add(s->arena, s->v->env, &env);
	json_w_strv(s->w, "env", env);
	return r;
}

static int write_user(struct writing *s)
{
	const struct run_config *c = s->config;
	char **groups = s->v->group_add;
	uint64_t gid;
	int r = 0;

	json_w_object(s->w, "user");
	json_w_u64(s->w, "uid", c->uid.value);
	json_w_u64(s->w, "gid", c->gid.value);
	if (c->n_gids > 0 || groups) {
		json_w_array(s->w, "additionalGids");
		for (size_t i = 0; i < c->n_gids; i++)
			json_w_u64(s->w, NULL, c->gids[i]);
		for (size_t i = 0; r == 0 && groups && groups[i]; i++) {
			if (str_to_u64(groups[i], UINT32_MAX - 1, &gid) < 0)
				r = refuse(-EINVAL,
					   "option --group-add: '%s' is not a group number",
					   groups[i]);
			json_w_u64(s->w, NULL, gid);
		}
		json_w_end_array(s->w);
	}
	json_w_end_object(s->w);
	return r;
}

static void write_capabilities(struct writing *s)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };

	json_w_object(s->w, "capabilities");
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		json_w_strv(s->w, sets[i], s->security.capabilities);
	json_w_end_object(s->w);
}

static int write_process(struct writing *s)
{
	const struct run_values *v = s->v;
	int r;

	json_w_object(s->w, "process");
	json_w_bool(s->w, "terminal", v->tty);
	r = write_user(s);
	json_w_strv(s->w, "args", s->config->process->args);
	if (r == 0)
		r = write_env(s);
	json_w_str(s->w, "cwd", s->config->process->cwd);
	write_capabilities(s);
	if (r == 0)
		r = run_limits_rlimits(s->arena, s->w, v);
	json_w_bool(s->w, "noNewPrivileges", s->security.no_new_privs);
	if (v->oom_score_adj.set)
		json_w_i64(s->w, "oomScoreAdj", v->oom_score_adj.value);
	if (s->security.apparmor)
		json_w_str(s->w, "apparmorProfile", s->security.apparmor);
	if (s->security.selinux_label)
		json_w_str(s->w, "selinuxLabel", s->security.selinux_label);
	json_w_end_object(s->w);
	return r;
}

/* ---- mounts ---- */

static void write_mount(struct json_writer *w, const struct run_mount *m)
{
	json_w_object(w, NULL);
	json_w_str(w, "destination", m->destination);
	json_w_str(w, "type", m->type);
	json_w_str(w, "source", m->source);
	json_w_strv(w, "options", m->options);
	json_w_end_object(w);
}

/* A mount of the default config, unless something of the command line is mounted there. */
static int write_default_mount(struct writing *s, const struct json *m)
{
	const char *destination = json_str(m, "destination");
	struct run_mount shm = { .destination = "/dev/shm", .type = "tmpfs", .source = "shm" };
	uint64_t bytes;

	if (run_mounts_has(&s->mounts, destination))
		return 0;
	if (!s->v->shm_size || !str_eq(destination, shm.destination)) {
		json_w_value(s->w, NULL, m);
		return 0;
	}
	if (str_to_bytes(s->v->shm_size, &bytes) < 0)
		return refuse(-EINVAL, "option --shm-size: '%s' is not a size", s->v->shm_size);
	shm.options = (char *[]){ "nosuid",
				  "noexec",
				  "nodev",
				  "mode=1777",
				  arena_printf(s->arena, "size=%llu", (unsigned long long)bytes),
				  NULL };
	write_mount(s->w, &shm);
	return 0;
}

/* Files of the container's own that docker and podman users expect below /etc. */
static void add_own_files(struct writing *s)
{
	static const char *const names[] = { "hosts", "hostname", "resolv.conf" };
	static char *const options[] = { "bind", "rprivate", "nosuid", "nodev", "noexec", NULL };

	for (size_t i = 0; s->config->folder && i < ARRAY_SIZE(names); i++) {
		struct run_mount m = { .destination = arena_printf(s->arena, "/etc/%s", names[i]),
				       .type = "bind",
				       .source = arena_printf(s->arena, "%s/%s", s->config->folder,
							      names[i]),
				       .options = strv_concat(s->arena, options, NULL) };

		if (!run_mounts_has(&s->mounts, m.destination))
			run_mounts_add(s->arena, &s->mounts, m);
	}
}

/* With a read-only root the image's volumes stay writable, filled from the image. */
static void add_volumes(struct writing *s)
{
	static char *const options[] = { "rw", "rprivate", "nosuid", "nodev", "tmpcopyup", NULL };
	char **volumes = s->v->read_only ? s->config->process->volumes : NULL;

	for (size_t i = 0; volumes && volumes[i]; i++) {
		struct run_mount m = { .destination = volumes[i],
				       .type = "tmpfs",
				       .source = "tmpfs",
				       .options = strv_concat(s->arena, options, NULL) };

		if (volumes[i][0] == '/' && !run_mounts_has(&s->mounts, volumes[i]))
			run_mounts_add(s->arena, &s->mounts, m);
	}
}

static int write_mounts(struct writing *s)
{
	int r = run_mounts_parse(s->arena, s->v, &s->mounts);

	if (r < 0)
		return r;
	json_w_array(s->w, "mounts");
	json_for_each(m, json_get(s->defaults, "mounts")) {
		r = write_default_mount(s, m);
		if (r < 0)
			return r;
	}
	add_own_files(s);
	add_volumes(s);
	for (size_t i = 0; i < s->mounts.n; i++)
		write_mount(s->w, &s->mounts.list[i]);
	json_w_end_array(s->w);
	return 0;
}

/* ---- linux ---- */

static void write_namespaces(struct writing *s)
{
	json_w_array(s->w, "namespaces");
	json_for_each(ns, json_get(s->default_linux, "namespaces"))
		if (!(s->host_network && str_eq(json_str(ns, "type"), "network")))
			json_w_value(s->w, NULL, ns);
	json_w_end_array(s->w);
}

/* In an own network namespace neither ping nor a low port needs a capability. */
static int write_sysctls(struct writing *s)
{
	char **list = s->v->sysctls;

	json_w_object(s->w, "sysctl");
	if (!s->host_network) {
		json_w_str(s->w, "net.ipv4.ping_group_range", "0 0");
		json_w_str(s->w, "net.ipv4.ip_unprivileged_port_start", "0");
	}
	for (size_t i = 0; list && list[i]; i++) {
		const char *equals = strchr(list[i], '=');

		if (!equals || equals == list[i])
			return refuse(-EINVAL, "option --sysctl: '%s' is not NAME=VALUE", list[i]);
		json_w_str(s->w, arena_strndup(s->arena, list[i], (size_t)(equals - list[i])),
			   equals + 1);
	}
	json_w_end_object(s->w);
	return 0;
}

static int write_linux(struct writing *s)
{
	static const char *const copied[] = { "uidMappings", "gidMappings" };
	int r;

	json_w_object(s->w, "linux");
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
		if (json_get(s->default_linux, copied[i]))
			json_w_value(s->w, copied[i], json_get(s->default_linux, copied[i]));
	write_namespaces(s);
	r = write_sysctls(s);
	if (s->config->cgroups_path)
		json_w_str(s->w, "cgroupsPath", s->config->cgroups_path);
	if (r == 0)
		r = run_limits_resources(s->w, s->v, s->config->pids_default);
	run_security_write_paths(s->arena, &s->security, s->default_linux, s->w);
	if (r == 0)
		r = run_security_write_seccomp(s->arena, &s->security, s->w);
	json_w_end_object(s->w);
	return r;
}

/* ---- the document ---- */

static int write_pairs(struct writing *s, const char *option, char **pairs)
{
	for (size_t i = 0; pairs && pairs[i]; i++) {
		const char *equals = strchr(pairs[i], '=');
		const char *name = equals ? arena_strndup(s->arena, pairs[i],
							  (size_t)(equals - pairs[i])) :
					    pairs[i];

		if (!*name)
			return refuse(-EINVAL, "option --%s: '%s' is not NAME=VALUE", option,
				      pairs[i]);
		json_w_str(s->w, name, equals ? equals + 1 : "");
	}
	return 0;
}

static int write_annotations(struct writing *s)
{
	const struct image_process *p = s->config->process;
	int r;

	json_w_object(s->w, "annotations");
	for (size_t i = 0; i < p->n_annotations; i++)
		json_w_str(s->w, p->annotations[i].key, p->annotations[i].value);
	r = write_pairs(s, "label", s->v->labels);
	if (r == 0)
		r = write_pairs(s, "annotation", s->v->annotations);
	json_w_end_object(s->w);
	return r;
}

static int write_document(struct writing *s)
{
	int r;

	json_w_object(s->w, NULL);
	json_w_str(s->w, "ociVersion", json_str(s->defaults, "ociVersion"));
	r = write_process(s);
	json_w_object(s->w, "root");
	json_w_str(s->w, "path", s->config->root_path);
	json_w_bool(s->w, "readonly", s->v->read_only);
	json_w_end_object(s->w);
	json_w_str(s->w, "hostname", s->hostname);
	if (r == 0)
		r = write_mounts(s);
	if (r == 0)
		r = write_annotations(s);
	if (r == 0)
		r = write_linux(s);
	json_w_end_object(s->w);
	buf_addc(s->w->out, '\n');
	return r;
}

int run_config_write(struct arena *a, const struct run_config *c, struct buf *out)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = out, .indent = 2 };
	struct writing s = { .arena = a, .config = c, .v = c->values, .w = &w };
	struct json *defaults;
	int r;

	spec_write_default(&text, c->rootless, true);
	r = json_parse(a, "default config", text.data, text.len, &defaults);
	if (r == 0)
		r = run_config_check_network(c->values->network);
	if (r == 0)
		r = run_security_decide(a, c->values, &s.security);
	if (r < 0)
		return r;
	s.defaults = defaults;
	s.default_linux = json_get(defaults, "linux");
	s.host_network = str_eq(c->values->network, "host");
	s.hostname = c->values->hostname ? arena_strdup(a, c->values->hostname) :
					   arena_printf(a, "%.*s", SHORT_ID, c->id);
	return write_document(&s);
}
