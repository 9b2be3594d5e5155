#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/format.sh - the C files are as .clang-format says; "make format" puts them right
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

command -v clang-format > /dev/null || { echo 'ok 1 - format # SKIP no clang-format'; echo '1..1'; exit 0; }
rule 'format: clang-format agrees' "$(sources | xargs -P "$(nproc)" -n 16 clang-format --dry-run -Werror 2>&1 |
	grep -E '^[^ ]+:[0-9]+:[0-9]+: ')"
rule 'format: no switched-off stretches' "$(sources | xargs grep -n 'clang-format off')"
rule 'format: no blanks at the end of a line' "$(sources | xargs grep -nE '[[:blank:]]$')"
finish
