#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/controls.sh - the static checks can fail: each is shown a small tree that breaks its rules
here=$(cd "$(dirname "$0")" && pwd)
. "$here/tree.sh"

tree=$(mktemp -d "${TMPDIR:-/tmp}/doboz-controls.XXXXXX")
trap 'rm -rf "$tree"' EXIT
# shellcheck disable=SC2154,SC2086 # a list of folders, from tree.sh
(cd "$tree" && mkdir -p $folders tests bench)
cp .clang-format "$tree/"
cp tests/sizes.allow "$tree/tests/"
cp image/local.mk "$tree/image/"

# file PATH: a C file of the broken tree, from stdin, behind the two lines that every file has
file()
{
	{ printf '/* SPDX-License-Identifier: Apache-2.0 */\n/* %s - broken on purpose */\n' "$1"; cat; } > "$tree/$1"
}

file base/up.c <<< '#include "runtime/plan.h"'
file cgroups/sideways.c <<< '#include "seccomp/profile.h"'
file image/sideways.c <<< '#include "runtime/plan.h"'
file image/config.c <<< '#include "image/digest.h"'
file cmd/short.c <<< '#include "cmd.h"'
file runtime/library.c <<< '#include <seccomp.h>'
file runtime/a.h <<< '#include "runtime/b.h"'
file runtime/b.h <<< '#include "runtime/c.h"'
file runtime/c.c <<< '#include "runtime/a.h"'
file runtime/leaf.c <<< '#include "runtime/a.h"'
file base/lonely.h <<< 'size_t lonely(void);'
echo 'int anonymous;' > "$tree/base/anonymous.c"
file base/ugly.c <<< 'int  ugly( void ){return 1 ;}'
{ printf 'int long_one(void)\n{\n'; yes '	call();' | head -n 81; echo '}'; } | file base/long_function.c
yes '/* a line */' | head -n 700 | file base/long_file.c
mkdir "$tree/docs" && cat > "$tree/docs/spec-fields.md" << 'END'
| `linux.personality.flags` | executed | `gone.bats` a test |
| `hostname` | executed |  |
END

# expect CHECK PATTERN: the check fails, and one of its lines is like this
expect()
{
	local output

	output=$(DOBOZ_SRC=$tree DOBOZ_BUILD='' "$here/$1.sh" 2>&1) &&
		{ rule "controls: $1 finds $2" "$1 was content"; return; }
	rule "controls: $1 finds $2" "$(grep -qE "$2" <<< "$output" || echo "not found in: $output")"
}

expect layering '^base/up\.c:3: base/ must not include runtime/plan\.h'
expect layering '^cgroups/sideways\.c:3: cgroups/ must not include'
expect layering '^image/sideways\.c:3: image/ must not include'
expect layering '^image/config\.c:3: light image code'
expect layering '^cmd/short\.c:3:.* not a path from the root'
expect layering '^runtime/library\.c:3: seccomp\.h belongs behind'
expect layering '^runtime/b\.h:3: .* leads back here'
expect headers '^base/lonely\.h:1: does not compile alone'
expect headers '^base/lonely\.h:1: has no #pragma once'
expect headers '^base/anonymous\.c:1: the first line'
expect sizes '^base/long_function\.c:3: base/long_function\.c:long_one has 84 lines'
expect sizes '^base/long_file\.c:702: '
expect fields "^docs/spec-fields\.md:1: there is no test 'a test' in gone\.bats"
expect fields '^docs/spec-fields\.md:2:.* wants a '
command -v clang-format > /dev/null && expect format '^base/ugly\.c:3:'
finish
