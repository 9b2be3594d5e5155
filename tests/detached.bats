# SPDX-License-Identifier: Apache-2.0
# tests/detached.bats - doboz run -d and the verbs that follow: ps exec logs stop kill wait rm inspect
# shellcheck disable=SC2153 # IMAGE and USER_IMAGE are of images.bash
load helpers
load images

# A payload that says "ready", and ends with 9 on TERM.
LOOP='trap "echo bye; exit 9" TERM; echo ready; while :; do sleep 0.05; done'

# wait_gone PID: until a process of ours has ended
wait_gone() { timeout 20 tail --pid="$1" -s 0.02 -f /dev/null; }

# monitor NAME: the pid of the process that looks after a container, the parent of its init
monitor()
{
	local pid

	pid=$(doboz inspect "$1" | jq '.[0].State.Pid')
	sed -n 's/^PPid:\t//p' "/proc/$pid/status"
}

@test "run -d prints the id; ps, inspect, stop, wait, rm" {
	need_root
	run -0 doboz run -d --name c --label a=b "$IMAGE" sh -c "$LOOP"
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	id=$output
	ready c
	[ "$(doboz ps -q)" = "${id:0:12}" ]
	[ "$(doboz ps -q --no-trunc)" = "$id" ]
	[ "$(doboz ps --format json | jq -r '.[0] | .Id + .Name + .Status')" = "${id}cUp" ]
	[[ $(doboz ps) == *"${id:0:12}"*Up*c* ]]
	pid=$(doboz inspect c | jq '.[0].State.Pid')
	[ "$(cat "/proc/$pid/comm")" = sh ]
	doboz inspect c | jq -e --arg id "$id" '.[0] | .Id == $id and .Name == "c" and .State.Running and
		.State.Status == "running" and .StopSignal == "SIGTERM" and .StopTimeout == 10 and
		(.Cgroups | length) > 0 and .Spec.annotations.a == "b" and .Spec.process.args[0] == "sh"'
	run -0 doboz stop c
	[ "$output" = c ]
	[ "$(doboz wait c)" = 9 ]
	[ -z "$(doboz ps -q)" ]
	[ "$(doboz ps -aq)" = "${id:0:12}" ]
	[[ $(doboz ps -a) == *'Exited (9)'* ]]
	doboz inspect c | jq -e '.[0].State | .Status == "exited" and .ExitCode == 9 and .Pid == 0 and (.Running | not) and
		(.FinishedAt | length) > 20'
	[ "$(doboz logs c)" = $'ready\nbye' ]
	run -0 doboz stop c
	doboz rm c
	run -125 doboz inspect c
	nothing_left
}

@test "a container that cannot start: run -d says so, and nothing stays" {
	need_root
	refused_run 127 'executable file not found' -d --name c "$IMAGE" nonexist
	run -126 doboz run -d --name c "$IMAGE" /etc/motd
	run -125 doboz run -d --name c -u nobody9 "$IMAGE"
	[ -z "$(doboz ps -aq)" ]
	nothing_left
}

@test "names and prefixes of ids" {
	need_root
	id=$(doboz run -d --name c "$IMAGE" sleep 1000)
	run -125 doboz run -d --name c "$IMAGE" sleep 1000
	[[ $output == *"the container name 'c' is already in use by ${id:0:12}"* ]]
	[ "$(doboz inspect "${id:0:6}" | jq -r '.[0].Name')" = c ]
	[ "$(doboz inspect "$id" | jq -r '.[0].Name')" = c ]
	run -125 doboz inspect ''
	run -125 doboz inspect "${id}0"
	for name in .c -c a/b ../c "$(printf 'a%.0s' {1..129})"; do
		run -125 doboz run -d --name="$name" "$IMAGE" true
	done
	# seventeen ids: two begin with the same digit
	for i in {1..16}; do doboz run "$IMAGE" true; done
	twice=$(doboz ps -aq | cut -c 1 | sort | uniq -d | head -n 1)
	run -125 doboz inspect "$twice"
	[[ $output == *'more than one'* ]]
	doboz rm -f --all
	[ -z "$(doboz ps -aq)" ]
	doboz run --name c "$IMAGE" true
	doboz rm c
	nothing_left
}

@test "rm: refused while it runs, -f, several, unknown ones" {
	need_root
	doboz run -d --name a "$IMAGE" sleep 1000
	doboz run -d --name b "$IMAGE" sleep 1000
	run -125 doboz rm a
	[[ $output == *'is running'* ]]
	[ "$(doboz ps -q | wc -l)" = 2 ]
	run -125 doboz rm -f a nonexist b
	[[ $output == *'no such container: nonexist'* ]]
	[ -z "$(doboz ps -aq)" ]
	run -125 doboz rm
	nothing_left
}

@test "stop: the stop signal, then SIGKILL; kill -s; wait" {
	need_root
	doboz run -d --name deaf "$IMAGE" sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
	ready deaf
	doboz stop -t 0 deaf
	[ "$(doboz wait deaf)" = 137 ]
	doboz run -d --name c "$IMAGE" sh -c 'trap "exit 5" USR1; echo ready; while :; do sleep 0.05; done'
	ready c
	(doboz wait c > "$SCRATCH/status" 3>&-) &
	doboz kill -s USR1 c
	wait $!
	[ "$(cat "$SCRATCH/status")" = 5 ]
	run -125 doboz kill c
	[[ $output == *'not running'* ]]
	run -125 doboz kill -s BOGUS deaf
	doboz run -d --name k "$IMAGE" sleep 1000
	doboz kill k
	[ "$(doboz wait k)" = 137 ]
	doboz run -d --name s "$IMAGE" sh -c 'trap "exit 6" INT; echo ready; while :; do sleep 0.05; done'
	ready s
	doboz stop --signal SIGINT s
	[ "$(doboz wait s deaf)" = $'6\n137' ]
	doboz rm deaf c k s
	# also of one that is removed when it ends
	doboz run -d --rm --name r "$IMAGE" sh -c 'trap "exit 8" TERM; echo ready; while :; do sleep 0.05; done'
	ready r
	"$DOBOZ" --root "$STATE" wait r > "$SCRATCH/status" 3>&- &
	waiter=$!
	# it waits when it has opened the lock
	until find "/proc/$waiter/fd" -lname '*/lock' 2> /dev/null | grep -q .; do :; done
	doboz stop r
	wait "$waiter"
	[ "$(cat "$SCRATCH/status")" = 8 ]
	nothing_left
}

@test "logs: both streams, --tail, -t, -f until the end" {
	need_root
	mkfifo "$SCRATCH/go"
	chmod 666 "$SCRATCH/go"
	doboz run -d --name c -v "$SCRATCH/go:/go" "$IMAGE" sh -c 'echo one; echo two >&2; echo three; read x < /go; printf last'
	ready c
	doboz logs -f c > "$SCRATCH/followed" 2> "$SCRATCH/errors" 3>&- &
	follower=$!
	echo > "$SCRATCH/go"
	wait "$follower"
	[ "$(cat "$SCRATCH/followed")" = $'one\nthree\nlast' ]
	[ "$(cat "$SCRATCH/errors")" = two ]
	[ "$(doboz logs c 2> /dev/null)" = $'one\nthree\nlast' ]
	[ "$(doboz logs c 2>&1 > /dev/null)" = two ]
	[ "$(doboz logs --tail 1 c)" = last ]
	[ -z "$(doboz logs -n 0 c)" ]
	[ "$(doboz logs -n all c 2>&1 | wc -w)" = 4 ]
	[[ $(doboz logs -t -n 1 c) =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\ ]*Z\ last$ ]]
	run -125 doboz logs -n bogus c
	doboz rm c
	doboz run -d --name big "$IMAGE" sh -c 'head -c 1000000 /dev/zero | tr "\0" x; echo; seq 20000'
	doboz wait big
	[ "$(doboz logs big | sed 1d | md5sum)" = "$(seq 20000 | md5sum)" ]
	[ "$(doboz logs big | head -n 1 | wc -c)" = 1000001 ]
	doboz rm big
	nothing_left
}

@test "logs -f ends when nobody reads it, when the monitor is killed, and with --rm" {
	need_root
	doboz run -d --rm --name c "$IMAGE" sh -c "$LOOP"
	doboz logs -f c 3>&- | grep -q ready
	mkfifo "$SCRATCH/out"
	(exec "$DOBOZ" --root "$STATE" logs -f c > "$SCRATCH/out" 3>&-) &
	follower=$!
	exec 5< "$SCRATCH/out"
	read -r -t 20 line <&5
	doboz stop c
	[ "$(cat <&5)" = bye ]
	wait "$follower"
	doboz run -d --name d "$IMAGE" sh -c "$LOOP"
	ready d
	(exec "$DOBOZ" --root "$STATE" logs -f d > "$SCRATCH/out" 3>&-) &
	follower=$!
	exec 5< "$SCRATCH/out"
	read -r -t 20 line <&5
	kill -KILL "$(monitor d)"
	wait "$follower"
	exec 5<&-
	doboz rm -f d
	nothing_left
}

@test "exec: status, -e -w -u -i -t -d, 126 and 127" {
	need_root
	need script
	doboz run -d --name c -e OWN=1 -w /tmp "$IMAGE" sleep 1000
	run -7 doboz exec c sh -c 'exit 7'
	run -137 doboz exec c sh -c 'kill -KILL $$'
	run -127 doboz exec c nonexist
	[[ $output == *'executable file not found'* ]]
	run -126 doboz exec c /etc/motd
	run -125 doboz exec nonexist true
	[ "$(doboz exec -e MORE=2 c sh -c 'echo $OWN $MORE; pwd')" = $'1 2\n/tmp' ]
	[ "$(doboz exec -w /etc c pwd)" = /etc ]
	[ "$(doboz exec -u app c id -u)" = 1000 ]
	[ "$(doboz exec -u app c sh -c 'echo $HOME')" = /home/app ]
	run -125 doboz exec -u nobody9 c id
	[ "$(echo over | doboz exec -i c cat)" = over ]
	[ -z "$(echo over | doboz exec c cat)" ]
	# the same confinement, the same namespaces, the same cgroup
	[ "$(doboz exec c sed -n 's/^\(CapEff\|NoNewPrivs\|Seccomp\):.//p' /proc/self/status)" = \
		"$(doboz exec c sed -n 's/^\(CapEff\|NoNewPrivs\|Seccomp\):.//p' /proc/1/status)" ]
	[ "$(doboz exec c cat /proc/self/cgroup)" = "$(doboz exec c cat /proc/1/cgroup)" ]
	for ns in cgroup ipc mnt net pid uts; do
		[ "$(doboz exec c readlink /proc/self/ns/$ns)" = "$(doboz exec c readlink /proc/1/ns/$ns)" ]
	done
	mkfifo "$SCRATCH/typed"
	exec 6<> "$SCRATCH/typed"
	run -5 script -qec "'$DOBOZ' --root '$STATE' exec -it c sh -c 'tty; exit 5'" /dev/null < "$SCRATCH/typed" 6>&-
	exec 6>&-
	[[ $output == */dev/pts/* ]]
	doboz exec -d c sh -c 'echo done > /tmp/done; sleep 1000'
	[ "$(doboz exec c sh -c 'until [ -s /tmp/done ]; do sleep 0.02; done; cat /tmp/done')" = "done" ]
	doboz rm -f c
	run -125 doboz exec c true
	nothing_left
}

@test "exec forwards signals" {
	need_root
	doboz run -d --name c "$IMAGE" sleep 1000
	mkfifo "$SCRATCH/out"
	(exec "$DOBOZ" --root "$STATE" exec c \
		sh -c 'trap "echo got it; exit 9" TERM; echo ready; while :; do sleep 0.05; done' > "$SCRATCH/out" 3>&-) &
	pid=$!
	exec 5< "$SCRATCH/out"
	read -r -t 20 line <&5
	kill -TERM "$pid"
	read -r -t 20 line <&5
	[ "$line" = 'got it' ]
	wait "$pid" && status=0 || status=$?
	[ "$status" = 9 ]
	doboz rm -f c
	nothing_left
}

@test "-d -i keeps stdin open; -d -t has a terminal, and a log" {
	need_root
	doboz run -d -i --name i "$IMAGE" sh -c 'echo ready; cat; echo over'
	doboz run -d --name n "$IMAGE" sh -c 'cat; echo over'
	[ "$(doboz wait n)" = 0 ]
	[ "$(doboz ps --format json | jq -r '.[].Name')" = i ]
	doboz run -d -t --name t "$IMAGE" tty
	[ "$(doboz wait t)" = 0 ]
	[ "$(doboz logs t | tr -d '\r')" = /dev/pts/0 ]
	doboz rm -f i n t
	nothing_left
}

@test "--rm removes all when a detached container ends" {
	need_root
	doboz run -d --rm --name c "$IMAGE" sh -c "$LOOP"
	ready c
	pid=$(monitor c)
	doboz stop c
	wait_gone "$pid"
	[ -z "$(doboz ps -aq)" ]
	nothing_left
}

@test "the caller's terminal, folder and descriptors are not held by the monitor" {
	need_root
	(cd "$SCRATCH/user" && doboz run -d --name c "$IMAGE" sleep 1000 | cat)
	pid=$(monitor c)
	[ "$(readlink "/proc/$pid/cwd")" = / ]
	for fd in 0 1 2; do
		[ "$(readlink "/proc/$pid/fd/$fd")" = /dev/null ]
	done
	[ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$pid" ]
	doboz rm -f c
	nothing_left
}

@test "a killed monitor: the container goes on, is seen, and rm -f cleans up" {
	need_root
	doboz run -d --name c "$IMAGE" sleep 1000
	pid=$(monitor c)
	kill -KILL "$pid"
	wait_gone "$pid"
	[ "$(doboz ps --format json | jq -r '.[0].Status')" = Up ]
	run -0 doboz exec c true
	doboz rm -f c
	[ -z "$(doboz ps -aq)" ]
	nothing_left
	# and one that ended while nobody looked
	doboz run -d --name d "$IMAGE" sleep 1000
	pid=$(monitor d) init=$(doboz inspect d | jq '.[0].State.Pid')
	kill -KILL "$pid"
	wait_gone "$pid"
	kill -KILL "$init"
	wait_gone "$init"
	[ "$(doboz ps -a --format json | jq -r '.[0].Status')" = Dead ]
	run -125 doboz wait d
	doboz rm d
	nothing_left
}

@test "a foreground run that is killed leaves what rm -f removes" {
	need_root
	(exec "$DOBOZ" --root "$STATE" run --cgroup-parent "/$TAG" --rm --name c "$IMAGE" sh -c 'echo ready; sleep 1000' \
		> "$SCRATCH/out" 3>&-) &
	pid=$!
	until [ -s "$SCRATCH/out" ]; do read -r -t 0.05 < /dev/zero || true; done
	kill -KILL "$pid"
	wait "$pid" || true
	doboz rm -f c
	nothing_left
}

@test "ten at once" {
	need_root
	for i in {1..10}; do
		doboz run -d --name "c$i" "$IMAGE" sh -c "echo number $i; exit $i" > "$SCRATCH/id$i" 3>&- &
	done
	wait
	[ "$(doboz ps -aq | wc -l)" = 10 ]
	[ "$(doboz wait c{1..10} | tr '\n' ' ')" = '1 2 3 4 5 6 7 8 9 10 ' ]
	for i in {1..10}; do
		[ "$(doboz logs "c$i")" = "number $i" ]
		doboz rm "c$i" > /dev/null 3>&- &
	done
	wait
	# one name, ten runs: one of them gets it
	for i in {1..10}; do
		doboz run -d --name same "$IMAGE" sleep 1000 > "$SCRATCH/id$i" 2> /dev/null 3>&- &
	done
	wait
	[ "$(cat "$SCRATCH"/id* | wc -l)" = 1 ]
	doboz rm -f same
	nothing_left
}
