/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt_mount.h - the mounted resctrl filesystem
 * Tests link another rdt_mount.c, whose filesystem is a plain folder. */
#pragma once

#include "base/attr.h"

/* make and remove are mkdirat(2) and unlinkat(2): there folders come with their files. */
struct rdt_host {
	int root; /* owned */
	int (*make)(int dir, const char *name);
	int (*remove)(int dir, const char *name);
};

/** rdt_host_open - find the mounted resctrl filesystem, by statfs and mountinfo; records
 *  Return: 0; -ENODEV "Intel RDT is not enabled" */
int rdt_host_open(struct rdt_host *ret) MUST_USE;
void rdt_host_close(struct rdt_host *h);
#define CLEANUP_RDT_HOST __attribute__((cleanup(rdt_host_close)))
