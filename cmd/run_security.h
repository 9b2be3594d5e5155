/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_security.h - --cap-add, --cap-drop and --security-opt of `doboz run`, decided
 * Defaults: podman's eleven capabilities, no_new_privs, our seccomp profile, the default masks. */
#pragma once

#include "cmd/run_options.h"

struct run_security {
	char **capabilities; /* names */
	uint64_t capability_mask;
	bool no_new_privs;
	bool seccomp_off;
	const char *seccomp_file; /* NULL: our default profile */
	const char *apparmor, *selinux_label;
	char **mask, **unmask; /* paths; unmask may hold "ALL" */
};

/** run_security_decide - records */
int run_security_decide(struct arena *a, const struct run_values *v,
			struct run_security *ret) MUST_USE;

/** run_security_write_seccomp - the member "seccomp" of linux, unless it is off; records
 *  A profile file may have the form of docker and podman (archMap, includes, excludes) or the spec's. */
int run_security_write_seccomp(struct arena *a, const struct run_security *s,
			       struct json_writer *w) MUST_USE;

/** run_security_write_paths - the members "maskedPaths" and "readonlyPaths" out of the default config's */
void run_security_write_paths(struct arena *a, const struct run_security *s,
			      const struct json *defaults, struct json_writer *w);
