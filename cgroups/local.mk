# cgroups/: linux.resources and cgroupsPath, on v1, v2 and hybrid hosts
cgroups_sources = \
	cgroups/apply.c cgroups/apply.h \
	cgroups/below.c cgroups/below.h \
	cgroups/cgroup.h \
	cgroups/check.c \
	cgroups/controllers.c cgroups/controllers.h \
	cgroups/create.c \
	cgroups/delegate.c cgroups/delegate.h \
	cgroups/destroy.c \
	cgroups/devices.c cgroups/devices.h \
	cgroups/events.c cgroups/events.h \
	cgroups/gvariant.c cgroups/gvariant.h \
	cgroups/layout.c \
	cgroups/life.c \
	cgroups/merge.c cgroups/merge.h \
	cgroups/oom.c cgroups/oom.h \
	cgroups/plan.c \
	cgroups/plan_unit.c cgroups/plan_unit.h \
	cgroups/program.c cgroups/program.h \
	cgroups/properties.c cgroups/properties.h \
	cgroups/rdt.c cgroups/rdt.h \
	cgroups/rdt_config.c cgroups/rdt_config.h \
	cgroups/rdt_mount.c cgroups/rdt_mount.h \
	cgroups/rdt_stats.c cgroups/rdt_stats.h \
	cgroups/reclaim.c cgroups/reclaim.h \
	cgroups/resources.c cgroups/resources.h \
	cgroups/stats.c cgroups/stats.h \
	cgroups/stats_data.h \
	cgroups/stats_files.c cgroups/stats_files.h \
	cgroups/stats_v1.c \
	cgroups/stats_v2.c \
	cgroups/systemd.c cgroups/systemd.h \
	cgroups/tree.c cgroups/tree.h \
	cgroups/unit.c cgroups/unit.h \
	cgroups/update.c \
	cgroups/v1.c cgroups/v1.h \
	cgroups/v2.c cgroups/v2.h \
	cgroups/watch.c cgroups/watch.h \
	cgroups/wire.c cgroups/wire.h \
	cgroups/writes.c cgroups/writes.h

unit_tests += \
	tests/unit/test_cgroup_act \
	tests/unit/test_cgroup_devices \
	tests/unit/test_cgroup_merge \
	tests/unit/test_cgroup_plan \
	tests/unit/test_cgroup_resources \
	tests/unit/test_gvariant \
	tests/unit/test_rdt \
	tests/unit/test_systemd
