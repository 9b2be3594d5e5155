/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/facts.h - what the host and the caller are, read once before planning
 * plan_build is pure over this struct, so golden tests fill it from a file. */
#pragma once

#include "base/arena.h"
#include "cgroups/cgroup.h"

#include <stdbool.h>
#include <stdint.h>

struct facts {
	unsigned kernel_major, kernel_minor;
	uint32_t euid, egid;
	uint64_t capabilities;    /* effective, of the caller */
	bool in_initial_userns;   /* /proc/self/uid_map is the whole identity */
	unsigned last_capability; /* /proc/sys/kernel/cap_last_cap */
	bool no_new_privs;        /* already set on the caller */
	bool apparmor, selinux;   /* enabled LSMs */
	bool setgroups_allowed;   /* /proc/self/setgroups */
	int32_t oom_score_adj;
	struct cgroup_host *cgroups; /* NULL: not looked at (--cgroup-manager disabled) */
};

/* One row per kernel feature that has a substitute: ARCHITECTURE.md section 2. */
struct facts_feature {
	const char *name, *call;
	unsigned major, minor;
	const char *substitute;
};
extern const struct facts_feature facts_features[];

/** facts_read - read all; records. A kernel below 5.14 is refused with a clear sentence. */
int facts_read(struct arena *a, bool want_cgroups, struct facts *ret) MUST_USE;
/** facts_read_systemd - connect to the manager of this caller's units, for the systemd driver; records */
int facts_read_systemd(struct arena *a, struct facts *facts) MUST_USE;
/** facts_has - is this kernel at least major.minor? */
bool facts_has(const struct facts *f, unsigned major, unsigned minor);
