/* SPDX-License-Identifier: Apache-2.0 */
/* image/report.h - what the confined child tells its parent: lines of text, believed by nobody (heavy link set) */
#pragma once

#include "base/str.h"
#include "image/unpack.h"

enum { REPORT_MAX = 8 * 1024 * 1024 };

/** report_line - one line of a result: "WORD TEXT"; what a line cannot hold becomes '?' */
void report_line(struct buf *out, const char *word, const char *text);

/** report_finish - end a report: when r < 0 the recorded failure instead of the lines, then the warnings */
void report_finish(struct buf *out, int r);

/* One line of a result; @text may be kept. False: nonsense. */
typedef bool (*report_take)(struct arena *a, const char *word, char *text, void *arg);

/**
 * report_parse - what report_finish has ended: its failure becomes the recorded one, its warnings ours
 * Return: 0; what the child failed with; -EPROTO no report, or a malformed one
 */
int report_parse(struct arena *a, char *text, report_take take, void *arg) MUST_USE;

/** report_unpacked - the lines of what unpack_image has made */
void report_unpacked(struct buf *out, const struct unpacked *u);

/** report_read - take them over. Everything that will be a name in the store is checked against its grammar.
 *  Return: as report_parse */
int report_read(struct arena *a, char *text, struct unpacked *ret) MUST_USE;
