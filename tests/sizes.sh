#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/sizes.sh - no .c file over 700 lines, no function over 80, unless tests/sizes.allow says why
#
# The format (tests/format.sh) puts the braces of a function, and nothing else, into column 0.
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

file_max=700
function_max=80

# Lines of tests/sizes.allow: NAME REASON..., where NAME is a file or file:function.
allowed=$(grep -vE '^(#|$)' tests/sizes.allow)

# drop_allowed: of lines "file:line: NAME is ...", those whose NAME is not allowed
drop_allowed()
{
	awk -v allowed="$allowed" '
	BEGIN { n = split(allowed, rows, "\n"); for (i = 1; i <= n; i++) { split(rows[i], w, " "); may[w[1]] = 1 } }
	!($2 in may)'
}

long_files()
{
	sources '*.c' | while read -r file; do
		lines=$(wc -l < "$file")
		[ "$lines" -le "$file_max" ] || echo "$file:$lines: $file has $lines lines, the limit is $file_max"
	done | drop_allowed
}

long_functions()
{
	sources | xargs awk -v max="$function_max" '
	FNR == 1 { name = ""; start = 0 }
	/^[a-zA-Z_].*\(/ && !/^(struct|enum|union)[^(]*\{/ && !/;$/ {
		name = $0
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
	}
	/^\{/ { start = FNR }
	/^\}/ && start {
		lines = FNR - start + 2
		if (lines > max)
			printf "%s:%d: %s:%s has %d lines, the limit is %d\n", FILENAME, start - 1, FILENAME, name, lines, max
		start = 0
	}' | drop_allowed
}

unreasoned()
{
	awk '!/^(#|$)/ && NF < 4 { printf "tests/sizes.allow:%d: %s: needs a reason\n", FNR, $1 }' tests/sizes.allow
}

stale()
{
	awk '!/^(#|$)/ { print FNR, $1 }' tests/sizes.allow | while read -r line name; do
		file=${name%%:*}
		function=${name#"$file"}
		function=${function#:}
		[ -f "$file" ] && grep -q -- "$function" "$file" ||
			echo "tests/sizes.allow:$line: $name does not exist"
	done
}

rule "sizes: no .c over $file_max lines" "$(long_files)"
rule "sizes: no function over $function_max lines" "$(long_functions)"
rule 'sizes: every exception has its reason' "$(unreasoned)"
rule 'sizes: no exception for what does not exist' "$(stale)"
finish
