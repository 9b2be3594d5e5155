#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command lines themselves: names, options in every spelling that callers send, log forms, exit statuses

load helpers

@test "the first line of --version is what go-runc parses, under every name" {
	for name in doboz doboz-oci runc crun; do
		ln -s "$DOBOZ" "$SCRATCH/$name"
		run "$SCRATCH/$name" --version
		[ "$status" = 0 ]
		[[ ${lines[0]} =~ ^$name\ version\ [0-9]+\.[0-9]+ ]]
	done
}

@test "the name decides between the two command lines" {
	run "$DOBOZ" --help
	[[ $output =~ 'run a command in a new container' ]]
	run "$DOBOZ_OCI" --help
	[[ $output =~ 'make a container out of a bundle' ]]
}

@test "an unknown command, option or number of arguments is one line and status 1" {
	refused 1 "unknown command 'nope'" oci nope
	refused 1 'unknown option --nope' oci list --nope
	refused 1 'wrong number of arguments' oci state
	refused 1 'requires an argument' oci create --bundle
	refused 1 "neither true nor false" oci delete --force=perhaps x
}

@test "doboz ends with 125 for its own failures, exec of doboz-oci with 255" {
	refused 125 'unknown option --nope' doboz run --nope oci:x
	refused 125 'no such container' doboz kill nothing
	refused 255 'container does not exist' oci exec nothing true
}

@test "options behind the id, with one dash, with = and without" {
	need_root
	# shellcheck disable=SC2034 # for bundle
	CGROUP=/$TAG # the parents of a container's cgroup stay
	bundle "$SCRATCH/b"
	oci create a -b "$SCRATCH/b" --no-pivot=false -no-subreaper > "$SCRATCH/out" 2>&1 < /dev/null
	run oci state a
	[[ $output =~ '"status": "created"' ]]
	oci delete -f a
	oci create --bundle="$SCRATCH/b" b > "$SCRATCH/out" 2>&1 < /dev/null
	oci kill --all b 9
	oci delete --force=true b
	no_leftovers
}

@test "ids follow runc's rule" {
	need_root
	bundle "$SCRATCH/b"
	for id in . .. a/b '' 'a b' $'a\nb' -- 'ä'; do
		refused 1 'invalid container ID format|wrong number|unknown option' oci run -b "$SCRATCH/b" "$id"
	done
	refused 1 'invalid container ID format|unknown option' oci run -b "$SCRATCH/b" -- -x
	oci run -b "$SCRATCH/b" 'A.z_0+9-' # the control
}

@test "the json log is one object on failure, with RFC 3339 time, and its msg is on stderr" {
	run oci --log "$SCRATCH/log" --log-format json state nothing
	[ "$status" = 1 ]
	[ "$(wc -l < "$SCRATCH/log")" = 1 ]
	[ "$(jq -r .level "$SCRATCH/log")" = error ]
	[ "$(jq -r .msg "$SCRATCH/log")" = "$output" ]
	[[ $(jq -r .time "$SCRATCH/log") =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$ ]]
}

@test "a log that cannot be opened, and an unknown format, are failures" {
	refused 1 'open log' oci --log "$SCRATCH/none/log" list
	refused 1 'unknown log format' oci --log-format xml list
}

@test "on success nothing is on stderr, and an empty log exists" {
	oci --log "$SCRATCH/log" list 2> "$SCRATCH/err"
	[ ! -s "$SCRATCH/err" ]
	[ -e "$SCRATCH/log" ]
	[ ! -s "$SCRATCH/log" ]
}

@test "list: an empty root is [] and a header" {
	[ "$(oci list -f json)" = '[]' ]
	[[ $(oci list) =~ ^ID\ +PID\ +STATUS\ +BUNDLE\ +CREATED\ +OWNER$ ]]
	[ -z "$(oci list -q)" ]
}

@test "help of every verb names its options, and features is JSON" {
	for verb in create run start exec kill delete state list ps pause resume update events spec features check; do
		run oci "$verb" --help
		[ "$status" = 0 ]
		[[ ${lines[0]} =~ ^Usage: ]]
	done
	for verb in run ps exec logs stop kill wait rm inspect unpack; do
		run doboz "$verb" -h
		[ "$verb" = run ] || [ "$status" = 0 ] # -h of run is the host name
	done
	oci features | jq -e '.ociVersionMin == "1.0.0" and .linux.mountExtensions.idmap.enabled and
		(.mountOptions | index("rro")) and (.hooks | length == 6)' > /dev/null
}

@test "spec never overwrites a config.json" {
	oci spec -b "$SCRATCH"
	jq -e .process.args "$SCRATCH/config.json" > /dev/null
	refused 1 'exists' oci spec -b "$SCRATCH"
}
