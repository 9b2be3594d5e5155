/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mount_exec.h - the steps that mount, with the mount API on descriptors (child only) */
#pragma once

#include "runtime/child.h"

/**
 * mount_make - the mount of a step, detached: filesystem, bind or overlay, with its attributes and id map
 * Records: error mounting "SRC" to rootfs at "DST": ...
 * Return: descriptor of the mount's root (usable as an O_PATH folder); -ENOENT with nothing recorded
 * when the step is optional and its source missing
 */
int mount_make(struct child *c, const struct step *s) MUST_USE;

/** mount_set_propagation - of an attached or detached mount, each call of the list; records */
int mount_set_propagation(int mount_fd, const struct mount_step *m) MUST_USE;

/** mount_attach - move a detached mount to what an O_PATH descriptor names; quiet */
int mount_attach(int mount_fd, int target) MUST_USE;

/**
 * mount_place - move what mount_make made to the step's destination in c->root, made when it is missing;
 * then its propagation. Looks at proc_guard.h. Records, as mount_make does
 */
int mount_place(struct child *c, const struct step *s, int mount_fd) MUST_USE;

/** mount_change - the attributes of a mount that exists, and with them those of its tree; records */
int mount_change(int mount_fd, const struct mount_step *m) MUST_USE;

/** mount_step - step MOUNT */
int mount_step(struct child *c, const struct step *s) MUST_USE;
/** mount_step_notify - step NOTIFY_SOCKET */
int mount_step_notify(struct child *c, const struct step *s) MUST_USE;
