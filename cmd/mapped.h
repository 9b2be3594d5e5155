/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/mapped.h - act on files of a container as its own root: an ordinary user's files belong to the
 * user's range of subordinate ids, so removing them needs the user namespace that made them */
#pragma once

#include "cmd/cmd.h"

/**
 * mapped_run - run act(arg) in a child that is root of a user namespace with the user's own maps; real
 * root calls it directly. Its recorded failure becomes ours.
 */
int mapped_run(struct cmd *cmd, int (*act)(void *arg), void *arg) MUST_USE;

/** mapped_remove - containers_remove, as the owner of the files */
int mapped_remove(struct cmd *cmd, int store, const char *id, const char *name) MUST_USE;

/** mapped_discard - remove FOLDER/NAME that an operation left when it failed; the recorded failure stays */
void mapped_discard(struct cmd *cmd, const char *folder, const char *name);
