#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/layering.sh - prove the layers of ARCHITECTURE.md: who includes whom, which library is behind
# which file, and that no modules include each other in a cycle (cc -MM knows no layers, grep does)
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

# Every include of the layered folders, as: file line header
includes()
{
	# shellcheck disable=SC2046,SC2086 # lists of files and folders
	grep -HnE '^[[:space:]]*#[[:space:]]*include' $(find $folders -name '*.[ch]' | LC_ALL=C sort) |
		sed -nE 's/^([^:]+):([0-9]+):[^"<]*["<]([^">]+)[">].*/\1 \2 \3/p'
}

all_includes=$(includes)
light=$(sed -n '/^image_light_sources/,/[^\\]$/p' image/local.mk | grep -oE 'image/[a-z0-9_/]+\.h')
heavy=$(sed -n '/^image_heavy_sources/,/[^\\]$/p' image/local.mk | grep -oE 'image/[a-z0-9_/]+\.h')

# Folder headers: may the folder of the file include the folder of the header?
layers()
{
	awk '
	BEGIN {
		may["base"] = "base"
		may["cgroups"] = "cgroups base"
		may["netns"] = "netns base"
		may["seccomp"] = "seccomp base"
		may["image"] = "image base"
		may["runtime"] = "runtime cgroups netns seccomp base"
		may["cmd"] = "cmd image runtime cgroups netns seccomp base"
	}
	{
		split($1, file, "/")
		n = split($3, header, "/")
		if (!(header[1] in may) || n < 2)
			next
		if (index(" " may[file[1]] " ", " " header[1] " ") == 0)
			printf "%s:%s: %s/ must not include %s\n", $1, $2, file[1], $3
	}' <<< "$all_includes"
}

# Includes are written from the root of the tree.
rooted()
{
	# shellcheck disable=SC2086 # a list of folders
	grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^/"]+|\.[^"]*)"' $folders |
		sed 's/$/ is not a path from the root of the tree/'
}

# The light link set of image/ must not need the heavy one.
link_sets()
{
	local header light_stems

	light_stems=${light//.h/}
	for header in $heavy; do
		awk -v header="$header" -v stems="$light_stems" '
		BEGIN { n = split(stems, list, "\n"); for (i = 1; i <= n; i++) light[list[i]] = 1 }
		{ stem = $1; sub(/\.[ch]$/, "", stem) }
		stem in light && $3 == header {
			printf "%s:%s: light image code must not include heavy %s\n", $1, $2, $3
		}' <<< "$all_includes"
	done
}

# Library headers behind fences: pattern of the header, pattern of the files that may include it.
fences='
^seccomp\.h$            ^seccomp/(compile|generate_[a-z_]+)\.c$
^sys/capability\.h$     ^runtime/caps\.c$
^sys/psx_syscall\.h$    ^$
^yajl/                  ^base/json\.c$
^archive(_entry)?\.h$   ^image/layer[a-z_]*\.c$
^openssl/               ^image/digest\.c$
^curl/                  ^image/registry[a-z_]*\.c$
^libmnl/                ^netns/rtnl\.c$
^(systemd|dbus)/        ^cmd/systemd_message\.h$
^(zlib|zstd)\.h$        ^image/
^isa-l(\.h|/)           ^image/
'

library_fences()
{
	awk -v fences="$fences" '
	BEGIN {
		n = split(fences, words)
		for (i = 1; i < n; i += 2)
			place[words[i]] = words[i + 1]
	}
	{
		for (header in place)
			if ($3 ~ header && $1 !~ place[header])
				printf "%s:%s: %s belongs behind %s\n", $1, $2, $3, place[header]
	}' <<< "$all_includes"
}

# A module is a .c with its .h. Modules without an edge out or without an edge in cannot be part of a
# cycle; take them away until none is left: what remains is cycles and the paths between them.
cycles()
{
	awk '
	function stem(path) { sub(/\.[ch]$/, "", path); return path }
	{
		split($3, header, "/")
		from = stem($1)
		to = stem($3)
		if ($3 !~ /\// || from == to)
			next
		edges++
		a[edges] = from
		b[edges] = to
		where[edges] = $1 ":" $2 ": includes " $3
	}
	END {
		do {
			split("", out); split("", into)
			for (i in a) { out[a[i]]++; into[b[i]]++ }
			gone = 0
			for (i in a)
				if (!out[b[i]] || !into[a[i]]) {
					delete a[i]
					gone++
				}
		} while (gone)
		for (i = 1; i <= edges; i++)
			if (i in a)
				print where[i] ", which leads back here"
	}' <<< "$all_includes"
}

[ -n "$all_includes" ] || { echo 'Bail out! no includes found'; exit 1; }
rule 'layers: includes go downwards only' "$(layers)"
rule 'layers: include paths start at the root of the tree' "$(rooted)"
rule 'layers: light image code needs no heavy one' "$(link_sets)"
rule 'layers: libraries stay behind their fences' "$(library_fences)"
rule 'layers: no include cycles' "$(cycles)"
finish
