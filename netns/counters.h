/* SPDX-License-Identifier: Apache-2.0 */
/* netns/counters.h - what went through the network devices of a process
 * Read from /proc/PID/net/dev, which shows the network namespace of that process to everybody: no
 * namespace has to be entered for it. Source: proc(5). */
#pragma once

#include "base/arena.h"

#include <stdint.h>
#include <sys/types.h>

/* As the namespace itself sees them: received is what came into it. */
struct netns_counters {
	char *name;
	uint64_t rx_bytes, rx_packets, rx_errors, rx_dropped;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_dropped;
};

/**
 * netns_counters_read - every device but lo; quiet
 * None for a process in our own network namespace: those are the host's devices, not the container's.
 * @proc: descriptor of /proc, or of a saved one in tests
 * @pid: somebody else's once it has ended; the caller checks by a pidfd afterwards
 */
int netns_counters_read(struct arena *a, int proc, pid_t pid, struct netns_counters **ret,
			size_t *ret_n) MUST_USE;
