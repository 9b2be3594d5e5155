/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/process_names.h - words of config.process and config.linux that stand for kernel numbers
 * All tables end with name NULL; `features` prints them. */
#pragma once

#include "base/attr.h"

#include <stdint.h>

struct process_name {
	const char *name;
	int64_t value;
};
extern const struct process_name process_scheduler_policies[]; /* "SCHED_OTHER" */
extern const struct process_name process_scheduler_flags[];    /* "SCHED_FLAG_RESET_ON_FORK" */
extern const struct process_name process_io_classes[];         /* "IOPRIO_CLASS_BE" */
extern const struct process_name process_memory_modes[];       /* "MPOL_BIND" */
extern const struct process_name process_memory_flags[];       /* "MPOL_F_STATIC_NODES" */
extern const struct process_name process_personalities[];      /* "LINUX32" */

/** process_name_value - 0 and the value, or -EINVAL (quiet) for NULL and unknown words */
int process_name_value(const struct process_name *table, const char *name, int64_t *ret) MUST_USE;
