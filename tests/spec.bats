#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/spec.bats - the default config of `spec`: complete, and accepted by other people's runtimes

load helpers
bats_require_minimum_version 1.5.0

# What a container may say about itself; the numbers of what is mounted and held differ by runtime.
ask='id -u; hostname; pwd; grep -E "^(Cap|NoNewPrivs)" /proc/self/status
	ls /dev | grep -E "^(null|zero|full|random|urandom|tty|fd|ptmx)$"
	head -c 1 /proc/kcore 2> /dev/null | wc -c; (: > /new) 2> /dev/null || echo read-only'

@test "spec: the default asks for a shell, three capabilities and a read-only root" {
	cd "$SCRATCH"
	run -0 oci spec
	[ "$output" = '' ]
	[ "$(jq -r '.process.args[0]' config.json)" = sh ]
	[ "$(jq -r '.process.capabilities.bounding | length' config.json)" = 3 ]
	[ "$(jq -r '.process.capabilities | has("ambient") or has("inheritable")' config.json)" = false ]
	[ "$(jq -r '.process.noNewPrivileges' config.json)" = true ]
	[ "$(jq -r '.root.readonly' config.json)" = true ]
	# as runc's: a cgroup namespace where all is v2
	cgroup=
	[ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ] || cgroup='cgroup '
	[ "$(jq -r '[.linux.namespaces[].type] | sort | join(" ")' config.json)" = "${cgroup}ipc mount network pid uts" ]
	[ "$(jq -r '.linux.maskedPaths | contains(["/proc/kcore", "/sys/firmware", "/proc/interrupts"])' config.json)" = true ]
}

@test "spec: never asks for more open files than the host allows" {
	cd "$SCRATCH"
	run -0 bash -c "ulimit -n 1000; '$DOBOZ_OCI' spec"
	[ "$(jq '.process | has("rlimits")' config.json)" = false ]
	rm config.json
	run -0 bash -c "ulimit -Sn 1000; '$DOBOZ_OCI' spec"
	[ "$(jq '.process.rlimits[0].hard' config.json)" = 1024 ]
}

@test "spec: does not replace a config" {
	cd "$SCRATCH"
	echo mine > config.json
	run -1 oci spec
	[[ $output == *exist* ]]
	[ "$(cat config.json)" = mine ]
}

@test "spec --rootless: has a user namespace of ids that are the user's own" {
	need_user
	as_user sh -c "cd '$USER_DIR' && '$DOBOZ_OCI' spec --rootless"
	[ "$(jq -r '[.linux.namespaces[].type] | contains(["user"])' "$USER_DIR/config.json")" = true ]
	[ "$(jq '.linux.uidMappings[0].hostID' "$USER_DIR/config.json")" = "$(id -u "$TEST_USER")" ]
	[ "$(jq '.linux.uidMappings[1].hostID' "$USER_DIR/config.json")" = \
		"$(awk -F: -v u="$TEST_USER" '$1 == u { print $2; exit }' /etc/subuid)" ]
	[ "$(jq '[.mounts[].options[]?] | index("gid=5")' "$USER_DIR/config.json")" = null ]
}

@test "spec: runc runs the default bundle, and the container says the same" {
	need_root
	need runc jq
	bundle "$SCRATCH/bundle" sh -c "$ask"
	run -0 runc --root "$SCRATCH/runc" run --bundle "$SCRATCH/bundle" "$TAG"
	theirs=$output
	[[ $theirs == *read-only* ]]
	run -0 oci run --bundle "$SCRATCH/bundle" "$TAG"
	[ "$output" = "$theirs" ]
}

@test "spec: crun runs the default bundle, and the container says the same" {
	need_root
	need crun jq unshare
	bundle "$SCRATCH/bundle" sh -c "$ask"
	edit "$SCRATCH/bundle" 'del(.process.rlimits)'
	# crun refuses hosts with controllers on both v1 and v2; in a mount namespace of its own it sees none on v2
	: > "$SCRATCH/empty"
	run -0 unshare --mount --propagation private sh -c '
		list=/sys/fs/cgroup/unified/cgroup.controllers
		[ ! -e $list ] || mount --bind "$1/empty" $list
		exec crun --root "$1/crun" run --bundle "$1/bundle" "$2"' _ "$SCRATCH" "$TAG"
	theirs=$output
	run -0 oci run --bundle "$SCRATCH/bundle" "$TAG"
	[ "$output" = "$theirs" ]
}
