#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/cgroup_delegate.bats - --cgroup-delegate: a container to which its cgroup belongs, and what it cannot do with it
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts of the container; what cgroups.bash and run share
load helpers
load cgroups

bats_require_minimum_version 1.5.0 # run -N

setup()
{
	cgroups_begin
	is_v2 || is_hybrid || skip 'needs cgroup v2'
	DIR=/sys/fs/cgroup/$(is_v2 || echo unified/)$TAG
}

# delegated RESOURCES ARG...: a bundle that may be started with --cgroup-delegate: root inside is nobody outside
delegated()
{
	box "$@"
	edit "$SCRATCH/b" '.mounts |= map(if .destination == "/sys/fs/cgroup" then .type = "cgroup2" | .options -= ["ro"] else . end) |
		.linux.namespaces |= (map(select(.type != "user" and .type != "cgroup")) + [{type: "cgroup"}, {type: "user"}]) |
		.linux.uidMappings = [{containerID: 0, hostID: 6000000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
}
delegate() { oci "$1" --cgroup-delegate --bundle "$SCRATCH/b" "${@:2}"; }

@test "--cgroup-delegate: init is in a leaf, the folder above hands its controllers on, and both are the user's" {
	delegated '{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}' sleep 1000
	delegate run -d c < /dev/null > /dev/null 2>&1 3>&-
	[ "$(oci exec c sed -n 's/^0:://p' /proc/1/cgroup)" = /init.scope ]
	[ "$(cat "$DIR/cgroup.procs")" = '' ]
	[ "$(cat "$DIR/cgroup.subtree_control")" = "$(cat "$DIR/cgroup.controllers")" ]
	for path in "$DIR" "$DIR/init.scope" "$DIR/cgroup.procs" "$DIR/cgroup.subtree_control" "$DIR/init.scope/cgroup.procs"; do
		[ "$(stat -c %u "$path")" = 6000000 ]
	done
	# What limits it, the first folder's files, is not.
	[ "$(stat -c %u "$(file hugetlb.2MB.max)")" = 0 ]
	# exec comes beside init: the folder itself takes nobody
	[ "$(oci exec c sed -n 's/^0:://p' /proc/self/cgroup)" = /init.scope ]
	oci pause c
	[ "$(oci state c | jq -r .status)" = paused ]
	oci resume c
	oci kill --all c KILL
	until_is stopped
	oci delete c
	no_leftovers
}
stopped() { [ "$(oci state c | jq -r .status)" = stopped ]; }

@test "--cgroup-delegate: folders of its own with limits of its own, which go with it; its own limit stays" {
	delegated '{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}' sh -c 'cd /sys/fs/cgroup && mkdir -p a/b && echo +hugetlb > a/cgroup.subtree_control &&
		echo 2097152 > a/b/hugetlb.2MB.max && echo $$ > a/b/cgroup.procs && sed -n "s/^0:://p" /proc/self/cgroup && cat a/b/hugetlb.2MB.max
		(echo max > hugetlb.2MB.max) 2> /dev/null || echo stays; cat hugetlb.2MB.max; ls ..| grep -c . ; exec sleep 1000'
	delegate run -d c < /dev/null > "$SCRATCH/said" 2>&1 3>&-
	until_is grep -qx '[0-9]' "$SCRATCH/said"
	head -n 4 "$SCRATCH/said" | diff - <(printf '%s\n' /a/b 2097152 stays 4194304)
	[ "$(oci exec c sed -n 's/^0:://p' /proc/self/cgroup)" = /a/b ]
	oci delete --force c
	no_leftovers
}

@test "without --cgroup-delegate the same container is in its folder itself" {
	delegated '{}' sleep 1000
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
	[ "$(oci exec c sed -n 's/^0:://p' /proc/1/cgroup)" = / ]
	[ ! -e "$DIR/init.scope" ]
	oci delete --force c
	no_leftovers
}

@test "--cgroup-delegate: what it refuses" {
	# refuses PATTERN JQ
	refuses()
	{
		delegated '{}' true
		edit "$SCRATCH/b" "$2"
		refused 1 "^--cgroup-delegate: $1" delegate run c
	}
	refuses 'needs a cgroup namespace, and a writable mount' '.linux.namespaces -= [{type: "cgroup"}]'
	refuses 'needs a cgroup namespace, and a writable mount' '.mounts |= map(if .destination == "/sys/fs/cgroup" then .options += ["ro"] else . end)'
	refuses 'needs a user that the id maps know' '.linux.uidMappings[0].containerID = 1'
	is_v2 || refuses 'cgroup v1 cannot be handed on safely' '.mounts |= map(if .type == "cgroup2" then .type = "cgroup" else . end)'
	if ! grep -q 'cgroup2 .*nsdelegate' /proc/mounts; then
		refuses 'needs a user namespace, or cgroup2 mounted with nsdelegate' '.linux.namespaces -= [{type: "user"}] | del(.linux.uidMappings, .linux.gidMappings)'
	fi
	delegated '{}' true
	delegate run c
	no_leftovers
}
