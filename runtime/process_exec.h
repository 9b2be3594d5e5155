/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/process_exec.h - steps that change the process or its namespaces, not who it is (child only) */
#pragma once

#include "runtime/child.h"

int process_step_loopback(struct child *c, const struct step *s) MUST_USE;
int process_step_keyring(struct child *c, const struct step *s) MUST_USE;
int process_step_hostname(struct child *c, const struct step *s) MUST_USE;
int process_step_domainname(struct child *c, const struct step *s) MUST_USE;
int process_step_rlimit(struct child *c, const struct step *s) MUST_USE;
int process_step_oom_score(struct child *c, const struct step *s) MUST_USE;
int process_step_scheduler(struct child *c, const struct step *s) MUST_USE;
int process_step_io_priority(struct child *c, const struct step *s) MUST_USE;
int process_step_cpu_affinity(struct child *c, const struct step *s) MUST_USE;
int process_step_memory_policy(struct child *c, const struct step *s) MUST_USE;
int process_step_personality(struct child *c, const struct step *s) MUST_USE;
int process_step_setsid(struct child *c, const struct step *s) MUST_USE;
int process_step_close_fds(struct child *c, const struct step *s) MUST_USE;
