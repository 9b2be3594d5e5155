/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/devices.h - linux.resources.devices as v1 rules, or as one BPF program for v2
 * Both begin with "nothing is allowed", apply the rules in order (the last one that speaks about an
 * access decides), and end with the rules that every container gets: mknod of any node, and the
 * default devices. Sources: admin-guide/cgroup-v1/devices; bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE. */
#pragma once

#include "cgroups/writes.h"

struct bpf_insn;

/**
 * cgroup_devices_v1 - the writes of devices.deny and devices.allow; records
 * v1 knows a default and a list of exceptions, nothing nested: a rule that cuts a hole into an
 * exception is refused (-EOPNOTSUPP), because the kernel would take it and do nothing.
 */
int cgroup_devices_v1(struct cgroup_writes *w, const struct cgroup_resources *res) MUST_USE;

/* A v1 folder as the kernel keeps it: a default, and exceptions from it. */
struct cgroup_device_list;

/** cgroup_devices_list - what cgroup_devices_v1 would write, as a list; records */
int cgroup_devices_list(struct arena *a, const struct cgroup_resources *res,
			struct cgroup_device_list **ret) MUST_USE;

/** cgroup_devices_read - the list that devices.list shows. Where everything is allowed the kernel does
 *  not show the exceptions: they are taken from known (may be NULL), where its default is the same */
struct cgroup_device_list *cgroup_devices_read(struct arena *a, char *text,
					       const struct cgroup_device_list *known) MUST_USE;

/** cgroup_devices_change - the writes that lead from one list to another. Where the default stays they
 *  touch only what differs, so that a running container never misses a device */
void cgroup_devices_change(struct cgroup_writes *w, const struct cgroup_device_list *from,
			   const struct cgroup_device_list *to);

/** cgroup_devices_v2 - the same rules as a program; returns 1 (allow) or 0 */
void cgroup_devices_v2(struct arena *a, const struct cgroup_resources *res, struct bpf_insn **ret,
		       size_t *ret_n);
