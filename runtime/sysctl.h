/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/sysctl.h - which kernel parameters belong to a namespace, and their path below /proc/sys */
#pragma once

#include "base/arena.h"

#include <stdint.h>

/**
 * sysctl_path - "net.ipv4.ip_forward" to "net/ipv4/ip_forward"; records
 * As sysctl(8): when the first separator is '/', dots are part of names; else both are exchanged.
 * @namespaces: CLONE_NEW* that the container does not share with the host
 * Return: 0; -EINVAL malformed, not namespaced, or of a namespace that is the host's
 */
int sysctl_path(struct arena *a, const char *key, uint64_t namespaces, char **ret) MUST_USE;
