/* SPDX-License-Identifier: Apache-2.0 */
/* netns/rtnl.h - the few questions and orders to the kernel's network devices that we have
 * Sources: netlink(7), rtnetlink(7). All functions are quiet and return a negative errno; a name that no
 * device has is -ENODEV. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* One address of a device, as the kernel takes it back. */
struct rtnl_address {
	uint8_t family, prefix_len, scope;
	uint32_t flags; /* IFA_F_* */
	const void *
		attributes; /* rtattrs that belong to the address and not to the device or the moment */
	size_t attributes_len;
};

/** rtnl_open - a socket that speaks for a network namespace (the caller's own: -EBADF)
 *  The calling thread enters the namespace for the moment of socket(2) and must have CAP_SYS_ADMIN. */
int rtnl_open(int netns) MUST_USE;

/** rtnl_link_index - the index (> 0) of the device with this name */
int rtnl_link_index(int sock, const char *name) MUST_USE;

/** rtnl_link_move - into another network namespace, where it is called name; -EEXIST that name is taken */
int rtnl_link_move(int sock, int index, int netns, const char *name) MUST_USE;

/** rtnl_link_up - set a device up */
int rtnl_link_up(int sock, int index) MUST_USE;

/** rtnl_addresses - every address of a device, of every family */
int rtnl_addresses(struct arena *a, int sock, int index, struct rtnl_address **ret,
		   size_t *ret_n) MUST_USE;

/** rtnl_address_add - give a device an address; the IFA_F_* of the past (tentative, ...) are left out */
int rtnl_address_add(int sock, int index, const struct rtnl_address *address) MUST_USE;
