#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/docs.sh - the files, scripts and make targets that the documents name exist
. "$(dirname "$0")/tree.sh"

documents=(README.md ARCHITECTURE.md CONTRIBUTING.md docs/*.md)

# Words in backquotes, and indented command lines, as: document line word
words()
{
	awk '{
		line = $0
		while (match(line, /`[^`]+`/)) {
			n = split(substr(line, RSTART + 1, RLENGTH - 2), parts, /[ ,]+/)
			for (i = 1; i <= n; i++)
				print FILENAME, FNR, parts[i]
			line = substr(line, RSTART + RLENGTH)
		}
	}
	/^    (\.\/|tests\/)/ { print FILENAME, FNR, $1 }' "${documents[@]}"
}

files()
{
	words | grep -E ' (\./|(base|cgroups|netns|seccomp|image|runtime|cmd|tests|bench|contrib)/)[a-z0-9_/.*-]*$' |
		while read -r document line word; do
			compgen -G "$word" > /dev/null || compgen -G "$word.h" > /dev/null ||
				echo "$document:$line: there is no $word"
		done
}

targets()
{
	grep -noE 'make [a-z]+(-[a-z]+)*' "${documents[@]}" | while IFS=: read -r document line target; do
		case ${target#make } in check | install | namespaces) continue ;; esac
		grep -qhE "^${target#make }:" Makefile.am ./*/local.mk || echo "$document:$line: there is no $target"
	done
}

rule 'docs: the files that they name exist' "$(files)"
rule 'docs: the targets that they name exist' "$(targets)"
finish
