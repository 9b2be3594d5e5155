/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_options.h - what `doboz run` was told, exactly as typed; nothing is decided here */
#pragma once

#include "cmd/opts.h"

struct run_values {
	/* the container */
	const char *name, *hostname, *network, *platform, *stop_signal, *format;
	struct opt_i64 stop_timeout;
	bool remove, detach, interactive, tty, init, read_only, dry_run;
	/* the process */
	char **env, **env_files, **group_add;
	const char *workdir, *user, *entrypoint;
	/* files */
	char **volumes, **mounts, **tmpfs;
	const char *shm_size;
	/* rights */
	char **cap_add, **cap_drop, **security_opts, **sysctls;
	/* limits */
	const char *memory, *memory_swap, *memory_reservation, *cpus, *cpuset_cpus, *cpuset_mems,
		*cgroup_parent;
	struct opt_i64 pids_limit, oom_score_adj;
	struct opt_u64 cpu_shares;
	char **ulimits;
	char **labels, **annotations;
};

extern const struct opt run_options[];
