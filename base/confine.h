/* SPDX-License-Identifier: Apache-2.0 */
/* base/confine.h - giving up rights: id maps, Landlock, rlimits, capabilities, a BPF filter
 * Shared by the container's child stages and by the image helper. All functions record. */
#pragma once

#include "base/attr.h"
#include "base/sys.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/* One line of uid_map/gid_map. Source: user_namespaces(7); at most 340 lines (Linux 4.15). */
struct id_map {
	uint32_t container_id, host_id, size;
};

/**
 * confine_write_id_maps - write gid_map and uid_map of a process in a new user namespace
 * Writes them itself when privileged over the parent namespace or when the map is the single own
 * id (then "deny" goes to setgroups first); else runs newuidmap and newgidmap (trusted host paths
 * /usr/bin, /usr/sbin, /usr/local/bin; never from a container).
 */
int confine_write_id_maps(pid_t pid, const struct id_map *uids, size_t n_uids,
			  const struct id_map *gids, size_t n_gids) MUST_USE;

/** confine_own_maps - what the calling user may map: its own id to 0, then its ranges of
 *  /etc/subuid and /etc/subgid behind it. A user without ranges gets the single own id.
 *  @maps: room for at least 16 */
int confine_own_maps(bool gids, struct id_map *maps, size_t max, size_t *ret_n) MUST_USE;

/** confine_write_own_maps - confine_write_id_maps with what confine_own_maps says of uids and gids */
int confine_write_own_maps(pid_t pid) MUST_USE;

/** confine_bounding_set - drop every capability that is not in the mask from the bounding set */
int confine_bounding_set(uint64_t keep) MUST_USE;

/** confine_seccomp - load a BPF program with seccomp flags; needs no_new_privs or CAP_SYS_ADMIN.
 *  Return: 0, or the listener's descriptor with SECCOMP_FILTER_FLAG_NEW_LISTENER */
int confine_seccomp(const struct sock_filter *insns, unsigned short n, unsigned flags) MUST_USE;

/** confine_landlock - allow only what is beneath these folders (read and write as given, executing
 *  nowhere); descriptors opened before stay usable. Needs no_new_privs or CAP_SYS_ADMIN. Landlock
 *  ABI 1 and later (Linux 5.13). Return: 0, or -EOPNOTSUPP where the kernel has none */
int confine_landlock(const int *rw_dirs, size_t n_rw, const int *ro_dirs, size_t n_ro) MUST_USE;
