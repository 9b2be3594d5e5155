#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/mounts.bats - mounts add, mounts remove: in a container that runs, all of a file or nothing
load helpers

setup()
{
	test_begin
	# Straight below the mounts: a parent that had to be made would stay.
	# shellcheck disable=SC2034 # for helpers.bash
	CGROUP=/$TAG
	mkdir "$SCRATCH/data"
	echo from-the-host > "$SCRATCH/data/file"
}

# unchanged: no mount of the host knows anything of this test: each one that is added names it, as root or source
unchanged() { ! grep -qF "$TAG" /proc/self/mountinfo; }

# start [JQ]: a running container c, its config changed by a jq program
start()
{
	need_root
	[ -e "$SCRATCH/b" ] || bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.root.readonly = false'
	[ -z "${1:-}" ] || edit "$SCRATCH/b" "$1"
	oci run -d --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1 3>&-
}

# change add|remove JQ: an array of mounts; $data is a folder of the host
change()
{
	jq -n --arg data "$SCRATCH/data" --arg tag "$TAG" "$2" > "$SCRATCH/mounts.json"
	oci mounts "$1" c "$SCRATCH/mounts.json"
}

# not_changed TEXT add|remove JQ: refused in one line with this text, and the container's mounts are as before
not_changed()
{
	local before after want=$1
	shift

	before=$(inside)
	run change "$@"
	if [ "$status" != 1 ] || [ "${#lines[@]}" != 1 ] || [[ $output != *"$want"* ]]; then
		printf 'wanted: %s\ngot %s: %s\n' "$want" "$status" "$output"
		return 1
	fi
	after=$(inside)
	[ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after"); return 1; }
}

# absent PATTERN: the container has no such mount
absent() { ! inside | grep -E "$1"; }

inside() { cut -d ' ' -f 2- "/proc/$(oci state c | jq .pid)/mountinfo"; }
sh_in() { oci exec c sh -c "$1"; }

end()
{
	unchanged
	oci delete --force c
	no_leftovers
}

@test "mounts: a bind, a file, a tmpfs come and go" {
	start
	change add '[{destination: "/added/deep", type: "bind", source: $data, options: ["rbind", "ro"]},
		{destination: "/etc/one", source: "\($data)/file", options: ["bind"]},
		{destination: "/scratch", type: "tmpfs", source: $tag, options: ["size=64k", "mode=700", "nosuid", "ro"]}]'
	[ "$(sh_in 'cat /added/deep/file /etc/one')" = "$(printf 'from-the-host\nfrom-the-host')" ]
	run sh_in 'touch /added/deep/new'
	[[ $output == *'Read-only'* ]]
	inside | grep ' /scratch ' | grep -q "ro,nosuid.* - tmpfs $TAG rw.*size=64k"
	[ "$(sh_in 'stat -c %a /scratch')" = 700 ]
	unchanged
	# control: a mount of the host would be seen
	run unshare -m sh -c "mount --bind '$SCRATCH/data' /mnt && cat /proc/self/mountinfo"
	[[ $output == *"$TAG"* ]]
	change remove '[{destination: "/added/deep"}, {destination: "/etc/one"}, {destination: "/scratch"}]'
	[ "$(sh_in 'ls /added/deep; cat /etc/one')" = '' ]
	absent ' /(added|etc|scratch)'
	change add '[]'
	end
}

@test "mounts: one that fails takes back those before it" {
	start '.mounts += [{destination: "/kept", type: "tmpfs", source: "tmpfs"}]'
	first='{destination: "/first", type: "bind", source: $data, options: ["bind"]}'
	change add "[$first]"
	change remove "[$first]"
	not_changed 'mounts[1]: error mounting' add "[$first, {destination: \"/x\", type: \"bind\", source: \"/no/such\", options: [\"bind\"]}]"
	# found out only when the first one is in place
	not_changed 'mounts[1]: error mounting' add "[$first, {destination: \"/etc/passwd/x\", type: \"tmpfs\"}]"
	not_changed 'mounts[1]: ' remove '[{destination: "/kept"}, {destination: "/etc"}]'
	# found out only when the first one is gone: a copy of it is put back
	sh_in 'echo text > /kept/file'
	run change remove '[{destination: "/kept"}, {destination: "/kept"}]'
	[ "$status" = 1 ] && [[ $output == *"mounts[1]: unmount '/kept'"* ]]
	[ "$(sh_in 'cat /kept/file')" = text ]
	change remove '[{destination: "/kept"}]'
	end
}

@test "mounts: what must stay as it is" {
	start
	for place in / /.. /proc /sys /dev /dev/../proc /proc/keys /proc/sys; do
		not_changed 'must stay as it is' remove "[{destination: \"$place\"}]"
	done
	for place in /proc /dev /proc/self/.. /..; do
		not_changed 'mounts[0]: ' add "[{destination: \"$place\", type: \"tmpfs\"}]"
	done
	not_changed 'inside /proc' add '[{destination: "/proc/1/attr", type: "bind", source: $data, options: ["bind"]}]'
	not_changed "nothing can be mounted on '/'" add '[{destination: "/", type: "tmpfs"}]'
	for type in proc sysfs cgroup cgroup2; do
		not_changed 'cannot be mounted in a container that runs' add "[{destination: \"/x\", type: \"$type\"}]"
	done
	not_changed 'cannot be remounted' add '[{destination: "/tmp", options: ["remount", "rw"]}]'
	not_changed 'source: required' add '[{destination: "/x", type: "bind"}]'
	not_changed 'nothing is mounted' remove '[{destination: "/etc"}]'
	not_changed "open '/none'" remove '[{destination: "/none"}]'
	not_changed 'destination' add '[{type: "tmpfs"}]'
	not_changed 'expected an array' add '{}'
	not_changed 'more than 256' add '[range(257) | {destination: "/x", type: "tmpfs"}]'
	# controls: what is faked in /proc may be added, and what the caller asked for may go
	change add '[{destination: "/proc/uptime", type: "bind", source: "\($data)/file", options: ["bind"]}]'
	[ "$(sh_in 'cat /proc/uptime')" = from-the-host ]
	change remove '[{destination: "/proc/uptime"}, {destination: "/dev/shm"}]'
	absent ' /(proc/uptime|dev/shm) '
	end
}

@test "mounts: created and paused containers take them, stopped and unknown ones do not" {
	start
	oci pause c
	change add '[{destination: "/added", type: "bind", source: $data, options: ["bind"]}]'
	[ "$(oci state c | jq -r .status)" = paused ]
	oci resume c
	[ "$(sh_in 'cat /added/file')" = from-the-host ]
	oci delete --force c
	edit "$SCRATCH/b" '.process.args = ["cat", "/added/file"]'
	oci create --bundle "$SCRATCH/b" c < /dev/null > "$SCRATCH/out" 2>&1 3>&-
	init=$(oci state c | jq .pid)
	change add '[{destination: "/added", type: "bind", source: $data, options: ["bind"]}]'
	oci start c
	timeout 10 tail --pid="$init" -s 0.02 -f /dev/null
	[ "$(cat "$SCRATCH/out")" = from-the-host ]
	for verb in add remove; do
		run oci mounts $verb c "$SCRATCH/mounts.json"
		[ "$status" = 1 ] && [[ $output == *'container not running'* ]]
	done
	oci delete c
	refused 1 'container does not exist' oci mounts add c "$SCRATCH/mounts.json"
	refused 1 'neither add nor remove' oci mounts move c "$SCRATCH/mounts.json"
	refused 1 'no-such-file' oci mounts add c no-such-file
	unchanged
}

@test "mounts: in a user namespace, from folders that only the host's root may enter" {
	start '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] |
		.linux.gidMappings = .linux.uidMappings'
	mkdir -m 700 "$SCRATCH/closed"
	mv "$SCRATCH/data" "$SCRATCH/closed/"
	jq -n --arg data "$SCRATCH/closed/data" '[{destination: "/tmp/added", type: "bind", source: $data, options: ["bind"]},
		{destination: "/tmp/own", type: "tmpfs", source: "tmpfs"}]' > "$SCRATCH/mounts.json"
	oci mounts add c "$SCRATCH/mounts.json"
	[ "$(sh_in 'cat /tmp/added/file; stat -c %u /tmp/own')" = "$(printf 'from-the-host\n0')" ]
	oci mounts remove c "$SCRATCH/mounts.json"
	absent ' /tmp/(added|own) '
	end
}

@test "mounts: an ordinary user's container" {
	need_user
	user_bundle "$USER_DIR/b" sleep 1000
	edit "$USER_DIR/b" '.root.readonly = false'
	user_oci run -d --bundle "$USER_DIR/b" c < /dev/null > /dev/null 2>&1 3>&-
	jq -n --arg data "$SCRATCH/data" '[{destination: "/added", type: "bind", source: $data, options: ["rbind"]},
		{destination: "/own", type: "tmpfs", source: "tmpfs"}]' > "$USER_DIR/mounts.json"
	user_oci mounts add c "$USER_DIR/mounts.json"
	[ "$(user_oci exec c sh -c 'cat /added/file; touch /own/file && echo made')" = "$(printf 'from-the-host\nmade')" ]
	user_oci mounts remove c "$USER_DIR/mounts.json"
	[ "$(user_oci exec c sh -c 'ls /added /own | grep file')" = '' ] || [ "$?" = 1 ]
	unchanged
	user_oci delete --force c
	no_leftovers
}

@test "mounts: a destination that the container exchanges with links stays in the container" {
	mkdir -p "$SCRATCH/outside"
	start '.process.args = ["sh", "-c", "mkdir -p /a/m /real/m; ln -s ../../../../../../../../tmp /l; echo ready > /ready;
		while :; do mv /a /b; ln -s '"$SCRATCH"'/outside /a; rm /a; mv /b /a; done"]'
	until [ -s "$SCRATCH/b/rootfs/ready" ]; do :; done
	done_=0
	for _ in $(seq 40); do
		run change add '[{destination: "/a/m", type: "bind", source: $data, options: ["bind"]}]'
		[ "$status" != 0 ] || done_=$((done_ + 1))
		[ -z "$(ls -A "$SCRATCH/outside")" ]
		unchanged
	done
	echo "# $done_ of 40 mounted" >&3
	[ "$done_" -gt 0 ]
	# a link that points out of the root leads to the container's own /tmp
	change add '[{destination: "/l/inner", type: "bind", source: $data, options: ["bind"]}]'
	[ ! -e /tmp/inner ]
	inside | grep -q ' /tmp/inner '
	end
}

@test "mounts: a source is the host's, whatever the container has in its place" {
	start
	sh_in "mkdir -p '$SCRATCH/data' && echo faked > '$SCRATCH/data/file'"
	change add '[{destination: "/added", type: "bind", source: $data, options: ["bind"]}]'
	[ "$(sh_in "cat /added/file '$SCRATCH/data/file'")" = "$(printf 'from-the-host\nfaked')" ]
	end
}

@test "mounts: what the container mounts below a shared folder of the host does not come back" {
	start '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	mkdir "$SCRATCH/data/inner" "$SCRATCH/peer"
	jq -n --arg data "$SCRATCH/data" '[{destination: "/added", type: "bind", source: $data, options: ["rbind", "rshared"]}]' \
		> "$SCRATCH/mounts.json"
	export SCRATCH
	# control: a peer made here does pass it on
	run unshare -m bash -ec '
		mount --bind "$SCRATCH/data" "$SCRATCH/data"
		mount --make-shared "$SCRATCH/data"
		"$0" --root "$1" mounts add c "$SCRATCH/mounts.json"
		"$0" --root "$1" exec c mount -t tmpfs none /added/inner
		echo "leaked: $(grep -c /data/inner /proc/self/mountinfo)"
		mount --bind "$SCRATCH/data" "$SCRATCH/peer"
		mount -t tmpfs none "$SCRATCH/peer/inner"
		echo "control: $(grep -c /data/inner /proc/self/mountinfo)"' "$DOBOZ_OCI" "$STATE"
	[ "$output" = "$(printf 'leaked: 0\ncontrol: 1')" ]
	inside | grep -q ' /added/inner '
	end
}
