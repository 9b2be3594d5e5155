/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/spec_process.c - the decode table of config.process, also of `exec --process FILE` */
#include "runtime/spec_rows.h"

static const struct json_row console_size_rows[] = {
	ROW_U64("height", struct spec_process, console_height, UINT16_MAX, JSON_REQUIRED),
	ROW_U64("width", struct spec_process, console_width, UINT16_MAX, JSON_REQUIRED),
	ROW_END,
};

static const struct json_row user_rows[] = {
	/* The text of the spec says required, its schema does not, and callers leave them out. */
	ROW_U32("uid", struct spec_user, uid, 0),
	ROW_U32("gid", struct spec_user, gid, 0),
	ROW_OPT_U64("umask", struct spec_user, umask, 0777),
	{ .name = "additionalGids",
	  .kind = JSON_K_U64_ARRAY,
	  .offset = offsetof(struct spec_user, additional_gids),
	  .offset2 = offsetof(struct spec_user, n_additional_gids),
	  .umax = UINT32_MAX },
	ROW_END,
};

static const struct json_row capabilities_rows[] = {
	ROW_STRV("bounding", struct spec_capabilities, bounding, 0),
	ROW_STRV("effective", struct spec_capabilities, effective, 0),
	ROW_STRV("inheritable", struct spec_capabilities, inheritable, 0),
	ROW_STRV("permitted", struct spec_capabilities, permitted, 0),
	ROW_STRV("ambient", struct spec_capabilities, ambient, 0),
	ROW_END,
};

static const struct json_row rlimit_rows[] = {
	ROW_STRING("type", struct spec_rlimit, type, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_U64("soft", struct spec_rlimit, soft, 0, JSON_REQUIRED),
	ROW_U64("hard", struct spec_rlimit, hard, 0, JSON_REQUIRED),
	ROW_END,
};

static const struct json_row scheduler_rows[] = {
	ROW_STRING("policy", struct spec_scheduler, policy, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_I64("nice", struct spec_scheduler, nice, -20, 19, 0),
	ROW_I64("priority", struct spec_scheduler, priority, 0, 99, 0),
	ROW_STRV("flags", struct spec_scheduler, flags, 0),
	ROW_U64("runtime", struct spec_scheduler, runtime, 0, 0),
	ROW_U64("deadline", struct spec_scheduler, deadline, 0, 0),
	ROW_U64("period", struct spec_scheduler, period, 0, 0),
	ROW_END,
};

static const struct json_row io_priority_rows[] = {
	ROW_STRING("class", struct spec_io_priority, class_name, JSON_REQUIRED | JSON_NONEMPTY),
	/* Required by the text of the spec, not by its schema; the class alone means 0, as for runc. */
	ROW_I64("priority", struct spec_io_priority, priority, 0, 7, 0),
	ROW_END,
};

static const struct json_row affinity_rows[] = {
	ROW_STRING("initial", struct spec_cpu_affinity, initial, 0),
	ROW_STRING("final", struct spec_cpu_affinity, final, 0),
	ROW_END,
};

const struct json_row spec_process_rows[] = {
	ROW_BOOL("terminal", struct spec_process, terminal),
	ROW_INLINE("consoleSize", console_size_rows, 0),
	ROW_OBJECT("user", struct spec_process, user, user_rows),
	ROW_STRV("args", struct spec_process, args, JSON_NONEMPTY),
	ROW_STRV("env", struct spec_process, env, 0),
	ROW_STRING("cwd", struct spec_process, cwd, JSON_REQUIRED | JSON_ABSOLUTE),
	ROW_OBJECT_PTR("capabilities", struct spec_process, capabilities, capabilities_rows),
	ROW_ARRAY("rlimits", struct spec_process, rlimits, n_rlimits, rlimit_rows),
	ROW_BOOL("noNewPrivileges", struct spec_process, no_new_privileges),
	ROW_STRING("apparmorProfile", struct spec_process, apparmor_profile, 0),
	ROW_STRING("selinuxLabel", struct spec_process, selinux_label, 0),
	ROW_OPT_I64("oomScoreAdj", struct spec_process, oom_score_adj, -1000, 1000),
	ROW_OBJECT_PTR("scheduler", struct spec_process, scheduler, scheduler_rows),
	ROW_OBJECT_PTR("ioPriority", struct spec_process, io_priority, io_priority_rows),
	ROW_OBJECT_PTR("execCPUAffinity", struct spec_process, exec_cpu_affinity, affinity_rows),
	ROW_END,
};
