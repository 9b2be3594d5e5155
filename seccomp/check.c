/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/check.c - what a profile must fulfil beyond the types of its fields */
#include "seccomp/check.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

enum { ERRNO_MAX = 4095 }; /* MAX_ERRNO of the kernel; it would silently clamp a larger one */

static int check_errno(const char *field, const char *errno_field, int action,
		       const struct opt_u64 *errno_ret)
{
	if (!errno_ret->set)
		return 0;
	if (action != SECCOMP_ACTION_ERRNO && action != SECCOMP_ACTION_TRACE)
		return refuse(-EINVAL, "linux.seccomp.%s%s: %s takes no errno", field, errno_field,
			      seccomp_action_names[action]);
	if (action == SECCOMP_ACTION_ERRNO && errno_ret->value > ERRNO_MAX)
		return refuse(-EINVAL, "linux.seccomp.%s%s: %" PRIu64 " is above %d", field,
			      errno_field, errno_ret->value, ERRNO_MAX);
	return 0;
}

static bool known(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (str_eq(*names, name))
			return true;
	return false;
}

static int check_names(const char *field, char *const *given, const char *const *names)
{
	for (size_t i = 0; given && given[i]; i++)
		if (!known(given[i], names))
			return refuse(-EINVAL, "linux.seccomp.%s[%zu]: unknown value '%s'", field,
				      i, given[i]);
	return 0;
}

static int check_rule(size_t number, const struct seccomp_rule *rule)
{
	char field[64];
	int r;

	snprintf(field, sizeof(field), "syscalls[%zu].", number);
	r = check_errno(field, "errnoRet", rule->action, &rule->errno_ret);
	if (r < 0)
		return r;
	for (size_t i = 0; rule->names && rule->names[i]; i++)
		if (!*rule->names[i])
			return refuse(-EINVAL, "linux.seccomp.%snames[%zu]: must not be empty",
				      field, i);
	return 0;
}

/* Without SCMP_ACT_NOTIFY, listenerPath "is ignored", whatever it says. */
static int check_listener(const struct seccomp_profile *p)
{
	if (p->default_action == SECCOMP_ACTION_NOTIFY)
		return refuse(-EINVAL,
			      "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default");
	if (p->listener_metadata && !p->listener_path)
		return refuse(-EINVAL, "linux.seccomp.listenerMetadata: needs listenerPath");
	if (!seccomp_profile_notifies(p))
		return 0;
	if (!p->listener_path)
		return refuse(-EINVAL, "linux.seccomp: SCMP_ACT_NOTIFY needs listenerPath");
	if (*p->listener_path != '/')
		return refuse(-EINVAL,
			      "linux.seccomp.listenerPath: expected an absolute path, not '%s'",
			      p->listener_path);
	return 0;
}

int seccomp_check(const struct seccomp_profile *p)
{
	size_t names = 0;
	int r;

	r = check_errno("", "defaultErrnoRet", p->default_action, &p->default_errno_ret);
	if (r < 0)
		return r;
	r = check_names("architectures", p->architectures, seccomp_arch_names);
	if (r < 0)
		return r;
	r = check_names("flags", p->flags, seccomp_flag_names);
	if (r < 0)
		return r;
	for (size_t i = 0; i < p->n_rules; i++) {
		r = check_rule(i, &p->rules[i]);
		if (r < 0)
			return r;
		names += strv_len(p->rules[i].names);
	}
	if (names > SECCOMP_NAMES_MAX)
		return refuse(-EINVAL, "linux.seccomp.syscalls: %zu names, more than %d", names,
			      SECCOMP_NAMES_MAX);
	return check_listener(p);
}
