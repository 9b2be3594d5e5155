#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hostile processes: what they see of the runtime, what they keep, who they are

# shellcheck disable=SC2034,SC2153,SC2154 # shared with hostile.bash, and counts that prowl declares

load helpers
load hostile

# Guards: every descriptor is O_CLOEXEC, and close_range before execve.
@test "CVE-2016-9962, CVE-2024-21626: a payload has three descriptors, and so has an exec" {
	local fds='ls /proc/self/fd | head -n 3; ls /proc/self/fd | wc -l'

	# The fourth is the folder that ls reads.
	says "$fds"
	exec 7< "$CANARY/file" 9< /
	attempt
	[ "$output" = $'0\n1\n2\n4' ]
	start_box
	for _ in {1..5}; do
		run oci exec box sh -c "$fds"
		[ "$output" = $'0\n1\n2\n4' ]
	done
	run oci exec box sh -c 'ls /proc/1/fd | wc -l'
	[ "$output" = 3 ]
	exec 7<&- 9<&-
	oci delete --force box
	unharmed
}

# prowl ATTACK: the attack in the box, while neighbours are executed; its counts as variables
prowl()
{
	local i name count

	rm -f "$B/rootfs/tmp/stop"
	mkfifo "$SCRATCH/attack.out"
	# Detached: while a runtime waits, its program is busy, and nobody could open it for writing.
	timeout 40 "$DOBOZ_OCI" --root "$STATE" exec --detach "${@:2}" box attack "$1" 20 \
		> "$SCRATCH/attack.out" 2>&1 < /dev/null 3>&- &
	exec 8< "$SCRATCH/attack.out"
	read -r line <&8
	[ "$line" = ready ]
	for ((i = 0; i < 60; i++)); do
		timeout 10 "$DOBOZ_OCI" --root "$STATE" exec box /bin/true < /dev/null
	done
	timeout 10 "$DOBOZ_OCI" --root "$STATE" exec box /bin/script < /dev/null > /dev/null 2>&1 || true
	touch "$B/rootfs/tmp/stop"
	while read -r name count; do
		[[ $count =~ ^[0-9]+$ ]] || { echo "$name $count"; continue; }
		declare -g "n_$name=$count"
	done <&8
	exec 8<&-
	wait $!
	rm "$SCRATCH/attack.out"
	echo "# $1: seen $n_seen hidden $n_hidden" >&3
}

# Guards: the runtime runs as a sealed copy of itself; what /proc/N/exe leads to cannot be written.
@test "CVE-2019-5736: the runtime's program cannot be overwritten through /proc/N/exe" {
	local binary hash

	binary=$(readlink -f "$DOBOZ_OCI")
	hash=$(sha256sum "$binary")
	printf '#!/proc/self/exe\n' > "$B/rootfs/bin/script"
	chmod 755 "$B/rootfs/bin/script"
	# With every capability, so that the poller does see the runtime.
	edit "$B" '([.process.capabilities.bounding[]] + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_SYS_ADMIN"]) as $all |
		.process.capabilities = {bounding: $all, effective: $all, permitted: $all}'
	start_box
	prowl exe --cap CAP_SYS_PTRACE --cap CAP_DAC_OVERRIDE
	[ "$n_seen" -gt 0 ]
	[ "$n_writable" = 0 ]
	oci delete --force box
	edit "$B" '.process.args = ["/bin/script"]'
	attempt
	[ "$(sha256sum "$binary")" = "$hash" ]
	unharmed
}

# Guards: not dumpable from before the first setns until execve.
@test "CVE-2016-9962: the runtime's child cannot be traced, nor its descriptors be seen" {
	start_box
	ln -s true "$B/rootfs/bin/script" # no shell, which has a script open itself, and may be seen
	prowl trace
	[ "$n_hidden" -gt 0 ]
	[ "$n_descriptors" = 0 ]
	[ "$n_traced" = 0 ]
	oci delete --force box
	unharmed
}

# Guards: numbers first, whole, and in range; nothing becomes 0 on the way.
@test "CVE-2016-3697, CVE-2026-30892, CVE-2024-40635, CVE-2026-46680: users of exec" {
	local user want

	{
		cat "$B/rootfs/etc/passwd"
		for user in 1000 1001 4294967296 4294967295 -1 ' 1' 0x1 +1 1e3; do echo "$user:x:0:0::/:/bin/sh"; done
	} > "$SCRATCH/passwd"
	printf '1002:x:0:\n4294967296:x:0:\n' >> "$B/rootfs/etc/group"
	cp "$SCRATCH/passwd" "$B/rootfs/etc/passwd"
	start_box
	while IFS='|' read -r user want; do
		run oci exec --user "$user" box sh -c 'echo $(id -u) $(id -g)'
		[ "$output" = "$want" ] || { echo "user '$user': $output"; return 1; }
	done << 'END_OF_USERS'
0|0 0
1|1 0
1:2|1 2
1000|1000 1000
1001|1001 0
1001:1002|1001 1002
4294967294|4294967294 0
app|1000 1000
END_OF_USERS
	for user in 4294967295 4294967296 18446744073709551616 1:4294967296 1:4294967295 1: :1 : '1 ' 1:2:3 '1:-1' '1: 2'; do
		run oci exec --user "$user" box id -u
		[ "$status" = 255 ] || { echo "user '$user': $output"; return 1; }
	done
	# Not numbers, so names; and that is what /etc/passwd says they are. No name without a line is anybody.
	printf 'root:x:0:0::/:/bin/sh\n' > "$B/rootfs/etc/passwd"
	for user in -1 ' 1' 0x1 +1 1e3 01x; do
		run oci exec --user "$user" box id -u
		[ "$status" = 255 ] || { echo "user '$user': $output"; return 1; }
	done
	oci delete --force box
	unharmed
}

# Guards: inheritable and ambient are empty unless the config lists them; --cap adds to neither.
@test "CVE-2022-29162, CVE-2022-27650: no inheritable capabilities" {
	says 'grep -E "^Cap(Inh|Amb)" /proc/self/status'
	attempt
	[ "$output" = $'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000' ]
	start_box
	for cap in CAP_SYS_ADMIN CAP_NET_RAW; do
		run oci exec --cap "$cap" box grep -E '^Cap(Inh|Amb)' /proc/self/status
		[ "$output" = $'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000' ]
	done
	run oci exec --cap CAP_NET_RAW box grep CapEff /proc/self/status # the control: it was added
	[ "$((0x${output#*$'\t'} >> 13 & 1))" = 1 ]
	oci delete --force box
	unharmed
}

# Guards: a session keyring of its own is joined first.
@test "the session keyring is a new one" {
	local ours

	ours=$("$ATTACK" keyring)
	says 'attack keyring'
	attempt
	[[ $output =~ ^[0-9]+$ ]]
	[ "$output" != "$ours" ]
	attempt again
	[ "$output" != "$ours" ]
	unharmed
}

# Guards: a session of its own, so that the caller's terminal is not the payload's controlling one.
@test "CVE-2017-5226: nothing can be pushed into the caller's terminal" {
	need script
	script -qec "'$ATTACK' push" /dev/null < /dev/null > "$SCRATCH/control" 2>&1
	grep -q pushed "$SCRATCH/control" || skip_unless_must 'this kernel refuses TIOCSTI by itself'
	edit "$B" '.process.args = ["/bin/attack", "push"]'
	timeout 20 script -qec "'$DOBOZ_OCI' --root '$STATE' run --bundle '$B' push" /dev/null < /dev/null > "$SCRATCH/out" 2>&1
	grep -q refused "$SCRATCH/out"
	start_box
	timeout 20 script -qec "'$DOBOZ_OCI' --root '$STATE' exec box attack push" /dev/null < /dev/null > "$SCRATCH/out" 2>&1
	grep -q refused "$SCRATCH/out"
	oci delete --force box
	unharmed
}

# Guards: bounded, and no length field made by hand.
@test "CVE-2021-43784: 70 KiB of id mappings are a clean error; as many as the kernel takes work" {
	says 'cat /proc/self/uid_map | wc -l'
	edit "$B" '.linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [range(300) | {containerID: ., hostID: (100000 + 2 * .), size: 1}] |
		.linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 "$B/rootfs"
	attempt
	[ "$output" = 300 ]
	edit "$B" '.linux.uidMappings = [range(3000) | {containerID: ., hostID: (100000 + 2 * .), size: 1}]'
	refused 1 'config.linux.uidMappings: has more than 340 entries' oci run --bundle "$B" c
	unharmed
}

# Guards: only what belongs to a namespace of the container's own.
@test "CVE-2022-0811: a sysctl of the host is not written" {
	local key value

	says 'cat /proc/sys/net/ipv4/ip_forward'
	value=$(cat /proc/sys/net/ipv4/ip_forward)
	edit "$B" --arg v "$((1 - value))" '.linux.sysctl = {"net.ipv4.ip_forward": $v}'
	attempt
	[ "$output" = $((1 - value)) ]
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = "$value" ]
	for key in kernel.core_pattern kernel.sysrq vm.overcommit_memory fs.file-max kernel.modprobe kernel.shm_rmid_forced+kernel.core_pattern \
		net/../kernel/core_pattern; do
		edit "$B" --arg key "$key" '.linux.sysctl = {($key): "0"}'
		refused 1 'config.linux.sysctl' oci run --bundle "$B" c
	done
	edit "$B" '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | del(.linux.namespaces[] | select(.type == "network"))'
	refused 1 'without a network namespace of its own' oci run --bundle "$B" c
	unharmed
}

# Guards: whatever of /sys/fs/cgroup an ordinary user's container shows is read-only.
@test "CVE-2023-25809: the cgroups of the host cannot be written from an ordinary user's container" {
	need_user
	user_bundle "$USER_DIR/b" sh -c 'for f in $(find /sys/fs/cgroup -name cgroup.procs 2> /dev/null); do
		if echo $$ 2> /dev/null > $f; then echo "wrote $f"; fi; done; echo end'
	for without in none cgroup; do
		edit "$USER_DIR/b" --arg without "$without" 'del(.linux.namespaces[] | select(.type == $without))'
		run timeout 20 setpriv --reuid="$TEST_USER" --regid="$TEST_USER" --init-groups -- env -i "PATH=$PATH" \
			"XDG_RUNTIME_DIR=$USER_DIR/run" "$DOBOZ_OCI" --root "$USER_DIR/state" run --bundle "$USER_DIR/b" c
		[ "$output" = end ]
	done
	unharmed
}
