# cmd/: the mains (listed in Makefile.am), the verbs, the option tables; nothing else prints or exits
cmd_sources = \
	cmd/cmd.h \
	cmd/commands.c \
	cmd/container_log.c \
	cmd/container_log.h \
	cmd/containers.c \
	cmd/containers.h \
	cmd/doboz.h \
	cmd/environment.c \
	cmd/environment.h \
	cmd/exec.c \
	cmd/foreground.c \
	cmd/foreground.h \
	cmd/handle.c \
	cmd/handle.h \
	cmd/image.c \
	cmd/image.h \
	cmd/inspect.c \
	cmd/kill.c \
	cmd/limits.c \
	cmd/limits.h \
	cmd/log.c \
	cmd/log.h \
	cmd/logs.c \
	cmd/mapped.c \
	cmd/mapped.h \
	cmd/oci/check.c \
	cmd/oci/checkpoint.c \
	cmd/oci/commands.c \
	cmd/oci/create.c \
	cmd/oci/create.h \
	cmd/oci/delete.c \
	cmd/oci/events.c \
	cmd/oci/exec.c \
	cmd/oci/features.c \
	cmd/oci/kill.c \
	cmd/oci/list.c \
	cmd/oci/matching.c \
	cmd/oci/matching.h \
	cmd/oci/mounts.c \
	cmd/oci/ps.c \
	cmd/oci/run.c \
	cmd/oci/spec.c \
	cmd/oci/start.c \
	cmd/oci/state.c \
	cmd/oci/update.c \
	cmd/opts.c \
	cmd/opts.h \
	cmd/program_status.c \
	cmd/program_status.h \
	cmd/ps.c \
	cmd/rm.c \
	cmd/run.c \
	cmd/run_config.c \
	cmd/run_config.h \
	cmd/run_files.c \
	cmd/run_files.h \
	cmd/run_limits.c \
	cmd/run_limits.h \
	cmd/run_mounts.c \
	cmd/run_mounts.h \
	cmd/run_options.c \
	cmd/run_options.h \
	cmd/run_security.c \
	cmd/run_security.h \
	cmd/signals.c \
	cmd/signals.h \
	cmd/stats.c \
	cmd/stats_json.c \
	cmd/stats_json.h \
	cmd/stats_prometheus.c \
	cmd/stats_prometheus.h \
	cmd/stats_rdt.c \
	cmd/stats_rdt.h \
	cmd/stats_rows.c \
	cmd/stats_rows.h \
	cmd/stats_sample.c \
	cmd/stats_sample.h \
	cmd/stats_set.c \
	cmd/stats_set.h \
	cmd/stats_table.c \
	cmd/stats_table.h \
	cmd/stop.c \
	cmd/store.c \
	cmd/store.h \
	cmd/supervise.c \
	cmd/supervise.h \
	cmd/table.c \
	cmd/table.h \
	cmd/unpack.c \
	cmd/update.c \
	cmd/userns.c cmd/userns.h \
	cmd/version.c \
	cmd/version.h \
	cmd/wait.c
helper_sources = \
	cmd/image_main.c \
	cmd/userns.c cmd/userns.h

systemd_helper_sources = \
	cmd/systemd_main.c \
	cmd/systemd_message.c cmd/systemd_message.h

unit_tests += \
	tests/unit/test_stats \
	tests/unit/test_opts
