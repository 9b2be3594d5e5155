/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/builtin.c - is this profile the default one? then its program exists already
 * Whole profiles are compared, not hashes of them: nobody can make another profile that matches. */
#include "seccomp/builtin.h"

#include "base/str.h"
#include "seccomp/default.h"

#include <linux/capability.h>
#include <string.h>

#define CAP(name) (UINT64_C(1) << CAP_##name)

const uint64_t seccomp_builtin_capabilities = CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) |
					      CAP(FSETID) | CAP(KILL) | CAP(NET_BIND_SERVICE) |
					      CAP(SETFCAP) | CAP(SETGID) | CAP(SETPCAP) |
					      CAP(SETUID) | CAP(SYS_CHROOT);

/* An absent list differs from an empty one (absent flags mean SPEC_ALLOW). */
static bool same_list(char *const *v, char *const *w)
{
	if (!v || !w)
		return v == w;
	for (; *v && *w; v++, w++)
		if (strcmp(*v, *w) != 0)
			return false;
	return *v == *w;
}

static bool same_errno(const struct opt_u64 *v, const struct opt_u64 *w)
{
	return v->set == w->set && (!v->set || v->value == w->value);
}

static bool same_arg(const struct seccomp_arg *v, const struct seccomp_arg *w)
{
	return v->index == w->index && v->op == w->op && v->value == w->value &&
	       v->value_two == w->value_two;
}

static bool same_rule(const struct seccomp_rule *v, const struct seccomp_rule *w)
{
	if (v->action != w->action || v->n_args != w->n_args ||
	    !same_errno(&v->errno_ret, &w->errno_ret) || !same_list(v->names, w->names))
		return false;
	for (size_t i = 0; i < v->n_args; i++)
		if (!same_arg(&v->args[i], &w->args[i]))
			return false;
	return true;
}

static bool same_profile(const struct seccomp_profile *v, const struct seccomp_profile *w)
{
	if (v->default_action != w->default_action || v->n_rules != w->n_rules ||
	    !same_errno(&v->default_errno_ret, &w->default_errno_ret) ||
	    !same_list(v->architectures, w->architectures) || !same_list(v->flags, w->flags) ||
	    v->listener_path || v->listener_metadata)
		return false;
	for (size_t i = 0; i < v->n_rules; i++)
		if (!same_rule(&v->rules[i], &w->rules[i]))
			return false;
	return true;
}

bool seccomp_builtin(struct arena *a, const struct seccomp_profile *p, struct seccomp_program *ret)
{
	size_t size = seccomp_builtin_n * sizeof(*seccomp_builtin_insns);

	if (seccomp_builtin_n == 0 ||
	    !same_profile(p, seccomp_default_profile(a, seccomp_builtin_capabilities)))
		return false;
	ret->insns = arena_alloc(a, size);
	memcpy(ret->insns, seccomp_builtin_insns, size);
	ret->n = seccomp_builtin_n;
	return true;
}
