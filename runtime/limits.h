/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/limits.h - limits and priorities of a process: by itself, or by the parent on its behalf */
#pragma once

#include "runtime/plan.h"

/** limits_apply - step RLIMIT, SCHEDULER or IO_PRIORITY; records
 *  @pid: 0 for the caller */
int limits_apply(const struct step *s, pid_t pid) MUST_USE;

/** limits_write_oom_score - into an open oom_score_adj; records. Refused for lack of a right (a lower
 *  score than our own needs CAP_SYS_RESOURCE) it is a warning */
int limits_write_oom_score(int fd, int64_t score) MUST_USE;

/** limits_set_cpus - the CPUs of the calling process; records. @list: "0-3,7"; NULL: all that
 *  there are and that its cgroup allows, and a failure is a warning */
int limits_set_cpus(const char *list) MUST_USE;

/** limits_apply_parent_steps - plan->parent_steps on init; records */
int limits_apply_parent_steps(const struct plan *p, pid_t init) MUST_USE;
