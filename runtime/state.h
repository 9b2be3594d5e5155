/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/state.h - what is on disk about one container: ROOT/ID/{state.json,config.json,start.sock}
 *
 * The journal: "creating" with cgroup folders, bundle and boot id is written before anything is made, so
 * that a killed create can be cleaned by delete. Creating the folder is the atomic claim of the id.
 * Written by temporary + rename, changed under a lock on the folder itself. Not synced to the disk: what
 * it tells of does not outlive the boot that it names either. */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "cgroups/rdt.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where the init of a created container listens for start, in its state folder. */
#define STATE_START_SOCKET "start.sock"

enum state_status { STATE_CREATING, STATE_CREATED, STATE_RUNNING, STATE_PAUSED, STATE_STOPPED };
extern const char *const state_status_names[];

struct state {
	char *id, *bundle, *rootfs, *created; /* created: RFC 3339 with nanoseconds, UTC */
	char *boot_id;
	uint32_t owner_uid;
	pid_t pid;           /* of init in the host's pid namespace; 0: none yet */
	uint64_t start_time; /* of pid, clock ticks: guards against pid reuse */
	bool ready;          /* init has come to where it waits for start: "created" */
	bool started;        /* start has released it */
	bool has_hooks;      /* config.json has hooks that start or delete have to run */
	char **cgroup_folders;
	char *systemd_unit;   /* that the folders are of; NULL: the cgroupfs driver */
	bool systemd_user;    /* of the user's manager */
	struct rdt_group rdt; /* of linux.intelRdt */
	struct json_map *annotations;
	size_t n_annotations;
	bool terminal;
	/* linux.resources as update has left them, defaults of config.json included; NULL: as there */
	const struct json *resources;
};

/** state_check_id - runc's rule: [A-Za-z0-9_+-][A-Za-z0-9_+.-]*, not "." or "..", no leading '-',
 *  at most 1024 bytes; records "invalid container ID format" */
int state_check_id(const char *id) MUST_USE;

/** state_root_open - open (make, 0700) the root folder: path, or the default for this user.
 *  A folder of another owner or with write permission for others is refused. */
int state_root_open(const char *path) MUST_USE;

/** state_claim - mkdir ROOT/ID; -EEXIST "container with given ID already exists".
 *  @ret_dir: descriptor of the folder, locked exclusively until closed */
int state_claim(int root, const char *id, int *ret_dir) MUST_USE;

/** state_open - descriptor of ROOT/ID; -ENOENT "container does not exist". exclusive: takes the lock */
int state_open(int root, const char *id, bool exclusive) MUST_USE;

/** state_save, state_load - the journal; load of a folder that was only claimed gives status
 *  creating; one that holds something else than a container's state is refused */
int state_save(int dir, const struct state *s) MUST_USE;
int state_load(struct arena *a, int dir, struct state **ret) MUST_USE;

/** state_open_and_load - both at once. @ret_dir: the folder, locked when exclusive; NULL: it is closed */
int state_open_and_load(struct arena *a, int root, const char *id, bool exclusive, int *ret_dir,
			struct state **ret) MUST_USE;

/** state_init - a pidfd of init, if it is alive and the one that we made (same boot, same start time);
 *  else a negative errno, not recorded: -ESTALE all of the container ended with an earlier boot */
int state_init(const struct state *s) MUST_USE;

/** state_is_locked - does another process hold the container's lock, as a start does that has not ended? */
bool state_is_locked(int root, const char *id);

/** state_status - the truth now: pid alive with that start time and boot, started, frozen.
 *  @ret_pidfd: when not NULL, a pidfd of a living init (else -EBADF) */
enum state_status state_status(const struct state *s, int *ret_pidfd);

/** state_remove - remove the folder, its journal last; last act of delete */
int state_remove(int root, const char *id) MUST_USE;

/** state_list - ids in the root, sorted */
int state_list(struct arena *a, int root, char ***ret) MUST_USE;

/** state_write_oci - state JSON of runtime.md "State" (hooks, `state`, agents); key NULL: of its own.
 *  extended: with rootfs, created, owner as runc prints them, keys in runc's order */
void state_write_oci(struct json_writer *w, const char *key, const struct state *s,
		     enum state_status status, bool extended);
