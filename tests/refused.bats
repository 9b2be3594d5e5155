#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/refused.bats - bad input: exit 1 (exec: 255), one line that names the object and the reason, nothing left
#
# The cases are rows of tests/refused.table; config_fields below lists the fields of the runtime-spec 1.3,
# so that a field without a case is seen. The control of every table is the same input without the one thing that spoils it.

load helpers

setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle uses it
	CGROUP=/$TAG # the parents of a container's cgroup stay
}

# spoiled PROGRAM...: $BUNDLE/config.json through each jq program, one compact document a line
spoiled()
{
	local all

	printf -v all '(%s), ' "$@"
	jq -c "${all%, }" < "$BUNDLE/good.json"
}

# judge NAME WANT-STATUS WANT-TEXT STATUS OUTPUT: one case; a wrong one is printed and counted in $wrong
judge()
{
	local name=$1 want=$2 text=$3 got=$4 output=$5

	if [ "$got" != "$want" ] || [ -z "$output" ] || [[ $output == *$'\n'* ]] || [[ $output != *"$text"* ]]; then
		printf '%s\n  want %s and: %s\n  got  %s and: %s\n' "$name" "$want" "$text" "$got" "$output"
		wrong=$((wrong + 1))
	fi
}

# read_table: the columns of the cases into the arrays fields, programs and texts
read_table()
{
	local field program text

	fields=() programs=() texts=()
	while IFS=$'\t' read -r field program text; do
		[[ $field == '#'* ]] && continue
		fields+=("$field") programs+=("$program") texts+=("$text")
	done < "$TESTS/refused.table"
}

good_bundle()
{
	BUNDLE=$SCRATCH/b
	bundle "$BUNDLE"
	# the host decides whether `spec` has it; the table counts on it
	edit "$BUNDLE" '.linux.namespaces |= map(select(.type != "cgroup")) + [{type: "cgroup"}]'
	cp "$BUNDLE/config.json" "$BUNDLE/good.json"
	oci run --bundle "$BUNDLE" control
}

@test "every field of config.json: a bad value is refused" {
	local fields programs texts document status output i=0 wrong=0

	need_root
	need jq
	good_bundle
	read_table
	[ "${#programs[@]}" -gt 250 ]
	while read -r document; do
		printf '%s\n' "$document" > "$BUNDLE/config.json"
		status=0
		# Into a file: the process of a container that is made after all would keep a pipe open.
		timeout 10 "$DOBOZ_OCI" --root "$STATE" create --bundle "$BUNDLE" "c$i" > "$SCRATCH/out" 2>&1 < /dev/null ||
			status=$?
		output=$(< "$SCRATCH/out")
		judge "${fields[i]}: ${programs[i]}" 1 "${texts[i]}" "$status" "$output"
		[ ! -e "$STATE/c$i" ] || { echo "case $i left its state"; wrong=$((wrong + 1)); }
		i=$((i + 1))
	done < <(spoiled "${programs[@]}")
	[ "$i" = "${#programs[@]}" ]
	no_leftovers
	[ "$wrong" = 0 ]
}

# The fields of the runtime-spec 1.3 on Linux; "FIELD: REASON" has no case, for a reason.
config_fields()
{
	cat << 'FIELDS'
ociVersion
root
root.path
root.readonly
hostname
domainname
annotations
mounts
mounts.destination
mounts.type
mounts.source
mounts.options
mounts.options.remount
mounts.options.propagation
mounts.options.idmap
mounts.uidMappings
mounts.gidMappings
mounts.cgroup: whatever a cgroup mount is given as data has no meaning on a hybrid host
process
process.terminal
process.consoleSize
process.cwd
process.env
process.args
process.commandLine: for Windows only, and ignored
process.rlimits
process.capabilities
process.noNewPrivileges
process.apparmorProfile
process.selinuxLabel
process.oomScoreAdj
process.scheduler
process.ioPriority
process.execCPUAffinity
process.user
process.user.uid
process.user.gid
process.user.umask
process.user.additionalGids
hooks
hooks.prestart
hooks.createRuntime
hooks.createContainer
hooks.startContainer
hooks.poststart
hooks.poststop
linux
linux.namespaces
linux.uidMappings
linux.gidMappings
linux.timeOffsets
linux.devices
linux.netDevices
linux.cgroupsPath
linux.rootfsPropagation
linux.maskedPaths
linux.readonlyPaths
linux.mountLabel
linux.personality
linux.memoryPolicy
linux.intelRdt
linux.sysctl
resources
resources.devices
resources.memory.limit
resources.memory.reservation
resources.memory.swap
resources.memory.kernel
resources.memory.kernelTCP
resources.memory.swappiness
resources.memory.disableOOMKiller
resources.memory.useHierarchy
resources.memory.checkBeforeUpdate
resources.cpu.shares
resources.cpu.quota
resources.cpu.period
resources.cpu.burst
resources.cpu.cpus
resources.cpu.mems
resources.cpu.idle
resources.cpu.realtimeRuntime
resources.cpu.realtimePeriod
resources.pids
resources.blockIO.weight
resources.blockIO.leafWeight
resources.blockIO.weightDevice
resources.blockIO.throttle
resources.hugepageLimits
resources.network
resources.rdma
resources.unified
seccomp
seccomp.defaultAction
seccomp.defaultErrnoRet
seccomp.architectures
seccomp.flags
seccomp.listenerPath
seccomp.listenerMetadata
seccomp.syscalls
seccomp.syscalls.args
FIELDS
}

@test "no field of config.json is without a case, or the reason is written down" {
	local fields programs texts line missing=0

	read_table
	while read -r line; do
		if [[ $line == *': '* ]]; then
			echo "# no case: $line" >&3
		elif ! printf '%s\n' "${fields[@]}" | grep -qxF -- "$line"; then
			echo "no case: $line"
			missing=$((missing + 1))
		fi
	done < <(config_fields)
	while read -r line; do
		config_fields | grep -qxF -- "$line" || { echo "not a field: $line"; missing=$((missing + 1)); }
	done < <(printf '%s\n' "${fields[@]}" | sort -u)
	[ "$missing" = 0 ]
}

@test "config.json as a text: duplicate keys, no JSON, too deep, too large" {
	local name i=0 status output wrong=0

	need_root
	good_bundle
	: > "$BUNDLE/empty"
	printf '[' > "$BUNDLE/unfinished"
	printf 'null' > "$BUNDLE/null"
	sed '$s/}$/,"hostname":"twice"}/' "$BUNDLE/good.json" > "$BUNDLE/twice"
	sed 's/"cwd":/"cwd":"\/tmp","cwd":/' "$BUNDLE/good.json" > "$BUNDLE/twice-within"
	sed '$s/$/ x/' "$BUNDLE/good.json" > "$BUNDLE/trailing"
	sed 's/"cwd": *"/&\\u0000/' "$BUNDLE/good.json" > "$BUNDLE/nul"
	printf '{"x":"\xff"}' > "$BUNDLE/not-utf8"
	head -c 1000000 /dev/zero | tr '\0' '[' > "$BUNDLE/deep"
	truncate -s 1G "$BUNDLE/large"
	mkdir "$BUNDLE/folder"
	mkfifo "$BUNDLE/fifo"
	for name in empty unfinished null twice twice-within trailing nul not-utf8 deep large folder fifo none; do
		status=0
		output=$(timeout 10 "$DOBOZ_OCI" --root "$STATE" run --bundle "$BUNDLE" --config "$BUNDLE/$name" "c$i" 2>&1 \
			< /dev/null) || status=$?
		judge "$name" 1 '' "$status" "$output"
		i=$((i + 1))
	done
	no_leftovers
	[ "$wrong" = 0 ]
}

@test "every field of process.json: exec refuses the same, with 255" {
	local fields programs texts document status output i pid wrong=0

	need_root
	need jq
	good_bundle
	edit "$BUNDLE" '.process.args = ["sleep", "1000"]'
	oci run --detach --bundle "$BUNDLE" box > "$SCRATCH/out" 2>&1
	pid=$(oci state box | jq .pid)
	read_table
	jq .process "$BUNDLE/good.json" > "$SCRATCH/process.json"
	oci exec --process "$SCRATCH/process.json" box
	for i in "${!fields[@]}"; do
		# Not of exec: what only exists in a config, and what needs no fault for a detached exec.
		[[ ${fields[i]} == process.* ]] || unset 'programs[i]'
	done
	i=0
	while read -r document; do
		jq -c .process <<< "$document" > "$SCRATCH/process.json"
		while [ -z "${programs[i]+set}" ]; do i=$((i + 1)); done
		status=0
		timeout 10 "$DOBOZ_OCI" --root "$STATE" exec --process "$SCRATCH/process.json" --pid-file "$SCRATCH/exec.pid" \
			--detach box > "$SCRATCH/out" 2>&1 < /dev/null || status=$?
		output=$(< "$SCRATCH/out")
		judge "${programs[i]}" 255 "$(text_for_exec "${texts[i]}")" "$status" "$output"
		[ ! -e "$SCRATCH/exec.pid" ] || { echo "wrote a pid: ${programs[i]}"; wrong=$((wrong + 1)); }
		rm -f "$SCRATCH/exec.pid"
		i=$((i + 1))
	done < <(spoiled "${programs[@]}")
	[ "$(oci ps --format json box)" = "[$pid]" ]
	oci delete --force box
	no_leftovers
	[ "$wrong" = 0 ]
}

# In the file of a process the path begins with its own name.
text_for_exec() { printf '%s' "${1#config.}"; }

# A rollback that empties "its" cgroup took the other container with it.
@test "create in the cgroup of another container is refused, and that one lives on" {
	local pid

	need_root
	good_bundle
	edit "$BUNDLE" '.process.args = ["sleep", "1000"]'
	oci run --detach --bundle "$BUNDLE" box > "$SCRATCH/out" 2>&1
	pid=$(oci state box | jq .pid)
	run oci create --bundle "$BUNDLE" other
	[ "$status" = 1 ]
	[[ $output == *"container's cgroup is not empty: "*" holds process $pid"* ]]
	[ "$(oci state box | jq -r .status)" = running ]
	[ "$(oci list --quiet)" = box ]
	grep -q "/$TAG\$" "/proc/$pid/cgroup"
	oci delete --force box
	no_leftovers
}

@test "command lines: each verb refuses what it cannot mean" {
	local words status want text output wrong=0

	need_root
	good_bundle
	edit "$BUNDLE" --arg own "/$TAG-box" '.process.args = ["sleep", "1000"] | .linux.cgroupsPath = $own'
	oci run --detach --bundle "$BUNDLE" box > "$SCRATCH/out" 2>&1
	cp "$BUNDLE/good.json" "$BUNDLE/config.json"
	mkdir "$SCRATCH/plain"
	echo '{"memory":{"limit":"much"}}' > "$SCRATCH/resources.json"
	while IFS='|' read -r want words text; do
		[ -n "$want" ] || continue
		status=0
		# shellcheck disable=SC2086 # a command line
		(cd "$SCRATCH" && timeout 10 "$DOBOZ_OCI" --root "$STATE" $words > "$SCRATCH/out" 2>&1 < /dev/null) || status=$?
		output=$(< "$SCRATCH/out")
		judge "$words" "$want" "$text" "$status" "$output"
	done < <(command_lines)
	[ "$(oci state box | jq -r .status)" = running ]
	[ "$(oci list --quiet)" = box ]
	oci delete --force box
	no_leftovers
	[ "$wrong" = 0 ]
}

# STATUS|WORDS|TEXT; the working folder is not a bundle, "box" runs, ./b is a good bundle
command_lines()
{
	cat << 'LINES'
1|create|wrong number of arguments
1|create x|config.json
1|create --bundle none x|bundle 'none': no such file or directory
1|create --bundle b/config.json x|bundle '
1|create --bundle b x y|wrong number of arguments
1|create --bundle b box|container with given ID already exists
1|create --bundle b --nope x|unknown option --nope
1|create --bundle b ../x|invalid container ID format
1|create --bundle b .|invalid container ID format
1|create --bundle b x/y|invalid container ID format
1|create --bundle b -- -x|invalid container ID format
1|create --bundle b --config none x|open 'none'
1|create --bundle b --preserve-fds x y|option --preserve-fds
1|create --bundle b --preserve-fds -1 x|option --preserve-fds
1|create --bundle b --preserve-fds 4294967296 x|option --preserve-fds
1|create --bundle b --preserve-fds 1025 x|at most 1024
1|create --bundle b --preserve-fds 9 x|unable to stat preserved-fd
1|create --bundle b --console-socket none x|console socket
1|create --bundle b --pid-file none/pid x|none/pid
1|run|wrong number of arguments
1|run --bundle plain x|config.json
1|run --bundle b box|container with given ID already exists
1|run --bundle b --detach=perhaps x|neither true nor false
1|run --bundle b --pid-file plain x|plain
1|start|wrong number of arguments
1|start none|container does not exist
1|start ../box|invalid container ID format
1|start box|cannot start an already running container
255|exec|wrong number of arguments
255|exec none true|container does not exist
255|exec box|process
255|exec --process none box|open 'none'
255|exec --process b/config.json box|process.
255|exec --user root: box true|user 'root:'
255|exec --user 4294967296 box true|user 4294967296: a number above
255|exec --user nobody-here box true|unable to find user nobody-here
255|exec --user 0:nobody-here box true|unable to find group nobody-here
255|exec --cwd tmp box true|cwd
255|exec --cap CAP_NONE box no-such|executable file not found
255|exec --preserve-fds 4294967296 box true|at most 1024
255|exec --preserve-fds 9 box true|unable to stat preserved-fd
255|exec --nope box true|unknown option --nope
255|exec --tty --detach box true|console socket
255|exec --cgroup ../.. box true|cgroup
255|exec box no-such-program|exec: "no-such-program": executable file not found in $PATH
255|exec box /etc|exec: "/etc": 
1|kill|wrong number of arguments
1|kill none|container does not exist
1|kill box NOPE|signal
1|kill box 0x9|signal
1|kill box 65|signal
1|kill box 99999999999|signal
1|delete|wrong number of arguments
1|delete none|container does not exist
1|delete box|cannot delete container box that is not stopped: running
1|delete --force ..|invalid container ID format
1|list --format yaml|format
1|list box|wrong number of arguments
1|ps|wrong number of arguments
1|ps none|container does not exist
1|ps --format yaml box|format
1|state|wrong number of arguments
1|state none|container does not exist
1|state box box|wrong number of arguments
1|pause none|container does not exist
1|resume none|container does not exist
1|resume box|
1|spec --bundle none|none
1|spec --bundle b|config.json
1|spec x|wrong number of arguments
1|update none --memory 1|container does not exist
1|update box --memory lots|invalid value for memory: invalid size: 'lots'
1|update box --cpu-quota x|invalid value for cpu-quota
1|update box --pids-limit 1.5|invalid value for pids-limit
1|update box --resources none|none
1|update box --resources resources.json|memory.limit
1|update box --cpuset-cpus all|cpu.cpus: 'all' is not a list
1|features x|wrong number of arguments
1|check none|none
1|checkpoint box|
1|restore box|
1|events|wrong number of arguments
1|events none|container does not exist
1|events --interval 0s box|duration interval must be greater than 0
1|events --interval soon box|option --interval
1|mounts box|wrong number of arguments
1|mounts add box|wrong number of arguments
1|mounts add none resources.json|expected an array
1|mounts add box none|open 'none'
1|mounts move box resources.json|neither add nor remove
1|nope|unknown command 'nope'
1||
1|--root|requires an argument
1|--log-format yaml list|unknown log format
1|--log none/log list|open log
1|--cgroup-manager nope list|cgroup-manager
1|--nope list|unknown option --nope
LINES
}
