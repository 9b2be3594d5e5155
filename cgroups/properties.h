/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/properties.h - linux.resources and annotations as properties of a systemd unit (pure)
 *
 * systemd writes the files of its units again when it is reloaded, so every limit that has a property is
 * set as one, and is a file as well: for the same value, which is why a quota is rounded up to a percent.
 * Sources: systemd.resource-control(5), org.freedesktop.systemd1(5). */
#pragma once

#include "base/json.h"
#include "cgroups/resources.h"
#include "cgroups/unit.h"

struct cgroup_property {
	const char *name, *type; /* D-Bus, as cgroups/wire.h has it */
	char **values;           /* NULL-terminated */
	bool after_clone;        /* so few processes that the container could not be made */
};

struct cgroup_properties {
	struct arena *arena;
	unsigned version; /* of systemd: what it does not know is left to the files */
	struct cgroup_property *list;
	size_t n, capacity;
};

/** cgroup_properties_unit - what makes the unit: its slice, accounting, the helper as its first process */
void cgroup_properties_unit(struct cgroup_properties *p, const struct cgroup_unit *unit,
			    const char *id);

/** cgroup_properties_annotations - org.systemd.property.NAME, GVariant text; NAMESec counts in seconds and
 *  is NAMEUSec in microseconds. Records "annotation ...: name incorrect" or "value parse error" */
int cgroup_properties_annotations(struct cgroup_properties *p, const struct json_map *annotations,
				  size_t n) MUST_USE;

/** cgroup_properties_limits - the limits; records what unified has no number for */
int cgroup_properties_limits(struct cgroup_properties *p, bool v2,
			     const struct cgroup_resources *res) MUST_USE;

/** cgroup_properties_devices - v1 only, where a reload of systemd would allow every device: what is allowed
 *  as DeviceAllow, as far as systemd can say it, and else nothing; records */
int cgroup_properties_devices(struct cgroup_properties *p,
			      const struct cgroup_resources *res) MUST_USE;

/** cgroup_properties_change - what of after is not in before; undo: the same names as they were before */
void cgroup_properties_change(struct cgroup_properties *change, struct cgroup_properties *undo,
			      const struct cgroup_properties *before,
			      const struct cgroup_properties *after);

/** cgroup_properties_round - the quota that systemd can hold for this one, for the files too */
void cgroup_properties_round(struct cgroup_cpu *cpu);
