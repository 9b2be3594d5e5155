/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/version.h - the version text: its first line is "NAME version X", which go-runc parses */
#pragma once

#include "base/str.h"
#include "cmd/cmd.h"

void version_describe(const struct cmd *cmd, struct buf *out);
