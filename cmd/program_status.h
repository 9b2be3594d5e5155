/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/program_status.h - the exit status that docker and podman give for a program that did not start */
#pragma once

/**
 * program_status - tell the recorded failure of a program and return 126 (not executable) or 127 (not
 * found); any other failure is returned as it is (main tells it, exit 125)
 * Failures of the program itself say `exec: "NAME": ...`, as the callers of an OCI runtime expect.
 */
int program_status(int r);
