/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_security.c - what a container of `doboz run` may do */
#include "cmd/run_security.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "runtime/caps.h"
#include "seccomp/default.h"
#include "seccomp/import.h"

#include <ctype.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>

/* podman's defaults: docker's fourteen without MKNOD, NET_RAW and AUDIT_WRITE. */
static const uint64_t default_mask = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE |
				     1ULL << CAP_FOWNER | 1ULL << CAP_FSETID | 1ULL << CAP_KILL |
				     1ULL << CAP_NET_BIND_SERVICE | 1ULL << CAP_SETFCAP |
				     1ULL << CAP_SETGID | 1ULL << CAP_SETPCAP | 1ULL << CAP_SETUID |
				     1ULL << CAP_SYS_CHROOT;

/* "net_admin", "CAP_NET_ADMIN", "ALL" to a mask; an unknown name is an error here: a person typed it. */
static int parse_capability(struct arena *a, const char *option, const char *text, uint64_t *ret)
{
	char *name = strncasecmp(text, "CAP_", 4) == 0 ? arena_strdup(a, text) :
							 arena_printf(a, "CAP_%s", text);
	char **all = caps_names(a, UINT64_MAX);

	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (str_eq(name, "CAP_ALL")) {
		*ret = UINT64_MAX;
		return 0;
	}
	for (size_t i = 0; all[i]; i++)
		if (str_eq(all[i], name)) {
			*ret = caps_mask((char *[]){ name, NULL }, option, 63);
			return 0;
		}
	return refuse(-EINVAL, "option --%s: unknown capability '%s'", option, text);
}

/* As docker: "ALL" is laid first, then single names, so that `--cap-drop ALL --cap-add CHOWN` is one. */
static int decide_capabilities(struct arena *a, const struct run_values *v, struct run_security *s)
{
	uint64_t add = 0, drop = 0, mask = 0;
	int r;

	for (size_t i = 0; v->cap_add && v->cap_add[i]; i++) {
		r = parse_capability(a, "cap-add", v->cap_add[i], &mask);
		if (r < 0)
			return r;
		add |= mask;
	}
	for (size_t i = 0; v->cap_drop && v->cap_drop[i]; i++) {
		r = parse_capability(a, "cap-drop", v->cap_drop[i], &mask);
		if (r < 0)
			return r;
		drop |= mask;
	}
	if (add == UINT64_MAX && drop == UINT64_MAX)
		return refuse(-EINVAL, "--cap-add ALL and --cap-drop ALL exclude each other");
	if (add == UINT64_MAX)
		s->capability_mask = ~drop;
	else if (drop == UINT64_MAX)
		s->capability_mask = add;
	else
		s->capability_mask = (default_mask | add) & ~drop;
	s->capabilities = caps_names(a, s->capability_mask & caps_known());
	return 0;
}

static int decide_no_new_privs(struct arena *a, const char *value, struct run_security *s)
{
	(void)a;
	if (value && !str_eq(value, "true") && !str_eq(value, "false"))
		return refuse(-EINVAL,
			      "option --security-opt: no-new-privileges is true or false, not '%s'",
			      value);
	s->no_new_privs = !str_eq(value, "false");
	return 0;
}

static int decide_seccomp(struct arena *a, const char *value, struct run_security *s)
{
	(void)a;
	s->seccomp_off = str_eq(value, "unconfined");
	s->seccomp_file = s->seccomp_off ? NULL : value;
	return 0;
}

static int decide_apparmor(struct arena *a, const char *value, struct run_security *s)
{
	(void)a;
	s->apparmor = value;
	return 0;
}

/* "disable" is what people type on hosts without SELinux; anything else is a label to set. */
static int decide_label(struct arena *a, const char *value, struct run_security *s)
{
	(void)a;
	s->selinux_label = str_eq(value, "disable") ? NULL : value;
	return 0;
}

static int decide_mask(struct arena *a, const char *value, struct run_security *s)
{
	s->mask = strv_concat(a, s->mask, str_split(a, value, ':'));
	return 0;
}

static int decide_unmask(struct arena *a, const char *value, struct run_security *s)
{
	s->unmask = strv_concat(a, s->unmask, str_split(a, value, ':'));
	return 0;
}

static const struct {
	const char *name;
	bool needs_value;
	int (*decide)(struct arena *a, const char *value, struct run_security *s);
} security_options[] = {
	{ "no-new-privileges", false, decide_no_new_privs },
	{ "seccomp", true, decide_seccomp },
	{ "apparmor", true, decide_apparmor },
	{ "label", true, decide_label },
	{ "mask", true, decide_mask },
	{ "unmask", true, decide_unmask },
};

/* "NAME", "NAME=VALUE" or (docker's old form) "NAME:VALUE" */
static int decide_option(struct arena *a, const char *text, struct run_security *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(security_options); i++) {
		const char *rest = str_after(text, security_options[i].name);

		if (!rest || (*rest != '\0' && *rest != '=' && *rest != ':'))
			continue;
		if (*rest == '\0' && security_options[i].needs_value)
			break;
		return security_options[i].decide(a, *rest ? rest + 1 : NULL, s);
	}
	return refuse(-EINVAL, "option --security-opt: '%s' is not known", text);
}

int run_security_decide(struct arena *a, const struct run_values *v, struct run_security *ret)
{
	struct run_security s = { .no_new_privs = true };
	int r = decide_capabilities(a, v, &s);

	for (size_t i = 0; r == 0 && v->security_opts && v->security_opts[i]; i++)
		r = decide_option(a, v->security_opts[i], &s);
	*ret = s;
	return r;
}

int run_security_write_seccomp(struct arena *a, const struct run_security *s, struct json_writer *w)
{
	struct seccomp_profile *profile;
	char *text;
	size_t len;
	int r;

	if (s->seccomp_off)
		return 0;
	if (!s->seccomp_file) {
		seccomp_profile_write(w, "seccomp", seccomp_default_profile(a, s->capability_mask));
		return 0;
	}
	r = file_read_at(a, AT_FDCWD, s->seccomp_file, JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "seccomp profile '%s'", s->seccomp_file);
	r = seccomp_import(a, s->seccomp_file, text, len, s->capabilities, &profile);
	if (r == 0)
		seccomp_profile_write(w, "seccomp", profile);
	return r;
}

void run_security_write_paths(struct arena *a, const struct run_security *s,
			      const struct json *defaults, struct json_writer *w)
{
	static const char *const members[] = { "maskedPaths", "readonlyPaths" };

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		char **paths = i == 0 ? s->mask : NULL;

		json_for_each(path, json_get(defaults, members[i]))
			if (!strv_has(s->unmask, "ALL") && !strv_has(s->unmask, path->text))
				paths = strv_append(a, paths, path->text);
		if (paths)
			json_w_strv(w, members[i], paths);
	}
}
