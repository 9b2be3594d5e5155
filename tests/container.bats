# SPDX-License-Identifier: Apache-2.0
# tests/container.bats - the life of a container: create, start, exec, kill, delete, and what is left
load helpers

# One folder without a parent of its own: the parents of a container's cgroup stay (cgroups/cgroup.h).
setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
}

# log_hook NAME [SCRIPT]: make a host program that logs its name, its mount namespace and its input
log_hook()
{
	cat > "$SCRATCH/$1" << END
#!/bin/sh
echo "$1 \$(readlink /proc/self/ns/mnt) \$(cat)" >> "$SCRATCH/log"
${2:-}
END
	chmod 755 "$SCRATCH/$1"
}

status_of() { oci state "$1" | jq -r .status; }

@test "create, start, state, kill, delete" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci create --bundle "$SCRATCH/b" --pid-file "$SCRATCH/pid" c > "$SCRATCH/out" 2>&1
	[ "$(status_of c)" = created ]
	pid=$(oci state c | jq .pid)
	[ "$(cat "$SCRATCH/pid")" = "$pid" ]
	[ "$(tail -c 1 "$SCRATCH/pid")" != $'\n' ]
	[ ! -e "$SCRATCH/.pid" ]
	oci start c
	[ "$(status_of c)" = running ]
	[ "$(cat "/proc/$pid/comm")" = sleep ]
	run oci delete c
	[ "$status" = 1 ]
	[[ $output == *'cannot delete container c that is not stopped: running'* ]]
	oci kill c KILL
	timeout 10 tail --pid="$pid" -s 0.02 -f /dev/null
	[ "$(status_of c)" = stopped ]
	[ "$(oci state c | jq .pid)" = 0 ]
	oci delete c
	no_leftovers
}

@test "words of refusals that callers match" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	run oci create --bundle "$SCRATCH/b" c
	[[ $output == *'container with given ID already exists'* ]]
	oci start c
	run oci start c
	[[ $output == *'cannot start an already running container'* ]]
	oci kill c KILL
	timeout 10 tail --pid="$(oci state c | jq .pid)" -s 0.02 -f /dev/null || true
	run oci start c
	[[ $output == *'cannot start a container that has stopped'* ]]
	run oci exec c true
	[ "$status" = 255 ]
	[[ $output == *'cannot exec in a stopped container'* ]]
	run oci kill c TERM
	[[ $output == *'container not running'* ]]
	oci delete c
	for verb in start state delete kill; do
		run oci "$verb" c
		[ "$status" = 1 ]
		[[ $output == *'container does not exist'* ]]
	done
	oci delete --force c
	refused 1 'invalid container ID format' oci create --bundle "$SCRATCH/b" ../c
	no_leftovers
}

@test "a payload that cannot be executed is told by create, and leaves nothing" {
	need_root
	bundle "$SCRATCH/b" true
	touch "$SCRATCH/b/rootfs/bin/noexec"
	oci run --bundle "$SCRATCH/b" control
	while IFS='|' read -r program words; do
		edit "$SCRATCH/b" --arg program "$program" '.process.args = [$program]'
		refused 1 "$words" oci create --bundle "$SCRATCH/b" c
	done << 'END'
nonexist|exec: "nonexist": executable file not found in \$PATH
/bin/nonexist|exec: "/bin/nonexist": stat /bin/nonexist: no such file or directory
/bin/noexec|exec: "/bin/noexec": permission denied
noexec|exec: "noexec": permission denied
/bin|exec: "/bin": is a directory: permission denied
END
}

@test "a payload without its interpreter is told by start" {
	need_root
	bundle "$SCRATCH/b" /bin/script
	printf '#!/no/such/interpreter\n' > "$SCRATCH/b/rootfs/bin/script"
	chmod 755 "$SCRATCH/b/rootfs/bin/script"
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	run oci start c
	[ "$status" = 1 ]
	[[ $output == *'exec /bin/script: no such file or directory'* ]]
	[ "$(status_of c)" = stopped ]
	oci delete c
	no_leftovers
}

@test "a host folder cannot be reached by a descriptor of the runtime" {
	need_root
	bundle "$SCRATCH/b" /bin/true
	oci run --bundle "$SCRATCH/b" control
	echo 'echo escaped' > "$SCRATCH/prog"
	chmod 755 "$SCRATCH/prog"
	for fd in {3..24}; do
		edit "$SCRATCH/b" --arg p "/proc/self/fd/$fd/../../../../../../../../..$SCRATCH/prog" '.process.args = [$p]'
		run oci run --bundle "$SCRATCH/b" "c$fd"
		[ "$status" != 0 ]
		[[ $output != *escaped* ]]
		oci delete --force "c$fd"
	done
	edit "$SCRATCH/b" '.process.args = ["pwd"]'
	for fd in {3..24}; do
		edit "$SCRATCH/b" --arg p "/proc/self/fd/$fd" '.process.cwd = $p'
		run oci run --bundle "$SCRATCH/b" "d$fd"
		[ "$status" != 0 ]
		oci delete --force "d$fd"
	done
	no_leftovers
}

@test "all six hooks, in order, in their namespaces, with the state of the moment" {
	need_root
	bundle "$SCRATCH/b" true
	for hook in prestart createRuntime createContainer poststart poststop; do log_hook "$hook"; done
	mkdir -p "$SCRATCH/b/rootfs$SCRATCH"
	cat > "$SCRATCH/b/rootfs/startContainer" << END
#!/bin/sh
echo "startContainer \$(readlink /proc/self/ns/mnt) \$(cat)" >> $SCRATCH/log
END
	chmod 755 "$SCRATCH/b/rootfs/startContainer"
	edit "$SCRATCH/b" --arg dir "$SCRATCH" '.root.readonly = false | .annotations = {"a/b": "c"} |
		.hooks = ([("prestart", "createRuntime", "createContainer", "poststart", "poststop") |
			{key: ., value: [{path: ($dir + "/" + .), env: ["PATH=/bin:/usr/bin"]}]}] | from_entries) |
		.hooks.startContainer = [{path: "/startContainer", env: ["PATH=/bin"]}]'
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	pid=$(oci state c | jq .pid)
	oci start c
	timeout 10 tail --pid="$pid" -s 0.02 -f /dev/null
	oci delete c
	[ "$(awk '{print $1}' "$SCRATCH/log" | paste -sd ' ')" = \
		'prestart createRuntime createContainer poststart poststop' ]
	host=$(readlink /proc/self/ns/mnt)
	while read -r name mnt state; do
		case $name in
		createContainer) [ "$mnt" != "$host" ] ;;
		*) [ "$mnt" = "$host" ] ;;
		esac
		case $name in
		poststart) want=running want_pid=$pid ;;
		poststop) want=stopped want_pid=0 ;;
		*) want=creating want_pid=$pid ;;
		esac
		[ "$(jq -r .status <<< "$state")" = "$want" ]
		[ "$(jq -r .pid <<< "$state")" = "$want_pid" ]
		[ "$(jq -r .id <<< "$state")" = c ]
		[[ $state == *'"a/b":"c"'* ]]
	done < "$SCRATCH/log"
	read -r name mnt state < "$SCRATCH/b/rootfs$SCRATCH/log"
	[ "$name" = startContainer ]
	[ "$mnt" != "$host" ]
	[ "$(jq -r .status <<< "$state")" = created ]
	no_leftovers
}

@test "a hook without env gets the runtime's, startContainer the payload's; hooks are where runc has them" {
	need_root
	bundle "$SCRATCH/b" true
	for hook in prestart createContainer; do
		log_hook "$hook" "echo \"$hook \$FROM_CALLER \$FROM_IMAGE \$PWD\" >> $SCRATCH/env"
	done
	printf '#!/bin/sh\necho "startContainer $FROM_CALLER $FROM_IMAGE $HOME" > /env\n' > "$SCRATCH/b/rootfs/startContainer"
	chmod 755 "$SCRATCH/b/rootfs/startContainer"
	edit "$SCRATCH/b" --arg dir "$SCRATCH" '.root.readonly = false | .process.env += ["FROM_IMAGE=hostile"] |
		.hooks = ([("prestart", "createContainer") | {key: ., value: [{path: ($dir + "/" + .)}]}] | from_entries) |
		.hooks.startContainer = [{path: "/startContainer"}]'
	FROM_CALLER=friend oci run --bundle "$SCRATCH/b" c
	[ "$(cat "$SCRATCH/env")" = "prestart friend  $SCRATCH/b
createContainer friend  $SCRATCH/b/rootfs" ]
	[ "$(cat "$SCRATCH/b/rootfs/env")" = 'startContainer  hostile /root' ]
}

@test "each kind of hook gets the args and the env of the config, and nothing else" {
	need_root
	bundle "$SCRATCH/b" true
	log_hook say 'echo "$1 $2 $KIND ${FROM_CALLER-none}" >> '"$SCRATCH/said"
	mkdir -p "$SCRATCH/b/rootfs$SCRATCH"
	sed 's;^#!.*;#!/bin/sh;' "$SCRATCH/say" > "$SCRATCH/b/rootfs/say"
	chmod 755 "$SCRATCH/b/rootfs/say"
	kinds='prestart createRuntime createContainer startContainer poststart poststop'
	edit "$SCRATCH/b" --arg dir "$SCRATCH" --arg kinds "$kinds" '.root.readonly = false |
		.hooks = ($kinds / " " | map({key: ., value: [{
			path: ((if . == "startContainer" then "" else $dir end) + "/say"),
			args: ["name", "one \(.)", "two"], env: ["PATH=/bin:/usr/bin", "KIND=\(.)"]}]}) | from_entries)'
	FROM_CALLER=x oci run --bundle "$SCRATCH/b" c
	for kind in $kinds; do
		said=$SCRATCH/said
		[ "$kind" != startContainer ] || said=$SCRATCH/b/rootfs$SCRATCH/said
		[ "$(grep -cx "one $kind two $kind none" "$said")" = 1 ]
	done
}

@test "startContainer, a program of the image, is bound by the payload's filter; with and without no_new_privs" {
	need_root
	bundle "$SCRATCH/b" true
	for nnp in true false; do
		edit "$SCRATCH/b" --argjson nnp "$nnp" '.root.readonly = false | .process.noNewPrivileges = $nnp |
			.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL"}]} |
			.hooks = {startContainer: [{path: "/bin/sh", args: ["sh", "-c", "mkdir /made"]}]}'
		refused 1 'error running startContainer hook #0.*bad system call' oci run --bundle "$SCRATCH/b" c
		[ ! -e "$SCRATCH/b/rootfs/made" ]
		edit "$SCRATCH/b" 'del(.linux.seccomp)'
		oci run --bundle "$SCRATCH/b" c
		rmdir "$SCRATCH/b/rootfs/made"
	done
}

@test "a created container ends by a TERM, as runc's does" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	pid=$(oci state c | jq .pid)
	oci kill c TERM
	timeout 10 tail --pid="$pid" -s 0.02 -f /dev/null
	[ "$(status_of c)" = stopped ]
	run oci kill c TERM
	[ "$status" = 1 ]
	[[ $output == *'container not running'* ]]
	oci kill -a c TERM
	oci delete c
	no_leftovers
}

@test "--no-pivot leaves no whole procfs behind, by which masked files could be reached" {
	need_root
	# shellcheck disable=SC2016
	bundle "$SCRATCH/b" unshare -mrpf sh -c 'mount -t proc none /proc && echo mounted'
	edit "$SCRATCH/b" '.process.capabilities |= map_values(. + ["CAP_SETFCAP"])'
	for pivot in --no-pivot ''; do
		# shellcheck disable=SC2086
		run oci run $pivot --bundle "$SCRATCH/b" c
		[ "$status" = 1 ]
		[[ $output == *'ermission denied'* ]]
	done
	# control: where nothing is masked, such a container may
	edit "$SCRATCH/b" 'del(.linux.maskedPaths, .linux.readonlyPaths)'
	run oci run --no-pivot --bundle "$SCRATCH/b" c
	[ "$output" = mounted ]
	no_leftovers
}

@test "a root that is to be a slave hears of the host" {
	need_root
	bundle "$SCRATCH/b" grep -m1 " / ro,relatime" /proc/self/mountinfo
	edit "$SCRATCH/b" '.linux.rootfsPropagation = "slave"'
	run -0 unshare --mount --propagation shared "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
	[[ $output == *' / ro,relatime master:'* ]]
	edit "$SCRATCH/b" '.linux.rootfsPropagation = "private"'
	run -0 unshare --mount --propagation shared "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c
	[[ $output == *' / ro,relatime - '* ]]
}

@test "a working directory is made, also in a root that is read-only" {
	need_root
	bundle "$SCRATCH/b" /bin/sh -c 'pwd; mkdir x'
	edit "$SCRATCH/b" '.root.readonly = true | .process.cwd = "/made/for/it"'
	run -1 oci run --bundle "$SCRATCH/b" c
	[ "${lines[0]}" = /made/for/it ]
	[[ $output == *'Read-only file system'* ]]
}

@test "a hook that fails or hangs ends the container, and says why" {
	need_root
	bundle "$SCRATCH/b" true
	log_hook fail 'echo boom >&2; exit 3'
	log_hook hang 'sleep 1000 & wait'
	for kind in prestart createRuntime createContainer; do
		edit "$SCRATCH/b" --arg kind "$kind" --arg hook "$SCRATCH/fail" '.hooks = {($kind): [{path: $hook, env: ["PATH=/bin"]}]}'
		refused 1 "error running $kind hook #0: .*exit status 3: boom" oci create --bundle "$SCRATCH/b" c
	done
	edit "$SCRATCH/b" --arg hook "$SCRATCH/hang" '.hooks = {prestart: [{path: $hook, timeout: 1, env: ["PATH=/bin"]}]}'
	refused 1 'took longer than 1 s' oci create --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" --arg hook "$SCRATCH/fail" '.hooks = {poststart: [{path: $hook, env: ["PATH=/bin"]}]}'
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	refused 1 'error running poststart hook #0' oci start c
	edit "$SCRATCH/b" --arg hook "$SCRATCH/fail" '.hooks = {poststop: [{path: $hook, env: ["PATH=/bin"]}]}'
	oci run --bundle "$SCRATCH/b" c
	no_leftovers
}

@test "exec: user, environment, status, pid file after success only" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci start c
	run oci exec c sh -c 'id -u; echo $HOME; cat /proc/1/comm'
	[ "$output" = $'0\n/root\nsleep' ]
	run oci exec --user app c sh -c 'id -u; id -g; id -G; echo $HOME'
	[ "$output" = $'1000\n1000\n1000 2000\n/home/app' ]
	run oci exec --user 1000:2000 c sh -c 'id -u; id -g'
	[ "$output" = $'1000\n2000' ]
	for user in 4294967295 4294967296 -1 nobody 1: :1 0x1; do
		run oci exec --user "$user" --pid-file "$SCRATCH/pid" c true
		[ "$status" = 255 ]
		[ ! -e "$SCRATCH/pid" ]
	done
	run oci exec --pid-file "$SCRATCH/pid" c nonexist
	[ "$status" = 255 ]
	[[ $output == *'executable file not found in $PATH'* ]]
	[ ! -e "$SCRATCH/pid" ]
	run oci exec --pid-file "$SCRATCH/pid" c sh -c 'exit 7'
	[ "$status" = 7 ]
	[ -s "$SCRATCH/pid" ]
	run oci exec c sh -c 'kill -9 $$'
	[ "$status" = 137 ]
	run oci exec c grep -E '^Cap(Inh|Amb)' /proc/self/status
	[ "$output" = $'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000' ]
	oci delete --force c
	no_leftovers
}

@test "exec: process.json by a pipe, a working directory that only root may enter" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	mkdir -m 700 "$SCRATCH/b/rootfs/private"
	oci run -d --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	run oci exec --process <(echo '{"cwd": "/private", "args": ["pwd"], "env": ["PATH=/bin"], "user": {"uid": 7, "gid": 7}}') c
	[ "$status" = 0 ]
	[ "$output" = /private ]
	oci delete --force c
	no_leftovers
}

@test "preserved descriptors, and no others" {
	need_root
	bundle "$SCRATCH/b" sh -c 'cat <&3; ls /proc/self/fd | wc -l'
	echo passed > "$SCRATCH/f"
	run oci run --preserve-fds 1 --bundle "$SCRATCH/b" c 3< "$SCRATCH/f"
	[ "$output" = $'passed\n5' ] # 0 to 3, and the folder that ls reads
	# shellcheck disable=SC2093 # closed for the rest of this test
	refused 1 'unable to stat preserved-fd' oci create --preserve-fds 9 --bundle "$SCRATCH/b" c
}

@test "LISTEN_FDS: sockets go in when they are for this process, and only then" {
	bundle "$SCRATCH/b" sh -c 'echo "${LISTEN_FDS-none} ${LISTEN_PID-none}"; cat <&3'
	echo socket > "$SCRATCH/f"
	# activate PID: run as a service manager does it; a PID of $$ is the program's own
	activate() { sh -c "$1 LISTEN_FDS=1 exec \"\$@\"" sh "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" c 3< "$SCRATCH/f" 2>&1; }
	run activate 'LISTEN_PID=$$'
	[ "$output" = $'1 1\nsocket' ]
	for other in '' LISTEN_PID=1 LISTEN_PID=x LISTEN_PID=; do
		run activate "$other"
		[[ $output == 'none none'*'ad file descriptor'* ]]
	done
	no_leftovers
}

@test "a console socket gets one message with the pty" {
	need_root
	need python3
	bundle "$SCRATCH/b" sh -c 'tty; stty size; test -c /dev/console && echo console'
	edit "$SCRATCH/b" '.process.terminal = true | .process.consoleSize = {height: 33, width: 99}'
	mkfifo "$SCRATCH/ready"
	python3 - "$SCRATCH" > "$SCRATCH/got" 3>&- << 'END' &
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1] + "/console.sock")
s.listen(1)
open(sys.argv[1] + "/ready", "w").close()
c = s.accept()[0]
data, control, _, _ = c.recvmsg(100, socket.CMSG_SPACE(64))
fds = array.array("i", control[0][2])
print(len(data) > 0, len(fds))
out = b""
while True:
    try:
        more = os.read(fds[0], 1000)
    except OSError:
        break
    if not more:
        break
    out += more
print(out.decode().replace("\r", ""), end="")
END
	reader=$!
	cat "$SCRATCH/ready"
	oci create --console-socket "$SCRATCH/console.sock" --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci start c
	wait "$reader"
	[ "$(cat "$SCRATCH/got")" = $'True 1\n/dev/pts/0\n33 99\nconsole' ]
	oci delete --force c
	no_leftovers
}

@test "namespaces by path, and a path of the wrong kind" {
	need_root
	bundle "$SCRATCH/b" sh -c 'readlink /proc/self/ns/net; readlink /proc/self/ns/pid; cat /proc/1/comm'
	mkfifo "$SCRATCH/ready" "$SCRATCH/hold"
	unshare --net --pid --ipc --uts --fork --kill-child sh -c "echo > '$SCRATCH/ready'; read -r _ < '$SCRATCH/hold'" 3>&- &
	holder=$!
	cat "$SCRATCH/ready" > "$SCRATCH/out"
	inner=$(cat "/proc/$holder/task/$holder/children")
	inner=${inner% }
	edit "$SCRATCH/b" --arg ns "/proc/$inner/ns" 'del(.hostname) | .linux.namespaces = [{type: "mount"},
		{type: "network", path: ($ns + "/net")}, {type: "pid", path: ($ns + "/pid")},
		{type: "ipc", path: ($ns + "/ipc")}, {type: "uts", path: ($ns + "/uts")}]'
	run oci run --bundle "$SCRATCH/b" c
	[ "$output" = "$(readlink "/proc/$inner/ns/net")"$'\n'"$(readlink "/proc/$inner/ns/pid")"$'\n'sh ]
	edit "$SCRATCH/b" --arg ns "/proc/$inner/ns" '.linux.namespaces[1].path = $ns + "/ipc"'
	refused 1 'is not a net namespace' oci create --bundle "$SCRATCH/b" c
	echo > "$SCRATCH/hold"
	wait "$holder"
	no_leftovers
}

@test "namespaces by path: a user namespace, and one that is not owned by it" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.namespaces += [{type: "user"}] | .mounts |= map(select(.type != "sysfs")) |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 "$SCRATCH/b/rootfs"
	oci run -d --bundle "$SCRATCH/b" holder < /dev/null > /dev/null 2>&1 3>&-
	holder=/proc/$(oci state holder | jq .pid)/ns
	edit "$SCRATCH/b" --arg ns "$holder" '(.linux.namespaces[] | select(.type == "user")).path = $ns + "/user" |
		(.linux.namespaces[] | select(.type == "network")).path = "/proc/self/ns/net" |
		(.linux.namespaces[] | select(.type == "ipc")).path = $ns + "/ipc" | .linux.cgroupsPath += "2" |
		.process.args = ["sh", "-c", "for n in user net ipc; do readlink /proc/self/ns/$n; done"] |
		del(.linux.uidMappings, .linux.gidMappings)'
	want=$(readlink "$holder/user" /proc/self/ns/net "$holder/ipc")
	run oci run --bundle "$SCRATCH/b" c
	oci delete --force holder
	[ "$output" = "$want" ]
	no_leftovers
}

# The host is a pid and a mount namespace of the test's own, whose root would be exchanged without the defence.
@test "a mount namespace by path: another one is joined, but not the caller's and the host's" {
	need_root
	bundle "$SCRATCH/b" readlink /proc/self/ns/mnt
	cat > "$SCRATCH/host" <<-'EOF'
		scratch=$1 oci="$2 --root $3" id=$4
		joins() # NAMESPACE [CMD...]
		{
			jq --arg ns "$1" '(.linux.namespaces[] | select(.type == "mount")).path = $ns' "$scratch/config" > "$scratch/b/config.json"
			shift
			"$@" $oci run --bundle "$scratch/b" "$id"
			echo "status $?"
		}
		unshare -m sh -c 'echo > "$1/ready"; read -r _ < "$1/hold"' _ "$scratch" &
		read -r _ < "$scratch/ready"
		readlink "/proc/$!/ns/mnt"
		joins "/proc/$!/ns/mnt"
		joins /proc/self/ns/mnt unshare -m
		joins /proc/1/ns/mnt unshare -m
		echo > "$scratch/hold"
		[ -e "$scratch/host" ] && echo 'the root is as it was'
	EOF
	cp "$SCRATCH/b/config.json" "$SCRATCH/config"
	mkfifo "$SCRATCH/ready" "$SCRATCH/hold"
	run -0 unshare -m --pid --fork --mount-proc bash "$SCRATCH/host" "$SCRATCH" "$DOBOZ_OCI" "$STATE" "$TAG"
	[[ ${lines[0]} == mnt:* && ${lines[1]} == "${lines[0]}" && ${lines[2]} == 'status 0' ]]
	[[ ${lines[3]} == *"'/proc/self/ns/mnt' is the mount namespace of the host"* && ${lines[4]} == 'status 1' ]]
	[[ ${lines[5]} == *"'/proc/1/ns/mnt' is the mount namespace of the host"* && ${lines[6]} == 'status 1' ]]
	[ "${lines[7]}" = 'the root is as it was' ]
	no_leftovers
}

@test "a user namespace, as root: maps, devices, sources that only root may enter" {
	need_root
	bundle "$SCRATCH/b" sh -c 'id -u; cat /src/f; echo x > /dev/null && echo null; touch /new; stat -c %u /new'
	chown -R 100000:100000 "$SCRATCH/b/rootfs"
	mkdir -p "$SCRATCH/closed/src"
	echo inside > "$SCRATCH/closed/src/f"
	chmod 700 "$SCRATCH/closed"
	edit "$SCRATCH/b" --arg src "$SCRATCH/closed/src" '.root.readonly = false | .linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
		.linux.gidMappings = .linux.uidMappings |
		.mounts += [{destination: "/src", source: $src, options: ["bind", "ro"]}]'
	run oci run --bundle "$SCRATCH/b" c
	[ "$output" = $'0\ninside\nnull\n0' ]
	[ "$(stat -c %u "$SCRATCH/b/rootfs/new")" = 100000 ]
	no_leftovers
}

@test "an ordinary user's container" {
	need_user
	user_bundle "$USER_DIR/b" sh -c 'id -u; grep NoNewPrivs /proc/self/status; hostname'
	run user_oci run --bundle "$USER_DIR/b" c
	[ "$status" = 0 ]
	[[ $output == $'0\nNoNewPrivs:\t1\n'* ]]
	no_leftovers
}

@test "clock offsets of a time namespace" {
	need_root
	bundle "$SCRATCH/b" cut -d. -f1 /proc/uptime
	control=$(oci run --bundle "$SCRATCH/b" control)
	[ "$control" -lt 5000000 ] || skip_unless_must 'needs a host that is up for less than two months'
	edit "$SCRATCH/b" '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 5000000}}'
	[ "$(oci run --bundle "$SCRATCH/b" c)" -ge $((5000000 + control)) ]
	no_leftovers
}

@test "what lies on /proc and /sys" {
	need_root
	bundle "$SCRATCH/b" true
	oci run --bundle "$SCRATCH/b" control
	cp "$SCRATCH/b/config.json" "$SCRATCH/good"
	edit "$SCRATCH/b" '.mounts += [{destination: "/proc/self", type: "tmpfs", source: "t"}]'
	refused 1 'cannot be mounted because it is inside /proc' oci create --bundle "$SCRATCH/b" c
	ln -s /proc "$SCRATCH/b/rootfs/link"
	cp "$SCRATCH/good" "$SCRATCH/b/config.json"
	edit "$SCRATCH/b" '.mounts += [{destination: "/link", type: "tmpfs", source: "t"}]'
	refused 1 'cannot be mounted because it is not of type proc' oci create --bundle "$SCRATCH/b" c
	cp "$SCRATCH/good" "$SCRATCH/b/config.json"
	rmdir "$SCRATCH/b/rootfs/proc"
	mkdir "$SCRATCH/b/rootfs/evil"
	ln -s /evil "$SCRATCH/b/rootfs/proc"
	refused 1 'too many levels of symbolic links|must be mounted on ordinary directory' oci create --bundle "$SCRATCH/b" c
}

@test "mount sources and options that are wrong, with the words of runc" {
	need_root
	bundle "$SCRATCH/b" true
	oci run --bundle "$SCRATCH/b" control
	edit "$SCRATCH/b" '.mounts += [{destination: "/mnt", source: "/nonexistent/src", options: ["bind"]}]'
	refused 1 'error mounting "/nonexistent/src" to rootfs at "/mnt": stat /nonexistent/src: no such file or directory' \
		oci create --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" '.mounts[-1] = {destination: "/mnt", type: "tmpfs", source: "t", options: ["size=wrong"]}'
	refused 1 'error mounting "t" to rootfs at "/mnt": .*size' oci create --bundle "$SCRATCH/b" c
}

@test "a /dev that is a symlink makes nothing on the host" {
	need_root
	bundle "$SCRATCH/b" true
	oci run --bundle "$SCRATCH/b" control
	mkdir "$SCRATCH/host"
	rmdir "$SCRATCH/b/rootfs/dev"
	ln -s "$SCRATCH/host" "$SCRATCH/b/rootfs/dev"
	edit "$SCRATCH/b" '.mounts |= map(select(.destination | startswith("/dev") | not))'
	run oci run --bundle "$SCRATCH/b" c
	[ -z "$(ls -A "$SCRATCH/host")" ]
	oci delete --force c
	no_leftovers
}

@test "rootfsPropagation shared: a shared bind is the host's peer, and the host loses no mount" {
	need_root
	need unshare
	bundle "$SCRATCH/bundle" sh -c 'grep " /v " /proc/self/mountinfo; mkdir /v/inner; mount -t tmpfs inner /v/inner'
	mkdir "$SCRATCH/v"
	edit "$SCRATCH/bundle" --arg v "$SCRATCH/v" '.linux.rootfsPropagation = "shared" | del(.linux.seccomp) |
		.process.capabilities |= map_values(["CAP_SYS_ADMIN"]) |
		.mounts += [{destination: "/v", type: "bind", source: $v, options: ["rbind", "shared"]}]'
	run -0 unshare --mount --propagation shared sh -c '
		mount -t tmpfs outer "$1/v" && mkdir "$1/v/below" && mount -t tmpfs below "$1/v/below" &&
		"$2" --root "$3" run --bundle "$1/bundle" "$4" && grep "$1/v" /proc/self/mounts' _ \
		"$SCRATCH" "$DOBOZ_OCI" "$STATE" "$TAG"
	[[ $output == *' /v '*shared:*"outer $SCRATCH/v "*"below $SCRATCH/v/below "*"inner $SCRATCH/v/inner "* ]]
	no_leftovers
}

@test "pids.limit 0: a limit since version 1.3 of the spec, no limit before" {
	need_root
	bundle "$SCRATCH/b" sh -c 'true & wait $! && echo forked'
	edit "$SCRATCH/b" '.linux.resources.pids.limit = 0 | .ociVersion = "1.0.2-dev"'
	run -0 oci run --bundle "$SCRATCH/b" c
	[ "$output" = forked ]
	edit "$SCRATCH/b" '.ociVersion = "1.3.0"'
	run oci run --bundle "$SCRATCH/b" c
	[[ $output != *forked* ]]
	no_leftovers
}

@test "/dev/ptmx is the container's own, also when the config lists the host's" {
	need_root
	bundle "$SCRATCH/b" sh -c 'readlink /dev/ptmx; ls -l /dev/full'
	edit "$SCRATCH/b" '.linux.devices = [{path: "/dev/ptmx", type: "c", major: 5, minor: 2},
		{path: "/dev/full", type: "c", major: 1, minor: 7, fileMode: 384}]'
	run -0 oci run --bundle "$SCRATCH/b" c
	[[ $output == pts/ptmx$'\n'crw-------* ]]
	no_leftovers
}

@test "a container that waits for start holds nothing of the host but its connections" {
	local fd leak=""

	need_root
	bundle "$SCRATCH/b" sleep 1000
	exec 9< "$SCRATCH"
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1 < /dev/null
	pid=$(oci state c | jq .pid)
	for fd in "/proc/$pid/fd"/*; do
		[ "${fd##*/}" -lt 3 ] && continue
		[[ $(readlink "$fd") == socket:* ]] || leak+=" $(readlink "$fd")"
	done
	[ -e "/proc/$pid/fd/2" ] # the control: they can be listed
	echo "held:$leak"
	[ -z "$leak" ]
	oci start c
	[ "$(cat "/proc/$pid/comm")" = sleep ]
	oci kill c KILL
	timeout 10 tail --pid="$pid" -s 0.02 -f /dev/null
	oci delete c
	no_leftovers
}

@test "what a foreground terminal writes to a pipe has no carriage returns, from the first line on" {
	need_root
	bundle "$SCRATCH/b" sh -c 'stty -a < /dev/tty; echo end'
	jq '.process.terminal = true' "$SCRATCH/b/config.json" > "$SCRATCH/c.json"
	mv "$SCRATCH/c.json" "$SCRATCH/b/config.json"
	run oci run --bundle "$SCRATCH/b" c < /dev/null
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *-onlcr* && $output == *end ]]
	[[ $output != *$'\r'* ]]
}

@test "exec --process reads a pipe, too" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	oci run -d --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1 < /dev/null
	run oci exec --process <(echo '{"args":["/bin/echo","by a pipe"],"cwd":"/"}') c
	echo "$output"
	[ "$status" = 0 ] && [ "$output" = "by a pipe" ]
	run timeout 10 "$DOBOZ_OCI" --root "$STATE" exec --process /dev/null c
	[ "$status" = 255 ]
	oci delete -f c
}
