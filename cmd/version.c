/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/version.c - who we are, in the form that callers parse */
#include "cmd/version.h"

#include "runtime/spec.h"
#include "seccomp/compile.h"

void version_describe(const struct cmd *cmd, struct buf *out)
{
	buf_printf(out, "%s version %s\n", cmd->name, PACKAGE_VERSION);
	/* go-runc and CRI-O look for this line; a release is known by its tag. */
	buf_printf(out, "commit: v%s\n", PACKAGE_VERSION);
	buf_printf(out, "spec: %s\n", SPEC_VERSION_MAX);
	buf_printf(out, "libseccomp: %s\n", seccomp_library_version(cmd->arena));
}
