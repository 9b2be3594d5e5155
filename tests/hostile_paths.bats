#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hostile root filesystems: links where the runtime makes, mounts, masks or reads something

# shellcheck disable=SC2034,SC2153,SC2154 # shared with hostile.bash, and counts that prowl declares

load helpers
load hostile

# The links that lead to the canary: absolute, and upwards out of any root.
links() { echo "$CANARY"; echo "../../../../../../../../..$CANARY"; }

# without_mounts_below PATH
without_mounts_below() { edit "$B" --arg p "$1" '.mounts |= map(select(.destination | startswith($p) | not))'; }

# Guards: names below /dev resolved in the root (openat2 RESOLVE_IN_ROOT).
@test "CVE-2026-41579, CVE-2026-47766: /dev is a link to a folder of the host" {
	without_mounts_below /dev
	rmdir "$B/rootfs/dev"
	while read -r link; do
		ln -sfn "$link" "$B/rootfs/dev"
		attempt
		unharmed
	done < <(links)
}

# Guards: the same for linux.devices, and for the links /dev/fd, stdin, stdout, stderr.
@test "a device's folder is a link to a folder of the host" {
	ln -s "$CANARY" "$B/rootfs/out"
	edit "$B" '.linux.devices = [{type: "c", path: "/out/made", major: 1, minor: 3}]'
	attempt
	unharmed
	[ ! -e "$CANARY/made" ]
}

# Guards: the source of a mask is the host's /dev/null, opened and checked before anything of the container.
@test "CVE-2025-31133: /dev/null of the container is a link, or missing, when files are masked" {
	mkdir "$SCRATCH/dev"
	echo masked-text > "$B/rootfs/masked"
	echo secret-text > "$B/rootfs/secret"
	says 'cat /masked; echo end'
	edit "$B" '.linux.maskedPaths = ["/masked"]'
	attempt
	[ "$output" = end ] # the control: the mask works
	without_mounts_below /dev
	edit "$B" --arg dev "$SCRATCH/dev" '.mounts += [{destination: "/dev", type: "bind", source: $dev, options: ["rbind"]}]'
	for null in missing link file; do
		rm -f "$SCRATCH/dev/null"
		case $null in
		link) ln -s /secret "$SCRATCH/dev/null" ;;
		file) echo file-text > "$SCRATCH/dev/null" ;;
		esac
		attempt
		[[ $output != *-text* ]]
		unharmed
	done
}

# Guards: /proc and /sys are opened without following a last link, and are procfs and sysfs afterwards.
@test "CVE-2019-16884, 2019-19921, 2023-27561, 2023-28642: /proc or /sys is a link" {
	mkdir "$B/rootfs/evil"
	says 'cat /proc/version /sys/kernel/mm/transparent_hugepage/enabled'
	attempt
	[ "$status" = 0 ]
	for name in proc sys; do
		rmdir "$B/rootfs/$name"
		for link in /evil evil "$CANARY"; do
			ln -sfn "$link" "$B/rootfs/$name"
			attempt
			[ "$status" != 0 ]
			[ -z "$(ls -A "$B/rootfs/evil")" ]
			unharmed
		done
		rm "$B/rootfs/$name"
		mkdir "$B/rootfs/$name"
	done
}

# Guards: only procfs may cover /proc, only sysfs /sys.
@test "CVE-2019-19921: a volume on /proc" {
	edit "$B" --arg dir "$CANARY" '.mounts += [{destination: "/proc", type: "bind", source: $dir, options: ["bind"]}]'
	attempt
	[ "$status" != 0 ]
	unharmed
}

# Guards: what is missing at a mount's destination is made below descriptors.
@test "CVE-2019-18837, CVE-2024-45310: a mount's destination leads out of the root" {
	while read -r link; do
		ln -sfn "$link" "$B/rootfs/m"
		for kind in bind tmpfs; do
			edit "$B" --arg kind "$kind" --arg src "$SCRATCH/user" '.mounts |= map(select(.destination != "/m/new/er")) |
				.mounts += [{destination: "/m/new/er", type: $kind, source: $src} +
				(if $kind == "bind" then {options: ["bind"]} else {} end)]'
			attempt
			unharmed
			edit "$B" --arg link "$link/file" '.mounts[-1].destination = $link'
			attempt
			unharmed
		done
	done < <(links)
}

# Guards: after chdir the kernel has to name a folder below the root; no descriptor of the host is open then.
@test "CVE-2024-21626: the working folder is a descriptor of the runtime" {
	local fd

	says 'cat ../../../../../../../../../../../../..'"$CANARY/file"'; pwd'
	attempt
	[[ $output == *$'\n/' ]]
	exec 9< "$CANARY" # what a careless caller left open
	for fd in {3..64}; do
		edit "$B" --arg cwd "/proc/self/fd/$fd" '.process.cwd = $cwd'
		attempt
		[ "$status" != 0 ]
		[[ $output != *precious* ]]
	done
	edit "$B" '.process.cwd = "/"'
	start_box
	oci exec --cwd /tmp box pwd
	for fd in {3..64}; do
		run oci exec --cwd "/proc/self/fd/$fd" box sh -c 'cat ../../../../../../../../../../../../..'"$CANARY/file"
		[ "$status" = 255 ]
		[[ $output != *precious* ]]
	done
	exec 9<&-
	oci delete --force box
	unharmed
}

# Guards: the terminal's peer comes from the pty itself (TIOCGPTPEER); /dev/console is made without following.
@test "CVE-2025-52565, CVE-2026-88264, 88265: console, null and pts are links, with a terminal" {
	local name mounts

	edit "$B" '.process.terminal = true'
	says 'echo started; tty'
	attempt
	[[ $output == *started* ]]
	for mounts in with without; do
		if [ "$mounts" = without ]; then
			edit "$B" 'del(.mounts[] | select(.destination == "/dev"))'
			rm -rf "$B/rootfs/dev"
			mkdir "$B/rootfs/dev"
			attempt
			[[ $output == *started* ]]
		fi
		for name in console null ptmx pts tty fd stdin; do
			rm -rf "$B/rootfs/dev"
			mkdir "$B/rootfs/dev"
			ln -s "$CANARY/file" "$B/rootfs/dev/$name"
			attempt
			unharmed
			ln -sfn "$CANARY/made" "$B/rootfs/dev/$name"
			attempt
			unharmed
		done
	done
}

# Guards: databases of users are regular files below the root, opened without waiting, and read up to a bound.
@test "CVE-2024-9676: /etc/passwd and /etc/group are a FIFO, a device, endless, or a link out of the root" {
	local file kind

	start_box
	run oci exec --user app box id -u
	[ "$output" = 1000 ]
	printf 'app:x:0:0::/:/bin/sh\n' > "$CANARY/passwd"
	before=$(look)
	for file in passwd group; do
		for kind in fifo zero sparse link folder missing; do
			rm -rf "$B/rootfs/etc/$file"
			case $kind in
			fifo) mkfifo "$B/rootfs/etc/$file" ;;
			zero) mknod "$B/rootfs/etc/$file" c 1 5 ;;
			sparse) truncate -s 10G "$B/rootfs/etc/$file" ;;
			link) ln -s "../../../../../../../..$CANARY/passwd" "$B/rootfs/etc/$file" ;;
			folder) mkdir "$B/rootfs/etc/$file" ;;
			esac
			run timeout 10 "$DOBOZ_OCI" --root "$STATE" exec --user app:extra box true
			[ "$status" = 255 ]
			run timeout 10 "$DOBOZ_OCI" --root "$STATE" exec --user 7 box awk '/^Uid/ { print $2 }' /proc/self/status
			[ "$output" = 7 ] || { echo "$file $kind: $output"; return 1; }
		done
		[ "$file" = group ] || printf 'app:x:1000:1000::/:/bin/sh\n' > "$B/rootfs/etc/fresh"
		rm -rf "$B/rootfs/etc/$file"
		[ "$file" = group ] || mv "$B/rootfs/etc/fresh" "$B/rootfs/etc/$file"
	done
	oci delete --force box
	unharmed
}

# Guards: ids are checked before they become a path.
@test "an id that leads out of the state folder" {
	local id verb

	mkdir "$SCRATCH/victim"
	cp -a "$CANARY/." "$SCRATCH/victim"
	for id in ../victim ../canary "../../..$CANARY" . .. ''; do
		for verb in 'delete --force' state kill start; do
			# shellcheck disable=SC2086 # a verb and its option
			run oci $verb "$id"
			[ "$status" != 0 ]
		done
		run oci exec "$id" true
		[ "$status" = 255 ]
		run oci run --bundle "$B" "$id"
		[ "$status" = 1 ]
	done
	[ "$(cat "$SCRATCH/victim/file")" = precious ]
	unharmed
}

# Guards: hooks are executed by the host's path, in the host's root; nothing is looked up in the container.
@test "CVE-2022-1227, CVE-2026-41567: programs planted in the container are not run for the host" {
	local name

	for name in nsenter xz newuidmap newgidmap hook true; do
		for folder in bin usr/bin sbin usr/sbin "${SCRATCH#/}"; do
			mkdir -p "$B/rootfs/$folder"
			rm -f "$B/rootfs/$folder/$name"
			printf '#!/bin/sh\n: > /planted-ran; : > %s/planted-ran\n' "$CANARY" > "$B/rootfs/$folder/$name"
			chmod 755 "$B/rootfs/$folder/$name"
		done
	done
	printf '#!/bin/sh\necho "$0" >> %s/hooks\n' "$SCRATCH" > "$SCRATCH/hook"
	chmod 755 "$SCRATCH/hook"
	edit "$B" --arg hook "$SCRATCH/hook" '.hooks = ([("prestart", "createRuntime", "createContainer", "poststart", "poststop") |
		{key: ., value: [{path: $hook, env: ["PATH=/bin:/usr/bin"]}]}] | from_entries)'
	says 'echo started'
	PATH=/bin:/usr/bin:/sbin attempt
	[ "$output" = started ]
	[ "$(wc -l < "$SCRATCH/hooks")" = 5 ]
	[ ! -e "$B/rootfs/planted-ran" ]
	unharmed
}

# Guards: only config.json decides; annotations, which come from image labels, do not.
@test "annotations steer nothing" {
	says 'id; cat /proc/self/status | grep -E "^(Cap|Seccomp|Groups|NoNew)"; cat /proc/self/mountinfo | wc -l'
	attempt
	[ "$status" = 0 ]
	want=$output
	edit "$B" --arg dir "$CANARY" '.annotations = {"run.oci.handler": "krun", "run.oci.hooks.stdout": ($dir + "/stdout"),
		"run.oci.hooks.stderr": ($dir + "/stderr"), "run.oci.keep_original_groups": "1",
		"run.oci.seccomp.receiver": ($dir + "/socket"), "run.oci.seccomp_bpf_data": "AAAA",
		"run.oci.pidfd_receiver": ($dir + "/pidfd"), "run.oci.mount_context_type": "context",
		"run.oci.systemd.force_cgroup_v1": "/sys/fs/cgroup", "run.oci.delegate-cgroup": "../..",
		"org.criu.config": ($dir + "/file"), "module.wasm.image/variant": "compat",
		"io.kubernetes.cri.container-type": "sandbox", "org.systemd.property.ExecStartPost": "[]",
		"bundle": $dir, "org.opencontainers.image.stopSignal": "KILL"} |
		.hooks.poststop = [{path: "/bin/true"}]'
	attempt
	[ "$status" = 0 ]
	[ "$output" = "$want" ]
	unharmed
}
