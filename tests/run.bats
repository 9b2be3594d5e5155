# SPDX-License-Identifier: Apache-2.0
# tests/run.bats - doboz run: the process, the image's config, signals, security; tests/run_host.bats has the rest
# shellcheck disable=SC2153 # IMAGE and USER_IMAGE are of images.bash
load helpers
load images

# say FIELD: a line of /proc/self/status inside, as a shell command
say() { echo "sed -n 's/^$1:[[:space:]]*//p' /proc/self/status"; }

# mask NAME-OR-NUMBER...: a capability mask as /proc/PID/status prints it, by capability number
mask()
{
	local sum=0 number

	for number; do sum=$((sum | 1 << number)); done
	printf '%016x\n' "$sum"
}

@test "the image's command, then a command of ours; nothing stays" {
	need_root
	run -0 box "$IMAGE"
	[ "$output" = 'Unpacked from two layers.' ]
	run -0 box "$IMAGE" echo of ours
	[ "$output" = 'of ours' ]
	nothing_left
}

@test "without --rm the container stays until it is removed" {
	need_root
	run -3 doboz run --name kept "$IMAGE" sh -c 'echo x > /made; exit 3'
	[ "$(doboz inspect kept | jq -c '.[0].State | [.Status, .ExitCode]')" = '["exited",3]' ]
	[ "$(doboz ps -a | tail -n +2 | wc -l)" = 1 ]
	doboz rm kept
	nothing_left
}

@test "exit statuses: the payload's, 128+n, 127, 126, 125" {
	need_root
	run -7 box "$IMAGE" sh -c 'exit 7'
	run -143 box --init "$IMAGE" sh -c 'kill -TERM $$'
	refused_run 127 'exec: "nonexist": executable file not found' "$IMAGE" nonexist
	refused_run 127 'no such file' "$IMAGE" /nonexist
	refused_run 126 'permission denied' "$IMAGE" /etc/motd
	refused_run 126 'is a directory' "$IMAGE" /etc
	refused_run 125 'unknown option --bogus' --bogus "$IMAGE"
	refused_run 125 'no/such' oci:/no/such/layout:t
	refused_run 125 'needs a value|argument' --name
	nothing_left
}

@test "defaults: eleven capabilities, no_new_privs, seccomp, own namespaces with lo up" {
	need_root
	run -0 box "$IMAGE" sh -c "$(say CapEff); $(say CapPrm); $(say CapBnd); $(say CapInh); $(say CapAmb)
		$(say NoNewPrivs); $(say Seccomp); ls /sys/class/net; cat /sys/class/net/lo/carrier; hostname"
	[ "${lines[0]}" = "$(mask 0 1 3 4 5 6 7 8 10 18 31)" ]
	[ "${lines[1]}" = "${lines[0]}" ]
	[ "${lines[2]}" = "${lines[0]}" ]
	[ "${lines[3]}" = "$(mask)" ]
	[ "${lines[4]}" = "$(mask)" ]
	[ "${lines[5]}" = 1 ]
	[ "${lines[6]}" = 2 ]
	[ "${lines[7]}" = lo ]
	[ "${lines[8]}" = 1 ]
	[[ ${lines[9]} =~ ^[0-9a-f]{12}$ ]]
	for ns in cgroup ipc mnt net pid uts; do
		[ "$(box "$IMAGE" readlink /proc/self/ns/$ns)" != "$(readlink /proc/self/ns/$ns)" ]
	done
	nothing_left
}

@test "--cap-add and --cap-drop, by any spelling, in any order" {
	need_root
	while IFS='|' read -r options expected; do
		# shellcheck disable=SC2086 # lists
		[ "$(box $options "$IMAGE" sh -c "$(say CapEff); $(say CapBnd)")" = "$(mask $expected; mask $expected)" ]
	done << 'END'
--cap-drop ALL|
--cap-drop all --cap-add CHOWN|0
--cap-add cap_chown --cap-drop ALL|0
--cap-drop CAP_CHOWN|1 3 4 5 6 7 8 10 18 31
--cap-add net_admin|0 1 3 4 5 6 7 8 10 12 18 31
END
	# ALL is what the caller itself can give
	[ "$(box --cap-add ALL "$IMAGE" sh -c "$(say CapEff)")" = "$(sed -n 's/^CapEff:\t//p' /proc/self/status)" ]
	refused_run 125 "unknown capability 'bogus'" --cap-add bogus "$IMAGE"
	refused_run 125 'exclude each other' --cap-add ALL --cap-drop ALL "$IMAGE"
	# by effect: chown works, and without its capability does not
	run -0 box "$IMAGE" chown 1 /etc/motd
	run -1 box --cap-drop CHOWN "$IMAGE" chown 1 /etc/motd
}

@test "--security-opt seccomp: none, a profile of docker's kind, the default" {
	need_root
	[ "$(box --security-opt seccomp=unconfined "$IMAGE" sh -c "$(say Seccomp)")" = 0 ]
	[ "$(box "$IMAGE" sh -c "$(say Seccomp)")" = 2 ]
	# unshare(2) of a user namespace: the default refuses, without a filter the kernel decides
	run -1 box "$IMAGE" unshare -U true
	run -0 box --security-opt seccomp=unconfined "$IMAGE" unshare -U true
	cat > "$SCRATCH/profile.json" << 'END'
{ "defaultAction": "SCMP_ACT_ALLOW",
  "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": [ "SCMP_ARCH_X86", "SCMP_ARCH_X32" ] },
               { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": [ "SCMP_ARCH_ARM" ] } ],
  "syscalls": [
	{ "names": [ "mkdir", "mkdirat" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
	  "excludes": { "caps": [ "CAP_NET_ADMIN" ] } } ] }
END
	run -1 box --security-opt "seccomp=$SCRATCH/profile.json" "$IMAGE" mkdir /made
	[[ $output == *'not implemented'* ]]
	run -0 box --security-opt "seccomp=$SCRATCH/profile.json" "$IMAGE" mv /etc/motd /moved
	run -0 box --cap-add NET_ADMIN --security-opt "seccomp=$SCRATCH/profile.json" "$IMAGE" mkdir /made
	refused_run 125 'seccomp profile .*no such file' --security-opt seccomp=/no/such "$IMAGE"
	echo '{' > "$SCRATCH/broken.json"
	refused_run 125 'broken.json' --security-opt "seccomp=$SCRATCH/broken.json" "$IMAGE"
	refused_run 125 "'bogus' is not known" --security-opt bogus "$IMAGE"
	nothing_left
}

@test "a changed set of capabilities, and the default, say nothing on stderr" {
	need_root
	run -0 --separate-stderr box "$IMAGE" true
	# shellcheck disable=SC2154 # run's
	[ -z "$stderr" ]
	run -0 --separate-stderr box --cap-drop ALL "$IMAGE" true
	[ -z "$stderr" ]
}

@test "--security-opt no-new-privileges, mask and unmask" {
	need_root
	[ "$(box --security-opt no-new-privileges=false "$IMAGE" sh -c "$(say NoNewPrivs)")" = 0 ]
	[ "$(box --security-opt no-new-privileges "$IMAGE" sh -c "$(say NoNewPrivs)")" = 1 ]
	[ "$(box --security-opt no-new-privileges:true "$IMAGE" sh -c "$(say NoNewPrivs)")" = 1 ]
	run -1 box "$IMAGE" sh -c 'echo x > /proc/sys/kernel/domainname'
	run -0 box --security-opt unmask=/proc/sys "$IMAGE" sh -c '! grep " /proc/sys " /proc/mounts'
	run -0 box --security-opt unmask=ALL "$IMAGE" sh -c '! grep " /proc/" /proc/mounts'
	run -0 box "$IMAGE" sh -c 'grep " /proc/sys " /proc/mounts'
	run -0 box --security-opt mask=/etc/motd "$IMAGE" cat /etc/motd
	[ -z "$output" ]
}

@test "-u: name, number, name:group, number:number, unknown ones" {
	need_root
	while IFS='|' read -r user expected; do
		[ "$(box -u "$user" "$IMAGE" sh -c 'echo $(id -u) $(id -g) $(id -G)')" = "$expected" ]
	done << 'END'
app|1000 1000 1000 2000
1000|1000 1000 1000 2000
app:extra|1000 2000 2000
app:5|1000 5 5
77|77 0 0
77:88|77 88 88
END
	[ "$(box -u app "$IMAGE" sh -c 'echo $HOME')" = /home/app ]
	[ "$(box -u app --group-add 55 "$IMAGE" id -G)" = '1000 55 2000' ] ||
		[ "$(box -u app --group-add 55 "$IMAGE" id -G)" = '1000 2000 55' ]
	# not root: no capability is effective, and none can come back
	[ "$(box -u app "$IMAGE" sh -c "$(say CapEff); $(say CapPrm)")" = "$(mask; mask)" ]
	refused_run 125 'process.user: unable to find user nobody9' -u nobody9 "$IMAGE" id
	refused_run 125 'unable to find group nogroup9' -u app:nogroup9 "$IMAGE" id
	refused_run 125 '4294967296' -u 4294967296 "$IMAGE" id
	refused_run 125 '4294967295' -u 4294967295 "$IMAGE" id
	refused_run 125 '.' -u -1 "$IMAGE" id
	nothing_left
}

@test "-e, --env-file, and the caller's environment" {
	need_root
	printf '# a comment\nFROM_FILE=a b\n\nGREETING=file\nCALLERS\n' > "$SCRATCH/env"
	export CALLERS=of-the-caller LEAK=no
	run -0 box --env-file "$SCRATCH/env" -e A=b=c -e CALLERS -e NOT_SET_ANYWHERE -e EMPTY= "$IMAGE" env
	[[ $'\n'$output$'\n' == *$'\nFROM_FILE=a b\n'* ]]
	[[ $'\n'$output$'\n' == *$'\nGREETING=file\n'* ]]
	[[ $'\n'$output$'\n' == *$'\nA=b=c\n'* ]]
	[[ $'\n'$output$'\n' == *$'\nCALLERS=of-the-caller\n'* ]]
	[[ $'\n'$output$'\n' == *$'\nEMPTY=\n'* ]]
	[[ $'\n'$output$'\n' == *$'\nHOME=/root\n'* ]]
	[[ $output != *LEAK* ]]
	[[ $output != *NOT_SET* ]]
	[ "$(box -e GREETING=later --env-file "$SCRATCH/env" "$IMAGE" sh -c 'echo $GREETING')" = later ]
	refused_run 125 'no/such' --env-file /no/such "$IMAGE"
	refused_run 125 '.' -e =x "$IMAGE"
}

@test "-w: a folder of the image, one that is made, one that cannot be" {
	need_root
	[ "$(box -w /etc "$IMAGE" pwd)" = /etc ]
	[ "$(box -w /made/for/us "$IMAGE" sh -c 'pwd; touch here && echo writable')" = $'/made/for/us\nwritable' ]
	refused_run 125 '.' -w relative "$IMAGE" pwd
	run ! box -w /etc/motd "$IMAGE" pwd
	nothing_left
}

@test "--entrypoint and --hostname" {
	need_root
	[ "$(box --entrypoint /bin/echo "$IMAGE" of ours)" = 'of ours' ]
	[ -z "$(box --entrypoint /bin/true "$IMAGE")" ]
	[ "$(box --hostname boxy "$IMAGE" sh -c 'hostname; cat /etc/hostname; echo $HOSTNAME; grep -c boxy /etc/hosts')" = \
		$'boxy\nboxy\nboxy\n1' ]
	[ "$(hostname)" != boxy ]
}

@test "what the image's config says is done" {
	need_root
	image=$(variant full --config.entrypoint /bin/sh --config.entrypoint -c --config.cmd 'id -u; pwd; echo $MARK; exit 4' \
		--config.env MARK=of-the-image --config.user app --config.workingdir /home/app --config.stopsignal SIGUSR1)
	run -4 box "$image"
	[ "$output" = $'1000\n/home/app\nof-the-image' ]
	[ "$(box "$image" 'echo mine')" = mine ]
	[ "$(box -u root -w / -e MARK=ours --entrypoint /bin/sh "$image" -c 'id -u; pwd; echo $MARK')" = $'0\n/\nours' ]
	doboz run -d --name c --entrypoint sleep "$image" 1000
	[ "$(doboz inspect c | jq -r '.[0].StopSignal')" = SIGUSR1 ]
	doboz rm -f c
	image=$(variant nothing --clear=config.cmd)
	refused_run 125 'command' "$image"
	nothing_left
}

@test "labels that would steer the runtime are dropped; others are annotations" {
	need_root
	image=$(variant labels --config.label org.example.kept=yes --config.label run.oci.keep_original_groups=1 \
		--config.label org.systemd.property.KillMode=none --config.label io.kubernetes.cri.container-type=sandbox)
	doboz run -d --name c --label mine=1 --annotation note=2 "$image" sleep 1000
	annotations=$(doboz inspect c | jq -c '.[0].Spec.annotations')
	doboz rm -f c
	[ "$(jq -r '."org.example.kept"' <<< "$annotations")" = yes ]
	[ "$(jq -r '.mine + .note' <<< "$annotations")" = 12 ]
	[ "$(jq 'keys | map(select(startswith("run.oci") or startswith("org.systemd") or startswith("io.kubernetes"))) |
		length' <<< "$annotations")" = 0 ]
	nothing_left
}

@test "stdin: piped with -i, empty without" {
	need_root
	[ "$(echo over | box -i "$IMAGE" cat)" = over ]
	[ -z "$(echo over | box "$IMAGE" cat)" ]
	# more than a pipe holds, both ways
	[ "$(head -c 3000000 /dev/zero | box -i "$IMAGE" cat | wc -c)" = 3000000 ]
	run -0 --separate-stderr box "$IMAGE" sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	[ "$stderr" = err ]
}

@test "-t: a terminal of the container's own" {
	need_root
	need script
	run -0 box "$IMAGE" sh -c '! test -t 0 && ! test -t 1'
	mkfifo "$SCRATCH/typed"
	exec 6<> "$SCRATCH/typed"
	printf 'read a line\n' >&6
	run -5 script -qec "stty rows 33 cols 77; '$DOBOZ' --root '$STATE' run --cgroup-parent '/$TAG' --rm -it '$IMAGE' \
		sh -c 'tty; stty size; echo \$TERM; read line; echo \"got \$line\"; exit 5'" /dev/null < "$SCRATCH/typed" 6>&-
	exec 6>&-
	[[ $output == */dev/pts/0* ]]
	[[ $output == *'33 77'* ]]
	[[ $output == *xterm* ]]
	[[ $output == *'got read a line'* ]]
	nothing_left
}

@test "a foreground run forwards signals" {
	need_root
	mkfifo "$SCRATCH/out"
	for signal in TERM HUP USR1; do
		(exec "$DOBOZ" --root "$STATE" run --cgroup-parent "/$TAG" --rm "$IMAGE" \
			sh -c "trap 'echo got $signal; exit 9' $signal; echo ready; while :; do sleep 0.05; done" > "$SCRATCH/out" 3>&-) &
		pid=$!
		exec 5< "$SCRATCH/out"
		read -r -t 20 line <&5
		[ "$line" = ready ]
		kill "-$signal" "$pid"
		read -r -t 20 line <&5
		[ "$line" = "got $signal" ]
		wait "$pid" && status=0 || status=$?
		[ "$status" = 9 ]
		exec 5<&-
	done
	nothing_left
}

@test "--init: PID 1 is not the payload, reaps, and forwards signals" {
	need_root
	[ "$(box "$IMAGE" sh -c 'echo $$')" = 1 ]
	[ "$(box --init "$IMAGE" sh -c 'echo $$')" != 1 ]
	# an orphan of the payload ends: without a reaper it stays a zombie
	zombies='sh -c "true & exec sleep 0" & wait; (sh -c "sleep 0.01 & exit") ; sleep 0.2; grep -l "^State:.Z" /proc/[0-9]*/status | wc -l'
	[ "$(box --init "$IMAGE" sh -c "$zombies")" = 0 ]
	doboz run -d --init --name c "$IMAGE" sh -c 'trap "exit 11" TERM; echo ready; while :; do sleep 0.05; done'
	ready c
	doboz stop c
	[ "$(doboz wait c)" = 11 ]
	doboz rm c
	nothing_left
}

@test "--stop-signal and --stop-timeout" {
	need_root
	doboz run -d --name c --stop-signal INT --stop-timeout 7 "$IMAGE" \
		sh -c 'trap "exit 12" INT; echo ready; while :; do sleep 0.05; done'
	ready c
	doboz stop c
	[ "$(doboz wait c)" = 12 ]
	[ "$(doboz inspect c | jq '.[0].StopTimeout')" = 7 ]
	doboz rm c
	refused_run 125 "unknown signal 'BOGUS'" --stop-signal BOGUS "$IMAGE"
	nothing_left
}

@test "--platform: the image's own is taken, another is refused" {
	need_root
	machine=$(uname -m)
	case $machine in x86_64) own=amd64 other=arm64 ;; aarch64) own=arm64 other=amd64 ;; *) skip "unknown machine $machine" ;; esac
	run -0 box --platform "linux/$own" "$IMAGE" true
	refused_run 125 "not for linux/$other" --platform "linux/$other" "$IMAGE" true
	refused_run 125 '.' --platform bogus "$IMAGE" true
}

@test "a cached image starts without the helper" {
	need_root
	need strace
	strace -f -qq -e trace=execve,execveat -o "$SCRATCH/trace" "$DOBOZ" --root "$STATE" run --cgroup-parent "/$TAG" --rm "$IMAGE" true
	grep -q 'execve.*true' "$SCRATCH/trace"
	run ! grep doboz-image "$SCRATCH/trace"
	# the same trace sees it where it has to run
	image=$(variant fresh --config.env FRESH=1)
	strace -f -qq -e trace=execve,execveat -o "$SCRATCH/trace" "$DOBOZ" --root "$STATE" run --cgroup-parent "/$TAG" --rm "$image" true
	grep -q doboz-image "$SCRATCH/trace"
	nothing_left
}

@test "--dry-run prints the plan and makes nothing" {
	need_root
	run -0 doboz run --dry-run "$IMAGE" true
	[[ $output == *'exec src=true'* ]]
	[ "$(doboz run --dry-run --format json "$IMAGE" true | jq -r '.steps[-1].step')" = exec ]
	run -125 doboz run --dry-run -d "$IMAGE" true
	nothing_left
}
