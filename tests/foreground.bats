# SPDX-License-Identifier: Apache-2.0
# tests/foreground.bats - run in the foreground stays with its container, and the container with it
load helpers

bats_require_minimum_version 1.5.0 # run -N

setup()
{
	test_begin
	need_root
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
}

# begin [OPTION...]: run the bundle in the background until its payload has said so; sets runner and init
begin()
{
	mkfifo "$SCRATCH/said"
	"$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" "$@" c < /dev/null > "$SCRATCH/said" 3>&- &
	runner=$!
	read -r < "$SCRATCH/said"
	rm "$SCRATCH/said"
	init=$(oci state c | jq .pid)
}

# watchers: the pids of watchers of this runner
watchers()
{
	local pid

	for pid in $(< "/proc/$runner/task/$runner/children"); do
		[ "$(< "/proc/$pid/comm")" != doboz-watcher ] || echo "$pid"
	done
}

# ends PID: the process has ended within ten seconds
ends() { timeout 10 tail --pid="$1" -s 0.02 -f /dev/null; }

# kill_runner: SIGKILL of run is the end of the container's every process
kill_runner()
{
	kill -KILL "$runner"
	wait "$runner" || true
	ends "$init"
	left_processes | sort -u | while read -r pid; do ends "$pid"; done
	[ -z "$(left_processes)" ]
	oci delete --force c
	no_leftovers
}

# give_up_root: a payload that begins as root and goes on as another user, as services do
give_up_root() { edit "$SCRATCH/b" '.process.capabilities |= map_values(["CAP_SETUID", "CAP_SETGID"])'; }

@test "signals are forwarded, and the status is the payload's" {
	bundle "$SCRATCH/b" sh -c 'trap "exit 7" USR1; trap "exit 8" TERM; echo ready; while :; do sleep 0.05; done'
	for signal in USR1 TERM; do
		begin
		kill -s "$signal" "$runner"
		status=0
		wait "$runner" || status=$?
		[ "$status" = "$([ $signal = USR1 ] && echo 7 || echo 8)" ]
		no_leftovers
	done
	# nothing that the payload leaves behind, nor a watcher, keeps the caller's pipe open
	give_up_root
	edit "$SCRATCH/b" '.process.args[2] = "echo said; sleep 1000 & sleep 1000 &"'
	[ "$(timeout 20 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c)" = said ]
	no_leftovers
}

@test "run is killed: the container ends" {
	bundle "$SCRATCH/b" sh -c 'sleep 1000 & echo ready; exec sleep 1000'
	begin
	kill_runner
	# one that is stopped, and one whose payload is
	for stopped in runner init; do
		begin
		kill -STOP "${!stopped}"
		kill_runner
	done
	# a detached one goes on
	oci run -d --bundle "$SCRATCH/b" c > /dev/null
	[ "$(oci state c | jq -r .status)" = running ]
	oci delete --force c
	no_leftovers
}

@test "run is killed: the container ends, when its payload has given up root" {
	bundle "$SCRATCH/b" su app -s /bin/sh -c 'echo ready; exec sleep 1000'
	give_up_root
	begin
	[ "$(stat -c %u "/proc/$init")" != 0 ] || grep -q '^Uid:.1000' "/proc/$init/status"
	[ "$(watchers | wc -l)" = 1 ]
	kill_runner
}

@test "run is killed: the container ends, when its payload is a set-id program" {
	bundle "$SCRATCH/b" /set-id/sh -c 'echo ready; exec sleep 1000'
	mkdir "$SCRATCH/b/rootfs/set-id"
	cp "$SCRATCH/b/rootfs/bin/busybox" "$SCRATCH/b/rootfs/set-id/sh"
	chmod 4755 "$SCRATCH/b/rootfs/set-id/sh"
	edit "$SCRATCH/b" '.process.noNewPrivileges = false | .process.user = { uid: 1000, gid: 1000 }'
	begin
	[ "$(watchers | wc -l)" = 1 ]
	kill_runner
}

@test "run is killed: all processes end, in a pid namespace of somebody else too" {
	bundle "$SCRATCH/b" sh -c 'sleep 1000 & echo ready; exec sleep 1000'
	edit "$SCRATCH/b" '.linux.namespaces |= map(select(.type != "pid")) | .mounts |= map(select(.destination != "/proc")) |
		del(.linux.maskedPaths, .linux.readonlyPaths)'
	begin
	[ "$(watchers | wc -l)" = 1 ]
	kill_runner
}

@test "run is killed: the container ends, when its payload has taken its death signal back" {
	cat > "$SCRATCH/lives.c" << 'END'
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(void) { prctl(PR_SET_PDEATHSIG, 0); puts("ready"); fflush(stdout); for (;;) pause(); }
END
	bundle "$SCRATCH/b" /bin/lives
	"${CC:-cc}" -static -o "$SCRATCH/b/rootfs/bin/lives" "$SCRATCH/lives.c"
	begin
	[ "$(watchers | wc -l)" = 1 ]
	kill_runner
	# and the watcher's death alone ends nothing, nor the care of run
	begin
	watcher=$(watchers)
	kill -KILL "$watcher"
	[ "$(oci state c | jq -r .status)" = running ]
	oci kill c KILL
	status=0
	wait "$runner" || status=$?
	[ "$status" = 137 ]
	no_leftovers
}

@test "run is killed: the container ends, paused, and with all of it frozen below its v1 freezer" {
	bundle "$SCRATCH/b" sh -c 'setsid sh -c "setsid sleep 1000 & sleep 1000" & echo ready; exec sleep 1000'
	begin
	oci pause c
	kill_runner
	begin
	dir=$(jq -r '.cgroupFolders[]' "$STATE/c/state.json" | grep -m 1 /freezer/ || skip 'no v1 freezer here')
	mkdir -p "$dir/a/b"
	while read -r pid; do echo "$pid" > "$dir/a/b/cgroup.procs"; done < "$dir/cgroup.procs"
	echo FROZEN > "$dir/a/freezer.state"
	echo FROZEN > "$dir/a/b/freezer.state"
	kill_runner
}

@test "a watcher ends with its run, and holds nothing of it" {
	bundle "$SCRATCH/b" su app -s /bin/sh -c 'echo ready; exec sleep 1000'
	give_up_root
	begin
	watcher=$(watchers)
	find "/proc/$watcher/fd" -type l -printf '%l\n' > "$SCRATCH/held"
	[ "$(grep -cF '[pidfd]' "$SCRATCH/held")" = 2 ]
	[ "$(grep -vF '[pidfd]' "$SCRATCH/held" | grep -cvE "/cgroup.kill\$|/freezer/$TAG\$")" = 0 ]
	[ "$(readlink "/proc/$watcher/cwd")" = / ]
	oci kill c KILL
	status=0
	wait "$runner" || status=$?
	[ "$status" = 137 ]
	[ ! -e "/proc/$watcher" ]
	no_leftovers
}

@test "doboz run is killed: the container ends" {
	need umoci
	make_image "$SCRATCH/image" t
	mkfifo "$SCRATCH/said"
	"$DOBOZ" --root "$STATE" run --cgroup-parent "/$TAG" --name c "oci:$SCRATCH/image:t" su app -s /bin/sh -c 'echo ready; exec sleep 1000' \
		< /dev/null > "$SCRATCH/said" 3>&- &
	runner=$!
	read -r -t 60 < "$SCRATCH/said"
	init=$(doboz inspect c | jq '.[0].State.Pid')
	kill -KILL "$runner"
	wait "$runner" || true
	ends "$init"
	doboz rm -f c
	[ -z "$(left_processes)" ] && [ -z "$(left_states)" ]
}

@test "a payload that reads nothing of its terminal holds up neither what it says nor signals" {
	bundle "$SCRATCH/b" sh -c 'stty raw -echo; trap "echo still" USR1; trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done'
	edit "$SCRATCH/b" '.process.terminal = true'
	mkfifo "$SCRATCH/said" "$SCRATCH/typed"
	exec 8<> "$SCRATCH/typed"
	"$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c <&8 > "$SCRATCH/said" 3>&- 8>&- &
	runner=$!
	exec 7< "$SCRATCH/said"
	read -r -t 10 word <&7
	[ "$word" = ready ]
	(exec yes >&8 3>&- 7<&-) &
	typist=$!
	for ((i = 0; i < 20; i++)); do
		kill -USR1 "$runner"
		read -r -t 10 word <&7
		[ "$word" = still ]
	done
	kill -TERM "$runner"
	ends "$runner"
	status=0
	wait "$runner" || status=$?
	[ "$status" = 7 ]
	kill "$typist" 2> /dev/null || true
	exec 7<&- 8>&-
	no_leftovers
}
