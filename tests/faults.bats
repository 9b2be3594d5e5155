# SPDX-License-Identifier: Apache-2.0
# tests/faults.bats - runtimes that are killed, or whose system calls fail, in the middle of a verb
load helpers

bats_require_minimum_version 1.5.0 # run -N

setup()
{
	test_begin
	need_root
	need unshare python3
	[ "$(uname -m)" = x86_64 ] || skip_unless_must 'tests/faults/fault.c knows the registers of x86-64'
}

# sweep ARG...: a thin sweep of all scenarios, or of some; its last line in $output
sweep()
{
	run "$TESTS/faults/sweep" "$@"
	echo "$output"
	[ "$status" = 0 ]
	[[ ${lines[-1]} =~ ^all:\ ([0-9]+)\ points,\ 0\ with ]]
	echo "${BASH_REMATCH[1]} points"
}

@test "a runtime killed at any system call leaves nothing that delete --force does not remove" {
	sweep -s 37 -f $((RANDOM % 37 + 1))
	[ "${BASH_REMATCH[1]}" -gt 200 ]
}

@test "the sweep sees what is left" {
	cat > "$SCRATCH/doboz-oci" << END
#!/bin/sh
case "\$*" in *"delete --force"*) [ -e "$SCRATCH/once" ] && exit 0; : > "$SCRATCH/once" ;; esac
exec "$DOBOZ_OCI" "\$@"
END
	chmod 755 "$SCRATCH/doboz-oci"
	DOBOZ_OCI=$SCRATCH/doboz-oci run -1 "$TESTS/faults/sweep" -s 100 create
	echo "$output"
	[[ $output == *'cgroup /sys/fs/cgroup/'*'/state/c'* ]]
}

@test "a system call that fails: one line, and nothing left without a delete" {
	for error in 5 12; do # EIO, ENOMEM
		sweep -e "$error" -s 47 -f $((RANDOM % 47 + 1)) create create-hooks create-userns exec
	done
}
