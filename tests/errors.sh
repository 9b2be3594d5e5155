#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/errors.sh - docs/errors.md lists the codes and hints of base/error_kind.h, and every code is used
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

rule 'errors: docs/errors.md has the codes and hints of base/error_kind.h' "$(diff \
	<(grep -ozE 'X\([A-Z_]+,[[:space:]\\]*"[^"]*",[[:space:]\\]*"[^"]*"' base/error_kind.h | tr '\0' '\n' |
		tr -d '\n' | sed 's/X(/\n/g' | awk -F'"' 'NF > 3 { print $2 "|" $4 }') \
	<(awk -F' *[|] *' '/^## Codes/ { on = 1 } on && $2 ~ /^`/ { gsub(/`/, "", $2); print $2 "|" $3 }' docs/errors.md))"
rule 'errors: every kind is used' "$(grep -oE '\bX\([A-Z_]+' base/error_kind.h | cut -c3- | while read -r kind; do
	sources | grep -v 'base/error_kind.h' | xargs grep -qw "ERROR_$kind" || echo "ERROR_$kind is never used"
done)"
finish
