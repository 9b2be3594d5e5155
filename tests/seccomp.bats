# SPDX-License-Identifier: Apache-2.0
# tests/seccomp.bats - linux.seccomp in containers: flags, and the agent that SCMP_ACT_NOTIFY asks
# (actions, operators, architectures and the shape of filters: tests/unit/test_seccomp_*.c)
load helpers
bats_require_minimum_version 1.5.0

# AGENT_PROGRAM is the program of tests/seccomp_agent.c.
setup_file()
{
	export AGENT_PROGRAM=$BATS_FILE_TMPDIR/agent
	"${CC:-cc}" -O1 -D_GNU_SOURCE -o "$AGENT_PROGRAM" "$TESTS/seccomp_agent.c"
}

setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle uses it: the parents of a container's cgroup stay
	CGROUP=/$TAG
	AGENT=
	SOCK=$SCRATCH/agent.sock
	TOLD=$SCRATCH/told
}

teardown()
{
	stop_agent
	test_end
}

# start_agent [CMD...]: the agent listens at SOCK and tells in the folder TOLD; through CMD if one is given
start_agent()
{
	rm -rf "$SOCK" "$TOLD"
	mkdir -m 777 "$TOLD"
	mkfifo "$SCRATCH/agent.ready"
	"$@" "$AGENT_PROGRAM" "$SOCK" "$TOLD" > "$SCRATCH/agent.ready" 3>&- &
	AGENT=$!
	read -r < "$SCRATCH/agent.ready"
	rm "$SCRATCH/agent.ready"
}

stop_agent()
{
	# as_user is a shell around it
	[ -z "$AGENT" ] || kill "$AGENT" $(cat "/proc/$AGENT/task/$AGENT/children") || return
	[ -z "$AGENT" ] || wait "$AGENT" || true
	AGENT=
}

# ask DIR NNP CALL...: the bundle's profile allows everything and asks the agent about each CALL
ask()
{
	edit "$1" --argjson nnp "$2" --arg sock "$SOCK" '.process.noNewPrivileges = $nnp |
		.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", listenerPath: $sock, listenerMetadata: "some \"words\"",
		syscalls: [{ names: $ARGS.positional, action: "SCMP_ACT_NOTIFY" }] }' --args -- "${@:3}"
}

# Everything that a runtime could want to call between loading its filter and the payload, and more.
EVERYTHING=(execve execveat close close_range read write sendmsg sendto recvmsg recvfrom futex prctl capset capget
	exit exit_group openat fcntl mmap munmap mprotect poll ppoll ioctl dup3 pipe2 kill tgkill rt_sigaction
	rt_sigprocmask rt_sigreturn setresuid getpid clone clone3 wait4 mkdir)

@test "an agent answers: the error it gives arrives, what it lets through happens" {
	need_root
	bundle "$SCRATCH/b" sh -c 'mkdir /dev/shm/made; echo "mkdir $?"; [ ! -e /dev/shm/made ]; touch /dev/shm/file && echo touched'
	start_agent
	for nnp in true false; do
		ask "$SCRATCH/b" $nnp mkdir mkdirat openat
		run -0 oci run --bundle "$SCRATCH/b" c
		[[ $output == *'No medium found'* && $output == *'mkdir 1'* && $output == *touched* ]]
	done
	# The control: the same payload without the profile.
	edit "$SCRATCH/b" 'del(.linux.seccomp)'
	run -0 oci run --bundle "$SCRATCH/b" c
	[[ $output == *'mkdir 0'* ]]
	no_leftovers
}

@test "an agent gets one state a connection, with one descriptor, and what the spec says" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	ask "$SCRATCH/b" true mkdir
	edit "$SCRATCH/b" '.annotations = { "a/b": "c" }'
	start_agent
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	[ ! -e "$TOLD/1.json" ]
	oci start c
	pid=$(oci state c | jq .pid)
	[ "$(cat "$TOLD/1.fds")" = '1 0' ]
	diff <(jq -S . "$TOLD/1.json") <(jq -nS --arg b "$SCRATCH/b" --argjson pid "$pid" '{ ociVersion: "1.3.0",
		fds: ["seccompFd"], pid: $pid, metadata: "some \"words\"", state: { ociVersion: "1.3.0", id: "c",
		status: "created", pid: $pid, bundle: $b, annotations: { "a/b": "c" } } }')
	oci exec --detach --pid-file "$SCRATCH/pid" c sleep 1000
	[ "$(jq .pid "$TOLD/2.json")" = "$(cat "$SCRATCH/pid")" ]
	[ "$(jq .state.pid "$TOLD/2.json")" = "$pid" ]
	[ "$(jq -r .state.status "$TOLD/2.json")" = running ]
	[ "$(cat "$TOLD/2.fds")" = '1 0' ]
	run oci exec c mkdir /dev/shm/made
	[ "$status" = 1 ]
	[[ $output == *'No medium found'* ]]
	[ -e "$TOLD/3.json" ] && [ ! -e "$TOLD/4.json" ]
	oci delete --force c
	no_leftovers
}

@test "any call may be one that the agent is asked about, and the payload's execve is the first" {
	need_root
	bundle "$SCRATCH/b" true
	start_agent
	ask "$SCRATCH/b" true "${EVERYTHING[@]}"
	timeout 20 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
	# execve is 59 on x86_64, 221 in the table that newer architectures share.
	[[ $(head -n 1 "$TOLD/calls") == *\ @(59|221) ]]
	# Without no_new_privs the capabilities can only be dropped under the filter.
	ask "$SCRATCH/b" false "${EVERYTHING[@]}"
	timeout 20 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
	ask "$SCRATCH/b" true "${EVERYTHING[@]}"
	edit "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	timeout 20 "$DOBOZ_OCI" --root "$STATE" run --detach --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	timeout 20 "$DOBOZ_OCI" --root "$STATE" exec c true
	oci delete --force c
	no_leftovers
}

@test "the payload sees neither the listener nor the thread that gave it away" {
	need_root
	bundle "$SCRATCH/b" sh -c 'ls /proc/self/fd; ls /proc/$$/task | wc -l; grep -c . /proc/$$/maps > /dev/null; grep Seccomp_filters: /proc/$$/status'
	ask "$SCRATCH/b" true mkdir
	start_agent
	run -0 oci run --bundle "$SCRATCH/b" c
	[ "$output" = "$(printf '%s\n' 0 1 2 3 1 $'Seccomp_filters:\t1')" ]
	no_leftovers
}

@test "an agent that ends lets no call hang" {
	need_root
	bundle "$SCRATCH/b" sh -c 'read go; mkdir /dev/shm/made; echo "mkdir $?"'
	ask "$SCRATCH/b" true mkdir
	start_agent
	mkfifo "$SCRATCH/go"
	exec 9<> "$SCRATCH/go"
	oci run --detach --bundle "$SCRATCH/b" --pid-file "$SCRATCH/pid" c <&9 > "$SCRATCH/out" 2>&1
	# the agent writes down what it was sent in its own time
	timeout 10 sh -c "until [ -e '$TOLD/1.json' ]; do sleep 0.02; done"
	stop_agent
	echo go >&9
	exec 9>&-
	timeout 10 tail --pid="$(cat "$SCRATCH/pid")" -s 0.02 -f /dev/null
	[[ $(cat "$SCRATCH/out") == *'Function not implemented'*'mkdir 1'* ]]
	oci delete c
	no_leftovers
}

@test "where no agent is, nothing runs and nothing stays" {
	need_root
	bundle "$SCRATCH/b" touch /dev/shm/ran
	ask "$SCRATCH/b" true mkdir
	refused 1 'failed to connect with seccomp agent .*no such file' oci create --bundle "$SCRATCH/b" c
	refused 1 'failed to connect with seccomp agent .*no such file' oci run --bundle "$SCRATCH/b" c
	run -1 oci check "$SCRATCH/b"
	[[ $output == *'config.linux.seccomp.listenerPath: failed to connect with seccomp agent'* ]]
	: > "$SOCK"
	refused 1 'failed to connect with seccomp agent' oci create --bundle "$SCRATCH/b" c
	# A socket on which nobody listens any more shows itself only when it is needed.
	start_agent
	stop_agent
	refused 1 'failed to connect with seccomp agent .*refused' oci run --bundle "$SCRATCH/b" c
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	pid=$(oci state c | jq .pid)
	run oci start c
	[ "$status" = 1 ]
	[[ $output == *'failed to connect with seccomp agent'* ]]
	timeout 10 tail --pid="$pid" -s 0.02 -f /dev/null
	[ "$(oci state c | jq -r .status)" = stopped ]
	oci delete c
	no_leftovers
	# exec: the container goes on.
	start_agent
	edit "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci run --detach --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	stop_agent
	run oci exec --pid-file "$SCRATCH/pid" c true
	[ "$status" = 255 ] && [ ! -e "$SCRATCH/pid" ]
	[[ $output == *'failed to connect with seccomp agent'* ]]
	[ "$(oci state c | jq -r .status)" = running ]
	[ "$(oci ps --format json c | jq length)" = 1 ]
	oci delete --force c
	no_leftovers
}

@test "an agent that takes no connections is given up after a while" {
	need_root
	need python3
	bundle "$SCRATCH/b" touch /dev/shm/ran
	ask "$SCRATCH/b" true mkdir
	mkfifo "$SCRATCH/full"
	python3 - "$SOCK" > "$SCRATCH/full" 3>&- << 'END' &
import signal, socket, sys
queue = socket.socket(socket.AF_UNIX)
queue.bind(sys.argv[1])
queue.listen(0)
held = []
try:
    while True:
        held.append(socket.socket(socket.AF_UNIX))
        held[-1].setblocking(False)
        held[-1].connect(sys.argv[1])
except BlockingIOError:
    print("full", flush=True)
signal.pause()
END
	AGENT=$!
	read -r < "$SCRATCH/full"
	refused 1 'failed to connect with seccomp agent .*timed out' timeout 60 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
}

@test "profiles that ask without saying whom are refused; a path that nobody needs is ignored" {
	need_root
	bundle "$SCRATCH/b" true
	ask "$SCRATCH/b" true mkdir
	edit "$SCRATCH/b" 'del(.linux.seccomp.listenerPath)'
	refused 1 'listenerMetadata: needs listenerPath' oci run --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" 'del(.linux.seccomp.listenerMetadata)'
	refused 1 'SCMP_ACT_NOTIFY needs listenerPath' oci run --bundle "$SCRATCH/b" c
	for path in '' relative.sock @abstract; do
		edit "$SCRATCH/b" --arg path "$path" '.linux.seccomp.listenerPath = $path'
		refused 1 'listenerPath: expected an absolute path' oci run --bundle "$SCRATCH/b" c
	done
	edit "$SCRATCH/b" '.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY"'
	refused 1 'SCMP_ACT_NOTIFY cannot be the default' oci run --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", listenerPath: "@x", listenerMetadata: "m" }'
	run -0 oci run --bundle "$SCRATCH/b" c
	no_leftovers
}

@test "an ordinary user's container asks an agent, too" {
	need_user
	AGENT_PROGRAM=$USER_DIR/agent && cp "$BATS_FILE_TMPDIR/agent" "$AGENT_PROGRAM"
	user_bundle "$USER_DIR/b" sh -c 'mkdir /dev/shm/made; echo "mkdir $?"'
	SOCK=$USER_DIR/agent.sock
	start_agent as_user
	for nnp in true false; do
		ask "$USER_DIR/b" $nnp "${EVERYTHING[@]}"
		run -0 user_oci run --bundle "$USER_DIR/b" c
		[[ $output == *'No medium found'*'mkdir 1'* ]]
	done
	no_leftovers
}

# flags_of [FLAG...]: what seccomp(2) gets for a profile with these flags
flags_of()
{
	edit "$SCRATCH/b" '.linux.seccomp.flags = $ARGS.positional' --args -- "$@"
	strace -f -qq -e trace=seccomp -e signal=none -o "$SCRATCH/trace" "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
	sed -nE 's/.*SECCOMP_SET_MODE_FILTER, ([^,]*), .*/\1/p' "$SCRATCH/trace"
}

@test "each flag of a filter reaches the kernel" {
	need_root
	need strace
	bundle "$SCRATCH/b" true
	edit "$SCRATCH/b" '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }] }'
	[ "$(flags_of)" = 0 ]
	[ "$(flags_of SECCOMP_FILTER_FLAG_TSYNC)" = SECCOMP_FILTER_FLAG_TSYNC ]
	[ "$(flags_of SECCOMP_FILTER_FLAG_LOG)" = SECCOMP_FILTER_FLAG_LOG ]
	[ "$(flags_of SECCOMP_FILTER_FLAG_SPEC_ALLOW)" = SECCOMP_FILTER_FLAG_SPEC_ALLOW ]
	[ "$(flags_of SECCOMP_FILTER_FLAG_LOG SECCOMP_FILTER_FLAG_SPEC_ALLOW)" = 'SECCOMP_FILTER_FLAG_LOG|SECCOMP_FILTER_FLAG_SPEC_ALLOW' ]
	# About a listener only: without one the kernel would refuse it.
	[ "$(flags_of SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)" = 0 ]
	# Absent is not empty.
	edit "$SCRATCH/b" 'del(.linux.seccomp.flags)'
	strace -f -qq -e trace=seccomp -e signal=none -o "$SCRATCH/trace" "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
	grep -q 'FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, ' "$SCRATCH/trace"
	edit "$SCRATCH/b" '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]'
	refused 1 "linux.seccomp.flags\[0\]: unknown value" oci run --bundle "$SCRATCH/b" c
}

@test "each flag of a filter that asks reaches the kernel, but the one for all threads" {
	need_root
	need strace
	oci features | jq -e '.linux.seccomp.supportedFlags | index("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")' ||
		skip 'needs Linux 5.19 (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)'
	bundle "$SCRATCH/b" true
	ask "$SCRATCH/b" true mkdir
	start_agent
	[ "$(flags_of)" = SECCOMP_FILTER_FLAG_NEW_LISTENER ]
	[ "$(flags_of SECCOMP_FILTER_FLAG_LOG)" = 'SECCOMP_FILTER_FLAG_LOG|SECCOMP_FILTER_FLAG_NEW_LISTENER' ]
	[[ $(flags_of SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) == SECCOMP_FILTER_FLAG_NEW_LISTENER\|@(0x20|SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) ]]
	[ "$(flags_of SECCOMP_FILTER_FLAG_TSYNC)" = SECCOMP_FILTER_FLAG_NEW_LISTENER ]
	no_leftovers
}
