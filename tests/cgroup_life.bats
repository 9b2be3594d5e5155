#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/cgroup_life.bats - cgroups of containers come, stop, go on and go, in whatever layout; see also end.bats
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # what cgroups.bash and run share
load helpers
load cgroups

bats_require_minimum_version 1.5.0 # run -N

setup() { cgroups_begin; }

# folders: the container's
folders() { jq -r '.cgroupFolders[]' "$STATE/c/state.json"; }

# cpu_time: what the container's processes have had, in clock ticks
cpu_time()
{
	left_processes | sort -u | while read -r pid; do sed 's/.*) //' "/proc/$pid/stat"; done | awk '{ n += $12 + $13 } END { print n }'
}
has_used_more_than() { [ "$(cpu_time)" -gt "$1" ]; }

# enter DIR: the container's first process, and no other, goes into this folder
enter() { oci state c | jq .pid > "$1/cgroup.procs"; }

@test "pause stops all of a container, also below its folder, and resume lets it go on" {
	start '{}' sh -c 'while :; do :; done & while :; do :; done'
	until_is has_used_more_than 5
	oci pause c
	[ "$(oci state c | jq -r .status)" = paused ]
	stopped=$(cpu_time)
	read -r now _ < /proc/uptime
	until_is has_passed "$now" 0.5 # by the host's time
	[ "$(cpu_time)" = "$stopped" ]
	oci resume c
	[ "$(oci state c | jq -r .status)" = running ]
	until_is has_used_more_than "$stopped"
	oci delete --force c
	no_leftovers
}
has_passed() { awk -v since="$1" -v more="$2" '{ exit !($1 >= since + more) }' /proc/uptime; }

@test "a paused container is killed and deleted" {
	for verb in 'kill c KILL' 'kill --all c KILL' 'delete --force c'; do
		start '{}' sh -c 'sleep 1000 & exec sleep 1000'
		oci pause c
		# shellcheck disable=SC2086 # words
		timeout 20 "$DOBOZ_OCI" --root "$STATE" $verb
		oci delete --force c
		no_leftovers
	done
}

@test "pause, resume, kill and delete wait for events: none of them sleeps" {
	need strace
	start '{}' sh -c 'sleep 1000 & sleep 1000 & exec sleep 1000'
	# shellcheck disable=SC2054 # commas of strace
	trace=(strace -f -qq -o "$SCRATCH/trace" -e trace=nanosleep,clock_nanosleep,poll,ppoll,select,pselect6,openat)
	for verb in 'pause c' 'resume c' 'kill --all c KILL' 'delete --force c'; do
		# shellcheck disable=SC2086 # words
		"${trace[@]}" "$DOBOZ_OCI" --root "$STATE" $verb
		# The control: the trace has what is always there.
		grep -q openat "$SCRATCH/trace"
		cat "$SCRATCH/trace" >> "$SCRATCH/all"
	done
	run ! grep -E 'nanosleep|select|poll\(NULL|poll\(0x[0-9a-f]*, 0,' "$SCRATCH/all"
	no_leftovers
}

@test "a folder is waited for until it is populated no more" {
	need strace
	# With 200 processes at work the end takes a moment.
	start '{}' sh -c 'i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i + 1)); done; echo all > /dev/shm/all; exec sleep 1000'
	until_is oci exec c test -e /dev/shm/all
	strace -f -qq -o "$SCRATCH/trace" -e trace=poll,timerfd_create,pidfd_open,rmdir "$DOBOZ_OCI" --root "$STATE" delete --force c
	no_leftovers
	if is_v2 || is_hybrid; then
		# When it is empty, its removal works at once: no timer, and no process one by one.
		grep -q 'events=POLLPRI' "$SCRATCH/trace" || ! grep EBUSY "$SCRATCH/trace"
		run ! grep -E 'pidfd_open\(.*\) = [0-9]+$' <(sed '1,/rmdir/d' "$SCRATCH/trace")
	fi
	! grep -c timerfd_create "$SCRATCH/trace" || is_v1_only || is_hybrid
}
is_v1_only() { ! is_v2 && ! is_hybrid; }

@test "folders that a container made below its own go with it, deep, wide and populated" {
	start
	folders > "$SCRATCH/folders"
	while read -r dir; do
		path=$dir
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			path=$path/deep-folder-number-$i
			mkdir "$path" "$dir/wide-$i"
		done
		[ "$(find "$dir" -mindepth 1 -type d | wc -l)" = 40 ]
	done < "$SCRATCH/folders"
	[ "$(wc -l < "$SCRATCH/folders")" -ge 1 ]
	# one process of the container sits at the bottom, where there is no cpuset of v1
	oci exec -d c sleep 1000 < /dev/null > /dev/null 2>&1 3>&-
	while read -r dir; do
		case $dir in *cpuset*) continue ;; esac
		enter "$(find "$dir" -name deep-folder-number-20)" || return
	done < "$SCRATCH/folders"
	oci delete --force c
	no_leftovers
}

@test "what exec put below the container's folder ends with it, and a neighbour does not" {
	start
	folders | while read -r dir; do
		mkdir "$dir/sub"
		for file in cpuset.cpus cpuset.mems; do
			[ ! -e "$dir/$file" ] || is_v2 || cat "$dir/$file" > "$dir/sub/$file"
		done
	done
	oci exec -d --cgroup sub --pid-file "$SCRATCH/pid" c sleep 1000 < /dev/null > /dev/null 2>&1 3>&-
	pid=$(< "$SCRATCH/pid")
	grep -q "$CGROUP/sub\$" "/proc/$pid/cgroup"
	sleep 1000 3>&- &
	neighbour=$!
	oci kill --all c KILL
	timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null
	kill -0 "$neighbour"
	kill -KILL "$neighbour"
	oci delete c
	no_leftovers
}

# tree_of: everything below the folder that the loops work in, with owners and what is switched on
tree_of()
{
	find /sys/fs/cgroup -path "*/$TAG*" -type d -printf '%p %m %U:%G\n' | LC_ALL=C sort
	find /sys/fs/cgroup -path "*/$TAG*" -name cgroup.subtree_control -exec grep -H . {} + || true
}

@test "200 lives leave the tree of cgroups as it was" {
	CGROUP=/$TAG/box
	box '{"pids": {"limit": 50}, "memory": {"limit": 67108864}, "cpu": {"shares": 512}}' true
	oci run --bundle "$SCRATCH/b" first
	# a neighbour in the same folder
	find /sys/fs/cgroup -path "*/$TAG" -type d -exec mkdir '{}/neighbour' \;
	tree_of > "$SCRATCH/before"
	for i in {1..150}; do
		oci run --bundle "$SCRATCH/b" "c$i"
	done
	jq '.process.args = ["sleep", "1000"]' "$SCRATCH/b/config.json" > "$SCRATCH/config" && mv "$SCRATCH/config" "$SCRATCH/b/config.json"
	for i in {1..25}; do
		oci create --bundle "$SCRATCH/b" "c$i" < /dev/null > /dev/null 2>&1 3>&-
		oci delete --force "c$i"
		oci create --bundle "$SCRATCH/b" "c$i" < /dev/null > /dev/null 2>&1 3>&-
		oci start "c$i"
		oci delete --force "c$i"
	done
	tree_of | diff "$SCRATCH/before" -
	[ -s "$SCRATCH/before" ]
	# The control: one container more is seen.
	oci create --bundle "$SCRATCH/b" last < /dev/null > /dev/null 2>&1 3>&-
	run ! diff -q "$SCRATCH/before" <(tree_of)
	oci delete --force last
	tree_of | diff "$SCRATCH/before" -
	[ -z "$(left_states)" ] && [ -z "$(left_processes)" ]
}
