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

/** cgroup_devices_v2 - the same rules as a program; returns 1 (allow) or 0 */
void cgroup_devices_v2(struct arena *a, const struct cgroup_resources *res, struct bpf_insn **ret,
		       size_t *ret_n);
