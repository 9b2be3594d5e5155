/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/enosys.c - ENOSYS for system calls that are newer than a profile
 *
 * A libc tries a new system call first and falls back to an old one only on ENOSYS. A profile that
 * was written before the call existed denies it with its default errno (mostly EPERM), and the
 * program fails. So the calls above the newest one that a profile names get ENOSYS. */
#include "seccomp/enosys.h"

#include <errno.h>
#include <linux/seccomp.h>

static size_t range_stub(const struct enosys_range *range, struct sock_filter *insns)
{
	/* Instructions of this range that are left behind the one at hand: where "not for me"
	 * jumps. */
	unsigned char left = range->end ? 4 : 3;
	size_t n = 0;

	insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, arch));
	insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, range->audit_arch, 0,
						  left);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	if (range->end)
		insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, range->end, 2,
							  0);
	insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, range->newest, 0, 1);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	return n;
}

size_t enosys_stub(const struct enosys_range *ranges, size_t n, struct sock_filter *insns)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += range_stub(&ranges[i], insns + total);
	return total;
}
