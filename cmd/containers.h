/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/containers.h - what `doboz` keeps of each container, beside the runtime's state
 *
 *   STORE/containers/ID/   meta.json  config.json  hosts hostname resolv.conf  upper/ work/  log  exit.json  lock
 *   STORE/names/NAME       a symlink to the ID: making it is the atomic claim of the name
 *
 * Whoever runs the container (the monitor of -d, or the foreground `run`) holds an OFD lock on "lock" for
 * as long as it looks after it, so "is it over?" is a question to the kernel, and waiting for the end is
 * waiting for the lock. exit.json is empty until just before the lock is let go. */
#pragma once

#include "base/arena.h"
#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

struct container_meta {
	char *id, *name, *image, *command, *created; /* created: RFC 3339, UTC */
	char *stop_signal;                           /* as typed, or NULL: TERM */
	int64_t stop_timeout;                        /* seconds */
	bool remove;                                 /* --rm */
	bool terminal, open_stdin;
	char *user;     /* -u or the image's, as text; NULL: root */
	char *image_id; /* digest of its config */
	char **leases;  /* names of the layer folders below it */
};

struct container_exit {
	int64_t exit_code;
	char *finished; /* RFC 3339, UTC */
};

/** containers_new_id - 64 random hexadecimal characters */
int containers_new_id(struct arena *a, char **ret) MUST_USE;

/** containers_make - the folder of a new container with its lock held, and the claim of its name; records
 *  @ret_dir: descriptor of the folder; @ret_lock: held until closed */
int containers_make(int store, const struct container_meta *meta, int *ret_dir,
		    int *ret_lock) MUST_USE;

/** containers_find - by full id, name, or unambiguous prefix of an id; records
 *  Return: descriptor of the folder; -ENOENT "no such container: X" */
int containers_find(struct arena *a, int store, const char *what, char **ret_id) MUST_USE;

int containers_load(struct arena *a, int dir, struct container_meta **ret) MUST_USE;
/** containers_list - ids, sorted by name of the folder */
int containers_list(struct arena *a, int store, char ***ret) MUST_USE;

int containers_save_exit(int dir, int64_t exit_code) MUST_USE;
/** containers_load_exit - -ENOENT (not recorded): there is none yet */
int containers_load_exit(struct arena *a, int dir, struct container_exit **ret) MUST_USE;

/** containers_is_watched - 1: somebody looks after it, 0: nobody does */
int containers_is_watched(int dir) MUST_USE;
/** containers_wait_unwatched - block until nobody looks after it any more */
int containers_wait_unwatched(int dir) MUST_USE;
/** containers_wait_exit - the same, then its exit status, also of a container that --rm has removed meanwhile
 *  Return: as containers_load_exit; -ENOENT: whoever looked after it was killed */
int containers_wait_exit(struct arena *a, int dir, struct container_exit **ret) MUST_USE;

/** containers_remove - name and folder; a missing one is no error */
int containers_remove(int store, const char *id, const char *name) MUST_USE;

/** containers_now - RFC 3339 with nanoseconds, UTC */
char *containers_now(struct arena *a) MUST_USE;
