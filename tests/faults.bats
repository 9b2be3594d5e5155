# SPDX-License-Identifier: Apache-2.0
# tests/faults.bats - runtimes that are killed, or whose system calls fail, in the middle of a verb
load helpers

bats_require_minimum_version 1.5.0 # run -N

setup()
{
	test_begin
	need_root
	need unshare python3
	[ -z "${ASAN_OPTIONS:-}" ] || skip 'the points would be those of AddressSanitizer'
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
	sweep -s 53 -f $((RANDOM % 53 + 1))
	[ "${BASH_REMATCH[1]}" -gt 150 ]
}

# planting CODE: a runtime that does CODE after each delete --force but the sweep's own first one; "$2" is its --root
planting()
{
	rm -f "$SCRATCH/once"
	cat > "$SCRATCH/doboz-oci" << END
#!/bin/bash
case "\$*" in *"delete --force"*)
	[ -e "$SCRATCH/once" ] || { : > "$SCRATCH/once"; exec "$DOBOZ_OCI" "\$@"; }
	work=\${2%/state}
	$1
	;;
esac
exec "$DOBOZ_OCI" "\$@"
END
	chmod 755 "$SCRATCH/doboz-oci"
}

@test "the sweep sees what is left: of each kind, and a verb that fails by itself" {
	planting 'exit 0'
	DOBOZ_OCI=$SCRATCH/doboz-oci run -1 "$TESTS/faults/sweep" -s 100 create
	echo "$output"
	[[ $output == *'cgroup /sys/fs/cgroup/'*'/state/c'* ]]

	declare -A plants=(
		[process]='setsid sleep 1000 > /dev/null 2>&1 &'
		[cgroup]='find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "${work##*/}" -exec mkdir "{}/left" \; -quit'
		[tmpfs]='mount -t tmpfs planted "$work/plain"'
		[namespace]='unshare -n python3 -c "import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); ns = open(\"/proc/self/ns/net\")
socket.send_fds(s, [bytes(1)], [ns.fileno()]); s.recv(1)" "$work/console.sock"'
		[left-file]=': > "$2/left-file"'
	)
	for kind in "${!plants[@]}"; do
		planting "${plants[$kind]}"
		DOBOZ_OCI=$SCRATCH/doboz-oci run -1 "$TESTS/faults/sweep" -s 250 create
		echo "$kind: $output"
		grep -q "^create main hit 1 .*$kind" <<< "$output"
	done

	printf '#!/bin/sh\ncase "$*" in *" create "*/hooks*) echo no; exit 1 ;; esac\nexec "%s" "$@"\n' "$DOBOZ_OCI" > "$SCRATCH/doboz-oci"
	DOBOZ_OCI=$SCRATCH/doboz-oci run -1 "$TESTS/faults/sweep" -f 100000 create-hooks
	[[ $output == *'create-hooks main end '*'without a fault: status 1, no'* ]]
}

@test "a system call that fails: one line, and nothing left without a delete" {
	for error in 5 12; do # EIO, ENOMEM
		sweep -e "$error" -s 71 -f $((RANDOM % 71 + 1)) create create-hooks create-userns exec
	done
}

# The parent of init does not wait for it here, so that start can see that it never was executed.
@test "start tells that its container was killed on the way to its payload" {
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
	bundle "$SCRATCH/b" sleep 1000
	cc -std=gnu11 -D_GNU_SOURCE -o "$SCRATCH/fault" "$TESTS/faults/fault.c"
	cat > "$SCRATCH/start" << 'END'
import ctypes, subprocess, sys
ctypes.CDLL(None).prctl(36, 1) # PR_SET_CHILD_SUBREAPER
fault, oci, state, bundle, n = sys.argv[1:]
subprocess.run([oci, "--root", state, "create", "--bundle", bundle, "--pid-file", bundle + "/pid", "c"], check=True,
	stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
with open(bundle + "/pid") as file: pid = file.read()
sys.exit(subprocess.run([fault, "-a", pid, "-n", n, oci, "--root", state, "start", "c"]).returncode)
END
	# its second call may still be the accept of nobody's connection: start finds it stopped then
	for n in 3 4; do
		run -1 python3 "$SCRATCH/start" "$SCRATCH/fault" "$DOBOZ_OCI" "$STATE" "$SCRATCH/b" "$n" < /dev/null
		[[ $output == *'was killed before it executed the payload'* ]]
		oci delete --force c
	done
	run -0 python3 "$SCRATCH/start" "$SCRATCH/fault" "$DOBOZ_OCI" "$STATE" "$SCRATCH/b" 100000 < /dev/null
	oci delete --force c
	no_leftovers
}

# Nobody is left who would end it after its timeout, and it is in no cgroup of the container.
@test "a runtime that is killed takes the hook with it that it waits for" {
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
	bundle "$SCRATCH/b" sleep 1000
	printf '#!/bin/sh\necho $$ > "%s"\nkill -KILL $PPID\nexec sleep 1000\n' "$SCRATCH/hook.pid" > "$SCRATCH/hook"
	chmod 755 "$SCRATCH/hook"
	for kind in prestart createRuntime poststart poststop; do
		rm -f "$SCRATCH/hook.pid"
		edit "$SCRATCH/b" --arg kind "$kind" --arg hook "$SCRATCH/hook" '.hooks = {($kind): [{path: $hook, env: ["PATH=/bin"]}]}'
		verb=start
		case $kind in
		prestart | createRuntime) verb='create --bundle b' ;;
		*) oci create --bundle "$SCRATCH/b" c > /dev/null 2>&1 ;;
		esac
		[ "$kind" != poststop ] || verb='delete --force'
		# shellcheck disable=SC2086 # words
		(cd "$SCRATCH" && run -137 oci $verb c)
		timeout 10 tail --pid="$(< "$SCRATCH/hook.pid")" -s 0.02 -f /dev/null
		[ "$kind" = poststop ] || [ -n "$(left_states)" ]
		oci delete --force c
		no_leftovers
	done
}
