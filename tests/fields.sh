#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/fields.sh - each row of docs/spec-fields.md names a test, and each test that it names exists
# That the rows are those of the code: tests/unit/test_spec_fields.c, and fields.bats for features and state.
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

table=docs/spec-fields.md
rows=$(grep -n '^| `' "$table")

# Every test that a row names, as: line<TAB>file<TAB>name. A cell is: `file` name<br>`file` name
named()
{
	sed -nE 's/^([0-9]+):\| `[^`]+` \| [^|]+ \| (.*) \|$/\1\t\2/p' <<< "$rows" |
		awk -F '\t' '{ n = split($2, tests, "<br>"); for (i = 1; i <= n; i++) print $1 "\t" tests[i] }' |
		sed -E 's/\t`([^`]+)` /\t\1\t/'
}

without_test()
{
	grep -vE '^[0-9]+:\| `[A-Za-z0-9.]+` \| (executed|refused|ignored: [^|]+)[^|]* \| `[^|]+ \|$' <<< "$rows" |
		sed "s;^;$table:;; s;\$;  <- wants a field, a verdict and a test;"
}

missing()
{
	named | sort -u -t $'\t' -k 2 | while IFS=$'\t' read -r line file name; do
		case $file in
		*.bats) grep -qF -- "@test \"$name\" {" "tests/$file" ;;
		*) grep -qF -- "{ \"$name\", " "tests/unit/$file" ;;
		esac 2> /dev/null || echo "$table:$line: there is no test '$name' in $file"
	done
}

rule 'fields: the table was read (control: it has the last field of the config)' \
	"$(named | grep -q . && grep -q '`linux.personality.flags`' <<< "$rows" || echo "$table: not as expected")"
rule 'fields: each row has a verdict and a test' "$(without_test)"
rule 'fields: each test that is named exists' "$(missing)"
finish
