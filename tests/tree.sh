# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tests/tree.sh - what the static checks share; sourced by them with the root of the sources as cwd.
#
# A check prints each violation as file:line: text, then one TAP line per rule through `rule`.

cd "${DOBOZ_SRC:-$(dirname "${BASH_SOURCE[0]}")/..}" || exit 1

export folders='base cgroups netns seccomp image runtime cmd'
rules=0
broken=0

# sources [GLOB...]: the C files of the folders and of the tests that match, e.g. sources '*.h'; not what
# the build generated
sources()
{
	local places=() folder glob

	if [ -e .git ]; then
		for folder in $folders tests bench; do
			for glob in "${@:-*.[ch]}"; do
				places+=("$folder/$glob")
			done
		done
		git -c safe.directory="$PWD" ls-files --cached --others --exclude-standard -- "${places[@]}" |
			while read -r glob; do [ -e "$glob" ] && echo "$glob"; done
	else
		for glob in "${@:-*.[ch]}"; do
			# shellcheck disable=SC2086 # a list of folders
			find $folders tests bench -type f -name "$glob"
		done
	fi | LC_ALL=C sort
}

# rule NAME VIOLATIONS: print the violations and the verdict
rule()
{
	rules=$((rules + 1))
	if [ -n "$2" ]; then
		printf '%s\n' "$2"
		broken=$((broken + 1))
		printf 'not '
	fi
	printf 'ok %d - %s\n' "$rules" "$1"
}

# finish: the TAP plan and the exit status
finish()
{
	printf '1..%d\n' "$rules"
	[ "$broken" = 0 ]
	exit
}
