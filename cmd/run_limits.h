/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_limits.h - --memory, --cpus, --pids-limit, --ulimit ... as linux.resources and process.rlimits */
#pragma once

#include "cmd/run_options.h"

enum { RUN_PIDS_DEFAULT = 2048 };

/** run_limits_resources - write the member "resources"; records
 *  @pids_default: set the default limit of processes when none was asked for (false where no cgroup that
 *  we may use has the pids controller: a default is not worth failing for, an asked limit is) */
int run_limits_resources(struct json_writer *w, const struct run_values *v,
			 bool pids_default) MUST_USE;

/** run_limits_rlimits - write the member "rlimits" of the process; records */
int run_limits_rlimits(struct arena *a, struct json_writer *w, const struct run_values *v) MUST_USE;
