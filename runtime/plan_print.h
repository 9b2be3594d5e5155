/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_print.h - a plan as text for people, and as JSON for programs (--dry-run) */
#pragma once

#include "runtime/plan.h"

void plan_print_text(const struct plan *p, struct buf *out);
void plan_print_json(const struct plan *p, struct buf *out);
