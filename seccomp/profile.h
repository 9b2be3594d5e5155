/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/profile.h - linux.seccomp of config.json as plain structs, and its decode table
 * Source: runtime-spec config-linux.md "Seccomp". Does not know: BPF, libseccomp. */
#pragma once

#include "base/json.h"

enum seccomp_action {
	SECCOMP_ACTION_KILL_THREAD, /* SCMP_ACT_KILL, SCMP_ACT_KILL_THREAD */
	SECCOMP_ACTION_KILL_PROCESS,
	SECCOMP_ACTION_TRAP,
	SECCOMP_ACTION_ERRNO,
	SECCOMP_ACTION_TRACE,
	SECCOMP_ACTION_ALLOW,
	SECCOMP_ACTION_LOG,
	SECCOMP_ACTION_NOTIFY,
};

enum seccomp_operator {
	SECCOMP_CMP_NE,
	SECCOMP_CMP_LT,
	SECCOMP_CMP_LE,
	SECCOMP_CMP_EQ,
	SECCOMP_CMP_GE,
	SECCOMP_CMP_GT,
	SECCOMP_CMP_MASKED_EQ,
};

struct seccomp_arg {
	uint64_t index;            /* 0..5 */
	uint64_t value, value_two; /* MASKED_EQ: mask, then value */
	int op;                    /* enum seccomp_operator */
};

struct seccomp_rule {
	char **names;
	int action; /* enum seccomp_action */
	struct opt_u64 errno_ret;
	struct seccomp_arg *args;
	size_t n_args;
};

struct seccomp_profile {
	int default_action;
	struct opt_u64 default_errno_ret;
	char **architectures; /* "SCMP_ARCH_X86_64", ... */
	char **flags;         /* "SECCOMP_FILTER_FLAG_TSYNC", ... */
	char *listener_path, *listener_metadata;
	struct seccomp_rule *rules;
	size_t n_rules;
};

/* Decodes a linux.seccomp object into a zeroed struct seccomp_profile. */
extern const struct json_row seccomp_profile_rows[];

/** seccomp_profile_notifies - does a rule ask an agent (SCMP_ACT_NOTIFY)? */
bool seccomp_profile_notifies(const struct seccomp_profile *p) MUST_USE;

/** seccomp_profile_write - the profile as linux.seccomp JSON (for bundles that we make) */
void seccomp_profile_write(struct json_writer *w, const char *key, const struct seccomp_profile *p);

/* The names of the spec that we know, NULL-terminated, for `features`. */
extern const char *const seccomp_action_names[],
	*const seccomp_operator_names[], *const seccomp_arch_names[], *const seccomp_flag_names[];
