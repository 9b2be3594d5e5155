# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # output is for the tests
# tests/hostile.bash - for tests of hostile containers: `load helpers` and `load hostile`
#
# Each test has B, a bundle that ran once (the control), and CANARY, a folder of the host that nobody may change.
# ATTACK is the program of tests/attack.c, also in the container as /bin/attack.

setup_file()
{
	export ATTACK=$BATS_FILE_TMPDIR/attack
	"${CC:-cc}" -static -O1 -D_GNU_SOURCE -o "$ATTACK" "$TESTS/attack.c"
}

setup()
{
	test_begin
	need_root
	# shellcheck disable=SC2034 # bundle uses it: the parents of a container's cgroup stay
	CGROUP=/$TAG
	CANARY=$SCRATCH/canary
	mkdir "$CANARY"
	echo precious > "$CANARY/file"
	B=$SCRATCH/b
	bundle "$B" true
	edit "$B" '.root.readonly = false'
	cp "$ATTACK" "$B/rootfs/bin/attack"
	says 'echo started'
	oci run --bundle "$B" control > "$SCRATCH/out" 2>&1 < /dev/null
	grep -qx started "$SCRATCH/out"
	before=$(look)
}

teardown() { test_end; }

# says SCRIPT: what the container's shell runs
says() { edit "$B" --arg script "$1" '.process.args = ["/bin/sh", "-c", $script]'; }

# attempt [ID]: run it, with a deadline; status and output as of bats' run. Nothing of it outlives this.
attempt()
{
	local id=${1:-attempt}

	status=0
	timeout 20 "$DOBOZ_OCI" --root "$STATE" run --bundle "$B" "$id" > "$SCRATCH/out" 2>&1 < /dev/null || status=$?
	output=$(< "$SCRATCH/out")
	oci delete --force "$id"
	[ "$status" != 124 ]
}

# A container named box that runs on, for exec.
start_box()
{
	says 'exec sleep 1000'
	oci run --detach --bundle "$B" box > "$SCRATCH/out" 2>&1 < /dev/null
}

look() { (cd "$CANARY" && find . -printf '%p %y %m %u %g %s %T@ %l\n' | sort && cat file); }

# unharmed: the canary is as it was, and nothing is left
unharmed()
{
	local now

	now=$(look)
	[ "$now" = "$before" ] || { printf 'the host was changed: %s\nit was: %s\n' "$now" "$before"; return 1; }
	no_leftovers
}
