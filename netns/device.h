/* SPDX-License-Identifier: Apache-2.0 */
/* netns/device.h - linux.netDevices of config.json: devices of the host that go into a container
 * Source: runtime-spec 1.3 config-linux.md "Network Devices". */
#pragma once

#include "base/json.h"

struct net_device {
	char *host_name; /* first: the key of a JSON_K_KEYED row */
	char *name; /* in the container; NULL or "": the same. One "%d" becomes the lowest free number */
};

struct net_devices {
	struct net_device *list;
	size_t n;
};

/* The object of one device. */
extern const struct json_row net_device_rows[];

/** net_device_name - its name in the container, or what stands for it */
const char *net_device_name(const struct net_device *device);

/** net_devices_check - names as the kernel wants them, and none of them twice; records */
int net_devices_check(const struct net_devices *devices) MUST_USE;

/**
 * net_devices_move - move all of them into a network namespace, with their permanent global addresses, and
 * set them up; records
 * @netns: of the container. The caller has CAP_NET_ADMIN and CAP_SYS_ADMIN over both.
 * Whether every device is there, and no name is taken yet, is asked before the first one is moved. What was
 * moved is never moved back: it belongs to the namespace.
 * Return: 0; -ENODEV no such device; -EEXIST the name is taken
 */
int net_devices_move(const struct net_devices *devices, int netns) MUST_USE;
