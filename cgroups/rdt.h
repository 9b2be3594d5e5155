/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt.h - linux.intelRdt: a class of service and a monitoring group in a resctrl filesystem
 *
 * Look (rdt_look: what is there, what will be made), journal, then act. A class is a folder below the
 * mount, "/" the default one. What we may remove is what we made, and of that only a class that bears the
 * container's id; its monitoring group always.
 * Sources: runtime-spec 1.3 config-linux.md "IntelRdt"; kernel arch/x86/resctrl */
#pragma once

#include "cgroups/rdt_config.h"
#include "cgroups/rdt_mount.h"

#include <stdbool.h>
#include <sys/types.h>

/* What a container has there; in its journal before it is made. */
struct rdt_group {
	char *class_name; /* NULL: none */
	bool made;        /* the class is ours to remove */
	bool monitored;   /* mon_groups/ID in it is ours to remove */
};

/**
 * rdt_look - decide without changing anything; records
 * @ret: class_name in the arena; made and monitored say what rdt_make has to make
 * Return: 0; -ENOENT closID alone names no class; -EEXIST a class or group of that name is another one;
 * -EOPNOTSUPP this machine cannot allocate or monitor that
 */
int rdt_look(struct arena *a, const struct rdt_host *h, const struct rdt_config *c, const char *id,
	     struct rdt_group *ret) MUST_USE;

/** rdt_make - the folders, then the schemata, line by line; records. After -EEXIST on the class, made is
 *  false: whoever came first owns it */
int rdt_make(const struct rdt_host *h, const struct rdt_config *c, const char *id,
	     struct rdt_group *g) MUST_USE;

/** rdt_join - move a process (and so its later children) into the class and the monitoring group; records */
int rdt_join(const struct rdt_host *h, const struct rdt_group *g, const char *id,
	     pid_t pid) MUST_USE;

/** rdt_update - new schemata for a class that exists; the old ones come back when one is refused; records */
int rdt_update(const struct rdt_host *h, const struct rdt_group *g,
	       const struct rdt_config *c) MUST_USE;

/** rdt_remove - remove what g says is ours; what is gone is fine; records */
int rdt_remove(const struct rdt_host *h, const struct rdt_group *g, const char *id) MUST_USE;
