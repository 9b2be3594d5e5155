# SPDX-License-Identifier: Apache-2.0
# tests/priorities.bats - what the kernel does with a process: scheduler, I/O priority, CPUs, memory policy,
# personality, clocks. Each is read back from inside; words that are refused: tests/refused.table
load helpers
bats_require_minimum_version 1.5.0

setup()
{
	test_begin
	need_root
	# shellcheck disable=SC2034 # bundle uses it: the parents of a container's cgroup stay
	CGROUP=/$TAG
	bundle "$SCRATCH/b"
}

# box ARG...: what ARG... prints in the bundle's container
box()
{
	edit "$SCRATCH/b" '.process.args = $ARGS.positional' --args -- "$@"
	oci run --bundle "$SCRATCH/b" box 2>&1
}

# sleeping: a container that waits, for exec
sleeping()
{
	edit "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci run --detach --bundle "$SCRATCH/b" box > "$SCRATCH/out" 2>&1
}

# ---- scheduler ----

# policy_and_nice: of a line of /proc/PID/stat
policy_and_nice() { sed 's/.*) //' | awk '{ print $39, $17 }'; }

# scheduled JSON: "POLICY NICE PRIORITY" of a process with this process.scheduler (proc(5), stat)
scheduled()
{
	edit "$SCRATCH/b" --argjson s "$1" '.process.scheduler = $s'
	box cat /proc/self/stat | sed 's/.*) //' | awk '{ print $39, $17, $38 }'
}

@test "scheduler: each policy with its numbers" {
	# Without a cgroup: those of v1 give their members no realtime of their own, unless they are told to.
	oci() { "$DOBOZ_OCI" --cgroup-manager disabled --root "$STATE" "$@"; }
	[ "$(scheduled null)" = '0 0 0' ]
	[ "$(scheduled '{"policy": "SCHED_OTHER", "nice": 7}')" = '0 7 0' ]
	[ "$(scheduled '{"policy": "SCHED_BATCH", "nice": -3}')" = '3 -3 0' ]
	[ "$(scheduled '{"policy": "SCHED_IDLE"}')" = '5 0 0' ]
	[ "$(scheduled '{"policy": "SCHED_FIFO", "priority": 11}')" = '1 0 11' ]
	[ "$(scheduled '{"policy": "SCHED_RR", "priority": 12}')" = '2 0 12' ]
	[ "$(scheduled '{"policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 50000000, "period": 100000000,
		"flags": ["SCHED_FLAG_RESET_ON_FORK"]}')" = '6 0 0' ]
}

@test "scheduler: flags, and the kernel's own refusal" {
	edit "$SCRATCH/b" '.process.scheduler = { policy: "SCHED_BATCH", nice: -3 }'
	[[ $(box sh -c 'cat /proc/self/stat; :' | policy_and_nice) == '3 -3' ]]
	# A child gets back a nice of 0.
	edit "$SCRATCH/b" '.process.scheduler.flags = ["SCHED_FLAG_RESET_ON_FORK"]'
	[[ $(box sh -c 'cat /proc/self/stat; :' | policy_and_nice) == '3 0' ]]
	# More time than there is in a period.
	edit "$SCRATCH/b" '.process.scheduler = { policy: "SCHED_DEADLINE", runtime: 9000000, deadline: 5000000, period: 5000000 }'
	refused 1 'process.scheduler: set the scheduler: invalid argument' oci run --bundle "$SCRATCH/b" box
}

@test "scheduler and ioPriority: exec has its own, else the container's" {
	edit "$SCRATCH/b" '.process.scheduler = { policy: "SCHED_OTHER", nice: 4 } |
		.process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 6 }'
	sleeping
	[ "$(oci exec box cat /proc/self/stat | policy_and_nice)" = '0 4' ]
	[ "$(oci exec box ionice)" = 'best-effort: prio 6' ]
	jq '.process | .args = ["sh", "-c", "ionice; exec cat /proc/self/stat"] | .scheduler.nice = 9 |
		.ioPriority.priority = 2' < "$SCRATCH/b/config.json" > "$SCRATCH/process.json"
	run -0 oci exec --process "$SCRATCH/process.json" box
	[ "${lines[0]}" = 'best-effort: prio 2' ]
	[ "$(policy_and_nice <<< "${lines[1]}")" = '0 9' ]
	oci delete --force box
	no_leftovers
}

# ---- I/O priority ----

@test "ioPriority: each class" {
	[ "$(box ionice)" = 'none: prio 0' ] # the control: nothing is set
	edit "$SCRATCH/b" '.process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 5 }'
	[ "$(box ionice)" = 'best-effort: prio 5' ]
	edit "$SCRATCH/b" '.process.ioPriority = { class: "IOPRIO_CLASS_RT", priority: 1 }'
	[ "$(box ionice)" = 'realtime: prio 1' ]
	edit "$SCRATCH/b" '.process.ioPriority = { class: "IOPRIO_CLASS_IDLE", priority: 0 }'
	[[ $(box ionice) == idle* ]]
}

# ---- CPUs ----

allowed() { sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "${1:-/proc/self/status}"; }

@test "CPUs: not those of the runtime, but all of the cgroup; execCPUAffinity" {
	need taskset
	[ "$(nproc --all)" -ge 2 ] || skip_unless_must 'needs two processors'
	all=$(allowed)
	[ "$(taskset -c 0 sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)" = 0 ]
	edit "$SCRATCH/b" '.process.args = ["grep", "Cpus_allowed_list", "/proc/self/status"]'
	run -0 taskset -c 0 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" box
	[ "$output" = $'Cpus_allowed_list:\t'"$all" ]
	edit "$SCRATCH/b" '.linux.resources.cpu.cpus = "1"'
	run -0 taskset -c 0 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" box
	[ "$output" = $'Cpus_allowed_list:\t1' ]
	edit "$SCRATCH/b" 'del(.linux.resources.cpu)'
	sleeping
	run -0 taskset -c 0 "$DOBOZ_OCI" --root "$STATE" exec box grep Cpus_allowed_list /proc/self/status
	[ "$output" = $'Cpus_allowed_list:\t'"$all" ]
	for affinity in '{"initial": "1"} 1' '{"final": "1"} 1' '{"initial": "1", "final": "0"} 0' '{"final": "0-1"} 0-1' '{"final": "0,1"} 0-1'; do
		jq --argjson affinity "${affinity% *}" '.process | .args = ["grep", "Cpus_allowed_list", "/proc/self/status"] |
			.execCPUAffinity = $affinity' < "$SCRATCH/b/config.json" > "$SCRATCH/process.json"
		run -0 oci exec --process "$SCRATCH/process.json" box
		[ "$output" = $'Cpus_allowed_list:\t'"${affinity##* }" ]
	done
	# A processor that there is not.
	jq '.process | .args = ["true"] | .execCPUAffinity = { final: "8000" }' < "$SCRATCH/b/config.json" > "$SCRATCH/process.json"
	run -255 oci exec --process "$SCRATCH/process.json" box
	[[ $output == *"set the CPUs to '8000'"* ]]
	oci delete --force box
	no_leftovers
}

# ---- memory policy ----

# policy MODE NODES [FLAG]: what the kernel says of a process with it (proc(5), numa_maps), or the error
policy()
{
	edit "$SCRATCH/b" '.linux.memoryPolicy = { mode: $ARGS.positional[0], nodes: $ARGS.positional[1], flags: $ARGS.positional[2:] }' --args -- "$@"
	box cat /proc/self/numa_maps | sed -nE '1 { s/^[0-9a-f]+ //; s/ (file|anon|mapped|heap|stack)[=[:space:]].*//; p }'
}

@test "memoryPolicy: each mode and flag is the kernel's, and a bad set of them is refused" {
	[ -e /proc/self/numa_maps ] || skip_unless_must 'needs a kernel with NUMA'
	invalid='config.linux.memoryPolicy: set the memory policy: invalid argument'
	[ "$(policy MPOL_DEFAULT '')" = default ]
	[ "$(policy MPOL_LOCAL '')" = local ]
	[ "$(policy MPOL_PREFERRED 0)" = prefer:0 ]
	[ "$(policy MPOL_PREFERRED '')" = local ]
	[ "$(policy MPOL_BIND 0)" = bind:0 ]
	[ "$(policy MPOL_INTERLEAVE 0)" = interleave:0 ]
	[ "$(policy MPOL_PREFERRED_MANY 0)" = 'prefer (many):0' ]
	[ "$(policy MPOL_BIND 0 MPOL_F_STATIC_NODES)" = bind=static:0 ]
	[ "$(policy MPOL_INTERLEAVE 0 MPOL_F_RELATIVE_NODES)" = interleave=relative:0 ]
	[[ $(policy MPOL_BIND 0 MPOL_F_NUMA_BALANCING) == bind=*:0 ]]
	for bad in MPOL_BIND MPOL_INTERLEAVE MPOL_PREFERRED_MANY; do
		[ "$(policy $bad '')" = "$invalid" ]
	done
	[ "$(policy MPOL_DEFAULT 0)" = "$invalid" ]
	[ "$(policy MPOL_LOCAL 0)" = "$invalid" ]
	[ "$(policy MPOL_INTERLEAVE 0 MPOL_F_NUMA_BALANCING)" = "$invalid" ]
	[ "$(policy MPOL_BIND 0 MPOL_F_STATIC_NODES MPOL_F_RELATIVE_NODES)" = "$invalid" ]
	[ "$(policy MPOL_BIND 1023)" = "$invalid" ] # the highest that there can be; nothing cuts it off
	[[ $(policy MPOL_BIND 1024) == *'memoryPolicy.nodes: invalid memory policy node list'* ]]
	# exec gets the container's.
	[ "$(policy MPOL_BIND 0)" = bind:0 ]
	sleeping
	[[ $(oci exec box head -n 1 /proc/self/numa_maps) == *' bind:0 '* ]]
	oci delete --force box
	no_leftovers
}

@test "memoryPolicy: MPOL_WEIGHTED_INTERLEAVE where the kernel has it, else an error" {
	[ -e /proc/self/numa_maps ] || skip_unless_must 'needs a kernel with NUMA'
	got=$(policy MPOL_WEIGHTED_INTERLEAVE 0)
	if [ -e /sys/kernel/mm/mempolicy/weighted_interleave ]; then
		[ "$got" = 'weighted interleave:0' ]
	else
		[ "$got" = 'config.linux.memoryPolicy: set the memory policy: invalid argument' ]
	fi
}

# ---- personality ----

@test "personality: LINUX32 shows another machine, in exec too" {
	[ "$(uname -m)" = x86_64 ] || skip_unless_must 'needs x86_64'
	[ "$(box uname -m)" = x86_64 ]
	edit "$SCRATCH/b" '.linux.personality = { domain: "LINUX" }'
	[ "$(box uname -m)" = x86_64 ]
	edit "$SCRATCH/b" '.linux.personality = { domain: "LINUX32", flags: [] }'
	[ "$(box uname -m)" = i686 ]
	sleeping
	[ "$(oci exec box uname -m)" = i686 ]
	oci delete --force box
	no_leftovers
}

# ---- clocks ----

@test "timeOffsets: both clocks, in seconds and nanoseconds, and backwards" {
	offsets() { box cat /proc/self/timens_offsets | tr -s ' '; }
	[ "$(offsets)" = $'monotonic 0 0\nboottime 0 0' ]
	edit "$SCRATCH/b" '.linux.namespaces += [{ type: "time" }]'
	[ "$(offsets)" = $'monotonic 0 0\nboottime 0 0' ]
	edit "$SCRATCH/b" '.linux.timeOffsets = { monotonic: { secs: 86400, nanosecs: 7 }, boottime: { secs: 172800, nanosecs: 999999999 } }'
	[ "$(offsets)" = $'monotonic 86400 7\nboottime 172800 999999999' ]
	edit "$SCRATCH/b" '.linux.timeOffsets = { boottime: { secs: -1 } }'
	[ "$(offsets)" = $'monotonic 0 0\nboottime -1 0' ]
	# Before the machine was started.
	edit "$SCRATCH/b" '.linux.timeOffsets = { boottime: { secs: -1000000000 } }'
	refused 1 'config.linux.timeOffsets: .*out of range' oci run --bundle "$SCRATCH/b" box
}
