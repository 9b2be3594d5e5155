/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/identity_exec.h - steps that decide who the process is: user, capabilities, filter (child only) */
#pragma once

#include "runtime/child.h"

int identity_step_stdio_owner(struct child *c, const struct step *s) MUST_USE;
int identity_step_cwd(struct child *c, const struct step *s) MUST_USE;
int identity_step_user(struct child *c, const struct step *s) MUST_USE;
int identity_step_capabilities(struct child *c, const struct step *s) MUST_USE;
int identity_step_chdir(struct child *c, const struct step *s) MUST_USE;
int identity_step_no_new_privs(struct child *c, const struct step *s) MUST_USE;
int identity_step_seccomp(struct child *c, const struct step *s) MUST_USE;

/** identity_load_filter - the plan's seccomp filter, with these of its flags; a process without
 *  no_new_privs must still have CAP_SYS_ADMIN permitted; records */
int identity_load_filter(struct child *c, unsigned flags) MUST_USE;
/** identity_drop_capabilities - to the five sets of the plan; records */
int identity_drop_capabilities(struct child *c) MUST_USE;
