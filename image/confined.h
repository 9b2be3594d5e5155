/* SPDX-License-Identifier: Apache-2.0 */
/* image/confined.h - do what reads foreign bytes in a child that can harm nothing but its staging folder (heavy link
 * set) */
#pragma once

#include "image/report.h"
#include "image/unpack_confine.h"

struct confined_task {
	struct unpack_confine_options confine;
	int (*act)(void *arg,
		   struct buf *out); /* in the child: records, or adds lines to its report */
	void *arg;
};

/**
 * confined_run - fork, confine (image/unpack_confine.h), act, wait; records
 * The child dies with its parent. SIGINT, SIGTERM and SIGHUP end it first, so that the caller can clear up.
 * @ret_report: for report_parse, which returns what the task did; believe nothing of it
 * Return: 0; -EINTR after such a signal; -EPROTO the child was killed
 */
int confined_run(struct arena *a, const struct confined_task *task, char **ret_report) MUST_USE;

/** confined_unpack - unpack_image in such a child; records. Return: as unpack_image and confined_run */
int confined_unpack(struct arena *a, struct layout *l, const struct platform *platform,
		    const struct unpack_target *target, struct unpacked *ret) MUST_USE;
