/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/plan_unit.h - the systemd driver's part of a plan (pure) */
#pragma once

#include "cgroups/cgroup.h"
#include "cgroups/properties.h"

/** cgroup_plan_unit - which unit the container is; records
 *  @ret_path: its folder in every hierarchy, as /proc/PID/cgroup shows it */
int cgroup_plan_unit(struct arena *a, const struct cgroup_host *host,
		     const struct cgroup_options *opt, struct cgroup_unit **ret,
		     const char **ret_path) MUST_USE;

/** cgroup_plan_properties - what systemd is told when it makes the unit; records */
int cgroup_plan_properties(struct arena *a, const struct cgroup_host *host,
			   const struct cgroup_resources *res, const struct cgroup_options *opt,
			   struct cgroup_plan *plan) MUST_USE;

/** cgroup_plan_property_change - what systemd is told by an update of the unit, and how it is undone; records */
int cgroup_plan_property_change(struct arena *a, const struct cgroup_host *host,
				const struct cgroup_update *update,
				struct cgroup_plan *plan) MUST_USE;

/** cgroup_plan_round - the quota as systemd can hold it; the period may be one that was there before */
void cgroup_plan_round(struct cgroup_resources *res, const struct cgroup_update *update);
