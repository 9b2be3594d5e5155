/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/program.h - a compiled profile, as seccomp(2) takes it */
#pragma once

#include <linux/filter.h>

struct seccomp_program {
	struct sock_filter *insns; /* in the arena; NULL: no filter */
	unsigned short n;
	unsigned flags; /* of seccomp(2), SECCOMP_FILTER_FLAG_* */
};
