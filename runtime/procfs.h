/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/procfs.h - writing to the kernel's procfs, never to what a container shows at /proc (child only)
 * CVE-2019-16884, CVE-2025-52881. */
#pragma once

#include "runtime/child.h"

/** procfs_step_open - private procfs descriptors; value 1: one with sys/ too */
int procfs_step_open(struct child *c, const struct step *s) MUST_USE;
/** procfs_step_sysctl - write s->src to s->dst below sys/ */
int procfs_step_sysctl(struct child *c, const struct step *s) MUST_USE;
/** procfs_step_label - write s->src to s->dst below self/ */
int procfs_step_label(struct child *c, const struct step *s) MUST_USE;
