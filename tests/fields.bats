#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/fields.bats - what fields of config.json do to a running container; docs/spec-fields.md names the tests of all

load helpers

setup()
{
	test_begin
	need_root
	need jq
	# shellcheck disable=SC2034 # bundle uses it
	CGROUP=/$TAG # the parents of a container's cgroup stay
	B=$SCRATCH/b
	bundle "$B"
}

teardown() { test_end; }

# inside JQ SCRIPT: what SCRIPT prints in a container of the bundle, changed by JQ
inside()
{
	edit "$B" --arg script "$2" "$1 | .process.args = [\"sh\", \"-c\", \$script]"
	oci run --bundle "$B" box 2> "$SCRATCH/error" || { cat "$SCRATCH/error" >&2; return 1; }
}

# has TEXT LINE...: TEXT has each LINE as a whole
has()
{
	local text=$1 line
	shift

	for line; do
		grep -qxF -- "$line" <<< "$text" || { printf 'no line "%s" in:\n%s\n' "$line" "$text"; return 1; }
	done
}

@test "process: user, groups, umask, limits, score, folder, environment, arguments" {
	local seen

	chmod 755 "$B" "$B/rootfs"
	seen=$(inside '.process.user = {uid: 33, gid: 34, umask: 55, additionalGids: [4, 24], username: "ignored"} |
		.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 0}] |
		.process.oomScoreAdj = 777 | .process.cwd = "/tmp" | .process.env += ["A=b c"]' \
		'id -u; id -g; id -G; umask; ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj; pwd; echo "$A"; exit 0')
	[ "$(paste -sd, <<< "$seen")" = '33,34,34 4 24,0067,100,200,0,777,/tmp,b c' ] || { echo "$seen"; return 1; }
	no_leftovers
}

@test "process: umask and score are the caller's where the config is silent" {
	local seen

	seen=$(umask 0031; echo 321 > /proc/self/oom_score_adj; inside 'del(.process.user.umask, .process.oomScoreAdj)' 'umask; cat /proc/self/oom_score_adj')
	[ "$(paste -sd, <<< "$seen")" = 0031,321 ] || { echo "$seen"; return 1; }
}

@test "process: the five sets of capabilities, no_new_privs; what nobody knows or has is a warning" {
	local seen

	edit "$B" '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_NO_SUCH"], permitted: ["CAP_KILL", "CAP_CHOWN"],
		effective: ["CAP_KILL"], inheritable: ["CAP_CHOWN"], ambient: ["CAP_CHOWN"]} | .process.user = {uid: 5, gid: 5} |
		.process.noNewPrivileges = true | .process.args = ["grep", "-E", "^(Cap|NoNew)", "/proc/self/status"]'
	chmod 755 "$B" "$B/rootfs"
	seen=$(oci --log "$SCRATCH/log" run --bundle "$B" box)
	# execve by a user other than root leaves what is ambient.
	has "$(tr -s '\t ' ' ' <<< "$seen")" 'CapInh: 0000000000000001' 'CapPrm: 0000000000000001' \
		'CapEff: 0000000000000001' 'CapBnd: 0000000000000021' 'CapAmb: 0000000000000001' 'NoNewPrivs: 1'
	grep -q 'CAP_NO_SUCH.*ignoring' "$SCRATCH/log"
	seen=$(inside '.process.user = {uid: 0, gid: 0} | .process.noNewPrivileges = false' 'grep -E "^(Cap|NoNew)" /proc/self/status')
	has "$(tr -s '\t ' ' ' <<< "$seen")" 'CapPrm: 0000000000000021' 'CapEff: 0000000000000021' 'NoNewPrivs: 0'
}

@test "labels for a security module that the host lacks are errors" {
	local field

	for field in process.apparmorProfile process.selinuxLabel linux.mountLabel; do
		case $field in
		*apparmor*) ! grep -q Y /sys/module/apparmor/parameters/enabled 2> /dev/null || continue ;;
		*) [ ! -e /sys/fs/selinux/enforce ] || continue ;;
		esac
		jq ".$field = \"x\"" < "$B/config.json" > "$SCRATCH/c.json"
		refused 1 "$field: (apparmor|selinux)" oci run --bundle "$B" --config "$SCRATCH/c.json" box
		# An empty label is none.
		jq ".$field = \"\"" < "$B/config.json" > "$SCRATCH/c.json"
		oci run --bundle "$B" --config "$SCRATCH/c.json" box
	done
}

@test "hostname, domainname, sysctl" {
	local seen

	seen=$(inside '.hostname = "some" | .domainname = "where" | .linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel/shmmax": "4096"}' \
		'hostname; cat /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax')
	[ "$(paste -sd, <<< "$seen")" = some,where,1,4096 ] || { echo "$seen"; return 1; }
}

@test "root.readonly, maskedPaths, readonlyPaths" {
	local seen

	mkdir -p "$B/rootfs/folder" && echo secret | tee "$B/rootfs/folder/file" > "$B/rootfs/file"
	seen=$(inside '.root.readonly = true | .linux.maskedPaths = ["/file", "/folder", "/no/such"] | .linux.readonlyPaths = ["/dev/shm", "/no/such"]' \
		'(: > /new) 2> /dev/null || echo root; cat /file; ls /folder; (: > /dev/shm/x) 2> /dev/null || echo shm; : > /dev/x && echo dev')
	[ "$(paste -sd, <<< "$seen")" = root,shm,dev ] || { echo "$seen"; return 1; }
	seen=$(inside '.root.readonly = false | .linux.maskedPaths = [] | .linux.readonlyPaths = []' \
		': > /new && echo root; cat /file; ls /folder; : > /dev/shm/x && echo shm')
	[ "$(paste -sd, <<< "$seen")" = root,secret,file,shm ] || { echo "$seen"; return 1; }
}

@test "devices: kinds, mode, owner, outside of /dev, the same again; another file is an error" {
	local seen

	seen=$(inside '.root.readonly = false | .linux.devices = [
		{type: "c", path: "/dev/some/full", major: 1, minor: 7, fileMode: 384, uid: 5, gid: 6},
		{type: "u", path: "/srv/zero", major: 1, minor: 5}, {type: "b", path: "/dev/ram", major: 1, minor: 0},
		{type: "p", path: "/run/fifo", fileMode: 438}, {type: "c", path: "/dev/null", major: 1, minor: 3}]' \
		'for f in /dev/some/full /srv/zero /dev/ram /run/fifo /dev/null; do stat -c "%F %t:%T %a %u:%g" $f; done; head -c 1 /srv/zero | wc -c')
	[ "$(paste -sd, <<< "$seen")" = 'character special file 1:7 600 5:6,character special file 1:5 666 0:0,block special file 1:0 666 0:0,fifo 0:0 666 0:0,character special file 1:3 666 0:0,1' ] ||
		{ echo "$seen"; return 1; }
	# They are in the root that stays: the same nodes are fine, others are not.
	inside . true
	edit "$B" '.linux.devices[1].minor = 3'
	refused 1 "device '/srv/zero': another file exists there" oci run --bundle "$B" box
	rm "$B/rootfs/srv/zero" && touch "$B/rootfs/srv/zero"
	refused 1 "device '/srv/zero': another file exists there" oci run --bundle "$B" box
}

@test "mounts: every option of the spec that takes no part in another is accepted" {
	local seen option

	seen=$(inside '.mounts += [("async atime defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime noexec
		noiversion nolazytime norelatime nostrictatime nosuid private relatime ro rprivate rshared rslave runbindable rw shared silent
		slave strictatime suid sync unbindable nosymfollow symfollow mand nomand rro rrw rsuid rnosuid rdev rnodev rexec rnoexec
		ratime rnoatime rdiratime rnodiratime rrelatime rnorelatime rstrictatime rnostrictatime rsymfollow rnosymfollow tmpcopyup" |
		split("[ \n\t]+"; null))[] as $o | {destination: ("/tmp/" + $o), type: "tmpfs", source: "t", options: [$o]}]' \
		"awk '\$5 ~ \"^/tmp/\" { print \$5, \$6 }' /proc/self/mountinfo")
	[ "$(wc -l <<< "$seen")" = 57 ]
	for option in noatime nodev nodiratime noexec nosuid ro nosymfollow; do
		grep -q "^/tmp/$option .*\\b$option\\b" <<< "$seen"
		[ "$option" = ro ] || grep -q "^/tmp/r$option .*\\b$option\\b" <<< "$seen"
	done
	has "$seen" '/tmp/defaults rw,relatime' '/tmp/strictatime rw' '/tmp/rro ro,relatime'
}

@test "mounts: the later option wins, recursive ones reach what lies below" {
	local seen

	mkdir -p "$SCRATCH/src/below"
	mount -t tmpfs t "$SCRATCH/src/below"
	seen=$(inside '.mounts += [{destination: "/tmp/1", type: "tmpfs", source: "t", options: ["ro", "noexec", "rw", "exec"]},
		{destination: "/tmp/2", type: "tmpfs", source: "t", options: ["rw", "ro"]},
		{destination: "/tmp/3", source: "'"$SCRATCH/src"'", options: ["rbind", "ro", "rnosuid"]},
		{destination: "/tmp/4", source: "'"$SCRATCH/src"'", options: ["rbind", "rro", "rnosymfollow"]}]' \
		"awk '\$5 ~ \"^/tmp/\" { print \$5, \$6 }' /proc/self/mountinfo")
	umount "$SCRATCH/src/below"
	echo "$seen"
	has "$seen" '/tmp/1 rw,relatime' '/tmp/2 ro,relatime'
	grep -q '^/tmp/3 ro,.*nosuid' <<< "$seen"
	grep -q '^/tmp/3/below rw,.*nosuid' <<< "$seen"
	grep -q '^/tmp/4/below ro,.*nosymfollow' <<< "$seen"
}

@test "mounts: relative to / and to the bundle, copy-symlink, src-nofollow, dest-nofollow, tmpcopyup" {
	local seen

	mkdir -p "$B/data" "$B/rootfs/srv" && echo data > "$B/data/file" && ln -s file "$B/data/link"
	echo old > "$B/rootfs/srv/old" && ln -s /srv "$B/rootfs/way"
	seen=$(inside '.root.readonly = false | .mounts += [{destination: "mnt", source: "data", options: ["bind"]},
		{destination: "/mnt2/link", source: "data/link", options: ["bind", "copy-symlink"]},
		{destination: "/srv", type: "tmpfs", source: "t", options: ["tmpcopyup"]},
		{destination: "/through", source: "data/link", options: ["bind"]}]' \
		'cat /mnt/file; readlink /mnt2/link; cat /srv/old /through')
	[ "$(paste -sd, <<< "$seen")" = data,file,old,data ] || { echo "$seen"; return 1; }
	[ -e "$B/rootfs/srv/old" ]
	edit "$B" '.mounts += [{destination: "/way", type: "tmpfs", source: "t", options: ["dest-nofollow"]}]'
	run oci run --bundle "$B" box
	echo "$output"
	[ "$status" = 1 ]
	edit "$B" '.mounts[-1] = {destination: "/mnt3", source: "data/link", options: ["bind", "src-nofollow"]}'
	seen=$(inside . 'cat /mnt3 2>&1; readlink /mnt3 || true')
	[[ $seen != *data* ]] || { echo "$seen"; return 1; }
	ln -sf /srv/old "$B/rootfs/link"
	edit "$B" '.mounts[-1] = {destination: "/link", source: "data/file", options: ["bind", "dest-nofollow"]}'
	[ "$(inside . 'cat /link; cat /srv/old')" = $'data\nold' ]
	[ "$(inside '.mounts[-1].options = ["bind"]' 'cat /srv/old')" = data ] # the control
	edit "$B" '.mounts[-1] = {destination: "/link", source: "data/link", options: ["bind", "copy-symlink"]}'
	refused 1 'copy the symlink: file exists' oci run --bundle "$B" box
	ln -sf file "$B/rootfs/link"
	[ "$(inside . 'readlink /link')" = file ]
}

# An image whose /etc/resolv.conf is a link into the /run of an init that is not there is an ordinary one.
@test "mounts: what a dangling symlink names is made, inside the root" {
	mkdir -p "$B/data" "$B/rootfs/etc" "$B/rootfs/links"
	echo data > "$B/data/file"
	ln -s ../run/deep "$B/rootfs/jump"
	ln -sfn /jump/er/hosts "$B/rootfs/etc/hosts"
	ln -s ../made "$B/rootfs/links/folder"
	ln -s "../../../../../../../..$SCRATCH/outside" "$B/rootfs/links/out"
	edit "$B" '.mounts += [{destination: "/etc/hosts", source: "data/file", options: ["bind"]},
		{destination: "/links/folder", source: "data", options: ["bind"]},
		{destination: "/links/out/x", source: "data", options: ["bind"]}]'
	[ "$(inside . 'cat /etc/hosts /run/deep/er/hosts /made/file /links/out/x/file' | paste -sd,)" = data,data,data,data ]
	[ ! -e "$SCRATCH/outside" ] && [ -d "$B/rootfs$SCRATCH/outside/x" ]
	ln -s pong "$B/rootfs/ping"
	ln -s ping "$B/rootfs/pong"
	edit "$B" '.mounts[-1].destination = "/ping/x"'
	refused 1 'make the destination: too many levels of symbolic links' oci run --bundle "$B" box
}

@test "mounts: ids are mapped by the mount's own maps, or by the container's" {
	local seen

	mkdir "$B/data" && touch "$B/data/a" && chown 1000:2000 "$B/data/a"
	seen=$(inside '.mounts += [{destination: "/mnt", source: "data", options: ["bind", "idmap"],
		uidMappings: [{containerID: 1000, hostID: 7, size: 1}], gidMappings: [{containerID: 2000, hostID: 8, size: 1}]}]' \
		'stat -c %u:%g /mnt/a')
	[ "$seen" = 7:8 ] || { echo "$seen"; return 1; }
	chown 3:4 "$B/data/a"
	chmod 755 "$B" "$B/rootfs"
	seen=$(inside 'del(.mounts[-1]["uidMappings", "gidMappings"]) | .mounts[-1].options = ["rbind", "ridmap"] | .linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings' 'stat -c %u:%g /mnt/a')
	[ "$seen" = 3:4 ] || { echo "$seen"; return 1; }
	# the maps of a namespace that is joined
	edit "$B" '.process.args = ["sleep", "1000"]'
	oci run -d --bundle "$B" holder < /dev/null > /dev/null 2>&1 3>&-
	seen=$(inside "(.linux.namespaces[] | select(.type == \"user\")).path = \"/proc/$(oci state holder | jq .pid)/ns/user\" |
		.linux.cgroupsPath += \"2\" | del(.linux.uidMappings, .linux.gidMappings)" 'stat -c %u:%g /mnt/a')
	oci delete --force holder
	[ "$seen" = 3:4 ] || { echo "$seen"; return 1; }
}

@test "mounts: ids are mapped for an ordinary user too, where the filesystem is its user namespace's" {
	local kernel

	need_user
	need unshare
	IFS=.- read -ra kernel < <(uname -r)
	((kernel[0] > 6 || (kernel[0] == 6 && kernel[1] >= 3))) || skip 'tmpfs maps ids since Linux 6.3'
	user_bundle "$USER_DIR/b" stat -c %u:%g /mnt/a
	edit "$USER_DIR/b" --arg src "$USER_DIR/t" '.mounts += [{destination: "/mnt", source: $src, options: ["bind", "idmap"],
		uidMappings: [{containerID: 0, hostID: 7, size: 10}], gidMappings: [{containerID: 0, hostID: 8, size: 10}]}] |
		.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	chown -R "$TEST_USER:" "$USER_DIR/b"
	as_user mkdir "$USER_DIR/t"
	run as_user unshare --user --map-root-user --map-auto --mount sh -c 'mount -t tmpfs t "$0/t" && touch "$0/t/a" &&
		exec "$1" --root "$0/state" run --bundle "$0/b" box' "$USER_DIR" "$DOBOZ_OCI"
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = 7:8 ]
	no_leftovers
}

@test "annotations: in the state; a stop signal is what kill sends when it is not told one" {
	local signal

	edit "$B" '.annotations = {"org.opencontainers.image.stopSignal": "SIGUSR1", "a": "b"} | .process.args = ["sh", "-c",
		"trap \"echo usr1; exit 3\" USR1; trap \"echo term; exit 4\" TERM; echo ready > /dev/shm/ready; while :; do read -r x < /dev/shm/none; done"] |
		.process.args[2] |= "mkfifo /dev/shm/none; " + .'
	mkfifo "$SCRATCH/out"
	oci run --bundle "$B" box > "$SCRATCH/out" 3>&- &
	exec 8< "$SCRATCH/out"
	until oci exec box test -e /dev/shm/ready 2> /dev/null; do :; done
	[ "$(oci state box | jq -r .annotations.a)" = b ]
	oci kill box
	read -r -t 10 signal <&8
	[ "$signal" = usr1 ]
	wait "$!" || [ "$?" = 3 ]
	no_leftovers
}

@test "a frozen cgroup is refused at once, and stays" {
	local folder file thawed

	edit "$B" '.linux.cgroupsPath += "/box"'
	for folder in /sys/fs/cgroup/freezer /sys/fs/cgroup/unified /sys/fs/cgroup; do
		file=$folder/$TAG/cgroup.freeze thawed=0
		[ "$folder" != /sys/fs/cgroup/freezer ] || file=$folder/$TAG/freezer.state thawed=THAWED
		mkdir "$folder/$TAG" 2> /dev/null && [ -e "$file" ] && break
	done
	[ -e "$file" ]
	[ "$thawed" = 0 ] && echo 1 > "$file" || echo FROZEN > "$file"
	run timeout 10 "$DOBOZ_OCI" --root "$STATE" run --bundle "$B" box
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"cgroup unexpectedly frozen"* ]]
	[ -e "$file" ] && [ ! -e "$folder/$TAG/box" ]
	# also where it is the container's own that was there before
	jq --arg path "/$TAG" '.linux.cgroupsPath = $path' "$B/config.json" > "$SCRATCH/above.json"
	run timeout 10 "$DOBOZ_OCI" --root "$STATE" run --config "$SCRATCH/above.json" --bundle "$B" box
	[ "$status" = 1 ]
	[[ $output == *"cgroup unexpectedly frozen"* ]]
	[ -e "$file" ]
	echo "$thawed" > "$file"
	oci run --bundle "$B" box # the control
}

@test "the v2 cgroup is the user's, where it is mounted writable in a namespace of its own" {
	local folder

	folder=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/$TAG
	edit "$B" '.linux.namespaces += [{type: "cgroup"}] | .linux.namespaces |= unique | .process.user = {uid: 5, gid: 5} |
		(.mounts[] | select(.destination == "/sys/fs/cgroup")).options = ["rw"]'
	chmod 755 "$B" "$B/rootfs"
	oci create --bundle "$B" box > /dev/null 3>&-
	[ "$(stat -c %u "$folder" "$folder"/cgroup.{procs,subtree_control,threads} | paste -sd,)" = 5,5,5,5 ]
	[ "$(stat -c %u "$folder/cgroup.freeze")" = 0 ]
	oci delete --force box
	# Through a user namespace it is the user that runs outside; read-only, it stays root's.
	edit "$B" '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] |
		.linux.gidMappings = .linux.uidMappings'
	oci create --bundle "$B" box > /dev/null 3>&-
	[ "$(stat -c %u "$folder")" = 100005 ]
	oci delete --force box
	edit "$B" '(.mounts[] | select(.destination == "/sys/fs/cgroup")).options = ["ro"]'
	oci create --bundle "$B" box > /dev/null 3>&-
	[ "$(stat -c %u "$folder")" = 0 ]
	oci delete --force box
	no_leftovers
}

@test "poststart: its failure stops the container and deletes it" {
	printf '#!/bin/sh\nexit 9\n' > "$SCRATCH/hook" && chmod 755 "$SCRATCH/hook"
	edit "$B" --arg hook "$SCRATCH/hook" '.hooks = {poststart: [{path: $hook}]} | .process.args = ["sleep", "1000"]'
	oci create --bundle "$B" box > /dev/null 3>&-
	refused 1 'error running poststart hook #0' oci start box
	run oci state box
	[[ $output == *'does not exist'* ]]
}

# rows HEADING: the fields of one part of docs/spec-fields.md that are not ignored
rows()
{
	awk -v heading="## $1" '/^## / { inside = $0 == heading } inside && /^\| `/ && $4 != "ignored:" { print $2 }' \
		"$TESTS/../docs/spec-fields.md" | tr -d '`' | LC_ALL=C sort
}

@test "state has every field of the spec" {
	local fields

	edit "$B" '.annotations = {a: "b"}'
	oci create --bundle "$B" box > /dev/null 3>&-
	fields=$(rows state)
	[ "$(wc -w <<< "$fields")" = 6 ]
	# shellcheck disable=SC2086 # words
	has "$(oci state box | jq -r 'keys[]')" $fields
	oci delete --force box
}

@test "features has every field of the spec" {
	local ours

	# What an array holds, and the names of our annotations, are no fields.
	ours=$(oci features | jq -r 'paths | select(all(type == "string") and (.[0] != "annotations" or length == 1)) | join(".")')
	diff <(rows features) <(LC_ALL=C sort <<< "$ours")
}

@test "what features names is taken, and has a name" {
	local features word

	features=$(oci features)
	# taken JQ: config.json as this makes it of each of the words gets as far as a plan
	taken()
	{
		local edit=$1 word
		shift

		for word; do
			jq --arg word "$word" "$edit" < "$B/config.json" > "$SCRATCH/c.json"
			oci create --dry-run --bundle "$B" --config "$SCRATCH/c.json" box > "$SCRATCH/plan" 2>&1 ||
				! grep -E 'unknown|expected' "$SCRATCH/plan" || { echo "$word"; return 1; }
		done
	}
	names() { jq -r "$1[]" <<< "$features"; }
	# shellcheck disable=SC2046 # words
	{
		taken '.ociVersion = $word' $(jq -r '.ociVersionMin, .ociVersionMax' <<< "$features")
		taken '.hooks[$word] = [{path: "/x"}]' $(names .hooks)
		taken '.mounts += [{destination: "/m", source: "/", options: ["bind", $word]}]' $(names .mountOptions)
		taken '.linux.namespaces = [{type: $word}]' $(names .linux.namespaces)
		taken '.linux.seccomp = {defaultAction: $word}' $(names .linux.seccomp.actions)
		taken '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO",
			args: [{index: 0, value: 0, op: $word}]}]}' $(names .linux.seccomp.operators)
		taken '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: [$word],
			syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}' $(names .linux.seccomp.archs)
		taken '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", flags: [$word]}' $(names .linux.seccomp.knownFlags)
		taken '.linux.memoryPolicy = {mode: $word, nodes: "0"}' $(names .linux.memoryPolicy.modes)
		taken '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: [$word]}' $(names .linux.memoryPolicy.flags)
	}
	# the control
	run taken '.linux.namespaces = [{type: $word}]' nothing
	[ "$status" = 1 ]
	# a warning is all that an unknown capability gets
	[ "$(names .linux.capabilities | grep -cvE '^CAP_[A-Z_]+$')" = 0 ]
	[ "$(names .linux.capabilities | wc -l)" -ge 41 ]
	jq --argjson all "$(jq .linux.capabilities <<< "$features")" '.process.capabilities.bounding = $all' \
		< "$B/config.json" > "$SCRATCH/c.json"
	oci --log "$SCRATCH/log" create --dry-run --bundle "$B" --config "$SCRATCH/c.json" box > "$SCRATCH/plan"
	[ "$(grep -c 'unknown capability' "$SCRATCH/log")" = 0 ]
	# what is executed or refused, whatever this host has
	jq -e '.ociVersionMin == "1.0.0" and .ociVersionMax == "1.3.0" and (.hooks | length) == 6 and (.linux.namespaces | length) == 8 and
		.linux.cgroup == {v1: true, v2: true, systemd: false, systemdUser: false, rdma: true} and
		.linux.seccomp.enabled and .linux.apparmor.enabled and .linux.selinux.enabled and .linux.netDevices.enabled and
		.linux.mountExtensions.idmap.enabled and .linux.intelRdt == {enabled: true, schemata: true, monitoring: true}' <<< "$features"
}

@test "a tmpfs has the mode of the folder that it covers, or its own; a path is masked once" {
	need_root
	bundle "$SCRATCH/t" sh -c 'stat -c %a /covered /told /new; grep -c " /masked " /proc/self/mountinfo'
	mkdir "$SCRATCH/t/rootfs/covered" "$SCRATCH/t/rootfs/told" "$SCRATCH/t/rootfs/masked"
	chmod 710 "$SCRATCH/t/rootfs/covered" "$SCRATCH/t/rootfs/told"
	edit "$SCRATCH/t" '.mounts += [{destination: "/covered", type: "tmpfs"}, {destination: "/new", type: "tmpfs"},
		{destination: "/told", type: "tmpfs", options: ["mode=1500"]}] | .linux.maskedPaths += ["/masked", "/masked"]'
	run oci run --bundle "$SCRATCH/t" c
	[ "$status" = 0 ]
	[ "$output" = "710"$'\n'"1500"$'\n'"1777"$'\n'"1" ]
	no_leftovers
}
