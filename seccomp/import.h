/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/import.h - a profile file as people keep it, to the spec's form
 * docker's and podman's files have more than linux.seccomp: archMap, and rules that count only with or without
 * certain capabilities, architectures or kernels (includes, excludes). A file in the spec's own form
 * passes through unchanged. */
#pragma once

#include "seccomp/profile.h"

/**
 * seccomp_import - records
 * @what: how messages call the file
 * @capabilities: names that the container will have, NULL-terminated
 */
int seccomp_import(struct arena *a, const char *what, const char *text, size_t len,
		   char *const *capabilities, struct seccomp_profile **ret) MUST_USE;
