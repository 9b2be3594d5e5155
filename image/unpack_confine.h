/* SPDX-License-Identifier: Apache-2.0 */
/* image/unpack_confine.h - the process that parses a foreign archive gives up what it does not need; heavy link set */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unpack_confine_options {
	const int *rw_dirs; /* folders that are filled */
	size_t n_rw;
	const int *ro_dirs; /* lower layers */
	size_t n_ro;
	bool keep_devices;     /* CAP_MKNOD stays; whiteouts do not need it (Linux 5.8) */
	uint64_t memory_bytes; /* address space; 0: the default, 1 GiB */
};

/**
 * unpack_confine - for a forked child without threads, before the first foreign byte; records
 * Afterwards: no new privileges, no capabilities but CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETFCAP
 * and perhaps MKNOD (those of them that the process had), files only beneath the folders (Landlock, where the
 * kernel has it; descriptors that are open stay usable), bounded memory, no core file, and only the
 * system calls that unpacking makes: no network, no exec, no new process, no ptrace, no mount. Other
 * calls fail with EPERM.
 */
int unpack_confine(const struct unpack_confine_options *options) MUST_USE;
