#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/cgroup_refused.bats - what the kernel or the state of the host forbids: an error that names file, value and
# reason, and a tree of cgroups in which nothing is changed. What config.json alone decides: refused.table
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # what cgroups.bash and run share
load helpers
load cgroups

bats_require_minimum_version 1.5.0 # run -N

setup() { cgroups_begin; }

# above: the folder in which the containers' folders are made, in every hierarchy, with the values that it has to have
above()
{
	CGROUP=/$TAG/box
	box '{}' true
	oci run --bundle "$SCRATCH/b" first
	tree_of > "$SCRATCH/before"
	[ -s "$SCRATCH/before" ]
}

# tree_of: the folders, who is in them, and what each file holds that can be written. But not which controllers a folder
# of v2 hands on: that stays once it is asked for, because a neighbour may count on it by then. And of v2's cpuset what
# is in force: its lists inherit while they are empty, and cannot be emptied again.
tree_of()
{
	find /sys/fs/cgroup -path "*/$TAG*" -type d -printf '%p %m %U:%G\n' | LC_ALL=C sort
	find /sys/fs/cgroup -path "*/$TAG*" -type f -perm -u=rw ! -name '*usage*' ! -name '*.pressure' ! -name '*peak' ! -name '*failcnt' \
		! -name '*stat*' ! -name '*.reclaim' ! -name cgroup.subtree_control -exec grep -H '' {} + 2> /dev/null |
		{ if is_v2; then grep -v '/cpuset\.\(cpus\|mems\):'; else cat; fi; } | LC_ALL=C sort
	find /sys/fs/cgroup -path "*/$TAG*/cpuset.*.effective" -exec grep -H '' {} + 2> /dev/null | LC_ALL=C sort
}

# refuses PATTERN: create ends with this one line, and the tree is as it was
refuses()
{
	run oci create --bundle "$SCRATCH/b" c
	if [ "$status" != 1 ] || [ "${#lines[@]}" != 1 ] || ! [[ $output =~ $1 ]]; then
		printf 'expected: %s\ngot %s: %s\n' "$1" "$status" "$output"
		return 1
	fi
	tree_of | diff "$SCRATCH/before" - && [ -z "$(left_states)" ]
}

# one_of: the first of our folders above with this file, in whatever hierarchy
one_of() { find /sys/fs/cgroup -path "*/$TAG/$1" | head -n 1; }

@test "a value that the kernel refuses: the field, the value, the file and the reason; the other hierarchies are cleaned" {
	need_controller cpu cpu
	above
	while IFS='|' read -r resources pattern; do
		box "$resources" true
		refuses "$pattern" || { echo "of $resources"; return 1; }
	done <<- 'END'
		{"memory":{"limit":67108864},"pids":{"limit":5},"cpu":{"quota":5,"period":100000}}|^linux\.resources\.cpu\.quota: write '5( 100000)?' to '/sys/fs/cgroup/.*/box/cpu\.[a-z_]*': invalid argument$
		{"cpu":{"quota":50000,"period":99}}|^linux\.resources\.cpu\.(period|quota): write '(50000 )?99' to '/sys/.*/box/cpu\.[a-z_]*': invalid argument$
		{"cpu":{"cpus":"4000"}}|^linux\.resources\.cpu\.cpus: .*'4000' .*'/sys/.*/box/cpuset\.cpus'
		{"cpu":{"mems":"900"}}|^linux\.resources\.cpu\.mems: .*'900' .*'/sys/.*/box/cpuset\.mems'
		{"pids":{"limit":9000000000}}|^linux\.resources\.pids\.limit: write '9000000000' to '/sys/.*/box/pids\.max': invalid argument$
		{"hugepageLimits":[{"pageSize":"3MB","limit":1}]}|^linux\.resources\.hugepageLimits: (write '1' to '/sys/.*/box/hugetlb\.3MB\.[a-z_]*': no such file or directory|no hugetlb controller)
		{"blockIO":{"throttleReadBpsDevice":[{"major":4000,"minor":7,"rate":5}]}}|^linux\.resources\.blockIO\.throttleReadBpsDevice: write '4000:7 (rbps=)?5' to '/sys/.*/box/[a-z_.]*': no such device$
	END
	# The control is the same with values that are good.
	box '{"memory":{"limit":67108864},"pids":{"limit":5},"cpu":{"quota":50000,"period":100000,"cpus":"0","mems":"0"}}' true
	oci run --bundle "$SCRATCH/b" c
	tree_of | diff "$SCRATCH/before" -
}

@test "a path that leads out, or is no path" {
	above
	while IFS='|' read -r path pattern; do
		jq --arg path "${path//TAG/$TAG}" '.linux.cgroupsPath = $path' "$SCRATCH/b/config.json" > "$SCRATCH/bad"
		mv "$SCRATCH/b/config.json" "$SCRATCH/good" && mv "$SCRATCH/bad" "$SCRATCH/b/config.json"
		refuses "$pattern" || { echo "of $path"; return 1; }
		mv "$SCRATCH/good" "$SCRATCH/b/config.json"
	done <<- 'END'
		/TAG/../TAG/box|^linux\.cgroupsPath: '/doboz-test\..*' holds '\.\.'$
		/TAG/box/..|holds '\.\.'$
		../TAG|holds '\.\.'$
		/|is the root of the hierarchy$
		/./|is the root of the hierarchy$
	END
	long=/$TAG/$(printf '%0256d' 0)
	jq --arg path "$long" '.linux.cgroupsPath = $path' "$SCRATCH/b/config.json" > "$SCRATCH/bad"
	mv "$SCRATCH/bad" "$SCRATCH/b/config.json"
	refuses 'name too long$'
}

@test "a folder that is there and holds a process is somebody else's" {
	above
	while read -r dir; do
		# v1's cpuset takes nobody before it is filled
		case $dir in *cpuset*) continue ;; esac
		mkdir "$dir/box"
		sleep 1000 3>&- &
		other=$!
		echo "$other" > "$dir/box/cgroup.procs" || { kill -KILL "$other"; rmdir "$dir/box"; continue; }
		cp "$SCRATCH/before" "$SCRATCH/without"
		tree_of > "$SCRATCH/before"
		refuses "^container's cgroup is not empty: '$dir/box' holds process $other\$" || { kill -KILL "$other"; return 1; }
		kill -0 "$other"
		kill -KILL "$other"
		wait "$other" || true
		until_is rmdir "$dir/box" 2> /dev/null
		mv "$SCRATCH/without" "$SCRATCH/before"
	done < <(find /sys/fs/cgroup -path "*/$TAG" -type d)
	# The control: an empty one is taken.
	find /sys/fs/cgroup -path "*/$TAG" -type d -exec mkdir '{}/box' \; || true # a neighbour's folder went
	oci run --bundle "$SCRATCH/b" c
}

@test "a frozen folder, and one below a frozen folder: a child would never come back" {
	above
	file=$(one_of cgroup.freeze)
	frozen=1 thawed=0
	[ -n "$file" ] || { file=$(one_of freezer.state) frozen=FROZEN thawed=THAWED; }
	echo "$frozen" > "$file"
	cp "$SCRATCH/before" "$SCRATCH/without"
	tree_of > "$SCRATCH/before"
	wrong=0
	refuses "^container's cgroup unexpectedly frozen: '${file%/*}/box'\$" || wrong=1
	echo "$thawed" > "$file"
	[ "$wrong" = 0 ]
	mv "$SCRATCH/without" "$SCRATCH/before"
	tree_of | diff "$SCRATCH/before" -
	oci run --bundle "$SCRATCH/b" c
}

@test "a controller that is not here: the field, and what helps" {
	above
	box '{"unified":{"nosuch.max":"1"}}' true
	refuses '^linux\.resources\.unified\.nosuch\.max: '
	if [ -z "$(v1 net_cls)" ]; then
		box '{"network":{"classID":1}}' true
		refuses '^linux\.resources\.network\.classID: no net_cls controller is mounted on this host; mount it or drop the limit$'
	fi
	is_v2 || { box '{"unified":{"cpu.max":"1000"}}' true; refuses '^linux\.resources\.unified\.cpu\.max: invalid configuration: '; }
	is_v2 && { box '{"memory":{"swappiness":1}}' true; refuses '^linux\.resources\.memory\.swappiness: cgroup v2 has nothing like it'; }
	oci run --bundle "$SCRATCH/b" c 2> /dev/null || { box '{}' true; oci run --bundle "$SCRATCH/b" c; }
}

@test "update: what is refused changes nothing of a container that runs" {
	CGROUP=/$TAG
	start '{"pids":{"limit":17}}'
	tree_of > "$SCRATCH/before"
	while IFS='|' read -r resources pattern; do
		run oci update -r - c <<< "$resources"
		[ "$status" = 1 ] && [ "${#lines[@]}" = 1 ] && [[ $output =~ $pattern ]] || { echo "$resources: $output"; return 1; }
		tree_of | diff "$SCRATCH/before" -
	done <<- 'END'
		{"pids":{"limit":18},"cpu":{"quota":5}}|write '5' to '/sys/.*/cpu\.[a-z_]*': invalid argument$
		{"pids":{"limit":9000000000}}|write '9000000000' to '/sys/.*/pids\.max': invalid argument$
		{"cpu":{"cpus":"4000"}}|'4000'
		{"unified":{"nosuch.max":"1"}}|unified\.nosuch\.max
		{"unified":{"cgroup.kill":"1"}}|'cgroup\.kill' is not a limit$
	END
	oci update -r - c <<< '{"pids":{"limit":18}}'
	run ! diff -q "$SCRATCH/before" <(tree_of)
	oci delete --force c
	no_leftovers
}
