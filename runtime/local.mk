# runtime/
runtime_sources = \
	runtime/caps.c runtime/caps.h \
	runtime/check.c runtime/check.h \
	runtime/container.h \
	runtime/facts.c runtime/facts.h \
	runtime/mount_options.c runtime/mount_options.h \
	runtime/plan_build.c runtime/plan.h \
	runtime/plan_build.h \
	runtime/plan_cgroup_mount.c \
	runtime/plan_devices.c \
	runtime/plan_limits.c \
	runtime/plan_mounts.c \
	runtime/plan_namespaces.c \
	runtime/plan_print.c runtime/plan_print.h \
	runtime/plan_process.c \
	runtime/process_names.c runtime/process_names.h \
	runtime/ranges.c runtime/ranges.h \
	runtime/rlimits.c runtime/rlimits.h \
	runtime/seal.h \
	runtime/spec_load.c runtime/spec.h \
	runtime/spec_default.c \
	runtime/spec_linux.c \
	runtime/spec_process.c \
	runtime/spec_rows.h \
	runtime/state.h \
	runtime/sysctl.c runtime/sysctl.h \
	runtime/terminal.h
