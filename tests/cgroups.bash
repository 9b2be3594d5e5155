# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tests/cgroups.bash - what the cgroup_*.bats share: `load helpers`, then `load cgroups`
# The container is c, its bundle $SCRATCH/b, its cgroup CGROUP, straight below the mounts: a parent that had to be made
# would stay.
# shellcheck disable=SC2034 # for the tests
PROBE=${DOBOZ_BUILD:-$TESTS/..}/tests/cgroup_probe

cgroups_begin()
{
	test_begin
	need_root
	CGROUP=/$TAG
}

# box RESOURCES ARG...: a bundle with these limits, and nothing that the default spec limits
box()
{
	local resources=$1
	shift

	[ -e "$SCRATCH/b" ] || bundle "$SCRATCH/b" && cp -n "$SCRATCH/b/config.json" "$SCRATCH/default.json" || return
	jq --argjson r "$resources" --arg cgroup "$CGROUP" '.linux.resources = {devices: [{allow: false}]} + $r |
		.linux.cgroupsPath = $cgroup | .process.args = $ARGS.positional' "$SCRATCH/default.json" \
		--args -- "$@" > "$SCRATCH/b/config.json"
}

# start [RESOURCES [ARG...]]: a running container; the default payload waits
start()
{
	local resources=${1:-"{}"}
	shift || true

	[ $# != 0 ] || set -- sleep 1000
	box "$resources" "$@"
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > "$SCRATCH/said" 2>&1 3>&-
}

# in_box RESOURCES SCRIPT: run a shell script under these limits; the result is run's. CHANGE: a jq program more
in_box()
{
	box "$1" sh -c "$2"
	[ -z "${CHANGE:-}" ] || edit "$SCRATCH/b" "$CHANGE"
	run oci run --bundle "$SCRATCH/b" c
	no_leftovers
}

# file NAME...: the path of the first of these files in the container's cgroup
file()
{
	local name

	for name; do
		find /sys/fs/cgroup -path "*$CGROUP/$name" 2> /dev/null | grep -m 1 . && return
	done
	return 1
}

# is VALUE NAME...: the first of these files that is there holds this
is()
{
	local want=$1 path got
	shift

	path=$(file "$@") || { echo "none of: $*"; return 1; }
	got=$(cat "$path")
	[ "$got" = "$want" ] || { echo "$path: '$got' instead of '$want'"; return 1; }
}

is_v2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }
is_hybrid() { [ -e /sys/fs/cgroup/unified/cgroup.controllers ]; }

# v1 NAME: the mount point of this v1 controller, or nothing
v1() { awk -v name="$1" '{ n = split($NF, o, ","); for (i = 1; i <= n; i++) if (/ - cgroup / && o[i] == name) { print $5; exit } }' /proc/self/mountinfo; }

# need_controller V1 [V2]: in any hierarchy; without V2 only v1 has such a one
need_controller()
{
	[ -z "$(v1 "$1")" ] || return 0
	cat /sys/fs/cgroup/{,unified/}cgroup.controllers 2> /dev/null | grep -qw -- "${2:-no such}" || skip "no $1 controller here"
}

# until_is CMD...: wait until it succeeds, half a minute at most
until_is()
{
	local end=$((SECONDS + 30))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "still not: $*"; return 1; }
		read -r -t 0.02 < <(exec sleep 1) || true
	done
}

# between LOW HIGH NUMBER: real numbers
between() { awk -v low="$1" -v high="$2" -v x="$3" 'BEGIN { exit !(x >= low && x <= high) }' || { echo "$3 is not from $1 to $2"; return 1; }; }
