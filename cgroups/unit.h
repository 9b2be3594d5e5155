/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/unit.h - the unit of systemd that a container is: its name, and its folder (pure)
 * Source: systemd.slice(5), systemd.unit(5) "String Escaping"; runc docs/systemd.md for "slice:prefix:name". */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

struct cgroup_unit {
	const char *name;  /* "doboz-ID.scope" */
	const char *slice; /* "system.slice": what it is in, or for a slice, what it wants */
	const char *path;  /* below the manager's own cgroup: "/system.slice/doboz-ID.scope" */
	bool is_slice;     /* a name that ends in .slice is a slice, and no scope */
	bool user;         /* of the user's manager, not the system's */
};

/**
 * cgroup_unit_parse - what linux.cgroupsPath means to the systemd driver; records
 * @text: "slice:prefix:name"; NULL or "": ":doboz:ID". An empty slice is system.slice, or user.slice
 */
int cgroup_unit_parse(struct arena *a, const char *text, const char *id, bool user,
		      struct cgroup_unit *ret) MUST_USE;

/** cgroup_slice_path - "a-b.slice" is "/a.slice/a-b.slice", "-.slice" is ""; records */
int cgroup_slice_path(struct arena *a, const char *slice, char **ret) MUST_USE;
