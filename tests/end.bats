# SPDX-License-Identifier: Apache-2.0
# tests/end.bats - kill and delete always come to an end, and end nothing else
load helpers

bats_require_minimum_version 1.5.0 # run -N

setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
}

# folders: the cgroup folders of the container
folders() { jq -r '.cgroupFolders[]' "$STATE/$1/state.json"; }
# freezer: its v1 freezer; v2: its folder in the v2 tree
freezer() { folders "$1" | grep -m 1 /freezer/ || skip 'no v1 freezer here'; }
v2() { folders "$1" | while read -r dir; do [ ! -e "$dir/cgroup.kill" ] || echo "$dir"; done; }

# victim: a process that is not of the container; its pid in $victim
victim()
{
	sleep 1000 3>&- &
	victim=$!
}
end_victim() { kill -KILL "$victim"; wait "$victim" 2> /dev/null || true; }

@test "delete of an id that was never a container's takes nothing away" {
	mkdir -p "$STATE/data" "$STATE/claimed" "$STATE/other"
	chmod 700 "$STATE" "$STATE/claimed"
	echo keep > "$STATE/data/file"
	run -1 oci delete --force data
	[[ $output == *"not a container: its folder has no state.json, but 'file'"* ]]
	[ "$(< "$STATE/data/file")" = keep ]
	# of another runtime
	echo '{"id":"other","init_process_pid":1,"cgroup_paths":{}}' > "$STATE/other/state.json"
	run -1 oci delete --force other
	[[ $output == *'is of another runtime'* ]]
	[ -e "$STATE/other/state.json" ]
	# and what a create leaves that was killed before its first word
	: > "$STATE/claimed/.state.json.00112233"
	oci delete --force claimed
	[ ! -e "$STATE/claimed" ]
}

@test "a create that was killed before it saw that its cgroup is another's: delete ends nobody in it" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci run -d --bundle "$SCRATCH/b" first
	pid=$(oci state first | jq .pid)
	# what such a create leaves: the folders are named, and no process
	mkdir -m 700 "$STATE/second"
	jq '.id = "second" | .pid = 0 | .startTime = 0 | .ready = false | .started = false' "$STATE/first/state.json" \
		> "$STATE/second/state.json"
	run -0 oci delete --force second
	[ ! -e "$STATE/second" ]
	[ "$(oci state first | jq -r .status)" = running ]
	[ "$(oci state first | jq .pid)" = "$pid" ]
	# the refusal itself leaves the folders that it has made before, and nothing of its own
	run -1 oci run -d --bundle "$SCRATCH/b" third
	[[ $output == *'is not empty'* ]]
	[ "$(oci state first | jq -r .status)" = running ]
	[ ! -e "$STATE/third" ]
	oci delete --force first
	no_leftovers
}

@test "a refused cgroup: the folders that were made before the refusal are gone" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci create --bundle "$SCRATCH/b" c
	last=$(folders c | tail -n 1)
	oci delete --force c
	mkdir "$last"
	victim
	echo "$victim" > "$last/cgroup.procs"
	run -1 oci create --bundle "$SCRATCH/b" c
	[[ $output == *"container's cgroup is not empty: "*" holds process $victim"* ]]
	kill -0 "$victim"
	[ "$(left_cgroups)" = "$last" ]
	end_victim
	rmdir "$last"
	no_leftovers
}

@test "frozen folders below the container's do not hold it, v1 and v2" {
	need_root
	bundle "$SCRATCH/b" sh -c 'sleep 1000 & exec sleep 1000'
	for verb in 'delete --force c' 'kill c KILL' 'kill --all c KILL'; do
		for tree in freezer v2; do
			oci run -d --bundle "$SCRATCH/b" c
			dir=$($tree c)
			[ -n "$dir" ] || continue
			mkdir -p "$dir/a/b"
			# all of it, so that init itself cannot answer
			while read -r pid; do echo "$pid" > "$dir/a/b/cgroup.procs"; done < "$dir/cgroup.procs"
			if [ "$tree" = freezer ]; then echo FROZEN > "$dir/a/b/freezer.state"; else echo 1 > "$dir/a/b/cgroup.freeze"; fi
			# shellcheck disable=SC2086 # words
			timeout 20 "$DOBOZ_OCI" --root "$STATE" $verb
			oci delete --force c
			no_leftovers
		done
	done
}

@test "what cannot die is named, under a deadline; delete works when it can" {
	need_root
	# a folder above the container's is frozen: nobody of ours may thaw it
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG/box
	bundle "$SCRATCH/b" sleep 1000
	oci run -d --bundle "$SCRATCH/b" c
	above=$(dirname "$(freezer c)")
	echo FROZEN > "$above/freezer.state"
	pid=$(oci state c | jq .pid)
	run -1 timeout 60 "$DOBOZ_OCI" --root "$STATE" delete --force c
	echo "$output"
	echo THAWED > "$above/freezer.state"
	[[ $output == *"does not die: process $pid (sleep, state D)"* ]]
	[ -e "$STATE/c/state.json" ]
	oci delete --force c
	[ -z "$(left_states)" ] && [ -z "$(left_processes)" ]
}

@test "a verb that is held up by another one does not wait for ever, and says by whom" {
	bundle "$SCRATCH/b" sleep 1000
	mkdir -p "$STATE/c"
	chmod 700 "$STATE"
	flock "$STATE/c" sleep 1000 3>&- &
	holder=$!
	until grep -q ":$(stat -c %i "$STATE/c") " /proc/locks; do read -r -t 0.02 < /dev/zero || true; done
	run -1 timeout 60 "$DOBOZ_OCI" --root "$STATE" delete --force c
	pkill -KILL -P "$holder" || true
	kill -KILL "$holder" || true
	[[ $output == *"container 'c' is held by another command: process "*'(flock, state S)'* ]]
}

@test "stopped and very many processes; a foreign one that was moved in" {
	need_root
	bundle "$SCRATCH/b" sh -c 'i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i + 1)); done; (sleep 0 & exec sleep 1000) & exec sleep 1000'
	oci run -d --bundle "$SCRATCH/b" c
	oci kill c STOP
	victim
	while read -r dir; do echo "$victim" > "$dir/cgroup.procs"; done < <(folders c)
	timeout 20 "$DOBOZ_OCI" --root "$STATE" delete --force c
	status=0
	wait "$victim" || status=$?
	[ "$status" = 137 ]
	no_leftovers
}

@test "a fork bomb within its limit, with and without a pid namespace" {
	need_root
	bundle "$SCRATCH/b" sh -c 'bomb() { bomb & bomb & }; while :; do bomb; done'
	edit "$SCRATCH/b" '.linux.resources.pids = { limit: 60 }'
	oci run -d --bundle "$SCRATCH/b" c > /dev/null 2>&1
	timeout 20 "$DOBOZ_OCI" --root "$STATE" delete --force c
	no_leftovers
	edit "$SCRATCH/b" '.linux.namespaces |= map(select(.type != "pid")) | .mounts |= map(select(.destination != "/proc")) |
		del(.linux.maskedPaths, .linux.readonlyPaths)'
	oci run -d --bundle "$SCRATCH/b" c > /dev/null 2>&1
	timeout 20 "$DOBOZ_OCI" --root "$STATE" delete --force c
	no_leftovers
	# its init has ended, others have not
	edit "$SCRATCH/b" '.process.args[2] = "sleep 1000 & sleep 1000 &"'
	for verb in 'kill c KILL' 'kill --all c KILL' 'delete --force c'; do
		oci run -d --bundle "$SCRATCH/b" c
		timeout 20 tail --pid="$(jq .pid "$STATE/c/state.json")" -s 0.02 -f /dev/null
		[ "$(left_processes | sort -u | wc -l)" = 2 ]
		# shellcheck disable=SC2086 # words
		timeout 20 "$DOBOZ_OCI" --root "$STATE" $verb
		left_processes | sort -u | while read -r pid; do timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null; done
		[ -z "$(left_processes)" ]
		oci delete --force c
		no_leftovers
	done
	edit "$SCRATCH/b" '.process.args[2] = "sleep 1000 & sleep 1000 & exec sleep 1000"'
	for verb in 'kill c KILL' 'kill --all c KILL' 'delete --force c'; do
		oci run -d --bundle "$SCRATCH/b" c
		# shellcheck disable=SC2086 # words
		timeout 20 "$DOBOZ_OCI" --root "$STATE" $verb
		left_processes | sort -u | while read -r pid; do timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null; done
		[ -z "$(left_processes)" ]
		oci delete --force c
		no_leftovers
	done
	run -1 oci kill c KILL
}
