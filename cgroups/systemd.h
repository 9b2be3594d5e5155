/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/systemd.h - talking to systemd through the helper doboz-systemd, which has the D-Bus connection
 *
 * The start path is static and loads no library, so D-Bus is in a second program, which is started only for
 * the systemd driver. It is also the first process of a container's scope: it stays there, so that systemd
 * does not collect the empty scope, until the container's own process has been cloned into it. */
#pragma once

#include "cgroups/properties.h"

#include <sys/types.h>

#define CGROUP_SYSTEMD_HELPER "doboz-systemd"

struct cgroup_systemd {
	int fd;
	pid_t pid;
	bool user;           /* the user's manager */
	unsigned version;    /* 252 */
	char *control_group; /* the manager's own, which its slices are in; "" is the root */
};

/** cgroup_systemd_is_built - is there a helper? */
bool cgroup_systemd_is_built(void);

/** cgroup_systemd_is_user - is it the user's manager that makes our units, or the system's? Root of a user
 *  namespace has the outer user's, unless a systemd runs in that namespace */
bool cgroup_systemd_is_user(void);

/** cgroup_systemd_open - start the helper and connect; records
 *  "systemd not running on this host, cannot use systemd cgroups manager" */
int cgroup_systemd_open(struct arena *a, bool user, struct cgroup_systemd **ret) MUST_USE;

/** cgroup_systemd_start - make the unit, with the helper in it when it is a scope; records
 *  @path: where it has to be, as /proc/PID/cgroup shows it; when systemd has it elsewhere, it is stopped again
 *  Return: 0, or a negative errno: it does not exist, or it is somebody else's */
int cgroup_systemd_start(struct cgroup_systemd *s, const struct cgroup_unit *unit, const char *path,
			 const struct cgroup_property *list, size_t n) MUST_USE;

/** cgroup_systemd_set - change properties of a unit that is there; none: nothing to do; records */
int cgroup_systemd_set(struct cgroup_systemd *s, const char *unit,
		       const struct cgroup_property *list, size_t n) MUST_USE;

/** cgroup_systemd_stop - stop a unit that the helper is not in, wait until it is gone, and forget that it failed; records */
int cgroup_systemd_stop(struct cgroup_systemd *s, const char *unit) MUST_USE;

/** cgroup_systemd_close - let the helper go, and wait for its end; NULL is fine */
void cgroup_systemd_close(struct cgroup_systemd *s);
DEFINE_FREEP(cgroup_systemd, cgroup_systemd_close)
