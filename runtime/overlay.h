/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/overlay.h - an overlay of layer folders as a root filesystem */
#pragma once

#include "base/attr.h"
#include "base/rootfs.h"

/** overlay_mount - the layers as one detached mount, or a clone of the plain folder; records */
int overlay_mount(const struct rootfs *r) MUST_USE;
