#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/start.bats - what keeps a start quick and small; no test here looks at a clock

load helpers

setup()
{
	test_begin
	export B=$SCRATCH/bundle
}

# The system calls before the sealed copy is executed: none of them is libc's start-up, which begins by brk.
first_calls()
{
	strace -o "$SCRATCH/trace" "$@" < /dev/null > /dev/null
	sed -n '2,/execveat/s/(.*//p' "$SCRATCH/trace"
}

@test "commands that enter a container are sealed before libc starts, others run as they are" {
	need_root
	need strace
	[ "$(uname -m)" = x86_64 ] || skip 'the entry is written for x86-64'
	readelf -lW "$DOBOZ_OCI" | grep -q INTERP && skip 'a build with shared libraries begins in the loader'
	local want=$'openat\nfcntl\nfstatfs\nopen_tree\nmount_setattr\nexecveat'

	bundle "$B" sleep 1000
	[ "$(first_calls "$DOBOZ_OCI" --root "$STATE" create -b "$B" box)" = "$want" ]
	oci start box
	[ "$(first_calls "$DOBOZ_OCI" --root="$STATE" exec box true)" = "$want" ]
	first_calls "$DOBOZ_OCI" --root "$STATE" state box > /dev/null
	[ "$(grep -c execveat "$SCRATCH/trace")" = 0 ]
	first_calls "$DOBOZ_OCI" --root "$STATE" delete --force box > /dev/null
	[ "$(grep -c execveat "$SCRATCH/trace")" = 0 ]
	edit "$B" '.process.args = ["true"]'
	[ "$(first_calls "$DOBOZ_OCI" --root "$STATE" run -b "$B" box)" = "$want" ]
}

@test "run makes and starts by one conversation; start has one of its own" {
	need_root
	need strace
	bundle "$B" true
	strace -f -o "$SCRATCH/trace" -e trace=accept4,connect "$DOBOZ_OCI" --root "$STATE" run -b "$B" box
	[ "$(grep -cE 'accept4|connect' "$SCRATCH/trace")" = 0 ]
	oci create -b "$B" box < /dev/null > /dev/null 2>&1
	strace -o "$SCRATCH/start" -e trace=accept4,connect "$DOBOZ_OCI" --root "$STATE" start box
	[ "$(grep -c 'connect(' "$SCRATCH/start")" = 1 ]
	oci delete --force box
}

@test "run starts the payload after its startContainer hook, and poststart comes before run goes on" {
	need_root
	bundle "$B" sh -c 'echo payload >> /log'
	edit "$B" '.root.readonly = false | .hooks = {startContainer: [{path: "/bin/sh", args: ["sh", "-c", "cat > /state; echo startContainer >> /log"]}],
		poststart: [{path: "/bin/sh", args: ["sh", "-c", "cat >> \(env.B)/rootfs/poststart"]}]}' --arg none ''
	oci run -b "$B" box
	[ "$(cat "$B/rootfs/log")" = $'startContainer\npayload' ]
	[ "$(jq -r .status "$B/rootfs/state")" = created ]
	[ "$(jq -r .status "$B/rootfs/poststart")" = running ]
	[ -z "$(oci list -q)" ]
}

# What a start needs is charged to the container's cgroup: init's pages from the clone on, its mounts and files.
@test "a container starts under a v1 memory limit of 512 KiB, and its payload can tell" {
	need_root
	[ -w /sys/fs/cgroup/memory ] || skip 'this host has no memory controller of cgroup v1'
	local limits='.linux.resources.memory = {limit: (512 * 1024)}'

	bundle "$B" sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes'
	edit "$B" "$limits"
	[ "$(oci run -b "$B" box)" = 524288 ]
	oci create -b "$B" box < /dev/null > "$SCRATCH/out"
	[ "$(cat "/sys/fs/cgroup/memory$CGROUP/memory.limit_in_bytes")" = 524288 ]
	[ "$(cat "/sys/fs/cgroup/memory$CGROUP/memory.max_usage_in_bytes")" -gt 65536 ]
	oci start box
	oci delete --force box
	[ "$(cat "$SCRATCH/out")" = 524288 ]
}

@test "a memory limit that no start fits into is told, and leaves nothing" {
	need_root
	[ -w /sys/fs/cgroup/memory ] || skip 'this host has no memory controller of cgroup v1'
	bundle "$B" true
	edit "$B" '.linux.resources.memory = {limit: 16384}'
	run oci run -b "$B" box
	[ "$status" = 1 ]
	[[ $output == *'killed by signal 9 (is its memory limit too low?)'* ]]
	[ -z "$(oci list -q)" ]
	[ ! -e "/sys/fs/cgroup/memory$CGROUP" ]
}
