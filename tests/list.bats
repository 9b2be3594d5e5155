#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/list.bats - list, state and ps: what callers read
load helpers

setup()
{
	test_begin
	# Straight below the mounts: a parent that had to be made would stay.
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
}

start()
{
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
}

@test "list: nothing" {
	need_root
	run oci list
	[ "$output" = 'ID          PID         STATUS      BUNDLE      CREATED     OWNER' ]
	run oci list --format json
	[ "$status:$output" = '0:[]' ]
	run oci list -q
	[ "$status:$output" = 0: ]
	refused 1 "invalid format option 'yaml'" oci list -f yaml
}

@test "list: columns as runc lines them up, JSON in one line, ids alone" {
	start
	pid=$(oci state c | jq .pid)
	created=$(oci state c | jq -r .created)
	bundle=$SCRATCH/b
	wide=$((${#bundle} + 3))
	run oci list
	[ "${lines[0]}" = "$(printf '%-12s%-12s%-12s%-*s%-33sOWNER' ID PID STATUS $wide BUNDLE CREATED)" ]
	[ "${lines[1]}" = "$(printf '%-12s%-12s%-12s%-*s%-33sroot' c "$pid" running $wide "$bundle" "$created")" ]
	oci list -f json > "$SCRATCH/out"
	[ "$(wc -l < "$SCRATCH/out")" = 1 ]
	[ "$(jq -r '.[0] | keys_unsorted | join(" ")' "$SCRATCH/out")" = 'ociVersion id pid status bundle rootfs created owner' ]
	run oci list --quiet
	[ "$output" = c ]
	oci kill c KILL
	timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null
	run oci list
	[[ ${lines[1]} == 'c           0           stopped  '* ]]
	oci delete c
	no_leftovers
}

@test "list: the same table as runc's" {
	start
	need runc
	edit "$SCRATCH/b" --arg path "/$TAG-theirs" '.linux.cgroupsPath = $path'
	runc --root "$SCRATCH/runc" run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
	# but for the numbers of digits in pid and time: runc's has no zeros at its end
	plain() { sed -E 's/ [0-9]+ +running/ PID running/; s/20[0-9T:.-]+Z */TIME /; s/CREATED */TIME /'; }
	diff <(oci list | plain) <(runc --root "$SCRATCH/runc" list | plain)
	runc --root "$SCRATCH/runc" delete --force c
	oci delete --force c
}

@test "list: an entry that cannot be read, or is half made, breaks nothing" {
	start
	mkdir -m 700 "$STATE/bad" "$STATE/half"
	echo '{' > "$STATE/bad/state.json"
	oci --log "$SCRATCH/log" list -q > "$SCRATCH/out" 2> "$SCRATCH/err"
	[ "$(paste -sd' ' "$SCRATCH/out")" = 'c half' ]
	[ ! -s "$SCRATCH/err" ]
	grep -q 'load container bad: .*, ignoring' "$SCRATCH/log"
	run oci list
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[2]} == 'half        0           creating '* ]]
	oci list -f json | jq -e 'length == 2'
	oci state half | jq -e '.id == "half" and .status == "creating"'
	rm -r "$STATE/bad"
	oci delete --force half
	oci delete --force c
	no_leftovers
}

@test "state: two blanks, the order of the keys, no line end" {
	start
	edit "$SCRATCH/b" '.annotations = {"a.b/c": "d<e>"}'
	oci run -d --bundle "$SCRATCH/b" d < /dev/null > /dev/null 2>&1 3>&- || {
		edit "$SCRATCH/b" --arg path "/$TAG-d" '.linux.cgroupsPath = $path'
		oci run -d --bundle "$SCRATCH/b" d < /dev/null > /dev/null 2>&1 3>&-
	}
	oci state d > "$SCRATCH/out"
	printf '{\n  "ociVersion": "1.3.0",\n  "id": "d",\n  "pid": %s,\n  "status": "running",\n  "bundle": "%s",\n  "rootfs": "%s",\n  "created": "%s",\n  "annotations": {\n    "a.b/c": "d<e>"\n  },\n  "owner": "root"\n}' \
		"$(jq .pid "$SCRATCH/out")" "$SCRATCH/b" "$SCRATCH/b/rootfs" "$(jq -r .created "$SCRATCH/out")" |
		cmp - "$SCRATCH/out"
	[[ $(jq -r .created "$SCRATCH/out") =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{1,9}Z$ ]]
	oci delete --force d
	oci delete --force c
}

@test "ps: the lines of the host's ps that are the container's" {
	start
	pid=$(oci state c | jq .pid)
	oci exec -d c sleep 2000 > /dev/null 2>&1
	run oci ps c
	[ "$status" = 0 ]
	[[ ${lines[0]} =~ ^UID\ +PID\ +PPID\ +C\ +STIME\ +TTY\ +TIME\ +CMD$ ]]
	[ "${#lines[@]}" = 3 ]
	[[ $output == *"$pid"*'sleep 1000'*'sleep 2000'* ]]
	run oci ps c -aux
	[[ ${lines[0]} == USER*PID*%CPU* ]]
	[ "${#lines[@]}" = 3 ]
	run oci ps c -o pid,args
	[ "${lines[1]}" = "$(printf '%7s sleep 1000' "$pid")" ] || [[ ${lines[1]} == *"$pid sleep 1000" ]]
	oci ps --format json c > "$SCRATCH/out"
	[ "$(jq -c 'length, .[0]' "$SCRATCH/out" | paste -sd' ')" = "2 $pid" ]
	grep -qx '\[[0-9]*,[0-9]*\]' "$SCRATCH/out"
	oci kill c KILL
	timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null
	run oci ps c
	[ "${#lines[@]}" = 1 ]
	run oci ps -f json c
	[ "$output" = '[]' ]
	oci delete c
	no_leftovers
}

@test "ps: what it refuses" {
	refused 1 'container does not exist' oci ps nope
	start
	run oci ps --format yaml c
	[ "$status" = 1 ]
	[[ $output == *'invalid format option'* ]]
	run oci ps c -o args
	[ "$status $output" = "1 couldn't find PID field in ps output" ]
	run oci ps c --no-such-option
	[ "$status" = 1 ]
	[[ ${lines[0]} == 'ps: exit status 1: error: '* ]]
	oci delete --force c
}

@test "ps: a program of the caller's PATH, or of the container, is not run" {
	start
	mkdir "$SCRATCH/bin"
	printf '#!/bin/sh\ntouch %s/ran\n' "$SCRATCH" > "$SCRATCH/bin/ps"
	chmod 755 "$SCRATCH/bin/ps"
	cp --remove-destination "$SCRATCH/bin/ps" "$SCRATCH/b/rootfs/bin/ps"
	(PATH=$SCRATCH/bin:$PATH; ps; [ -e "$SCRATCH/ran" ]; rm "$SCRATCH/ran"; cd "$SCRATCH/bin"; oci ps c)
	[ ! -e "$SCRATCH/ran" ]
	oci delete --force c
}
