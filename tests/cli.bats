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
	refused 1 "No help topic for 'nope'" oci nope -h
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

@test "an option that nobody knows is in the log too, when the log comes before it" {
	refused 1 'unknown option --bogus' oci --log "$SCRATCH/log" --log-format json --bogus list
	[ "$(jq -r .msg "$SCRATCH/log")" = 'unknown option --bogus' ]
	# a log that cannot be opened is not what is told
	refused 1 'unknown option --bogus' oci --log "$SCRATCH/none/log" --bogus list
}

@test "an option with an empty value is none, as in runc" {
	need_root
	CGROUP=/$TAG
	bundle "$SCRATCH/b" sleep 1000
	oci create --bundle "$SCRATCH/b" --console-socket= --pid-file '' --pidfd-socket '' c > "$SCRATCH/out" 2>&1 3>&-
	oci start c
	[ "$(oci exec --cwd= --user '' --process= --console-socket '' --apparmor '' c pwd)" = / ]
	oci delete --force c
	no_leftovers
}

@test "what a caller sent cannot end the message of the text log" {
	run oci --log "$SCRATCH/log" state 'x" level=info msg="y\'
	[ "$status" = 1 ]
	[ "$(wc -l < "$SCRATCH/log")" = 1 ]
	[[ $(< "$SCRATCH/log") =~ ^time=\"[0-9TZ:.-]+\"\ level=error\ msg=\"(.*)\"$ ]]
	[ "$(jq -r . <<< "\"${BASH_REMATCH[1]}\"")" = "$output" ]
}

@test "the state root is never /, nor is any empty folder a container" {
	refused 1 "cannot be '/'" oci --root / list
	refused 1 "cannot be '/'" oci --root /tmp/.. list
	mkdir -p "$SCRATCH/home/somebody"
	refused 1 'not a container' oci --root "$SCRATCH/home" delete --force somebody
	refused 1 'not a container' oci --root "$SCRATCH/home" delete --force --regex .
	[ -z "$(oci --root "$SCRATCH/home" list --quiet)" ]
	[ -d "$SCRATCH/home/somebody" ]
	# the control: a container that was claimed and nothing more
	mkdir -m 700 "$SCRATCH/home/claimed"
	oci --root "$SCRATCH/home" delete --force claimed
	[ ! -e "$SCRATCH/home/claimed" ]
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
	for verb in create run start exec kill delete state list ps pause resume update mounts events spec features check; do
		run oci "$verb" --help
		[ "$status" = 0 ]
		[ "${lines[0]}" = NAME: ]
		[[ ${lines[1]} = "   doboz-oci $verb - "* ]]
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

# sent_pidfd SOCKET: listen there, and print what came: the kind, and the pid behind the descriptor
sent_pidfd()
{
	python3 - "$1" << 'PYTHON'
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.bind(sys.argv[1])
s.listen(1)
print("listening", flush=True)
kind, anc, flags, addr = s.accept()[0].recvmsg(64, 64)
fds = array.array("i", anc[0][2])
pid = [l.split()[1] for l in open("/proc/self/fdinfo/%d" % fds[0]) if l.startswith("Pid:")][0]
print(kind.decode(), len(fds), pid)
PYTHON
}

# with_pidfd CMD...: run it with --pidfd-socket between the words before and after a "@"; prints what came
with_pidfd()
{
	local verb=$1 came reader
	shift

	came=$SCRATCH/came.$verb
	sent_pidfd "$SCRATCH/socket.$verb" > "$came" &
	reader=$!
	until grep -q listening "$came" 2> /dev/null; do read -rt 0.01 < <(:) || :; done
	oci "$verb" --pidfd-socket "$SCRATCH/socket.$verb" "$@" > "$SCRATCH/out" 2>&1 < /dev/null || return
	wait "$reader"
	tail -n 1 "$came"
}

@test "--pidfd-socket gets one descriptor of the process" {
	need_root
	need python3
	# shellcheck disable=SC2034 # for bundle
	CGROUP=/$TAG
	bundle "$SCRATCH/b" sleep 1000
	run with_pidfd create -b "$SCRATCH/b" c
	[ "$output" = "standard 1 $(oci state c | jq .pid)" ]
	oci start c
	run with_pidfd exec -d --pid-file "$SCRATCH/pid" c sleep 1000
	[ "$output" = "setns 1 $(cat "$SCRATCH/pid")" ]
	oci delete -f c
	run with_pidfd run -d -b "$SCRATCH/b" r
	[ "$output" = "standard 1 $(oci state r | jq .pid)" ]
	oci delete -f r
	refused 1 'connect pidfd socket' oci run --pidfd-socket "$SCRATCH/none" -b "$SCRATCH/b" r
}

@test "kill and delete of all containers that match a regular expression" {
	need_root
	local id

	bundle "$SCRATCH/b" sleep 1000
	for id in web1 web2 db1; do
		CGROUP=/$TAG/$id
		edit "$SCRATCH/b" --arg c "$CGROUP" '.linux.cgroupsPath = $c'
		oci create -b "$SCRATCH/b" "$id" > "$SCRATCH/out" 2>&1 < /dev/null
	done
	oci kill --regex '^web' KILL
	[ "$(oci list -f json | jq -r '.[] | .id + " " + .status' | sort)" = $'db1 created\nweb1 stopped\nweb2 stopped' ]
	oci kill -r '^nothing$'
	oci start db1
	# the one that may not be deleted is told, after all others were
	run oci delete -r '[12]$'
	[ "$status" = 1 ]
	[[ $output == "container 'db1': cannot delete container db1 that is not stopped: running" ]]
	[ "$(oci list -q)" = db1 ]
	refused_text 'invalid regular expression' oci delete -r '('
	oci delete -f -r .
	[ -z "$(oci list -q)" ]
	rmdir_parents
	no_leftovers
}

# The parent of the containers' cgroups is the caller's: theirs only are removed.
rmdir_parents()
{
	left_cgroups | LC_ALL=C sort -r | while read -r dir; do rmdir "$dir"; done
}

# refused_text PATTERN CMD...: as refused, while other containers live
refused_text()
{
	local pattern=$1
	shift

	run "$@"
	[ "$status" = 1 ] && [ "${#lines[@]}" = 1 ] && [[ $output =~ $pattern ]]
}

@test "kill takes 0, and numbers as kill(1) writes them" {
	need_root
	# shellcheck disable=SC2034 # for bundle
	CGROUP=/$TAG
	bundle "$SCRATCH/b" sleep 1000
	oci create -b "$SCRATCH/b" c > "$SCRATCH/out" 2>&1 < /dev/null
	oci kill c 0
	[ "$(oci state c | jq -r .status)" = created ]
	oci kill c -9
	[ "$(oci state c | jq -r .status)" = stopped ]
	refused_text 'container not running' oci kill c 0
	refused_text 'unknown signal' oci kill c -0
	oci delete c
	no_leftovers
}

@test "checkpoint and restore: whatever is asked, callers see that there is none" {
	# podman and cri-o ask these two
	refused 1 'not supported by this build' oci checkpoint --help
	refused 1 'not supported by this build' oci restore --lsm-mount-context
	! [[ $output =~ 'requires an argument'|'needs an argument' ]]
	refused 1 'not supported by this build' oci checkpoint --image-path /x --leave-running c
	# the control: such an option of another verb
	refused 1 'requires an argument' oci run --bundle
}

@test "usage texts in every spelling, and nothing of them is on stderr" {
	local word

	for word in --help -h --usage -help -usage --help=true; do
		for verb in '' create exec kill; do
			# shellcheck disable=SC2086 # no verb is no word
			"$DOBOZ_OCI" $verb "$word" > "$SCRATCH/out" 2> "$SCRATCH/err"
			grep -q ^USAGE: "$SCRATCH/out"
			[ ! -s "$SCRATCH/err" ]
		done
	done
	for word in --version -v -V; do
		[[ $("$DOBOZ_OCI" "$word") == doboz-oci\ version*commit:\ v*spec:* ]]
	done
}

# logged KEY: of the one JSON object that the log has
logged() { jq -er --arg key "$1" '.[$key] // ""' "$SCRATCH/log"; }

# fails CODE STEP OBJECT CMD...: the JSON log of a failing command
fails()
{
	local code=$1 step=$2 object=$3
	shift 3

	rm -f "$SCRATCH/log"
	run "$DOBOZ_OCI" --root "$STATE" --log "$SCRATCH/log" --log-format json "$@"
	[ "$status" != 0 ]
	[ "$(wc -l < "$SCRATCH/log")" = 1 ]
	jq -e 'keys_unsorted[:3] == ["level", "msg", "time"] and .level == "error" and (.msg | length > 0) and
		(.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$"))' "$SCRATCH/log" > /dev/null
	[ "$(logged msg)" = "$output" ]
	if [ "$(logged code)/$(logged step)/$(logged object)" != "$code/$step/$object" ]; then
		cat "$SCRATCH/log"
		return 1
	fi
}

@test "a failure has a code, its step and its object" {
	need_root
	need jq
	local b=$SCRATCH/b

	# shellcheck disable=SC2034 # for bundle
	CGROUP=/$TAG
	fails container-unknown state nothing state nothing
	fails container-unknown exec nothing exec nothing true
	fails container-id-invalid create a/b create -b "$b" a/b
	fails usage 'command line' kill kill
	fails usage 'command line' nope nope
	fails usage 'command line' loud --log-level loud list
	fails config-invalid config "$b" create -b "$b" c
	bundle "$b" sleep 1000
	cp "$b/config.json" "$b/good.json"
	while IFS='|' read -r code step object program; do
		jq "$program" "$b/good.json" > "$b/config.json"
		fails "$code" "$step" "$object" create -b "$b" c
	done << 'CASES'
program-not-found|find-program: process.args[0]|nope|.process.args = ["nope"]
program-not-executable|find-program: process.args[0]|/etc/passwd|.process.args = ["/etc/passwd"]
config-invalid|config|config.mounts[1].type|.mounts[1].type = 7
mount-failed|mount: config.mounts[1]|/nonexistent/src|.mounts[1] = { "destination": "/mnt", "source": "/nonexistent/src", "options": ["bind"] }
hook-failed|create|/bin/false|.hooks.createRuntime = [{ "path": "/bin/false" }]
console|plan|c|.process.terminal = true
CASES
	cp "$b/good.json" "$b/config.json"
	oci create -b "$b" c > "$SCRATCH/out" 2>&1 < /dev/null
	fails container-exists create c create -b "$b" c
	oci start c
	fails container-started start c start c
	fails container-not-stopped delete c delete c
	fails user-unknown 'stdio-owner: process.user' 4294967296 exec -u 4294967296 c true
	oci pause c
	fails container-paused exec c exec c true
	oci resume c
	oci kill c KILL
	fails container-not-running kill c kill c
	oci delete c
	fails systemd-unsupported create c --systemd-cgroup create -b "$b" c
	fails checkpoint-unsupported checkpoint c checkpoint c
	no_leftovers
}

@test "the log goes to a file, to syslog and to the journal" {
	oci --log "file:$SCRATCH/log" state nothing || [ "$?" = 1 ]
	grep -q 'container does not exist' "$SCRATCH/log"
	refused 1 'container does not exist' oci --log syslog:box state nothing
	[ -S /run/systemd/journal/socket ] || refused 1 "open log 'journald:box'" oci --log journald:box list
	refused 1 'no usable name' oci --log syslog: list
	refused 1 'none of error' oci --log-level loud list
	[ ! -e "$SCRATCH/nowhere" ]
}

@test "exec joins a cgroup below the container's, each controller its own" {
	need_root
	local dir

	# shellcheck disable=SC2034 # for bundle
	CGROUP=/$TAG
	[ -d /sys/fs/cgroup/memory ] && [ -d /sys/fs/cgroup/pids ] || skip_unless_must 'needs cgroup v1 hierarchies'
	bundle "$SCRATCH/b" sleep 1000
	oci run -d -b "$SCRATCH/b" c > "$SCRATCH/out" 2>&1 < /dev/null
	mkdir "/sys/fs/cgroup/memory/$TAG/sub" "/sys/fs/cgroup/pids/$TAG/sub"
	run oci exec --cgroup memory,pids:sub c cat /proc/self/cgroup
	[ "$status" = 0 ]
	[ "$(grep -cE ':(memory|pids):.*/sub$' <<< "$output")" = 2 ]
	[ "$(grep -c '/sub$' <<< "$output")" = 2 ]
	for dir in .. a/../.. memory:..; do
		run oci exec --cgroup "$dir" c true
		[ "$status" = 255 ]
		[[ $output == *'bad sub cgroup path'* ]]
	done
	run oci exec --cgroup whaaat:/ c true
	[[ $status = 255 && $output == *'unknown controller whaaat'* ]]
	run oci exec --cgroup nonexistent c true
	[[ $status = 255 && $output == *' adding pid '*'no such file or directory'* ]]
	run oci exec --cgroup memory:sub --cgroup sub c true
	[[ $status = 255 && $output == *'missing <controller>: prefix'* ]]
	oci delete -f c
	no_leftovers
}
