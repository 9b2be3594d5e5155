#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/cgroup_rates.bats - limits of CPU time and of disks bind in a container; the rest is in cgroup_limits.bats
# No amount of time is absolute: it is a ratio of what the kernel counted, CPU time against /proc/uptime, or against a
# neighbour's, or the same command without the limit.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154,SC2016 # what cgroups.bash and run share; scripts of the container
load helpers
load cgroups

bats_require_minimum_version 1.5.0 # run -N

setup() { cgroups_begin; }

# ---- CPU ----

# Three loops for as long as three seconds of /proc/uptime, and what the container has used of them, in percent of a CPU.
cpu_share='cpu() { if [ -e /sys/fs/cgroup/cpuacct/cpuacct.usage ]; then read -r n < /sys/fs/cgroup/cpuacct/cpuacct.usage; echo $((n / 1000))
	else sed -n "s/^usage_usec //p" /sys/fs/cgroup/cpu.stat; fi; }
	now() { read -r t _ < /proc/uptime; echo "$t" | tr -d .; }
	for i in 1 2 3; do (while :; do :; done) & done
	wall=$(now); used=$(cpu)
	while [ $(($(now) - wall)) -lt 300 ]; do sleep 0.1; done
	used=$(($(cpu) - used)); wall=$(($(now) - wall))
	echo $((used / wall / 100))'

@test "cpu.quota: the time is capped within a tenth" {
	need_controller cpu cpu
	in_box '{"cpu": {"quota": 20000, "period": 100000}}' "$cpu_share"
	between 1 22 "$output"
	in_box '{"cpu": {"quota": 5000, "period": 20000}}' "$cpu_share"
	between 1 27.5 "$output"
	in_box '{}' "$cpu_share"
	between 30 1000 "$output"
}

# used BOX: the CPU time that a container has had, in microseconds
used()
{
	local CGROUP=/$TAG-$1 path

	if path=$(file cpuacct.usage); then echo $(($(< "$path") / 1000)); else sed -n 's/^usage_usec //p' "$(file cpu.stat)"; fi
}

# rivals RESOURCES RESOURCES: two busy containers on CPU 0; ratio is how much more time the first gets
rivals()
{
	local n=0 resources first second

	for resources; do
		n=$((n + 1))
		CGROUP=/$TAG-$n
		box "$(jq -c '.cpu.cpus = "0"' <<< "$resources")" sh -c 'while :; do :; done'
		oci run -d --bundle "$SCRATCH/b" "c$n" < /dev/null > /dev/null 2>&1 3>&-
	done
	first=$(used 1) second=$(used 2)
	until_is enough "$first" "$second"
	ratio=$(awk -v a="$(($(used 1) - first))" -v b="$(($(used 2) - second))" 'BEGIN { print a / (b ? b : 1) }')
	echo "ratio $ratio"
}
enough() { [ $(($(used 1) + $(used 2) - $1 - $2)) -gt 2000000 ]; }
weight_of() { CGROUP=/$TAG-$1 file cpu.shares cpu.weight | xargs cat; }

@test "cpu.shares: two busy containers on one CPU have it in the ratio of their weights" {
	need_controller cpu cpu
	need_controller cpuset cpuset
	rivals '{"cpu": {"shares": 2048}}' '{"cpu": {"shares": 256}}'
	want=$(awk -v a="$(weight_of 1)" -v b="$(weight_of 2)" 'BEGIN { print a / b }')
	between 2 8 "$want"
	between "$(awk -v w="$want" 'BEGIN { print w * 0.75 }')" "$(awk -v w="$want" 'BEGIN { print w * 1.33 }')" "$ratio"
	oci delete --force c1
	oci delete --force c2
	rivals '{"cpu": {"shares": 512}}' '{"cpu": {"shares": 512}}'
	between 0.75 1.33 "$ratio"
	oci delete --force c1
	oci delete --force c2
	no_leftovers
}

@test "cpu.idle: a busy neighbour has nearly all" {
	need_controller cpu cpu
	need_controller cpuset cpuset
	find "$(v1 cpu)/" /sys/fs/cgroup/*/ -maxdepth 2 -name cpu.idle 2> /dev/null | grep -q . || is_v2 || skip 'needs Linux 5.15'
	rivals '{}' '{"cpu": {"idle": 1}}'
	between 20 1000000000 "$ratio"
	oci delete --force c1
	oci delete --force c2
	no_leftovers
}

@test "cpu.burst: what was saved may be spent at once" {
	need_controller cpu cpu
	# 40 ms of work a third of a second, with 20 of each 100 ms allowed; the counter is of periods that took more.
	local work='for i in 1 2 3 4 5 6; do sleep 0.3; sh -c '\''while read -r s < /proc/$$/stat; do set -- $s
		[ $((${14} + ${15})) -lt 4 ] || break; done'\''; done
		cat /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpu.stat 2> /dev/null | sed -n "s/^nr_bursts //p"'
	in_box '{"cpu": {"quota": 20000, "period": 100000, "burst": 20000}}' "$work"
	[ "$status" = 0 ]
	echo "$output"
	[ -n "$output" ] || skip 'needs Linux 5.14'
	[ "$output" -gt 0 ]
	in_box '{"cpu": {"quota": 20000, "period": 100000}}' "$work"
	[ "$output" = 0 ]
}

@test "cpu.realtimeRuntime: without it there is no real-time process" {
	[ -n "$(v1 cpu)" ] && [ -e "$(v1 cpu)/cpu.rt_runtime_us" ] || skip 'only v1 with CONFIG_RT_GROUP_SCHED has it'
	# realtime RESOURCES
	realtime()
	{
		box "$1" /bin/probe realtime 2000
		cp "$PROBE" "$SCRATCH/b/rootfs/bin/probe"
		edit "$SCRATCH/b" '.process.capabilities |= map_values(. + ["CAP_SYS_NICE"])'
		run oci run --bundle "$SCRATCH/b" c
	}
	realtime '{"cpu": {"realtimeRuntime": 100000, "realtimePeriod": 500000, "cpus": "0"}}'
	[ "$status" = 0 ]
	between 1 25 "$output"
	realtime '{"cpu": {"realtimeRuntime": 400000, "realtimePeriod": 500000, "cpus": "0"}}'
	between 50 85 "$output"
	realtime '{}'
	[ "$output" = 'sched_setscheduler: Operation not permitted' ]
	no_leftovers
}

@test "cpu.cpus and cpu.mems: no process is elsewhere, nor can it go there" {
	need_controller cpuset cpuset
	[ "$(nproc)" -gt 1 ] || skip 'one CPU'
	local where='grep -h -e ^Cpus_allowed_list -e ^Mems_allowed_list /proc/self/status; taskset -c 1 true && echo moved; nproc'
	in_box '{"cpu": {"cpus": "0", "mems": "0"}}' "$where"
	[[ $output == $'Cpus_allowed_list:\t0\nMems_allowed_list:\t0\n'*$'\n1' && $output != *moved* ]]
	in_box '{"cpu": {"cpus": "0-1"}}' "$where"
	[[ $output == *moved* ]]
}

# ---- devices of blocks ----

# disk: the whole disk below SCRATCH, as MAJOR:MINOR
disk()
{
	local source whole

	source=$(findmnt -n -o SOURCE -T "$SCRATCH")
	[ -b "$source" ] || skip "no block device below $SCRATCH"
	whole=$(lsblk -ndo PKNAME "$source")
	disk=$(lsblk -ndo MAJ:MIN "/dev/${whole:-${source#/dev/}}" | tr -d ' ')
	mkdir -p "$SCRATCH/io"
	IO_MOUNT='.mounts += [{destination: "/mnt", type: "bind", source: "'$SCRATCH/io'", options: ["rbind", "rw"]}]'
}

# takes RESOURCES COMMAND: how many hundredths of a second a command takes in the container; in $taken
takes()
{
	CHANGE=$IO_MOUNT in_box "$1" "now() { read -r t _ < /proc/uptime; echo \"\$t\" | tr -d .; }
		start=\$(now); $2 || exit; echo \$((\$(now) - start))"
	[ "$status" = 0 ]
	taken=${lines[-1]}
}

# throttles KEY RATE COMMAND: the command, of three times the rate, takes much longer than without
throttles()
{
	local free

	takes '{}' "$3"
	free=$taken
	takes "$(jq -nc --arg d "$disk" --arg key "$1" --argjson rate "$2" '($d | split(":") | map(tonumber)) as [$a, $b] |
		{blockIO: {($key): [{major: $a, minor: $b, rate: $rate}]}}')" "$3"
	echo "$1: $taken cs, without $free cs"
	# Three seconds' worth, of which the first may be free of charge.
	[ "$taken" -ge 150 ]
	[ "$taken" -ge $((3 * free)) ]
}

@test "blockIO.throttle: direct writes and reads of a disk are as slow as that" {
	need_controller blkio io
	disk
	throttles throttleWriteBpsDevice 2097152 'dd if=/dev/zero of=/mnt/file bs=256k count=24 oflag=direct 2> /dev/null'
	throttles throttleReadBpsDevice 2097152 'dd if=/mnt/file of=/dev/null bs=256k count=24 iflag=direct 2> /dev/null'
	throttles throttleWriteIOPSDevice 20 'dd if=/dev/zero of=/mnt/file bs=4k count=60 conv=notrunc oflag=direct 2> /dev/null'
	throttles throttleReadIOPSDevice 20 'dd if=/mnt/file of=/dev/null bs=4k count=60 iflag=direct 2> /dev/null'
}

@test "blockIO.weight: the file of the scheduler that is there, or a refusal" {
	need_controller blkio io
	disk
	box '{"blockIO": {"weight": 500}}' sleep 1000
	if ! oci run -d --bundle "$SCRATCH/b" c < /dev/null > "$SCRATCH/said" 2>&1 3>&-; then
		[[ $(< "$SCRATCH/said") == *'linux.resources.blockIO.weight: write '*'no such file or directory' ]]
		no_leftovers
		skip 'no I/O scheduler with weights'
	fi
	# 500 of 10..1000 is 4950 of 1..10000
	if file blkio.bfq.weight blkio.weight; then is 500 blkio.bfq.weight blkio.weight
	elif file io.bfq.weight; then grep -qx 'default 500' "$(file io.bfq.weight)"
	else grep -qx 'default 4950' "$(file io.weight)"; fi
	oci delete --force c
	no_leftovers
}
