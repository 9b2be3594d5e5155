#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/events.bats - events: statistics of a living container, and the end of its memory
load helpers

setup()
{
	test_begin
	# Straight below the mounts: a parent that had to be made would stay.
	CGROUP=/$TAG
}

# follow FILE ARG...: events in the background, its lines into FILE; its pid is in $events
follow()
{
	local file=$1
	shift

	: > "$file"
	oci events "$@" > "$file" 3>&- &
	events=$!
}

# Without a limit of swap a container swaps instead of running out of memory.
has_swap_limit()
{
	find /sys/fs/cgroup -path "*$CGROUP/memory.memsw.limit_in_bytes" -o -path "*$CGROUP/memory.swap.max" | grep -q . ||
		skip_unless_must 'needs swap accounting'
}

# start ARG...: a running container c; the default payload waits
start()
{
	need_root
	[ $# != 0 ] || set -- sleep 1000
	bundle "$SCRATCH/b" "$@"
	mkfifo "$SCRATCH/b/rootfs/go"
	[ -z "${RESOURCES:-}" ] || edit "$SCRATCH/b" --argjson r "$RESOURCES" '.linux.resources += $r'
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
}

@test "events --stats: one line of JSON, with the numbers of this container" {
	RESOURCES='{"pids":{"limit":17},"memory":{"limit":67108864}}' start
	run oci events --stats c
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 1 ]
	[[ $output == '{"type":"stats","id":"c","data":{"cpu":{"usage":{"total":'* ]]
	jq -e '.data | .pids.current == 1 and .pids.limit == 17 and .memory.usage.limit == 67108864 and
		.memory.usage.usage > 0 and (.memory.raw | length) > 10 and .cpu.usage.total > 0 and
		(.cpuset.cpus | length) > 0 and .intel_rdt == {} and .network_interfaces == null' <<< "$output"
	[ "$(jq -r '.data | keys_unsorted | join(" ")' <<< "$output")" = \
		'cpu cpuset memory pids blkio hugetlb intel_rdt network_interfaces' ]
	oci delete --force c
	no_leftovers
}

@test "events --stats: the time that a container has used grows" {
	start
	before=$(oci events --stats c | jq .data.cpu.usage.total)
	oci exec c dd if=/dev/zero of=/dev/null bs=1M count=500
	[ "$(oci events --stats c | jq .data.cpu.usage.total)" -gt $((before + 1000000)) ]
	oci delete --force c
}

@test "events --stats: the same keys as runc's" {
	need_root
	need runc
	runc --version | grep -q 'spec: 1.0' || skip 'needs runc 1.1: later ones leave other zeros out'
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip 'needs v1: of v2 runc 1.1 knows less'
	start
	edit "$SCRATCH/b" --arg path "/$TAG-theirs" '.linux.cgroupsPath = $path'
	runc --root "$SCRATCH/runc" run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
	oci events --stats c > "$SCRATCH/ours"
	runc --root "$SCRATCH/runc" events --stats c > "$SCRATCH/theirs"
	runc --root "$SCRATCH/runc" delete --force c
	# Pressure comes from v2, where runc looks on pure v2 alone; empty objects are left out since runc 1.4;
	# what was transferred depends on what was cached; hugetlb is in v2 here where v1 does not have it.
	for side in ours theirs; do
		jq -r 'del(.. | .psi?) | del(.data.memory.cache, .data.blkio, .data.hugetlb, .data.network_interfaces) |
			paths | map(tostring) | join(".")' "$SCRATCH/$side" | grep -v '^data.cpu.throttling$' > "$SCRATCH/$side.keys"
	done
	diff "$SCRATCH/theirs.keys" "$SCRATCH/ours.keys"
	oci delete --force c
}

@test "events --stats: network devices are the container's own" {
	need ip
	start
	pid=$(oci state c | jq .pid)
	nsenter --net="/proc/$pid/ns/net" ip link add br7 type bridge || skip_unless_must 'needs bridges'
	nsenter --net="/proc/$pid/ns/net" ip link set br7 up
	run oci events --stats c
	jq -e '.data.network_interfaces | length == 1 and .[0].Name == "br7" and (.[0] | keys | length == 9)' <<< "$output"
	oci delete --force c
	edit "$SCRATCH/b" '.linux.namespaces -= [{"type": "network"}]'
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
	run oci events --stats c
	jq -e '.data.network_interfaces == null' <<< "$output"
	oci delete --force c
}

@test "events: a line an interval, until the container ends" {
	start
	follow "$SCRATCH/log" --interval 20ms c
	lines "$SCRATCH/log" 3
	oci kill c KILL
	wait "$events"
	[ "$(jq -r '.type + .id' "$SCRATCH/log" | sort -u)" = statsc ]
	oci delete c
	no_leftovers
}

@test "events: nothing before the first interval has passed" {
	start
	# The same half second is enough for lines of a shorter interval.
	run timeout 0.5 "$DOBOZ_OCI" --root "$STATE" events --interval 1h c
	[ "$status:$output" = 124: ]
	run timeout 0.5 "$DOBOZ_OCI" --root "$STATE" events --interval 10ms c
	[ "$status" = 124 ]
	[[ $output == *stats* ]]
	oci delete --force c
}

@test "events: the end of the memory is told" {
	RESOURCES='{"memory":{"limit":16777216,"swap":16777216}}' start
	has_swap_limit
	follow "$SCRATCH/log" --interval 50ms c
	lines "$SCRATCH/log" 1
	run oci exec c sh -c 'x=$(dd if=/dev/zero bs=1M count=64 2> /dev/null | tr "\0" x)'
	[ "$status" != 0 ]
	lines "$SCRATCH/log" 1 oom
	grep -qxF '{"type":"oom","id":"c"}' "$SCRATCH/log"
	kill -0 "$events"
	oci kill c KILL
	wait "$events"
	oci delete c
	no_leftovers
}

@test "events: the end of the memory is told, also when it is the end of the container" {
	RESOURCES='{"memory":{"limit":16777216,"swap":16777216}}'
	start sh -c 'read -r _ < /go; x=$(dd if=/dev/zero bs=1M count=64 2> /dev/null | tr "\0" x); exec sleep 1000'
	has_swap_limit
	# The shell that holds the text is init itself.
	follow "$SCRATCH/log" --interval 50ms c
	lines "$SCRATCH/log" 1
	echo > "$SCRATCH/b/rootfs/go"
	wait "$events"
	grep -qxF '{"type":"oom","id":"c"}' "$SCRATCH/log"
	oci delete c
	no_leftovers
}

@test "events --follow: goes on behind the end of the container, until its cgroup is gone" {
	start
	populated=$(find /sys/fs/cgroup -path "*$CGROUP/cgroup.events")
	follow "$SCRATCH/log" --follow --interval 20ms c
	lines "$SCRATCH/log" 2 stats
	# The control: the same without --follow is over with init.
	long=$events
	follow "$SCRATCH/short" --interval 20ms c
	lines "$SCRATCH/short" 2 stats
	oci kill c KILL
	wait "$events"
	kill -0 "$long"
	if [ -n "$populated" ]; then
		lines "$SCRATCH/log" 1 populated
		grep -qxF '{"type":"populated","id":"c","data":{"populated":false}}' "$SCRATCH/log"
		! grep -q populated "$SCRATCH/short" || false
	fi
	oci delete c
	wait "$long"
	no_leftovers
}

@test "events --follow: pressure of the processor" {
	RESOURCES='{"cpu":{"quota":5000,"period":100000}}' start
	pressure=$(find /sys/fs/cgroup -path "*$CGROUP/cpu.pressure")
	{ [ -n "$pressure" ] && cat "$pressure"; } > /dev/null 2>&1 || {
		# Said, once, where the kernel has none.
		oci events --follow --interval 20ms c 2> "$SCRATCH/err" 3>&- | head -n 1
		[ "$(grep -c 'pressure is not told' "$SCRATCH/err")" = 1 ]
		oci delete --force c
		skip 'needs PSI, on cgroup v2'
	}
	follow "$SCRATCH/log" --follow --interval 1h c
	for _ in 1 2; do oci exec -d c sh -c 'while :; do :; done' > /dev/null 2>&1 3>&-; done
	lines "$SCRATCH/log" 1 pressure
	jq -e 'select(.type == "pressure" and .data.resource == "cpu") | .id == "c" and .data.psi.some.total > 0' "$SCRATCH/log"
	oci delete --force c
	wait "$events"
	no_leftovers
}

@test "events: a reader that goes away ends it, without a word" {
	start
	oci events --interval 1h c 2> "$SCRATCH/err" 3>&- | true
	[ "${PIPESTATUS[*]}" = '0 0' ]
	oci events --interval 10ms c 2>> "$SCRATCH/err" 3>&- | head -n 2 | jq -e .data.pids.current
	[ "${PIPESTATUS[*]}" = '0 0 0' ]
	[ ! -s "$SCRATCH/err" ]
	oci delete --force c
}

@test "events: what it refuses" {
	refused 1 'container does not exist' oci events nope
	refused 1 'container does not exist' oci events --stats nope
	start
	run oci events --interval 0 c
	[ "$status $output" = '1 duration interval must be greater than 0' ]
	run oci events --interval -5s c
	[ "$status $output" = '1 duration interval must be greater than 0' ]
	run oci events --interval 5 c
	[ "$status" = 1 ]
	[[ $output == *"option --interval: '5' is not a valid value" ]]
	run oci events --stats --follow c
	[ "$status" = 1 ]
	oci kill c KILL
	run oci events c
	[ "$status $output" = '1 container with id c is not running' ]
	run oci events --stats c
	[ "$status $output" = '1 container with id c is not running' ]
	oci delete c
	no_leftovers
}

@test "events: a container without a cgroup has no statistics" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci --cgroup-manager disabled run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
	run oci events --stats c
	[ "$status $output" = '1 a container without a cgroup has no statistics' ]
	oci delete --force c
}
