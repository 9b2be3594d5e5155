/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/events.h - waiting under a deadline: cgroup.events of v2, and ticks where v1 has no event */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

/** cgroup_deadline - a moment of the monotonic clock, in milliseconds */
int64_t cgroup_deadline(int timeout_ms);

/** cgroup_events_get - one value of cgroup.events ("populated", "frozen")
 *  Return: 1, 0, or a negative errno: -ENOENT no such file (v1, or the folder is gone) */
int cgroup_events_get(int dir, const char *key) MUST_USE;

/** cgroup_events_read - the same from an open cgroup.events; poll tells changes since then as POLLPRI */
int cgroup_events_read(int fd, const char *key) MUST_USE;

/** cgroup_events_wait - wait by poll until the value is as wanted
 *  Return: 0; -ETIMEDOUT; another negative errno */
int cgroup_events_wait(int dir, const char *key, bool want, int64_t deadline) MUST_USE;

/** cgroup_pidfd_wait - wait until the process is dead. Return: 0; -ETIMEDOUT; negative errno */
int cgroup_pidfd_wait(int pidfd, int64_t deadline) MUST_USE;

/** cgroup_tick - wait one tick of a timerfd; for v1's freezer.state and rmdir alone, which have no
 *  event. Return: 0; -ETIMEDOUT when the deadline has passed */
int cgroup_tick(int64_t deadline) MUST_USE;
