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
