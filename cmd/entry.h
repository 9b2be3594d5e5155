/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/entry.h - what the program is called, known before anything else */
#pragma once

#include <stdbool.h>

/** entry_name - the last component of argv[0]; argv0 itself when that has none */
const char *entry_name(const char *argv0);

/** entry_is_oci - is this the name of an OCI runtime (doboz-oci, runc, crun)? Else it is doboz, for people. */
bool entry_is_oci(const char *name);
