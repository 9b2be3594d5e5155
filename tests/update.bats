#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/update.bats - update: new limits for a container that runs, all of them or none
load helpers

setup()
{
	test_begin
	# Straight below the mounts: a parent that had to be made would stay.
	CGROUP=/$TAG
}

# start [RESOURCES [JQ]]: a running container c with these limits, changed by a jq program
start()
{
	need_root
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" --argjson r "${1:-"{}"}" '.linux.resources += $r'
	[ -z "${2:-}" ] || edit "$SCRATCH/b" "$2"
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
}

# file NAME...: the path of the first of these files in the container's cgroup
file()
{
	local name

	for name; do
		find /sys/fs/cgroup -path "*$CGROUP/$name" | grep -m 1 . && return
	done
	return 1
}

# is VALUE NAME...: the first of these files that is there holds this
is()
{
	local want=$1 path got
	shift

	path=$(file "$@")
	got=$(cat "$path")
	[ "$got" = "$want" ] || { echo "$path: '$got' instead of '$want'"; return 1; }
}

is_v2() { ! file memory.limit_in_bytes > /dev/null; }
limit=(memory.limit_in_bytes memory.max)
swap=(memory.memsw.limit_in_bytes memory.swap.max)

# everything: every limit that can be changed, as text. The lists of v2's cpuset inherit while they are empty, and
# cannot be emptied again: there it is what is in force.
everything()
{
	find /sys/fs/cgroup -path "*$CGROUP/*" -name '[a-z]*.[a-z]*' -type f -perm -u=rw \
		! -name '*usage*' ! -name '*.pressure' ! -name '*peak' ! -name 'cgroup.*' ! -name '*failcnt' ! -name '*stat*' \
		! -name '*.event*' ! -name '*current*' -exec grep -H '' {} + 2> /dev/null |
		sed 's/:9223372036854771712$/:max/' | # the same to hugetlb
		{ if is_v2; then grep -v '/cpuset\.\(cpus\|mems\):'; else cat; fi; } | LC_ALL=C sort
	find /sys/fs/cgroup -path "*$CGROUP/cpuset.*.effective" -exec grep -H '' {} + 2> /dev/null | LC_ALL=C sort
	find /sys/fs/cgroup -path "*$CGROUP/devices.list" -exec cat {} + | LC_ALL=C sort
}

@test "update: every option reaches its file" {
	start '{"cpu":{"shares":100,"quota":50000,"period":100000}}'
	oci update --memory 64m --memory-swap 96M --memory-reservation=33554432 c
	is 67108864 "${limit[@]}"
	is 33554432 memory.soft_limit_in_bytes memory.low
	if is_v2; then is 33554432 memory.swap.max; else is 100663296 memory.memsw.limit_in_bytes; fi
	oci update --pids-limit 20 --cpu-period 200000 --cpuset-cpus 0 --cpuset-mems 0 c
	is 20 pids.max
	is 0 cpuset.cpus
	is 0 cpuset.mems
	if is_v2; then is '50000 200000' cpu.max; else is 200000 cpu.cfs_period_us && is 50000 cpu.cfs_quota_us; fi
	oci update c --cpu-quota 60000 --cpu-share 1024
	if is_v2; then is '60000 200000' cpu.max && is 100 cpu.weight
	else is 60000 cpu.cfs_quota_us && is 1024 cpu.shares; fi
	oci update c --cpu-quota -1 --pids-limit -1
	is max pids.max
	if is_v2; then is 'max 200000' cpu.max; else is -1 cpu.cfs_quota_us; fi
	oci delete --force c
	no_leftovers
}

@test "update: burst and idle" {
	start '{"cpu":{"quota":50000,"period":100000}}'
	file cpu.cfs_burst_us cpu.max.burst || skip 'needs Linux 5.14'
	oci update --cpu-burst 10000 c
	is 10000 cpu.cfs_burst_us cpu.max.burst
	oci update --memory 64m c
	is 10000 cpu.cfs_burst_us cpu.max.burst
	oci update --cpu-burst 0 c
	is 0 cpu.cfs_burst_us cpu.max.burst
	file cpu.idle || skip 'needs Linux 5.15'
	oci update --cpu-idle 1 c
	is 1 cpu.idle
	run oci update --cpu-idle 2 c
	[ "$status" = 1 ]
	oci update --cpu-quota 20000 c
	is 1 cpu.idle
	oci update --cpu-idle 0 c
	is 0 cpu.idle
	oci delete --force c
}

@test "update: limits of devices and of huge pages that the container did not have" {
	start
	read -r device < <(lsblk -dnro MAJ:MIN) || skip_unless_must 'needs a block device'
	jq -n --arg d "$device" '($d | split(":") | {major: (.[0] | tonumber), minor: (.[1] | tonumber)}) as $d |
		{blockIO: {throttleReadBpsDevice: [$d + {rate: 1000000}], throttleWriteIOPSDevice: [$d + {rate: 500}]}}' |
		oci update -r - c
	if is_v2; then is "$device rbps=1000000 wbps=max riops=max wiops=500" io.max
	else is "$device 1000000" blkio.throttle.read_bps_device && is "$device 500" blkio.throttle.write_iops_device; fi
	grep -qw hugetlb /sys/fs/cgroup/{,unified/}cgroup.controllers 2> /dev/null || [ -d /sys/fs/cgroup/hugetlb ] ||
		skip_unless_must 'needs the hugetlb controller'
	oci update -r - c <<< '{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}'
	is 4194304 hugetlb.2MB.limit_in_bytes hugetlb.2MB.max
	is 4194304 hugetlb.2MB.rsvd.limit_in_bytes hugetlb.2MB.rsvd.max
	oci delete --force c
}

@test "update --resources: a file, stdin, and what is left out stays" {
	start '{"memory":{"limit":33554432},"pids":{"limit":17}}'
	echo '{"memory":{"limit":50331648},"cpu":{"shares":200},"unknown":1,"network":null}' > "$SCRATCH/r.json"
	oci update --resources "$SCRATCH/r.json" c
	is 50331648 "${limit[@]}"
	is 17 pids.max
	oci update -r - c <<< '{"pids":{"limit":18}}'
	is 50331648 "${limit[@]}"
	is 18 pids.max
	# As in runc, and it is said in the log.
	oci --log "$SCRATCH/log" update --memory 1g -r - c <<< '{"pids":{"limit":19}}'
	is 50331648 "${limit[@]}"
	is 19 pids.max
	grep -q -e '--memory does not count beside --resources, ignoring' "$SCRATCH/log"
	for text in '' '{' '[]' '"x"' '{"pids":{"limit":"x"}}' '{"pids":{"limit":1,"limit":2}}'; do
		run oci update -r - c <<< "$text"
		[ "$status" = 1 ]
		[ "${#lines[@]}" = 1 ]
	done
	is 19 pids.max
	oci delete --force c
}

@test "update: a write that fails takes back all that were done before it" {
	start '{"memory":{"limit":33554432,"swap":67108864},"cpu":{"shares":100,"quota":50000,"period":100000},
		"pids":{"limit":20}}'
	everything > "$SCRATCH/before"
	[ "$(wc -l < "$SCRATCH/before")" -gt 20 ]
	# There is no such block device, and its write comes behind those of memory, cpu and devices.
	cat > "$SCRATCH/r.json" <<- 'END'
		{"memory":{"limit":134217728,"swap":268435456,"reservation":1048576},
		"cpu":{"shares":500,"quota":20000,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":30},
		"devices":[{"allow":false},{"allow":true,"type":"c","major":1,"minor":11,"access":"w"}],
		"blockIO":{"throttleReadBpsDevice":[{"major":4000,"minor":0,"rate":1000}]}}
	END
	run oci update -r "$SCRATCH/r.json" c
	[ "$status" = 1 ]
	[[ $output == 'linux.resources.blockIO.throttleReadBpsDevice: write'*'no such device' ]]
	everything | diff "$SCRATCH/before" -
	# The control: without that one they all are taken, and later ones start from there.
	jq 'del(.blockIO)' "$SCRATCH/r.json" | oci update -r - c
	is 134217728 "${limit[@]}"
	is 30 pids.max
	run diff -q "$SCRATCH/before" <(everything)
	[ "$status" = 1 ]
	oci delete --force c
	no_leftovers
}

@test "update: whichever write fails, all are taken back" {
	start '{"memory":{"limit":33554432,"swap":67108864},"cpu":{"shares":100,"quota":50000,"period":100000},"pids":{"limit":20}}'
	need strace
	jq -n '{memory: {limit: 134217728, swap: 268435456, reservation: 1048576}, pids: {limit: 30},
		cpu: {shares: 500, quota: 20000, period: 50000, cpus: "0", mems: "0"},
		devices: [{allow: false}, {allow: true, type: "c", major: 1, minor: 11, access: "w"}]}' > "$SCRATCH/r.json"
	# What this kernel has besides.
	! file cpu.cfs_burst_us cpu.max.burst > /dev/null || more='.cpu.burst = 10000'
	! file cpu.idle > /dev/null || more="${more:-.} | .cpu.shares = 100 | .cpu.idle = 1"
	! file hugetlb.2MB.limit_in_bytes hugetlb.2MB.max > /dev/null ||
		more="${more:-.} | .hugepageLimits = [{pageSize: \"2MB\", limit: 4194304}]"
	jq "${more:-.}" "$SCRATCH/r.json" > "$SCRATCH/all.json"
	everything > "$SCRATCH/before"
	failed=0
	for ((i = 1; i < 60; i++)); do
		run strace -o "$SCRATCH/trace" -e trace=write -e inject=write:error=ENOSPC:when="$i" \
			"$DOBOZ_OCI" --root "$STATE" update -r "$SCRATCH/all.json" c
		grep -q INJECTED "$SCRATCH/trace" || break
		# A message that could not be written is no failure of the update.
		[ "$status" != 0 ] || { grep INJECTED "$SCRATCH/trace" | grep -q '^write(2,'; break; }
		failed=$((failed + 1))
		everything | diff "$SCRATCH/before" - || { grep INJECTED "$SCRATCH/trace"; return 1; }
	done
	[ "$failed" -gt 8 ]
	# The control: nothing fails any more, and all is as asked for.
	[ "$status" = 0 ]
	is 134217728 "${limit[@]}"
	is 30 pids.max
	! file cpu.idle > /dev/null || is 1 cpu.idle
	oci delete --force c
	no_leftovers
}

@test "update: device rules are replaced, not added, and unchanged ones are not touched" {
	start '{"devices":[{"allow":false}]}' '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11}]'
	opens() { oci exec c sh -c ': > /dev/kmsg' 2> /dev/null; }
	run opens
	[ "$status" != 0 ]
	for _ in 1 2; do
		oci update -r - c <<< '{"devices":[{"allow":false},{"allow":true,"type":"c","major":1,"minor":11,"access":"w"}]}'
		opens
	done
	run oci exec c sh -c ': < /dev/kmsg'
	[ "$status" != 0 ]
	oci exec c sh -c ': > /dev/null'
	oci update --pids-limit 50 c
	opens
	oci update -r - c <<< '{"devices":[{"allow":true}]}'
	opens
	oci update -r - c <<< '{"devices":[{"allow":false}]}'
	run opens
	[ "$status" != 0 ]
	oci exec c sh -c ': > /dev/null'
	oci delete --force c
}

@test "update: a container never misses its devices meanwhile" {
	start '{"devices":[{"allow":false}]}'
	oci exec -d c sh -c 'while true > /dev/null; do :; done; touch /dev/shm/missed' > /dev/null 2>&1
	for i in 1 2 3 4 5 6 7 8 9 10; do
		oci update -r - c <<< '{"devices":[{"allow":false},{"allow":true,"type":"c","major":1,"minor":'"$i"',"access":"rwm"}]}'
	done
	run oci exec c test -e /dev/shm/missed
	[ "$status" = 1 ]
	oci delete --force c
}

@test "update: memory and swap together" {
	start '{"memory":{"limit":33554432,"swap":67108864}}'
	file "${swap[@]}" || skip_unless_must 'needs swap accounting'
	# Above the old limit of both, and back below the old limit of memory: either order of writes.
	oci update --memory 128m --memory-swap 256m c
	oci update --memory 16m --memory-swap 32m c
	is 16777216 "${limit[@]}"
	if is_v2; then is 16777216 memory.swap.max; else is 33554432 memory.memsw.limit_in_bytes; fi
	# One of them alone: what was said before still holds.
	oci update --memory-swap 64m c
	if is_v2; then is 50331648 memory.swap.max; else is 67108864 memory.memsw.limit_in_bytes; fi
	oci update --memory 48m c
	if is_v2; then is 16777216 memory.swap.max; else is 67108864 memory.memsw.limit_in_bytes; fi
	run oci update --memory 65m c
	[ "$status" = 1 ]
	[[ $output == *'memory+swap limit should be >= memory limit' ]]
	oci update --memory-swap -1 c
	oci update --memory 65m c
	is 68157440 "${limit[@]}"
	oci update --memory-swap 70m c
	oci update --memory -1 c
	if is_v2; then is max "${limit[@]}" && is max "${swap[@]}"
	else [ "$(cat "$(file "${limit[@]}")")" -gt 1000000000000000000 ] && [ "$(cat "$(file "${swap[@]}")")" -gt 1000000000000000000 ]; fi
	oci update --memory 64m c
	is 67108864 "${limit[@]}"
	oci delete --force c
}

@test "update: checkBeforeUpdate refuses less than what is in use" {
	start '{"memory":{"limit":67108864}}'
	run oci update -r - c <<< '{"memory":{"limit":4096,"checkBeforeUpdate":true}}'
	[ "$status" = 1 ]
	[[ $output == *'rejecting memory limit 4096 < usage '* ]]
	is 67108864 "${limit[@]}"
	if file "${swap[@]}"; then
		run oci update -r - c <<< '{"memory":{"limit":4096,"swap":8192,"checkBeforeUpdate":true}}'
		[[ $output == *'rejecting memory'*' < usage '* ]]
		is 67108864 "${limit[@]}"
	fi
	oci update -r - c <<< '{"memory":{"limit":60000000,"checkBeforeUpdate":true}}'
	[ "$(oci state c | jq -r .status)" = running ]
	oci delete --force c
}

@test "update: a paused container stays paused" {
	start
	oci pause c
	oci update --pids-limit 30 --memory 64m c
	is 30 pids.max
	[ "$(oci state c | jq -r .status)" = paused ]
	oci resume c
	[ "$(oci state c | jq -r .status)" = running ]
	oci delete --force c
}

@test "update: what it refuses" {
	refused 1 'container does not exist' oci update nope --memory 1
	start '{"pids":{"limit":17}}'
	while IFS='|' read -r options pattern; do
		# shellcheck disable=SC2086 # a list
		run oci update $options c
		[ "$status" = 1 ]
		[[ $output == *"$pattern"* ]] || { echo "$options: $output"; return 1; }
		is 17 pids.max
	done <<- 'END'
		--memory xx|invalid value for memory: invalid size: 'xx'
		--memory -2|invalid value for memory: invalid size: '-2'
		--memory 99999999999g|invalid value for memory: invalid size
		--cpu-period xx|invalid value for cpu-period
		--cpu-period -1|invalid value for cpu-period
		--cpu-quota 1.5|invalid value for cpu-quota
		--pids-limit 1k|invalid value for pids-limit
		--blkio-weight 5|blockIO.weight: must be 10 to 1000
		--cpuset-cpus 4000|cpu.cpus
		--cpuset-cpus x|is not a list like 0-3,7
		--resources /nonexistent|open /nonexistent: no such file or directory
	END
	oci kill c KILL
	run oci update --pids-limit 3 c
	[ "$status $output" = '1 container not running' ]
	oci delete c
	no_leftovers
}

# usage: what the container's memory controller counts
usage() { cat "$(file memory.usage_in_bytes memory.current)"; }

# cached MIB: a file that the container has just read and written, and that is on the disk, so that the
# kernel could forget it
cached()
{
	local before

	before=$(usage)
	oci exec c sh -c "dd if=/dev/zero of=/big bs=1M count=$1 2> /dev/null && sync /big" 2> /dev/null || return
	[ $(($(usage) - before)) -gt $(($1 << 19)) ] || skip_unless_must 'needs a /tmp on a disk'
}

@test "update --reclaim: an idle container gives memory back, as much as was asked for, and goes on" {
	start '{"memory":{"limit":268435456}}' '.root.readonly = false'
	file memory.usage_in_bytes memory.reclaim > /dev/null || skip_unless_must 'needs memory.reclaim (Linux 5.19)'
	cached 96
	pid=$(oci state c | jq .pid)
	before=$(usage)
	# The control: it is the option that does it, not update, nor time.
	oci update --pids-limit 50 c
	oci events --stats c > /dev/null
	[ "$(usage)" -gt $((before - (8 << 20))) ]
	run oci update --reclaim 32m --pids-limit 60 c
	[ "$status" = 0 ]
	[[ $output =~ ^reclaimed\ ([0-9]+)\ of\ 33554432\ bytes:\ ([0-9]+)\ before,\ ([0-9]+)\ after$ ]]
	[ "${BASH_REMATCH[1]}" -ge 33000000 ]
	[ $((BASH_REMATCH[2] - BASH_REMATCH[3])) = "${BASH_REMATCH[1]}" ]
	after=$(usage)
	# Not all of it, either: at least a third of what it had cached is still there.
	[ "$after" -lt $((before - (28 << 20))) ]
	[ "$after" -gt $((32 << 20)) ]
	is 60 pids.max
	is 268435456 "${limit[@]}"
	[ "$(oci state c | jq -r '"\(.status) \(.pid)"')" = "running $pid" ]
	oci exec c true
	oci delete --force c
	no_leftovers
}

@test "update --reclaim: what is in use stays, and nothing is killed for it" {
	start '{"memory":{"limit":268435456}}' '.root.readonly = false'
	file memory.usage_in_bytes memory.reclaim > /dev/null || skip_unless_must 'needs memory.reclaim (Linux 5.19)'
	cached 16
	mkfifo "$SCRATCH/b/rootfs/ready"
	# Memory of its own, which without swap nobody can take; the text is held by the shell.
	oci exec -d c sh -c 'x=$(dd if=/dev/zero bs=1M count=24 2> /dev/null | tr "\0" x); sleep 1000 & echo > /ready; wait; echo "$x"' \
		> /dev/null 2>&1 3>&-
	read -r _ < "$SCRATCH/b/rootfs/ready"
	n=$(oci ps c | wc -l)
	for _ in 1 2 3; do
		run oci update --reclaim 1g c
		[ "$status" = 0 ]
		[[ $output == 'reclaimed '*' of 1073741824 bytes: '* ]]
	done
	[ "$(oci ps c | wc -l)" = "$n" ]
	is 268435456 "${limit[@]}"
	[ -n "$(tail -n +2 /proc/swaps)" ] || [ "$(usage)" -gt $((24 << 20)) ]
	oci delete --force c
	no_leftovers
}

@test "update --reclaim: one that is killed meanwhile leaves the limit as it was" {
	start '{"memory":{"limit":268435456}}' '.root.readonly = false'
	file memory.usage_in_bytes memory.reclaim > /dev/null || skip_unless_must 'needs memory.reclaim (Linux 5.19)'
	need strace
	cached 32
	# Wherever it writes: the state, the kernel's file, and what it would have to set back.
	for i in 1 2 3 4 5 6 7 8; do
		run strace -o "$SCRATCH/trace" -e trace=write,pwrite64 -e inject=write,pwrite64:signal=KILL:when="$i" \
			"$DOBOZ_OCI" --root "$STATE" update --reclaim 16m c
		is 268435456 "${limit[@]}"
		grep -q KILL "$SCRATCH/trace" || break
	done
	[ "$i" -gt 2 ]
	oci exec c true
	oci delete --force c
	no_leftovers
}

@test "update: a container that needs more memory for a while gets it, and gives it back" {
	start '{"memory":{"limit":33554432,"swap":33554432}}' '.root.readonly = false'
	file "${swap[@]}" > /dev/null || skip_unless_must 'needs swap accounting'
	needs() { oci exec c sh -c 'x=$(dd if=/dev/zero bs=1M count=48 2> /dev/null | tr "\0" x); [ ${#x} = 50331648 ]'; }
	run needs
	[ "$status" != 0 ]
	oci update --memory 512m --memory-swap 512m c
	needs
	cached 64
	[ "$(usage)" -gt 33554432 ]
	oci update --reclaim 48m --memory 32m --memory-swap 32m c
	is 33554432 "${limit[@]}"
	[ "$(usage)" -le 33554432 ]
	[ "$(oci state c | jq -r .status)" = running ]
	# The control again: the limit binds as before.
	run needs
	[ "$status" != 0 ]
	oci delete --force c
	no_leftovers
}

@test "update --reclaim: what it refuses" {
	start
	for text in 0 x -1 99999999999g; do
		run oci update --reclaim "$text" c
		[ "$status" = 1 ]
		[ "$output" = "invalid value for reclaim: invalid size: '$text'" ]
	done
	oci kill c KILL
	run oci update --reclaim 1m c
	[ "$status $output" = '1 container not running' ]
	oci delete c
	no_leftovers
}
