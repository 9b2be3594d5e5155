/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/spec_linux.c - the decode table of config.linux */
#include "runtime/spec_rows.h"

const char *const spec_namespace_names[SPEC_NS_TYPES + 1] = {
	[SPEC_NS_USER] = "user", [SPEC_NS_PID] = "pid",         [SPEC_NS_IPC] = "ipc",
	[SPEC_NS_UTS] = "uts",   [SPEC_NS_NETWORK] = "network", [SPEC_NS_CGROUP] = "cgroup",
	[SPEC_NS_TIME] = "time", [SPEC_NS_MOUNT] = "mount",
};

const struct json_row spec_id_map_rows[] = {
	ROW_U32("containerID", struct id_map, container_id, JSON_REQUIRED),
	ROW_U32("hostID", struct id_map, host_id, JSON_REQUIRED),
	ROW_U32("size", struct id_map, size, JSON_REQUIRED),
	ROW_END,
};

static const struct json_row namespace_rows[] = {
	{ .name = "type",
	  .kind = JSON_K_ENUM,
	  .offset = offsetof(struct spec_namespace, type),
	  .names = spec_namespace_names,
	  .flags = JSON_REQUIRED },
	ROW_STRING("path", struct spec_namespace, path, 0),
	ROW_END,
};

static const struct json_row device_rows[] = {
	ROW_STRING("type", struct spec_device, type, JSON_REQUIRED),
	ROW_STRING("path", struct spec_device, path, JSON_REQUIRED | JSON_ABSOLUTE),
	ROW_I64("major", struct spec_device, major, 0, 0xfff, 0),
	ROW_I64("minor", struct spec_device, minor, 0, 0xfffff, 0),
	/* With or without the bits of the type: callers write both. */
	ROW_OPT_U64("fileMode", struct spec_device, file_mode, UINT32_MAX),
	ROW_OPT_U64("uid", struct spec_device, uid, UINT32_MAX),
	ROW_OPT_U64("gid", struct spec_device, gid, UINT32_MAX),
	ROW_END,
};

static const struct json_row time_offset_rows[] = {
	ROW_I64("secs", struct spec_time_offset, secs, 0, 0, 0),
	ROW_U64("nanosecs", struct spec_time_offset, nanosecs, 999999999, 0),
	ROW_END,
};

static int decode_time_offset(struct json_decoder *d, const struct json *value, void *field)
{
	struct spec_time_offset *offset = field;

	offset->set = true;
	return json_decode_value(d, value, time_offset_rows, offset);
}

#define ROW_CLOCK(key, f)                                                                     \
	{                                                                                     \
		.name = key, .kind = JSON_K_CUSTOM, .offset = offsetof(struct spec_linux, f), \
		.table = time_offset_rows, .decode = decode_time_offset                       \
	}
static const struct json_row time_offsets_rows[] = {
	ROW_CLOCK("monotonic", monotonic),
	ROW_CLOCK("boottime", boottime),
	ROW_END,
};

static const struct json_row memory_policy_rows[] = {
	ROW_STRING("mode", struct spec_memory_policy, mode, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_STRING("nodes", struct spec_memory_policy, nodes, 0),
	ROW_STRV("flags", struct spec_memory_policy, flags, 0),
	ROW_END,
};

static const struct json_row personality_rows[] = {
	ROW_STRING("domain", struct spec_linux, personality_domain, JSON_REQUIRED | JSON_NONEMPTY),
	ROW_STRV("flags", struct spec_linux, personality_flags, 0),
	ROW_END,
};

const struct json_row spec_linux_rows[] = {
	ROW_ARRAY("namespaces", struct spec_linux, namespaces, n_namespaces, namespace_rows),
	ROW_ARRAY("uidMappings", struct spec_linux, uid_maps, n_uid_maps, spec_id_map_rows),
	ROW_ARRAY("gidMappings", struct spec_linux, gid_maps, n_gid_maps, spec_id_map_rows),
	ROW_INLINE("timeOffsets", time_offsets_rows, 0),
	ROW_ARRAY("devices", struct spec_linux, devices, n_devices, device_rows),
	{ .name = "netDevices",
	  .kind = JSON_K_KEYED,
	  .offset = offsetof(struct spec_linux, net_devices.list),
	  .offset2 = offsetof(struct spec_linux, net_devices.n),
	  .table = net_device_rows,
	  .size = sizeof(struct net_device) },
	ROW_STRING("cgroupsPath", struct spec_linux, cgroups_path, 0),
	ROW_OBJECT("resources", struct spec_linux, resources, cgroup_resources_rows),
	ROW_OBJECT_PTR("intelRdt", struct spec_linux, intel_rdt, rdt_config_rows),
	ROW_OBJECT_PTR("memoryPolicy", struct spec_linux, memory_policy, memory_policy_rows),
	ROW_MAP("sysctl", struct spec_linux, sysctl, n_sysctl),
	ROW_OBJECT_PTR("seccomp", struct spec_linux, seccomp, seccomp_profile_rows),
	ROW_STRING("rootfsPropagation", struct spec_linux, rootfs_propagation, 0),
	ROW_STRV("maskedPaths", struct spec_linux, masked_paths, JSON_ABSOLUTE),
	ROW_STRV("readonlyPaths", struct spec_linux, readonly_paths, JSON_ABSOLUTE),
	ROW_STRING("mountLabel", struct spec_linux, mount_label, 0),
	ROW_INLINE("personality", personality_rows, 0),
	ROW_END,
};
