/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/step_exec.c - the one table of what a child can do */
#include "runtime/step_exec.h"

#include "base/error.h"
#include "runtime/device_exec.h"
#include "runtime/identity_exec.h"
#include "runtime/mask_exec.h"
#include "runtime/mount_exec.h"
#include "runtime/process_exec.h"
#include "runtime/procfs.h"
#include "runtime/program.h"
#include "runtime/release.h"
#include "runtime/root_exec.h"

typedef int (*step_fn)(struct child *c, const struct step *s);

static const step_fn actions[STEP_KINDS] = {
	[STEP_PROC_OPEN] = procfs_step_open,
	[STEP_LOOPBACK_UP] = process_step_loopback,
	[STEP_NET_DEVICES] = release_step_net_devices,
	[STEP_SESSION_KEYRING] = process_step_keyring,
	[STEP_PROPAGATION] = root_step_propagation,
	[STEP_ROOTFS] = root_step_rootfs,
	[STEP_MOUNT] = mount_step,
	[STEP_DEVICE] = device_step_node,
	[STEP_SYMLINK] = device_step_symlink,
	[STEP_NOTIFY_SOCKET] = mount_step_notify,
	[STEP_HOOKS] = release_step_hooks,
	[STEP_CONSOLE] = device_step_console,
	[STEP_SYSCTL] = procfs_step_sysctl,
	[STEP_PIVOT] = root_step_pivot,
	[STEP_MASK] = mask_step_mask,
	[STEP_READONLY] = mask_step_readonly,
	[STEP_ROOT_READONLY] = root_step_readonly,
	[STEP_ROOT_PROPAGATION] = root_step_propagation,
	[STEP_HOSTNAME] = process_step_hostname,
	[STEP_DOMAINNAME] = process_step_domainname,
	[STEP_RLIMIT] = process_step_rlimit,
	[STEP_OOM_SCORE] = process_step_oom_score,
	[STEP_SCHEDULER] = process_step_scheduler,
	[STEP_IO_PRIORITY] = process_step_io_priority,
	[STEP_CPU_AFFINITY] = process_step_cpu_affinity,
	[STEP_MEMORY_POLICY] = process_step_memory_policy,
	[STEP_PERSONALITY] = process_step_personality,
	[STEP_SETSID] = process_step_setsid,
	[STEP_LSM_LABEL] = procfs_step_label,
	[STEP_STDIO_OWNER] = identity_step_stdio_owner,
	[STEP_CWD] = identity_step_cwd,
	[STEP_USER] = identity_step_user,
	[STEP_CAPABILITIES] = identity_step_capabilities,
	[STEP_CHDIR] = identity_step_chdir,
	[STEP_NO_NEW_PRIVS] = identity_step_no_new_privs,
	[STEP_FIND_PROGRAM] = program_step_find,
	[STEP_READY] = release_step_ready,
	[STEP_CLOSE_FDS] = process_step_close_fds,
	[STEP_SECCOMP] = identity_step_seccomp,
	[STEP_EXEC] = program_step_exec,
};

/* Codes of the steps whose failures have one of their own; a step may have found a better one. */
static const enum error_kind failures[STEP_KINDS] = {
	[STEP_ROOTFS] = ERROR_MOUNT,        [STEP_MOUNT] = ERROR_MOUNT,
	[STEP_NOTIFY_SOCKET] = ERROR_MOUNT, [STEP_PIVOT] = ERROR_MOUNT,
	[STEP_MASK] = ERROR_MOUNT,          [STEP_READONLY] = ERROR_MOUNT,
	[STEP_ROOT_READONLY] = ERROR_MOUNT, [STEP_HOOKS] = ERROR_HOOK,
	[STEP_CONSOLE] = ERROR_CONSOLE,
};

static int tell(int r, const struct step *s)
{
	(void)error_is(r, failures[s->kind]);
	if (!s->why)
		return error_in(r, "%s", step_kind_names[s->kind]);
	(void)error_in(r, "%s: %s", step_kind_names[s->kind], s->why);
	/* Callers know the words of a payload that cannot be executed from their beginning on. */
	return s->kind == STEP_EXEC ? r : fail_context(r, "%s", s->why);
}

int step_exec_all(struct child *c)
{
	for (size_t i = 0; i < c->plan->n_steps; i++) {
		const struct step *s = &c->plan->steps[i];
		int r = actions[s->kind](c, s);

		if (r < 0)
			return tell(r, s);
	}
	return refuse(-EINVAL, "the plan has no last step");
}
