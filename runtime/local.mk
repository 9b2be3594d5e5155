# runtime/
runtime_sources = \
	runtime/caps.c runtime/caps.h \
	runtime/check.c runtime/check.h \
	runtime/child.h \
	runtime/container.c runtime/container.h \
	runtime/copy_up.c runtime/copy_up.h \
	runtime/create.c \
	runtime/destroy.c runtime/destroy.h \
	runtime/device_exec.c runtime/device_exec.h \
	runtime/exec.c \
	runtime/facts.c runtime/facts.h \
	runtime/fs_context.c runtime/fs_context.h \
	runtime/hooks.c runtime/hooks.h \
	runtime/identity_exec.c runtime/identity_exec.h \
	runtime/init.c runtime/init.h \
	runtime/launch.c runtime/launch.h \
	runtime/limits.c runtime/limits.h \
	runtime/mask_exec.c runtime/mask_exec.h \
	runtime/mount_change.c \
	runtime/mount_exec.c runtime/mount_exec.h \
	runtime/mount_options.c runtime/mount_options.h \
	runtime/namespaces.c runtime/namespaces.h \
	runtime/notify.c runtime/notify.h \
	runtime/overlay.c runtime/overlay.h \
	runtime/pid_file.c runtime/pid_file.h \
	runtime/pidfd_socket.c runtime/pidfd_socket.h \
	runtime/plan_build.c runtime/plan.h \
	runtime/plan_cgroup_mount.c \
	runtime/plan_devices.c \
	runtime/plan_limits.c \
	runtime/plan_mounts.c \
	runtime/plan_namespaces.c \
	runtime/plan_print.c runtime/plan_print.h \
	runtime/plan_process.c \
	runtime/proc_guard.c runtime/proc_guard.h \
	runtime/process_exec.c runtime/process_exec.h \
	runtime/process_names.c runtime/process_names.h \
	runtime/procfs.c runtime/procfs.h \
	runtime/program.c runtime/program.h \
	runtime/release.c runtime/release.h \
	runtime/rlimits.c runtime/rlimits.h \
	runtime/root_exec.c runtime/root_exec.h \
	runtime/seal.c runtime/seal.h \
	runtime/seccomp_agent.c runtime/seccomp_agent.h \
	runtime/sources.c runtime/sources.h \
	runtime/spec_default.c \
	runtime/spec_linux.c \
	runtime/spec_load.c runtime/spec.h \
	runtime/spec_process.c \
	runtime/spec_rows.h \
	runtime/start.c runtime/start.h \
	runtime/state.c runtime/state.h \
	runtime/state_lock.c runtime/state_lock.h \
	runtime/step_exec.c runtime/step_exec.h \
	runtime/sync.c runtime/sync.h \
	runtime/sysctl.c runtime/sysctl.h \
	runtime/terminal.c runtime/terminal.h \
	runtime/update.c \
	runtime/user.c runtime/user.h \
	runtime/watcher.c runtime/watcher.h

unit_tests += \
	tests/unit/test_facts \
	tests/unit/test_mount_options \
	tests/unit/test_plan \
	tests/unit/test_program \
	tests/unit/test_runtime_names \
	tests/unit/test_spec_bad \
	tests/unit/test_spec_check \
	tests/unit/test_spec_fields \
	tests/unit/test_state \
	tests/unit/test_sync \
	tests/unit/test_user
