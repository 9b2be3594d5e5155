/* SPDX-License-Identifier: Apache-2.0 */
/* image/report.h - what the confined child tells its parent: lines of text, believed by nobody (heavy link set) */
#pragma once

#include "base/str.h"
#include "image/unpack.h"

enum { REPORT_MAX = 1024 * 1024 };

/** report_write - the result, or the recorded failure when r < 0, and the warnings */
void report_write(struct buf *out, int r, const struct unpacked *u);

/**
 * report_read - take it over: its failure becomes the recorded one, its warnings ours
 * Everything that will be a name in the store is checked against its grammar.
 * Return: 0; what the child failed with; -EPROTO no report, or a malformed one
 */
int report_read(struct arena *a, char *text, struct unpacked *ret) MUST_USE;
