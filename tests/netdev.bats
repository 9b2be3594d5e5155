#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/netdev.bats - linux.netDevices: devices that the host gives to a container
#
# The host of these tests is a network namespace of the test's own: `here` runs a program in it.

load helpers

setup()
{
	test_begin
	need_root
	need ip unshare nsenter jq
	# shellcheck disable=SC2034 # bundle uses it
	CGROUP=/$TAG # the parents of a container's cgroup stay
	# Not below SCRATCH: every process of the host would seem to be one of ours.
	NETNS=$BATS_TEST_TMPDIR/netns
	TARGET=$BATS_TEST_TMPDIR/target
	touch "$NETNS" "$TARGET"
	unshare --net="$NETNS" true
	bundle "$SCRATCH/b" sh -c 'ip addr; ip link'
}

teardown()
{
	umount "$NETNS" "$TARGET" 2> /dev/null || true
	test_end
}

here() { nsenter --net="$NETNS" "$@"; }
# device NAME [WHAT-IT-IS...]: with the peer that every kernel's veth has, NAME-peer
device() { here ip link add "$@" type veth peer name "$1-peer"; }
run_here() { run here "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" "${1:-box}"; }

@test "a device is moved, keeps what it is, and is up; others stay" {
	device card0 address 02:11:22:33:44:55 mtu 1789
	device card1
	edit "$SCRATCH/b" '.linux.netDevices = {card0: {}}'
	run_here
	echo "$output"
	[ "$status" = 0 ]
	[[ $output =~ card0@[a-z0-9]*:\ \<[A-Z,-]*,UP[A-Z,-]*\>\ mtu\ 1789 ]]
	[[ $output == *"link/ether 02:11:22:33:44:55"* ]]
	[[ $output != *card1* ]]
	# It went with its namespace: it is never moved back.
	here ip link show card1
	run here ip link show card0
	[ "$status" != 0 ]
	no_leftovers
}

@test "permanent global addresses of both families come along, also of a device that is up; others do not" {
	device card0
	here ip addr add 192.0.2.7/24 brd + dev card0 # permanent, global
	here ip addr add 198.51.100.1 peer 198.51.100.2 dev card0
	here ip addr add 127.0.0.33/8 scope host dev card0
	here ip addr add 203.0.113.5/24 dev card0 valid_lft 3600 preferred_lft 3600
	here ip link set card0 up
	here ip addr add 2001:db8::7/64 dev card0
	here ip addr add 2001:db8::8/64 dev card0 valid_lft 3600 preferred_lft 3600
	edit "$SCRATCH/b" '.linux.netDevices = {card0: {name: "inside"}}'
	run_here
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"inet 192.0.2.7/24 brd 192.0.2.255"* ]]
	[[ $output == *"inet 198.51.100.1 peer 198.51.100.2/32"* ]]
	[[ $output == *"inet6 2001:db8::7/64"* ]]
	[[ $output != *127.0.0.33* && $output != *203.0.113.5* && $output != *2001:db8::8* ]]
	[[ $output == *' inside@'* && $output != *card0* ]]
	no_leftovers
}

@test "a name that is taken is an error before anything is moved, a template takes the next number" {
	device card0
	device card1
	unshare --net="$TARGET" true
	nsenter --net="$TARGET" ip link add eth0 type veth peer name far
	edit "$SCRATCH/b" --arg path "$TARGET" \
		'(.linux.namespaces[] | select(.type == "network")).path = $path | .linux.netDevices = {card1: {}, card0: {name: "eth0"}}'
	run_here
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"network device card0: the container has a device with the name 'eth0'"* ]]
	run here ip -br link
	[[ $output == *card0* && $output == *card1* ]]
	edit "$SCRATCH/b" '.linux.netDevices = {card0: {name: "eth%d"}, card1: {name: "eth%d"}}'
	run_here
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *' eth0@'* && $output == *' eth1@'* && $output == *' eth2@'* ]]
	# The namespace is not the container's: they stay in it.
	nsenter --net="$TARGET" ip link show eth2
	no_leftovers
}

@test "devices are there when the first hooks run, in a container with a user namespace too" {
	device card0
	here ip addr add 192.0.2.7/24 dev card0
	cat > "$SCRATCH/hook" <<- END
		#!/bin/sh
		nsenter --net="/proc/\$(jq .pid)/ns/net" ip -br addr > "$SCRATCH/seen"
	END
	chmod 755 "$SCRATCH/hook"
	edit "$SCRATCH/b" --arg hook "$SCRATCH/hook" '.linux.netDevices = {card0: {}} | .hooks.prestart = [{path: $hook, args: ["h"]}] |
		.linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	chmod 755 "$SCRATCH/b" "$SCRATCH/b/rootfs"
	run_here
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"inet 192.0.2.7/24"* ]]
	grep -q 'card0@.*192.0.2.7/24' "$SCRATCH/seen"
	no_leftovers
}

@test "one end of a veth pair: it and the host talk" {
	here ip link add outside type veth peer name inside
	here ip addr add 192.0.2.1/24 dev outside
	here ip link set outside up
	here ip addr add 192.0.2.2/24 dev inside
	edit "$SCRATCH/b" '.linux.netDevices = {inside: {name: "eth0"}} |
		.process.args = ["ping", "-c", "1", "-W", "10", "192.0.2.1"] |
		.process.capabilities |= map_values(. + ["CAP_NET_RAW"])'
	run_here
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"1 packets received"* ]]
	no_leftovers
}

@test "an ordinary user cannot" {
	need_user
	device card0
	user_bundle "$USER_DIR/b"
	edit "$USER_DIR/b" '.linux.netDevices = {card0: {}} | .linux.namespaces |= (map(select(.type != "network")) + [{type: "network"}])'
	chown -R "$TEST_USER:" "$USER_DIR/b"
	run here setpriv --reuid="$TEST_USER" --regid="$TEST_USER" --init-groups -- \
		"$DOBOZ_OCI" --root "$USER_DIR/state" run --bundle "$USER_DIR/b" box
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"network devices are not supported for rootless containers"* ]]
	here ip link show card0
}

@test "features says so" {
	[ "$(oci features | jq .linux.netDevices.enabled)" = true ]
}
