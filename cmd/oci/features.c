/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/features.c - features: what this program can do, as JSON (runtime-spec features.md)
 * Only what is executed is named: callers decide by it (containerd refuses idmapped mounts without
 * mountExtensions.idmap.enabled). */
#include "base/error.h"
#include "base/helper.h"
#include "cgroups/systemd.h"
#include "cmd/cmd.h"
#include "runtime/caps.h"
#include "runtime/mount_options.h"
#include "runtime/process_names.h"
#include "runtime/spec.h"
#include "seccomp/compile.h"
#include "seccomp/kernel.h"

struct features_values {
	bool unused;
};

static void write_names(struct json_writer *w, const char *key, const char *const *names)
{
	json_w_array(w, key);
	for (; *names; names++)
		json_w_str(w, NULL, *names);
	json_w_end_array(w);
}

static void write_seccomp(struct arena *a, struct json_writer *w)
{
	json_w_object(w, "seccomp");
	json_w_bool(w, "enabled", true);
	json_w_strv(w, "actions", seccomp_kernel_actions(a));
	write_names(w, "operators", seccomp_operator_names);
	json_w_strv(w, "archs", seccomp_library_archs(a));
	write_names(w, "knownFlags", seccomp_flag_names);
	json_w_strv(w, "supportedFlags", seccomp_kernel_flags(a));
	json_w_end_object(w);
}

static void write_known(struct json_writer *w, const char *key, const struct process_name *names)
{
	json_w_array(w, key);
	for (; names->name; names++)
		json_w_str(w, NULL, names->name);
	json_w_end_array(w);
}

/* Objects whose members are all booleans: one row each. */
struct switch_row {
	const char *object, *name;
	bool value;
};

static void write_switches(struct json_writer *w)
{
	/* Its helper is a program that may not be installed. */
	const bool systemd = cgroup_systemd_is_built();
	const struct switch_row switches[] = {
		{ "cgroup", "v1", true },          { "cgroup", "v2", true },
		{ "cgroup", "systemd", systemd },  { "cgroup", "systemdUser", systemd },
		{ "cgroup", "rdma", true },        { "apparmor", "enabled", true },
		{ "selinux", "enabled", true },    { "intelRdt", "enabled", true },
		{ "intelRdt", "schemata", true },  { "intelRdt", "monitoring", true },
		{ "netDevices", "enabled", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (i == 0 || !str_eq(switches[i].object, switches[i - 1].object))
			json_w_object(w, switches[i].object);
		json_w_bool(w, switches[i].name, switches[i].value);
		if (i + 1 == ARRAY_SIZE(switches) ||
		    !str_eq(switches[i].object, switches[i + 1].object))
			json_w_end_object(w);
	}
	json_w_object(w, "memoryPolicy");
	write_known(w, "modes", process_memory_modes);
	write_known(w, "flags", process_memory_flags);
	json_w_end_object(w);
	json_w_object(w, "mountExtensions");
	json_w_object(w, "idmap");
	json_w_bool(w, "enabled", true);
	json_w_end_object(w);
	json_w_end_object(w);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out, .indent = 2 };

	(void)values;
	(void)args;
	helper_remember(CGROUP_SYSTEMD_HELPER);
	json_w_object(&w, NULL);
	json_w_str(&w, "ociVersionMin", SPEC_VERSION_MIN);
	json_w_str(&w, "ociVersionMax", SPEC_VERSION_MAX);
	write_names(&w, "hooks", spec_hook_names);
	json_w_strv(&w, "mountOptions", mount_options_names(cmd->arena));
	json_w_object(&w, "linux");
	write_names(&w, "namespaces", spec_namespace_names);
	json_w_strv(&w, "capabilities", caps_names(cmd->arena, caps_known()));
	write_seccomp(cmd->arena, &w);
	write_switches(&w);
	json_w_end_object(&w);
	json_w_object(&w, "annotations");
	json_w_str(&w, "io.doboz.version", PACKAGE_VERSION);
	json_w_str(&w, "io.github.seccomp.libseccomp.version", seccomp_library_version(cmd->arena));
	json_w_end_object(&w);
	/* Properties of a unit can run programs on the host. */
	json_w_array(&w, "potentiallyUnsafeConfigAnnotations");
	json_w_str(&w, NULL, "org.systemd.property.");
	json_w_end_array(&w);
	json_w_end_object(&w);
	buf_addc(&out, '\n');
	return cmd_print(&out);
}

static const struct opt opts[] = { OPT_TABLE_END };

const struct command cmd_oci_features = {
	.name = "features",
	.arguments = "",
	.summary = "print what this runtime can do as JSON",
	.opts = opts,
	.values_size = sizeof(struct features_values),
	.min_args = 0,
	.max_args = 0,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
