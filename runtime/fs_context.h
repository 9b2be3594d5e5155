/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/fs_context.h - making and changing superblocks: fsopen, fsconfig, fsmount, fspick */
#pragma once

#include "base/attr.h"

#include <stdint.h>

/**
 * fs_context_mount - a new filesystem, mounted but attached nowhere; records, with the kernel's log
 * @source: may be NULL; @flags: fsconfig flags, NULL: none; @data: "key" or "key=value", NULL: none;
 * @attributes: MOUNT_ATTR_* of the mount
 * Return: descriptor of the mount
 */
int fs_context_mount(const char *type, const char *source, char *const *flags, char *const *data,
		     uint64_t attributes) MUST_USE;

/** fs_context_reconfigure - change the superblock that is mounted at an O_PATH descriptor; records */
int fs_context_reconfigure(int target, char *const *flags, char *const *data) MUST_USE;

/** fs_context_fail - record a failure with what the kernel's log of this context says; returns r */
int fs_context_fail(int fs, int r, const char *what);
