/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/kernel.c - what the running kernel supports of linux.seccomp, for `features` */
#include "seccomp/kernel.h"

#include "base/str.h"
#include "base/sys.h"
#include "seccomp/profile.h"
#include "seccomp/program.h"

/* In the order of seccomp_action_names. */
static const uint32_t actions[] = {
	SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP,
	SECCOMP_RET_ERRNO,       SECCOMP_RET_TRACE,        SECCOMP_RET_ALLOW,
	SECCOMP_RET_LOG,         SECCOMP_RET_USER_NOTIF,   SECCOMP_RET_KILL_THREAD,
};

/* In the order of seccomp_flag_names. The last one is refused without a listener, so it is asked
 * together with one. */
static const unsigned flags[] = {
	SECCOMP_FILTER_FLAG_TSYNC,
	SECCOMP_FILTER_FLAG_LOG,
	SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_NEW_LISTENER,
};

char **seccomp_kernel_actions(struct arena *a)
{
	char **list = strv_concat(a, NULL, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		uint32_t action = actions[i];

		if (sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
			list = strv_append(a, list, seccomp_action_names[i]);
	}
	return list;
}

char **seccomp_kernel_flags(struct arena *a)
{
	char **list = strv_concat(a, NULL, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (sys_seccomp(SECCOMP_SET_MODE_FILTER, flags[i], NULL) == -EFAULT)
			list = strv_append(a, list, seccomp_flag_names[i]);
	return list;
}
