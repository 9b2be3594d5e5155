#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/cgroup_limits.bats - each limit binds in a container; its control is the same container with another limit
# Limits of time, of CPUs and disks, are in cgroup_rates.bats.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154,SC2016 # what cgroups.bash and run share; scripts of the container
load helpers
load cgroups

bats_require_minimum_version 1.5.0 # run -N

setup() { cgroups_begin; }

MIB=$((1024 * 1024))

# ---- memory ----

# memory MIB [SWAP-MIB [MORE]]: the limits as JSON
memory() { jq -nc --argjson m "$1" --argjson s "${2:-$1}" --argjson more "${3:-"{}"}" '{memory: ({limit: ($m * 1048576), swap: ($s * 1048576)} + $more)}'; }

has_swap_limit() { [ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || is_v2; }

fill='exec dd if=/dev/zero of=/dev/null bs=64M count=1'

@test "memory.limit: an allocation is killed, and not below a larger limit" {
	need_controller memory memory
	has_swap_limit || skip 'no swap accounting: what is too much is swapped'
	in_box "$(memory 32)" "$fill"
	[ "$status" = 137 ]
	in_box "$(memory 128)" "$fill"
	[ "$status" = 0 ]
}

@test "memory.swap: more than the memory, up to the sum" {
	need_controller memory memory
	has_swap_limit || skip 'no swap accounting'
	[ "$(awk '/^SwapFree/ { print $2 }' /proc/meminfo)" -gt 131072 ] || skip 'no swap of 128 MiB on this host'
	in_box "$(memory 32 128)" "$fill"
	[ "$status" = 0 ]
	in_box "$(memory 32 48)" "$fill"
	[ "$status" = 137 ]
}

@test "memory.reservation: a neighbour's file cache does not push out what is reserved" {
	is_v2 || skip 'v1 has no more than a soft limit, which binds when the whole host is short of memory'
	local above=/sys/fs/cgroup/$TAG reserved
	mkdir "$above"
	echo +memory > "$above/cgroup.subtree_control"
	echo 67108864 > "$above/memory.max"
	head -c 48M /dev/zero > "$SCRATCH/ours"
	head -c 200M /dev/zero > "$SCRATCH/theirs"
	sync "$SCRATCH/ours" "$SCRATCH/theirs"
	# kept RESERVATION: how much of 48 MiB of file cache is left, in MiB, when a neighbour has read 200
	kept()
	{
		echo 1 > /proc/sys/vm/drop_caches
		CGROUP=/$TAG/a
		box "$(jq -nc --argjson n "$1" '{memory: {reservation: $n}}')" sh -c 'cat /mnt/ours > /dev/null; echo read > /ready; exec sleep 1000'
		edit "$SCRATCH/b" --arg dir "$SCRATCH" '.root.readonly = false | .mounts += [{destination: "/mnt", type: "bind", source: $dir, options: ["rbind", "ro"]}]'
		rm -f "$SCRATCH/b/rootfs/ready"
		oci run -d --bundle "$SCRATCH/b" a < /dev/null > /dev/null 2>&1 3>&-
		until_is test -s "$SCRATCH/b/rootfs/ready"
		CGROUP=/$TAG/b
		edit "$SCRATCH/b" --arg cgroup "$CGROUP" '.linux.cgroupsPath = $cgroup | del(.linux.resources.memory) |
			.process.args = ["sh", "-c", "cat /mnt/theirs > /dev/null"]'
		oci run --bundle "$SCRATCH/b" b
		reserved=$(($(awk '$1 == "file" { print $2 }' "$above/a/memory.stat") / MIB))
		oci delete --force a
	}
	kept $((40 * MIB))
	[ "$reserved" -ge 36 ]
	kept 0
	[ "$reserved" -lt 20 ]
	rmdir "$above"
	no_leftovers
}

@test "memory.disableOOMKiller: what is too much waits until there is more" {
	[ -n "$(v1 memory)" ] || skip 'only v1 has it'
	has_swap_limit || skip 'no swap accounting'
	box '{}' true
	cp "$PROBE" "$SCRATCH/b/rootfs/bin/probe"
	start "$(memory 32 32 '{"disableOOMKiller": true}')" /bin/probe touch 64
	until_is grep -qx 'under_oom 1' "$(file memory.oom_control)"
	grep -qx 'oom_kill_disable 1' "$(file memory.oom_control)"
	grep -qx 'oom_kill 0' "$(file memory.oom_control)"
	oci update --memory 128m --memory-swap 128m c
	until_is stopped
	oci delete c
	no_leftovers
	# The control is killed.
	in_box "$(memory 32 32 '{"disableOOMKiller": false}')" "$fill"
	[ "$status" = 137 ]
}
stopped() { [ "$(oci state c | jq -r .status)" = stopped ]; }

@test "memory.swappiness, the soft limit and limits that are no whole pages are what the kernel says" {
	[ -n "$(v1 memory)" ] || skip 'v1 only'
	start '{"memory": {"limit": 33554433, "reservation": 16777217, "swappiness": 7}}'
	is 33554432 memory.limit_in_bytes
	is 16777216 memory.soft_limit_in_bytes
	is 7 memory.swappiness
	oci delete --force c
	no_leftovers
}

# ---- processes ----

@test "pids.limit: a fork fails; with 0 the payload runs, and cannot fork; -1 is no limit" {
	need_controller pids pids
	local ten='for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1 & done; echo all; kill $(jobs -p)'
	in_box '{"pids": {"limit": 8}}' "$ten"
	[ "$status" = 2 ]
	[[ $output == *"can't fork"* && $output != *all* ]]
	in_box '{"pids": {"limit": 20}}' "$ten"
	[ "$output" = all ]
	CHANGE='.ociVersion = "1.3.0"' in_box '{"pids": {"limit": 0}}' 'echo runs; (exit 3); echo forked'
	[ "$status" = 2 ]
	[[ $output == runs*"can't fork"* && $output != *forked* ]]
	in_box '{"pids": {"limit": -1}}' "$ten"
	[ "$output" = all ]
	box '{"pids": {"limit": 0}}' sleep 1000
	edit "$SCRATCH/b" '.ociVersion = "1.3.0"'
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
	is 0 pids.max
	run -255 oci exec c true
	oci update --pids-limit -1 c
	is max pids.max
	oci exec c true
	oci delete --force c
	no_leftovers
}

# ---- huge pages ----

@test "hugepageLimits: a reservation, and a touch without one, fail beyond the limit" {
	need_controller hugetlb hugetlb
	[ -d /sys/kernel/mm/hugepages/hugepages-2048kB ] || skip 'no huge pages of 2 MiB'
	local nr=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages before
	before=$(< $nr)
	echo $((before + 8)) > $nr
	[ "$(< $nr)" -ge $((before + 8)) ] || { echo "$before" > $nr; skip 'no memory for 8 huge pages'; }
	# hugepages LIMIT-MIB ARG...: the probe in a container
	hugepages()
	{
		box "$(jq -nc --argjson l "$1" '{hugepageLimits: [{pageSize: "2MB", limit: ($l * 1048576)}]}')" /bin/probe hugepages "${@:2}"
		cp "$PROBE" "$SCRATCH/b/rootfs/bin/probe"
		run oci run --bundle "$SCRATCH/b" c
		results+=("$status $output")
	}
	results=()
	hugepages 8 4
	hugepages 4 4
	hugepages 8 4 noreserve
	hugepages 4 4 noreserve
	echo "$before" > $nr
	printf '%s\n' "${results[@]}"
	[ "${results[0]}" = '0 touched 4' ]
	[ "${results[1]}" = '1 mmap: Cannot allocate memory' ]
	[ "${results[2]}" = '0 touched 4' ]
	[[ ${results[3]} == 135* ]] # SIGBUS
	no_leftovers
}

# ---- the rest ----

@test "rdma: refused without the controller, and without the device" {
	box '{"rdma": {"nosuch0": {"hcaHandles": 3, "hcaObjects": 100}}}' true
	if [ -n "$(v1 rdma)" ] || cat /sys/fs/cgroup/{,unified/}cgroup.controllers 2> /dev/null | grep -qw rdma; then
		refused 1 "linux\.resources\.rdma: write 'nosuch0 hca_handle=3 hca_object=100' to '.*/rdma\.max'" oci run --bundle "$SCRATCH/b" c
	else
		refused 1 'linux\.resources\.rdma: no rdma controller is mounted' oci run --bundle "$SCRATCH/b" c
	fi
	# the control: nothing is asked of nobody
	edit "$SCRATCH/b" '.linux.resources.rdma = {}'
	oci run --bundle "$SCRATCH/b" c
	no_leftovers
}

# counted NETNS CLASS: packets that were sent through a class of lo
counted() { ip netns exec "$1" tc -s class show dev lo | awk -v class="$2" '$3 == class { found = 1 } found && $1 == "Sent" { print $4; exit }'; }

# ping_in RESOURCES: a container in the network namespace TAG sends three packets over lo
ping_in()
{
	box "$1" ping -c 3 -i 0.1 127.0.0.1
	edit "$SCRATCH/b" '.linux.namespaces |= map(select(.type != "network")) | .process.capabilities |= map_values(. + ["CAP_NET_RAW"]) |
		.mounts |= map(if .destination == "/sys" then .type = "none" | .source = "/sys" | .options = ["rbind", "ro", "nosuid", "noexec", "nodev"] else . end)'
	# `ip netns exec` would mount another /sys, without the cgroups.
	nsenter --net="/run/netns/$TAG" "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c > /dev/null
}

@test "network.classID: packets are of this class" {
	[ -n "$(v1 net_cls)" ] || skip 'only v1 with CONFIG_CGROUP_NET_CLASSID has it'
	need ip tc
	ip netns add "$TAG"
	ip -n "$TAG" link set lo up
	if ! ip netns exec "$TAG" sh -c 'tc qdisc add dev lo root handle 10: htb && tc class add dev lo parent 10: classid 10:1 htb rate 1gbit &&
		tc filter add dev lo parent 10: protocol ip prio 10 handle 1: cgroup'; then
		ip netns del "$TAG"
		skip 'no htb, or no filter by cgroup'
	fi
	ping_in '{"network": {"classID": 1048577}}' # 0x100001 is 10:1
	with=$(counted "$TAG" 10:1)
	ping_in '{"network": {"classID": 1048578}}'
	without=$(counted "$TAG" 10:1)
	ip netns del "$TAG"
	[ "$with" -ge 3 ]
	[ "$without" = "$with" ]
	no_leftovers
}

@test "network.priorities: packets have this priority" {
	[ -n "$(v1 net_prio)" ] || skip 'only v1 with CONFIG_CGROUP_NET_PRIO has it'
	need ip tc
	ip netns add "$TAG"
	ip -n "$TAG" link set lo up
	# priority 5 alone is of the third band
	if ! ip netns exec "$TAG" tc qdisc add dev lo root handle 1: prio bands 3 priomap 1 1 1 1 1 2 1 1 1 1 1 1 1 1 1 1; then
		ip netns del "$TAG"
		skip 'no prio queue'
	fi
	ping_in '{"network": {"priorities": [{"name": "lo", "priority": 5}]}}'
	with=$(counted "$TAG" 1:3)
	ping_in '{"network": {"priorities": [{"name": "lo", "priority": 4}]}}'
	without=$(counted "$TAG" 1:3)
	ip netns del "$TAG"
	[ "$with" -ge 3 ]
	[ "$without" = "$with" ]
	no_leftovers
}

@test "unified: a file of v2 binds; there is none on v1" {
	if is_v2; then
		in_box '{"unified": {"pids.max": "5"}}' 'for i in 1 2 3 4 5 6; do sleep 1 & done; echo all'
		[ "$status" = 2 ]
		in_box '{"unified": {"pids.max": "20"}}' 'for i in 1 2 3 4 5 6; do sleep 1 & done; echo all; kill $(jobs -p)'
		[ "$output" = all ]
		in_box '{"unified": {"memory.max": "33554432", "memory.swap.max": "0"}}' "$fill"
		[ "$status" = 137 ]
	elif is_hybrid; then
		box '{"unified": {"cgroup.max.descendants": "1"}}' sleep 1000
		oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
		dir=$(file cgroup.max.descendants)
		mkdir "${dir%/*}/a"
		run ! mkdir "${dir%/*}/b"
		oci delete --force c
		no_leftovers
	else
		box '{"unified": {"pids.max": "5"}}' true
		refused 1 'linux\.resources\.unified\.pids\.max: .*needs cgroup v2' oci run --bundle "$SCRATCH/b" c
	fi
}

# ---- devices ----

@test "devices: open and mknod are as the rules say" {
	CHANGE='.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11}] | .root.readonly = false | .mounts |= map(if .destination == "/dev" then .options -= ["nodev"] else . end) |
		.process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_SYSLOG"])'
	local tries='(: < /dev/kmsg) && echo reads; (: > /dev/kmsg) && echo writes; mknod /dev/other c 1 11 && echo made
		(: < /dev/other) && echo "reads what it made"; : < /dev/null && echo control'
	# tried RULES LINE...: what goes
	tried()
	{
		in_box "{\"devices\": [$1]}" "exec 2> /dev/null; $tries"
		[ "$(sort <<< "$output")" = "$(printf '%s\n' "${@:2}" made control | sort)" ] || { printf '%s: got\n%s\n' "$1" "$output"; return 1; }
	}
	tried '{"allow": false}'
	tried '{"allow": false}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "r"}' reads 'reads what it made'
	tried '{"allow": true}, {"allow": false, "type": "c", "major": 1, "minor": 11, "access": "r"}' writes
	tried '{"allow": true}' reads writes 'reads what it made'
}

@test "devices: on v2 they are one program, also after several updates" {
	is_v2 || skip 'v1 has lists'
	start
	dir=/sys/fs/cgroup$CGROUP
	[ "$("$PROBE" programs "$dir")" = 1 ]
	for minor in 11 5 11 7; do
		oci update -r - c <<< '{"devices":[{"allow":false},{"allow":true,"type":"c","major":1,"minor":'$minor',"access":"rw"}]}'
		[ "$("$PROBE" programs "$dir")" = 1 ]
	done
	# The control of the probe: a folder without a program.
	mkdir "$dir/sub"
	[ "$("$PROBE" programs "$dir/sub")" = 0 ]
	oci delete --force c
	no_leftovers
}

# ---- not as written ----

@test "what the kernel does not take as it was written is an error that names the field, the value and the file" {
	if [ -n "$(v1 cpu)" ]; then
		box '{"cpu": {"shares": 300000}}' true
		refused 1 "linux\.resources\.cpu\.shares: the kernel did not take '300000' for '.*/cpu\.shares' as written" oci run --bundle "$SCRATCH/b" c
		box '{"cpu": {"shares": 1}}' true
		refused 1 "linux\.resources\.cpu\.shares: the kernel did not take '1' for '.*/cpu\.shares' as written" oci run --bundle "$SCRATCH/b" c
		box '{"cpu": {"shares": 262144}}' true
		oci run --bundle "$SCRATCH/b" c
	else
		need_controller cpuset cpuset
		[ "$(nproc)" -gt 1 ] || skip 'one CPU'
		# The folder above has CPU 0 alone: v2 takes "1", and lets the container run on 0.
		mkdir "/sys/fs/cgroup/$TAG"
		echo +cpuset > "/sys/fs/cgroup/$TAG/cgroup.subtree_control"
		echo 0 > "/sys/fs/cgroup/$TAG/cpuset.cpus"
		CGROUP=/$TAG/box
		box '{"cpu": {"cpus": "1"}}' true
		run oci run --bundle "$SCRATCH/b" c
		echo "$output"
		[ "$status" = 1 ]
		[[ $output == *"linux.resources.cpu.cpus: the kernel did not take '1' for '"*"/cpuset.cpus' as written"* ]]
		[ ! -e "/sys/fs/cgroup$CGROUP" ]
		box '{"cpu": {"cpus": "0"}}' true
		oci run --bundle "$SCRATCH/b" c
		rmdir "/sys/fs/cgroup/$TAG"
	fi
	no_leftovers
}
