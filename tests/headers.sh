#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/headers.sh - every header compiles alone, and is included at most once
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

alone()
{
	sources '*.h' | xargs -P "$(nproc)" -I{} sh -c '
		echo "#include \"{}\"" |
		${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I. ${DOBOZ_BUILD:+-I"$DOBOZ_BUILD"} -DPACKAGE_VERSION=\"0\" \
			-fsyntax-only -Wall -Wextra -Wno-unused-function -Werror -x c - 2>&1 || echo "{}:1: does not compile alone"'
}

once()
{
	sources '*.h' | xargs grep -L '^#pragma once$' | sed 's/$/:1: has no #pragma once/'
}

spdx()
{
	sources | xargs awk '
	FNR == 1 && $0 != "/* SPDX-License-Identifier: Apache-2.0 */" {
		printf "%s:1: the first line is not the SPDX line\n", FILENAME
	}
	FNR == 2 && index($0, "/* " FILENAME " - ") != 1 {
		printf "%s:2: the second line is not: /* %s - what it is\n", FILENAME, FILENAME
	}'
}

rule 'headers: each compiles alone' "$(alone)"
rule 'headers: each has #pragma once' "$(once)"
rule 'headers: each file says its licence, name and purpose' "$(spdx)"
finish
