/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/seal_bare.h - the sealed copy of ourselves, made by system calls alone */
#pragma once

/**
 * seal_bare - execute ourselves from a read-only clone of our executable's mount, unless it is that already
 * @argv, @envp: of the process; kept for the new one
 * Needs nothing of libc, not even its start-up, so that cmd/entry.c can call it before that.
 * Return: 0 our executable cannot be written through /proc/PID/exe; else a negative errno of the call that
 * failed (-EPERM without CAP_SYS_ADMIN). Does not return when it re-executes. Records nothing.
 * Source: CVE-2019-5736; open_tree(2), mount_setattr(2) (Linux 5.12)
 */
int seal_bare(char *const *argv, char *const *envp);
