#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/clients/podman_rootless.bats - podman as an ordinary user with subordinate ids
load clients
load containers

user=doboz-test

setup_file()
{
	clients_begin podman conmon newuidmap setpriv slirp4netns
	id "$user" > /dev/null 2>&1 || clients_skip "needs the user $user (tests/setup makes it)"
	containers_begin
	# crun and runc agree with ours: without a session of systemd's there is no cgroup to delegate.
	sed -i 's|^\[containers\]|&\ncgroups = "disabled"|' "$CONTAINERS_CONF"
	mkdir /run/user
	mkdir -m 700 "$CLIENTS_SCRATCH/home" /run/user/user
	mkdir -m 755 "$CLIENTS_SCRATCH/bin"
	# The user may not be able to enter the folder that we were built in.
	cp -L "$RUNTIME" "$CLIENTS_SCRATCH/bin/$(basename "$RUNTIME")"
	chown -R "$user:" "$CLIENTS_SCRATCH/home" /run/user/user
	chmod 666 /dev/net/tun 2> /dev/null || true
	podman import --change 'CMD ["/bin/sh"]' "$CLIENTS_SCRATCH/rootfs.tar" "$IMAGE" > /dev/null 2>&1
}

teardown() { podman rm -fa -t 0 > /dev/null; }

podman()
{
	setpriv --reuid="$user" --regid="$user" --init-groups -- env -i -C / PATH="$PATH" HOME="$CLIENTS_SCRATCH/home" \
		XDG_RUNTIME_DIR=/run/user/user CONTAINERS_CONF="$CONTAINERS_CONF" \
		timeout 60 /usr/bin/podman --storage-driver vfs --runtime "$CLIENTS_SCRATCH/bin/$(basename "$RUNTIME")" "$@"
}
box() { podman run --rm --network none "$@"; }

# bats test_tags=short
@test "run: output, the exit status, the id map" {
	outputs '^hi$' box "$IMAGE" echo hi
	run -7 box "$IMAGE" sh -c 'exit 7'
	fails 127 'executable file.*not found in \$PATH' box "$IMAGE" nonexist
	fails 126 '[Pp]ermission denied' box "$IMAGE" /etc/passwd
	outputs "^ +0 +$(id -u "$user") +1$" box "$IMAGE" cat /proc/self/uid_map
	outputs '^ +1 +[0-9]+ +65536$' box "$IMAGE" cat /proc/self/uid_map
	outputs 'uid=1000\(app\)' box --user app "$IMAGE" id
}

# bats test_tags=short
@test "--userns=keep-id, host and nomap; volumes belong to the caller" {
	mkdir -p "$CLIENTS_SCRATCH/home/v"
	chown "$user:" "$CLIENTS_SCRATCH/home/v"
	outputs "^$(id -u "$user")$" box --userns=keep-id "$IMAGE" id -u
	outputs '^0$' box -v "$CLIENTS_SCRATCH/home/v:/v" "$IMAGE" stat -c %u /v
	box --userns=keep-id -v "$CLIENTS_SCRATCH/home/v:/v" "$IMAGE" touch /v/made
	[ "$(stat -c %U "$CLIENTS_SCRATCH/home/v/made")" = "$user" ]
	outputs '^0$' box --userns=host "$IMAGE" id -u
}

# bats test_tags=short
@test "-d, exec, logs, stop, kill; filter, read-only, --privileged" {
	podman run -d --name c1 --network none "$IMAGE" sh -c 'trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done' > /dev/null
	until podman logs c1 | grep -q ready; do :; done
	outputs '^in$' podman exec c1 echo in
	run -9 podman exec c1 sh -c 'exit 9'
	outputs '/dev/pts/' podman exec -t c1 tty
	podman stop -t 20 c1
	outputs '^3$' podman inspect -f '{{.State.ExitCode}}' c1
	outputs 'Seccomp:.2' box "$IMAGE" cat /proc/self/status
	fails 1 'Read-only file system' box --read-only "$IMAGE" touch /x
	outputs '^0$' box --privileged "$IMAGE" id -u
	outputs '^/dev/pts/0' box -t "$IMAGE" tty
}

@test "the network of slirp4netns, and the host's" {
	[ -c /dev/net/tun ] || clients_skip 'needs /dev/net/tun'
	outputs tap0 podman run --rm --network slirp4netns "$IMAGE" ls /sys/class/net
	outputs outside0 podman run --rm --network host "$IMAGE" ip link
}
