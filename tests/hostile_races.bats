#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hostile neighbours: names that are exchanged with links while containers start

# shellcheck disable=SC2034,SC2153,SC2154 # shared with hostile.bash, and counts that prowl declares

load helpers
load hostile

# race A B N: swap the two names while N containers start; n_started of them did
race()
{
	local racer i

	n_started=0
	"$ATTACK" exchange "$1" "$2" 3>&- &
	racer=$!
	for ((i = 0; i < $3; i++)); do
		attempt || { kill "$racer"; return 1; }
		[ "$status" != 0 ] || n_started=$((n_started + 1))
		[[ $output != *precious* ]] || { echo "$output"; kill "$racer"; return 1; }
	done
	kill "$racer"
	wait "$racer" || true
	echo "# $n_started of $3 started" >&3
}

# Guards: every component is walked with openat2 below the root, and mounts are moved onto descriptors.
@test "CVE-2021-30465, CVE-2024-45310: a component of a mount's destination is exchanged with a link" {
	mkdir -p "$SCRATCH/volume/a/m"
	ln -s "../../../../../../../..$CANARY" "$SCRATCH/volume/l"
	edit "$B" --arg v "$SCRATCH/volume" --arg src "$USER_DIR" '.mounts += [
		{destination: "/volume", type: "bind", source: $v, options: ["rbind"]},
		{destination: "/volume/a/m", type: "bind", source: $src, options: ["bind"]},
		{destination: "/volume/a/made/deep", type: "tmpfs", source: "tmpfs"}]'
	says 'cat /volume/*/file /volume/*/*/file 2> /dev/null; true'
	race "$SCRATCH/volume/a" "$SCRATCH/volume/l" 150
	[ "$n_started" -gt 0 ]
	unharmed
}

# Guards: the devices and links of /dev, the terminal's too, are made below a descriptor.
@test "CVE-2025-52565, CVE-2026-41579: /dev is exchanged with a link, with a terminal" {
	edit "$B" '.mounts |= map(select(.destination != "/dev")) | .process.terminal = true'
	ln -s "../../../../../../../..$CANARY" "$B/rootfs/l"
	says 'true'
	race "$B/rootfs/dev" "$B/rootfs/l" 100
	[ "$n_started" -gt 0 ]
	unharmed
}

# Guards: whatever is written to /proc goes through a procfs of our own, checked to be one.
@test "CVE-2025-52881: /proc is exchanged with a link while sysctls are written and paths are masked" {
	local canary=/proc/sys/kernel/domainname value

	value=$(cat "$canary")
	mkdir -p "$B/rootfs/fake/sys/net/ipv4"
	ln -s "../../../../../../../../..$CANARY/file" "$B/rootfs/fake/sys/net/ipv4/ip_forward"
	ln -s fake "$B/rootfs/l"
	edit "$B" '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.maskedPaths = ["/proc/kcore", "/fake/sys/net/ipv4/ip_forward"]'
	says 'cat /proc/sys/net/ipv4/ip_forward'
	race "$B/rootfs/proc" "$B/rootfs/l" 100
	[ "$n_started" -gt 0 ]
	[ "$(cat "$canary")" = "$value" ]
	[ ! -s "$B/rootfs/fake/sys/net/ipv4/ip_forward" ] || [ -L "$B/rootfs/fake/sys/net/ipv4/ip_forward" ]
	unharmed
}

@test "mounts add: a destination that is exchanged with a link covers none of the places that stay" {
	local racer covered=0 i

	start_box
	mkdir "$B/rootfs/a"
	ln -s /dev "$B/rootfs/l"
	jq -n --arg source "$CANARY" '[{destination: "/a", type: "bind", source: $source, options: ["bind"]}]' > "$SCRATCH/mounts.json"
	pid=$(oci state box | jq .pid)
	"$ATTACK" exchange "$B/rootfs/a" "$B/rootfs/l" 3>&- &
	racer=$!
	for ((i = 0; i < 100; i++)); do
		oci mounts add box "$SCRATCH/mounts.json" 2> /dev/null || true
		[ "$(grep -c ' /dev ' "/proc/$pid/mountinfo")" = 1 ] || covered=$((covered + 1))
	done
	kill "$racer"
	wait "$racer" || true
	echo "covered $covered times"
	[ "$covered" = 0 ]
	# the control: it was mounted, on the folder
	grep -q ' /[al] ' "/proc/$pid/mountinfo"
	oci delete --force box
	unharmed
}
