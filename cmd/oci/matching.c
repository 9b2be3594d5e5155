/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/matching.c - one act for one container, or (--regex) for every container whose id matches */
#include "cmd/oci/matching.h"

#include "base/error.h"
#include "runtime/state.h"

#include <regex.h>

static int compile(const char *pattern, regex_t *ret)
{
	char reason[256];
	int r = regcomp(ret, pattern, REG_EXTENDED | REG_NOSUB);

	if (r == 0)
		return 0;
	(void)regerror(r, ret, reason, sizeof(reason));
	return refuse(-EINVAL, "invalid regular expression '%s': %s", pattern, reason);
}

/* Goes on after a failure, and tells the first one. */
static int act_on_all(char *const *ids, const regex_t *pattern, int root,
		      int (*act)(void *arg, int root, const char *id), void *arg)
{
	struct error_kept first = { 0 };

	for (; *ids; ids++) {
		if (regexec(pattern, *ids, 0, NULL, 0) != 0)
			continue;
		int r = act(arg, root, *ids);
		if (r >= 0 || r == -ENOENT || r == -ESRCH || first.code)
			continue;
		(void)fail_context(r, "container '%s'", *ids);
		error_keep(&first);
	}
	error_restore(&first);
	return first.code;
}

int matching_act(struct cmd *cmd, const char *id, bool regex,
		 int (*act)(void *arg, int root, const char *id), void *arg)
{
	CLEANUP_FD int root = cmd_root(cmd);
	regex_t pattern;
	char **ids;
	int r;

	if (root < 0 || !regex)
		return root < 0 ? root : act(arg, root, id);
	r = compile(id, &pattern);
	if (r < 0)
		return r;
	r = state_list(cmd->arena, root, &ids);
	if (r >= 0)
		r = act_on_all(ids, &pattern, root, act, arg);
	regfree(&pattern);
	return r;
}
