#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/exec_cgroup.bats - exec in a cgroup below the container's, and in one that is paused
load helpers

setup()
{
	test_begin
	# Straight below the mounts: a parent that had to be made would stay.
	CGROUP=/$TAG
}

start()
{
	need_root
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.namespaces -= [{"type": "cgroup"}]'
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
}

# The container's folder of a v1 controller, or of v2 where there is none
folder() { find /sys/fs/cgroup -path "*/$1$CGROUP" | grep . || find /sys/fs/cgroup -path "*$CGROUP" | head -n 1; }
is_v2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }

# make_sub: "sub" in each folder of stdin; v1's cpuset takes nobody before it is filled
make_sub()
{
	local dir file

	while read -r dir; do
		mkdir "$dir/sub"
		for file in cpuset.cpus cpuset.mems; do
			[ ! -e "$dir/$file" ] || is_v2 || cat "$dir/$file" > "$dir/sub/$file"
		done
	done
}

# where WANT ARG...: exec tells this line of its cgroups
where()
{
	local want=$1
	shift

	run oci exec "$@" cat /proc/self/cgroup
	[ "$status" = 0 ]
	grep -qE "$want" <<< "$output" || { printf 'no %s in:\n%s\n' "$want" "$output"; return 1; }
}

@test "exec --cgroup: the container's own, and one below it in every hierarchy" {
	start
	make_sub < <(left_cgroups)
	for own in / . ''; do
		where "$CGROUP/?\$" ${own:+--cgroup "$own"} c
	done
	for sub in sub /sub sub/; do
		run oci exec --cgroup "$sub" c cat /proc/self/cgroup
		[ "$status" = 0 ]
		[ "$(grep -c "$CGROUP/sub$" <<< "$output")" = "$(left_cgroups | grep -c '/sub$')" ]
	done
	oci delete --force c
	no_leftovers
}

@test "exec --cgroup: a path for a controller, and another for others" {
	start
	! is_v2 || skip 'needs v1 controllers'
	mkdir "$(folder memory)/submem" "$(folder pids)/subpids"
	run oci exec --cgroup memory:submem --cgroup pids:subpids c cat /proc/self/cgroup
	[ "$status" = 0 ]
	[[ $output == *":memory:$CGROUP/submem"* ]]
	[[ $output == *":pids:$CGROUP/subpids"* ]]
	[[ $output == *":freezer:$CGROUP"$'\n'* || $output == *":freezer:$CGROUP" ]]
	mkdir "$(folder freezer)/submem"
	where ":freezer:$CGROUP/submem" --cgroup freezer,memory:submem c
	oci delete --force c
	no_leftovers
}

@test "exec --cgroup: hybrid: what v1 has need not be in v2" {
	start
	[ -e /sys/fs/cgroup/unified/cgroup.controllers ] && ! is_v2 || skip 'needs a hybrid host'
	make_sub < <(left_cgroups | grep -v /unified/)
	where "^0::$CGROUP\$" --cgroup sub c
	where ":memory:$CGROUP/sub\$" --cgroup sub c
	# One that v1 has not is missed.
	rmdir "$(folder memory)/sub"
	run oci exec --cgroup sub c true
	[ "$status" = 255 ]
	[[ $output == *' adding pid '*"$CGROUP/sub': no such file or directory" ]]
	oci delete --force c
}

@test "exec --cgroup: what it refuses" {
	start
	while IFS='|' read -r options pattern; do
		# shellcheck disable=SC2086 # a list
		run oci exec $options c true
		[ "$status" = 255 ]
		[ "${#lines[@]}" = 1 ]
		[[ $output == *"$pattern"* ]] || { echo "$options: $output"; return 1; }
	done <<- 'END'
		--cgroup ..|bad sub cgroup path: ..
		--cgroup a/../..|bad sub cgroup path: a/../..
		--cgroup pids:..|bad sub cgroup path: ..
		--cgroup nonexistent|no such file or directory
		--cgroup pids:nonexistent|no such file or directory
		--cgroup whaaat:/|unknown controller whaaat
		--cgroup :/|(empty <controller> prefix)
		--cgroup pids,:/|(empty <controller> prefix)
		--cgroup pids:/ --cgroup pids:/|controller pids specified multiple times
		--cgroup a --cgroup b|invalid --cgroup argument: a (missing <controller>: prefix)
	END
	oci delete --force c
}

@test "exec: a container that has moved its processes down on v2: beside init" {
	start
	dir=$(find /sys/fs/cgroup -path "*$CGROUP" | while read -r dir; do
		[ ! -e "$dir/cgroup.subtree_control" ] || echo "$dir"; done)
	[ -n "$dir" ] || skip 'needs v2'
	read -r controller _ < "$dir/cgroup.controllers" && [ -n "$controller" ] ||
		{ oci update -r - c <<< '{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}' && controller=hugetlb; } ||
		skip 'needs a controller of v2'
	mkdir "$dir/down"
	where "^0::$CGROUP\$" c
	oci state c | jq .pid > "$dir/down/cgroup.procs"
	where "^0::$CGROUP\$" c
	echo "+$controller" > "$dir/cgroup.subtree_control"
	where "^0::$CGROUP/down\$" c
	where "^0::$CGROUP/down\$" --cgroup "$(is_v2 || echo "$controller:")down" c
	run oci exec --cgroup "$(is_v2 || echo "$controller:")/" c true
	[ "$status" = 255 ]
	[[ $output == *' adding pid '*' to cgroups'*'evice or resource busy' ]]
	oci delete --force c
	no_leftovers
}

@test "exec --ignore-paused: goes on when the container does" {
	start
	oci pause c
	run oci pause c
	[ "$status $output" = '1 container not running' ]
	run oci exec c true
	[ "$status $output" = '255 cannot exec in a paused container (use --ignore-paused to override)' ]
	oci exec --ignore-paused c true 3>&- &
	pid=$!
	run timeout 0.5 tail --pid="$pid" -s 0.02 -f /dev/null
	[ "$status" = 124 ]
	oci resume c
	wait "$pid"
	run oci resume c
	[ "$status $output" = '1 container not paused' ]
	oci delete --force c
	no_leftovers
}
