/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/program.h - a compiled profile, as seccomp(2) takes it */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

struct seccomp_program {
	struct sock_filter *insns; /* in the arena; NULL: no filter */
	unsigned short n;
	unsigned flags; /* of seccomp(2), SECCOMP_FILTER_FLAG_*; NEW_LISTENER: an agent is asked,
			   load it by seccomp/listener.h */
};
