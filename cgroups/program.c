/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/program.c - load the device program and attach it to a v2 folder */
#include "cgroups/program.h"
#include "base/error.h"
#include "base/sys.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>

int cgroup_program_load(const struct bpf_insn *insns, size_t n)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)insns,
		.insn_cnt = (uint32_t)n,
		.license = (uintptr_t) "Apache-2.0",
	};
	int fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));

	return fd < 0 ? fail(fd, "load the device program (%zu instructions)", n) : fd;
}

/* Descriptor of the program that is attached, -ENOENT when there is none. */
static int attached(int folder)
{
	uint32_t ids[64];
	union bpf_attr query = { 0 };
	union bpf_attr by_id = { 0 };
	int r;

	query.query.target_fd = (uint32_t)folder;
	query.query.attach_type = BPF_CGROUP_DEVICE;
	query.query.prog_ids = (uintptr_t)ids;
	query.query.prog_cnt = ARRAY_SIZE(ids);
	r = sys_bpf(BPF_PROG_QUERY, &query, sizeof(query));
	if (r < 0)
		return r;
	if (query.query.prog_cnt == 0)
		return -ENOENT;
	if (query.query.prog_cnt > 1)
		return -EBUSY;
	by_id.prog_id = ids[0];
	return sys_bpf(BPF_PROG_GET_FD_BY_ID, &by_id, sizeof(by_id));
}

int cgroup_program_attach(const char *path, const struct bpf_insn *insns, size_t n)
{
	CLEANUP_FD int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int program = -EBADF, old = -EBADF;
	union bpf_attr attr = { 0 };
	int r;

	if (folder < 0)
		return fail(-errno, "open cgroup '%s'", path);
	program = cgroup_program_load(insns, n);
	if (program < 0)
		return program;
	old = attached(folder);
	if (old == -EBUSY)
		return refuse(-EBUSY, "cgroup '%s' has several device programs already", path);
	if (old < 0 && old != -ENOENT)
		return fail(old, "look for a device program of cgroup '%s'", path);
	attr.target_fd = (uint32_t)folder;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI | (old >= 0 ? BPF_F_REPLACE : 0U);
	if (old >= 0)
		attr.replace_bpf_fd = (uint32_t)old;
	r = sys_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr));
	return r < 0 ? fail(r, "attach the device program to cgroup '%s'", path) : 0;
}
