#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/clients/podman.bats - podman as root: conmon starts doboz-oci
load clients
load containers

setup_file()
{
	clients_begin podman conmon
	containers_begin
	podman import --change 'CMD ["/bin/sh"]' "$CLIENTS_SCRATCH/rootfs.tar" "$IMAGE" > /dev/null 2>&1
}

# Podman makes plain folders where a v1 controller is not mounted, fails to remove them, and succeeds the second time.
pods_gone() { podman pod rm -fa -t 0 > /dev/null 2>&1 || podman pod rm -fa -t 0 > /dev/null; }

teardown()
{
	pods_gone
	podman rm -fa -t 0 > /dev/null
}

# shellcheck disable=SC2154 # containers_storage is containers.bash's
podman()
{
	timeout 60 /usr/bin/podman "${containers_storage[@]}" --tmpdir "$CLIENTS_SCRATCH/tmp" \
		--network-config-dir "$CLIENTS_SCRATCH/net" --runtime "$RUNTIME" "$@"
}
start() { podman run --cgroup-parent "$CLIENTS_CGROUP" --network none "$@"; }
box() { start --rm "$@"; }
# detached NAME OPTION...: a container that waits, and ends with 3 on TERM
detached()
{
	start -d --name "$@" "$IMAGE" sh -c 'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.1; done' > /dev/null
	until podman logs "$1" | grep -q ready; do :; done
}

# bats test_tags=short
@test "run: output, input, the exit status, what cannot be executed" {
	outputs '^hi$' box "$IMAGE" echo hi
	[ "$(echo through | box -i "$IMAGE" cat)" = through ]
	[ "$(head -c 300000 /dev/zero | box -i "$IMAGE" wc -c)" = 300000 ]
	run -7 box "$IMAGE" sh -c 'exit 7'
	run -137 box "$IMAGE" sh -c 'sh -c "kill -KILL \$\$"; exit $?'
	fails 127 'executable file.*not found in \$PATH' box "$IMAGE" nonexist
	fails 127 'no such file or directory' box "$IMAGE" /no/such
	fails 126 '[Pp]ermission denied' box "$IMAGE" /etc/passwd
	fails 126 '[Pp]ermission denied' box "$IMAGE" /etc
	fails 125 'unknown flag' box --no-such-option "$IMAGE" true
}

# bats test_tags=short
@test "exec: output, input, status, user, folder, environment, terminal, --privileged" {
	detached c1
	outputs '^in$' podman exec c1 echo in
	[ "$(echo through | podman exec -i c1 cat)" = through ]
	run -9 podman exec c1 sh -c 'exit 9'
	fails 127 'executable file.*not found' podman exec c1 nonexist
	fails 126 '[Pp]ermission denied' podman exec c1 /etc/passwd
	outputs '^1000 x /tmp$' podman exec -u app -e A=x -w /tmp c1 sh -c 'echo $(id -u) $A $(pwd)'
	outputs '/dev/pts/' podman exec -t c1 tty
	[ "$(podman exec c1 grep CapEff /proc/self/status)" != "$(podman exec --privileged c1 grep CapEff /proc/self/status)" ]
	podman pause c1
	fails 255 'container state improper|paused' podman exec c1 true
	podman unpause c1
}

# bats test_tags=short
@test "stop, kill, wait, start again, restart, pause, top, stats, cp, logs, rm" {
	detached c1
	podman stop -t 20 c1
	outputs '^3 exited$' podman inspect -f '{{.State.ExitCode}} {{.State.Status}}' c1
	podman start c1
	podman kill c1
	[ "$(podman wait c1)" = 137 ]
	podman restart -t 1 c1
	podman pause c1
	outputs '^paused$' podman inspect -f '{{.State.Status}}' c1
	podman unpause c1
	outputs sleep podman top c1
	outputs c1 podman stats --no-stream c1
	echo carried > "$CLIENTS_SCRATCH/carried"
	podman cp "$CLIENTS_SCRATCH/carried" c1:/tmp/
	outputs '^carried$' podman exec c1 cat /tmp/carried
	outputs '^ready$' podman logs c1
	podman rm -f -t 0 c1
	fails 125 'no such' podman inspect c1
}

# bats test_tags=short
@test "limits: memory, cpus, cpuset, pids; update; out of memory is 137" {
	detached c1 --memory 64m --cpus 0.5 --cpuset-cpus 0 --pids-limit 50
	pid=$(podman inspect -f '{{.State.Pid}}' c1)
	if on_v1 memory; then
		[ "$(host_cgroup "$pid" memory memory.limit_in_bytes)" = 67108864 ]
		[ "$(host_cgroup "$pid" cpu cpu.cfs_quota_us)" = 50000 ]
	else
		[ "$(host_cgroup "$pid" memory memory.max)" = 67108864 ]
		[ "$(host_cgroup "$pid" cpu cpu.max)" = '50000 100000' ]
	fi
	[ "$(host_cgroup "$pid" cpuset cpuset.cpus)" = 0 ]
	[ "$(host_cgroup "$pid" pids pids.max)" = 50 ]
	podman update --cpus 0.25 c1
	if on_v1 cpu; then
		[ "$(host_cgroup "$pid" cpu cpu.cfs_quota_us)" = 25000 ]
	else
		[ "$(host_cgroup "$pid" cpu cpu.max)" = '25000 100000' ]
	fi
	run -137 box --memory 32m --memory-swap 32m "$IMAGE" \
		sh -c 'x=$(cat /dev/zero | tr "\0" x | head -c 200000000); echo ${#x}'
}

# bats test_tags=short
@test "users and rights: --user, --cap-drop, filter, no-new-privileges, --privileged, --read-only, --init" {
	outputs 'uid=1000.*gid=1000.*groups=.*2000' box --user app --group-add 2000 "$IMAGE" id
	outputs 'CapEff:.0000000000000000' box --cap-drop all "$IMAGE" cat /proc/self/status
	outputs 'Seccomp:.2' box "$IMAGE" cat /proc/self/status
	outputs 'NoNewPrivs:.1' box --security-opt no-new-privileges "$IMAGE" cat /proc/self/status
	outputs "CapEff:.$(sed -n 's/^CapBnd:\t//p' /proc/self/status)" box --privileged "$IMAGE" cat /proc/self/status
	fails 1 'Read-only file system' box --read-only "$IMAGE" touch /x
	outputs 'catatonit|podman-init' box --init "$IMAGE" ps
}

# bats test_tags=short
@test "files: volumes, :ro, :O, :U, tmpfs, secrets, devices" {
	mkdir -p "$CLIENTS_SCRATCH/v"
	echo outside > "$CLIENTS_SCRATCH/v/file"
	outputs '^outside$' box -v "$CLIENTS_SCRATCH/v:/v:ro" "$IMAGE" cat /v/file
	fails 1 'Read-only file system' box -v "$CLIENTS_SCRATCH/v:/v:ro" "$IMAGE" touch /v/x
	outputs '^inside$' box -v "$CLIENTS_SCRATCH/v:/v:O" "$IMAGE" sh -c 'echo inside > /v/file; cat /v/file'
	grep -qx outside "$CLIENTS_SCRATCH/v/file"
	mkdir -p "$CLIENTS_SCRATCH/u"
	outputs '^app$' box --user app -v "$CLIENTS_SCRATCH/u:/u:U" "$IMAGE" stat -c %U /u
	outputs '^named$' box -v named:/v "$IMAGE" sh -c 'echo named > /v/w; cat /v/w'
	outputs 'tmpfs.*/t ' box --tmpfs /t:size=1m "$IMAGE" mount
	printf 'secret text' | podman secret create s1 - > /dev/null
	outputs '^secret text$' box --secret s1 "$IMAGE" cat /run/secrets/s1
	outputs '^crw' box --device /dev/fuse "$IMAGE" ls -l /dev/fuse
}

# bats test_tags=short
@test "user namespaces: maps, --userns=auto, id-mapped volumes" {
	outputs '^ +0 +100000 +65536' box --uidmap 0:100000:65536 --gidmap 0:100000:65536 "$IMAGE" cat /proc/self/uid_map
	echo containers:2000000:1000000 > "$CLIENTS_SCRATCH/subids"
	mount --bind "$CLIENTS_SCRATCH/subids" /etc/subuid
	mount --bind "$CLIENTS_SCRATCH/subids" /etc/subgid
	outputs '^ +0 +2[0-9]{6} +1024$' box --userns=auto:size=1024 "$IMAGE" cat /proc/self/uid_map
	umount /etc/subuid /etc/subgid
	mkdir -p "$CLIENTS_SCRATCH/w"
	chown 5:6 "$CLIENTS_SCRATCH/w"
	outputs '^5 6$' box --uidmap 0:100000:65536 --gidmap 0:100000:65536 -v "$CLIENTS_SCRATCH/w:/w:idmap" "$IMAGE" stat -c '%u %g' /w
	outputs '^65534 65534$' box --uidmap 0:100000:65536 --gidmap 0:100000:65536 -v "$CLIENTS_SCRATCH/w:/w" "$IMAGE" stat -c '%u %g' /w
}

# bats test_tags=short
@test "networks: published port, bridge, that of another container" {
	podman run --cgroup-parent "$CLIENTS_CGROUP" -d --name web -p 127.0.0.1:18080:80 "$IMAGE" \
		sh -c 'mkdir /www; echo hello > /www/index.html; exec httpd -f -h /www' > /dev/null
	outputs '^hello$' curl -sS --retry 20 --retry-connrefused --retry-delay 1 -m 5 http://127.0.0.1:18080/
	outputs '^hello$' podman run --rm --cgroup-parent "$CLIENTS_CGROUP" --network container:web "$IMAGE" wget -q -O - http://127.0.0.1/
	outputs outside0 podman run --rm --cgroup-parent "$CLIENTS_CGROUP" --network host "$IMAGE" ls /sys/class/net
}

# bats test_tags=short
@test "pods: shared namespaces; play kube and generate kube" {
	podman pod create --name p1 --cgroup-parent "$CLIENTS_CGROUP" --network none --infra-command '/bin/sleep 1000' \
		--infra-image "$IMAGE" > /dev/null
	podman run -d --pod p1 --name c1 "$IMAGE" /bin/sleep 1000 > /dev/null
	podman run -d --pod p1 --name c2 "$IMAGE" /bin/sleep 1000 > /dev/null
	[ "$(podman exec c1 readlink /proc/self/ns/ipc)" = "$(podman exec c2 readlink /proc/self/ns/ipc)" ]
	[ "$(podman exec c1 readlink /proc/self/ns/net)" = "$(podman exec c2 readlink /proc/self/ns/net)" ]
	podman pod pause p1
	podman pod unpause p1
	podman generate kube p1 > "$CLIENTS_SCRATCH/pod.yaml"
	grep -q 'kind: Pod' "$CLIENTS_SCRATCH/pod.yaml"
	pods_gone
	podman play kube --network none "$CLIENTS_SCRATCH/pod.yaml" > /dev/null
	outputs '^in$' podman exec p1-c1 echo in
}

# bats test_tags=short
@test "health check, --preserve-fds, --sysctl, --hostname" {
	detached c1 --health-cmd 'test -e /tmp/well' --health-interval disable
	run -1 podman healthcheck run c1
	podman exec c1 touch /tmp/well
	run -0 podman healthcheck run c1
	outputs '^kept$' box --preserve-fds 1 "$IMAGE" cat /proc/self/fd/3 3< <(echo kept)
	outputs '^1$' box --sysctl kernel.msgmax=1 "$IMAGE" cat /proc/sys/kernel/msgmax
	outputs '^h1$' box --hostname h1 "$IMAGE" hostname
}

@test "--sdnotify=container: the payload's READY reaches the caller" {
	# busybox has no other way to a datagram socket: its logger writes to /dev/log.
	start_daemon notifying /usr/bin/podman "${containers_storage[@]}" --tmpdir "$CLIENTS_SCRATCH/tmp" \
		--network-config-dir "$CLIENTS_SCRATCH/net" --runtime "$RUNTIME" run --rm --cgroup-parent "$CLIENTS_CGROUP" \
		--network none --sdnotify=container "$IMAGE" sh -c 'ln -s "$NOTIFY_SOCKET" /dev/log; logger "
READY=1"; exec sleep 1000'
	outputs '^running$' podman inspect -l -f '{{.State.Status}}'
}

# bats test_tags=short
@test "--cgroups=disabled works by the names in contrib/containers/doboz.conf" {
	outputs '^hi$' podman run --rm --network none --cgroups=disabled --pids-limit 0 "$IMAGE" echo hi
}

# bats test_tags=short
@test "no container leaves a cgroup of the runtime's, or its state" {
	box "$IMAGE" true
	[ -z "$(find /sys/fs/cgroup -path "*$CLIENTS_CGROUP/*libpod-*" -type d)" ]
	[ -z "$(find /run/doboz /run/runc -mindepth 1 2> /dev/null)" ]
}
