/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mount_options.h - the words of mounts[].options, by one table
 * Source: runtime-spec config.md "Linux mount options"; mount(8). Knows: words. Not: paths, host. */
#pragma once

#include "runtime/plan.h"

/**
 * mount_options_parse - fill a mount_step from the options; pure
 * The last option wins. Words that the table does not know go to m->data, one entry each ("k" or
 * "k=v", quotes of SELinux contexts removed). @options: may be NULL
 * @m: zeroed; kind becomes MOUNT_BIND or MOUNT_REMOUNT when an option says so, else stays MOUNT_FS
 */
void mount_options_parse(struct arena *a, char *const *options, struct mount_step *m);

/** mount_options_names - every word of the table, sorted, for `features` */
char **mount_options_names(struct arena *a) MUST_USE;
