#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/clients/docker.bats - dockerd and its client, with doboz-oci as the default runtime
load clients

setup_file()
{
	clients_begin dockerd docker containerd runc iptables
	export DOCKER_CONFIG=$CLIENTS_SCRATCH/client
	docker_start
	docker import --change 'CMD ["/bin/sh"]' "$CLIENTS_SCRATCH/rootfs.tar" "$IMAGE" > /dev/null
}

# docker_start [OPTION...]: the daemon; the runtime's table is the one that contrib/ has
docker_start()
{
	sed "s|/usr/local/bin/doboz-oci|$RUNTIME|" "$CLIENTS/../../contrib/docker/daemon.json" > "$CLIENTS_SCRATCH/daemon.json"
	start_daemon dockerd dockerd --config-file "$CLIENTS_SCRATCH/daemon.json" --default-runtime doboz \
		--data-root "$CLIENTS_SCRATCH/docker" --exec-opt native.cgroupdriver=cgroupfs \
		--cgroup-parent "$CLIENTS_CGROUP" --oom-score-adjust 0 --live-restore "$@" > "$CLIENTS_SCRATCH/dockerd.pid"
}

teardown()
{
	local left

	left=$(docker ps -aq)
	# shellcheck disable=SC2086 # a list
	[ -z "$left" ] || docker rm -f $left > /dev/null
}

# The client of the same package: a newer one may lie before it in PATH.
docker() { timeout 60 /usr/bin/docker "$@"; }
box() { docker run --rm --network none "$@"; }
# detached NAME OPTION...: a container that waits, and ends with 3 on TERM
detached()
{
	docker run -d --network none --name "$@" "$IMAGE" sh -c \
		'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.1; done' > /dev/null
	until docker logs "$1" | grep -q ready; do :; done
}

# bats test_tags=short
@test "run: output, both streams, standard input" {
	outputs '^hi$' box "$IMAGE" echo hi
	[ "$(box "$IMAGE" sh -c 'echo lost >&2; echo kept' 2> /dev/null)" = kept ]
	[ "$(echo through | box -i "$IMAGE" cat)" = through ]
	[ "$(head -c 300000 /dev/zero | box -i "$IMAGE" wc -c)" = 300000 ]
}

# bats test_tags=short
@test "the exit status: the payload's, 137 of a signal, 125, 126, 127" {
	run -7 box "$IMAGE" sh -c 'exit 7'
	run -137 box "$IMAGE" sh -c 'sh -c "kill -KILL \$\$"; exit $?'
	fails 127 'executable file not found in \$PATH' box "$IMAGE" nonexist
	fails 127 'no such file or directory' box "$IMAGE" /no/such
	fails 126 'permission denied' box "$IMAGE" /etc/passwd
	fails 126 'permission denied|is a directory' box "$IMAGE" /etc
	run -125 box --no-such-option "$IMAGE" true
	run -125 box --runtime nothing "$IMAGE" true
}

@test "-t: a terminal, and with -i that of the caller behind it" {
	outputs '^/dev/pts/0' box -t "$IMAGE" tty
	outputs '/dev/pts/0' script -qec "/usr/bin/docker run --rm -it --network none $IMAGE tty" /dev/null
}

# bats test_tags=short
@test "exec: output, input, status, -u, -w, -e, -t, -d, --privileged; a container that has ended" {
	detached c1
	outputs '^in$' docker exec c1 echo in
	[ "$(echo through | docker exec -i c1 cat)" = through ]
	run -9 docker exec c1 sh -c 'exit 9'
	run -137 docker exec c1 sh -c 'kill -KILL $$'
	fails 126 'executable file not found' docker exec c1 nonexist
	fails 126 'permission denied' docker exec c1 /etc/passwd
	outputs '^1000 x /tmp$' docker exec -u 1000 -e A=x -w /tmp c1 sh -c 'echo $(id -u) $A $(pwd)'
	outputs '^uid=1000\(app\) gid=1000\(app\)' docker exec -u app c1 id
	outputs '^uid=5 gid=2000' docker exec -u 5:2000 c1 id
	outputs '^/dev/pts/' docker exec -t c1 tty
	docker exec -d c1 sh -c 'echo done > /tmp/mark'
	outputs 'done' docker exec c1 sh -c 'while ! grep . /tmp/mark; do :; done'
	[ "$(docker exec c grep CapEff /proc/self/status)" != "$(docker exec --privileged c1 grep CapEff /proc/self/status)" ]
	docker stop -t 10 c1
	fails 1 'is not running' docker exec c1 true
}

# bats test_tags=short
@test "capabilities: the usual ones, --cap-add, --cap-drop, --privileged" {
	outputs '^CapEff:.00000000a80425fb$' box "$IMAGE" grep CapEff /proc/self/status
	outputs '^CapEff:.00000000a80435fb$' box --cap-add NET_ADMIN "$IMAGE" grep CapEff /proc/self/status
	outputs '^CapEff:.0000000000000000$' box --cap-drop ALL "$IMAGE" grep CapEff /proc/self/status
	outputs '^CapEff:.0000000000000400$' box --cap-drop ALL --cap-add NET_BIND_SERVICE "$IMAGE" grep CapEff /proc/self/status
	outputs '^CapBnd:.0000000000000400$' box --cap-drop ALL --cap-add NET_BIND_SERVICE -u app "$IMAGE" grep CapBnd /proc/self/status
}

# bats test_tags=short
@test "--privileged: what this host can grant, its devices, no filter, a writable /sys" {
	# Docker 20.10 knows the capabilities up to 37, AUDIT_READ.
	bounding=0x$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
	effective=0x$(box --privileged "$IMAGE" sed -n 's/^CapEff:\t//p' /proc/self/status)
	[ "$((effective & ~bounding))" = 0 ]
	[ "$((effective & 0x3fffffffff))" = "$((bounding & 0x3fffffffff))" ]
	outputs 'Seccomp:.0' box --privileged "$IMAGE" cat /proc/self/status
	outputs '^c' box --privileged "$IMAGE" ls -l /dev/kmsg
	outputs '^sysfs /sys sysfs rw' box --privileged "$IMAGE" cat /proc/mounts
	outputs '^sysfs /sys sysfs ro' box "$IMAGE" cat /proc/mounts
}

# bats test_tags=short
@test "files: --read-only, --tmpfs, volumes and their propagation, -w of a new folder" {
	mkdir -p "$CLIENTS_SCRATCH/v/sub"
	echo outside > "$CLIENTS_SCRATCH/v/file"
	fails 1 'Read-only file system' box --read-only "$IMAGE" touch /x
	outputs '^done$' box --read-only --tmpfs /t "$IMAGE" sh -c 'touch /t/x && echo done'
	outputs 'tmpfs /t tmpfs rw.*size=1024k' box --tmpfs /t:size=1m "$IMAGE" cat /proc/mounts
	outputs '^outside$' box -v "$CLIENTS_SCRATCH/v:/v:ro" "$IMAGE" cat /v/file
	fails 1 'Read-only file system' box -v "$CLIENTS_SCRATCH/v:/v:ro" "$IMAGE" touch /v/x
	outputs '^written$' box -v "$CLIENTS_SCRATCH/v:/v" "$IMAGE" sh -c 'echo written > /v/w; cat /v/w'
	outputs '^named$' box -v named:/v "$IMAGE" sh -c 'echo named > /v/w; cat /v/w'
	outputs '^named$' box --mount type=volume,src=named,dst=/m "$IMAGE" cat /m/w
	docker volume rm named
	fails 125 'bind source path does not exist' box --mount type=bind,src=/no/such,dst=/m "$IMAGE" true
	outputs '^/new/folder$' box -w /new/folder "$IMAGE" pwd
	mount --bind "$CLIENTS_SCRATCH/v" "$CLIENTS_SCRATCH/v"
	mount --make-shared "$CLIENTS_SCRATCH/v"
	outputs ' /v [^-]*shared:' box -v "$CLIENTS_SCRATCH/v:/v:shared" "$IMAGE" cat /proc/self/mountinfo
	outputs ' /v [^-]*master:' box -v "$CLIENTS_SCRATCH/v:/v:rslave" "$IMAGE" cat /proc/self/mountinfo
	outputs ' /v [a-z,]* - ' box -v "$CLIENTS_SCRATCH/v:/v" "$IMAGE" cat /proc/self/mountinfo
	umount "$CLIENTS_SCRATCH/v"
}

@test "a mount that comes later is seen in a container with rslave" {
	mkdir -p "$CLIENTS_SCRATCH/p/sub"
	mount --bind "$CLIENTS_SCRATCH/p" "$CLIENTS_SCRATCH/p"
	mount --make-shared "$CLIENTS_SCRATCH/p"
	detached c1 -v "$CLIENTS_SCRATCH/p:/p:rslave"
	mount -t tmpfs later "$CLIENTS_SCRATCH/p/sub"
	outputs 'later /p/sub' docker exec c1 cat /proc/mounts
	docker rm -f c1
	umount -R "$CLIENTS_SCRATCH/p"
}

# bats test_tags=short
@test "users: --user, --group-add, --init, --hostname, --workdir, environment, stop signal" {
	outputs '^uid=1000\(app\) gid=1000\(app\) groups=1000\(app\),2000\(extra\)' box --user app "$IMAGE" id
	outputs '^uid=7 gid=8 groups=8,2000' box --user 7:8 --group-add extra "$IMAGE" id
	fails 125 'unable to find user' box --user nobody9 "$IMAGE" id
	outputs 'docker-init|/sbin/docker-init' box --init "$IMAGE" cat /proc/1/cmdline
	outputs '^h1 /tmp b /home/app$' box --hostname h1 -w /tmp -e A=b --user app "$IMAGE" sh -c 'echo $(hostname) $(pwd) $A $HOME'
	docker run -d --name c1 --network none --stop-signal USR1 "$IMAGE" sh -c \
		'trap "exit 5" USR1; echo ready; while :; do sleep 0.1; done' > /dev/null
	until docker logs c1 | grep -q ready; do :; done
	docker stop -t 20 c1
	outputs '^5$' docker inspect -f '{{.State.ExitCode}}' c1
}

@test "namespaces: --pid host and container, --ipc, --uts host, --cgroupns" {
	outputs "$(readlink /proc/self/ns/pid | tr -dc 0-9)" box --pid host "$IMAGE" readlink /proc/self/ns/pid
	[ "$(box "$IMAGE" readlink /proc/self/ns/pid)" != "$(readlink /proc/self/ns/pid)" ]
	detached c1 --ipc shareable
	outputs "$(docker exec c1 readlink /proc/1/ns/ipc | tr -dc 0-9)" box --ipc container:c1 "$IMAGE" readlink /proc/self/ns/ipc
	outputs "$(docker exec c1 readlink /proc/1/ns/pid | tr -dc 0-9)" box --pid container:c1 "$IMAGE" readlink /proc/self/ns/pid
	outputs "$(readlink /proc/self/ns/ipc | tr -dc 0-9)" box --ipc host "$IMAGE" readlink /proc/self/ns/ipc
	outputs "$(readlink /proc/self/ns/uts | tr -dc 0-9)" box --uts host "$IMAGE" readlink /proc/self/ns/uts
	outputs "$(readlink /proc/self/ns/cgroup | tr -dc 0-9)" box --cgroupns host "$IMAGE" readlink /proc/self/ns/cgroup
	[ "$(box --cgroupns private "$IMAGE" readlink /proc/self/ns/cgroup)" != "$(readlink /proc/self/ns/cgroup)" ]
}

# bats test_tags=short
@test "networks: none, host, bridge, that of another container, a published port, a name" {
	outputs '^lo$' box "$IMAGE" ls /sys/class/net
	outputs outside0 docker run --rm --network host "$IMAGE" ls /sys/class/net
	outputs 'inet 172\.' docker run --rm "$IMAGE" ip address show eth0
	docker network create n1 > /dev/null
	docker run -d --name web --network n1 -p 127.0.0.1:18080:80 "$IMAGE" sh -c 'mkdir /www; echo hello > /www/index.html; exec httpd -f -h /www' > /dev/null
	outputs '^hello$' curl -sS --retry 20 --retry-connrefused --retry-delay 1 -m 5 http://127.0.0.1:18080/
	outputs '^hello$' docker run --rm --network n1 "$IMAGE" wget -q -O - http://web/
	outputs '^hello$' docker run --rm --network container:web "$IMAGE" wget -q -O - http://127.0.0.1/
	docker rm -f web
	docker network rm n1
}

# bats test_tags=short
@test "limits: --memory, --cpus, --cpuset-cpus, --pids-limit; update changes them" {
	detached c1 --memory 64m --cpus 0.5 --cpuset-cpus 0 --pids-limit 50
	pid=$(docker inspect -f '{{.State.Pid}}' c1)
	if on_v1 memory; then
		[ "$(host_cgroup "$pid" memory memory.limit_in_bytes)" = 67108864 ]
		[ "$(host_cgroup "$pid" cpu cpu.cfs_quota_us)" = 50000 ]
	else
		[ "$(host_cgroup "$pid" memory memory.max)" = 67108864 ]
		[ "$(host_cgroup "$pid" cpu cpu.max)" = '50000 100000' ]
	fi
	[ "$(host_cgroup "$pid" cpuset cpuset.cpus)" = 0 ]
	[ "$(host_cgroup "$pid" pids pids.max)" = 50 ]
	docker update --memory 128m --memory-swap 128m --cpus 0.25 --pids-limit 60 c1
	if on_v1 memory; then
		[ "$(host_cgroup "$pid" memory memory.limit_in_bytes)" = 134217728 ]
		[ "$(host_cgroup "$pid" memory memory.memsw.limit_in_bytes)" = 134217728 ]
		[ "$(host_cgroup "$pid" cpu cpu.cfs_quota_us)" = 25000 ]
	else
		[ "$(host_cgroup "$pid" memory memory.max)" = 134217728 ]
		[ "$(host_cgroup "$pid" cpu cpu.max)" = '25000 100000' ]
	fi
	[ "$(host_cgroup "$pid" pids pids.max)" = 60 ]
	grep -q "$CLIENTS_CGROUP/" "/proc/$pid/cgroup"
}

@test "a payload that needs more memory than it may have ends with 137, and Docker says OOMKilled" {
	run -137 docker run --name c1 --network none --memory 32m --memory-swap 32m "$IMAGE" \
		sh -c 'x=$(cat /dev/zero | tr "\0" x | head -c 200000000); echo ${#x}'
	[ "$(docker inspect -f '{{.State.OOMKilled}}' c1)" = true ]
}

@test "--cgroup-parent: a folder of the caller's choice" {
	detached c1 --cgroup-parent "$CLIENTS_CGROUP/other"
	grep -q "$CLIENTS_CGROUP/other/" "/proc/$(docker inspect -f '{{.State.Pid}}' c1)/cgroup"
}

# bats test_tags=short
@test "--device, --device-cgroup-rule, --sysctl, --ulimit, --oom-score-adj, --shm-size" {
	outputs '^crw.* 10, 229 .*/dev/inside' box --device /dev/fuse:/dev/inside "$IMAGE" ls -l /dev/inside
	outputs '^open$' box --device /dev/fuse "$IMAGE" sh -c ': < /dev/fuse && echo open'
	run ! box --cap-add MKNOD "$IMAGE" sh -c 'mknod /f c 10 229 && : < /f'
	outputs '^open$' box --cap-add MKNOD --device-cgroup-rule 'c 10:229 rwm' "$IMAGE" sh -c 'mknod /f c 10 229 && : < /f && echo open'
	outputs '^1$' docker run --rm --sysctl net.ipv4.ip_forward=1 "$IMAGE" cat /proc/sys/net/ipv4/ip_forward
	outputs '^512 1024$' box --ulimit nofile=512:1024 "$IMAGE" sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'
	outputs '^500$' box --oom-score-adj 500 "$IMAGE" cat /proc/self/oom_score_adj
	outputs 'shm /dev/shm tmpfs .*size=2048k' box --shm-size 2m "$IMAGE" cat /proc/mounts
}

# bats test_tags=short
@test "--security-opt: the default filter, unconfined, a profile, no-new-privileges, unmasked paths" {
	cat > "$CLIENTS_SCRATCH/profile.json" << END
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
END
	outputs 'Seccomp:.2' box "$IMAGE" cat /proc/self/status
	outputs 'Seccomp:.0' box --security-opt seccomp=unconfined "$IMAGE" cat /proc/self/status
	fails 1 'Function not implemented' box --security-opt "seccomp=$CLIENTS_SCRATCH/profile.json" "$IMAGE" mkdir /x
	outputs 'NoNewPrivs:.1' box --security-opt no-new-privileges "$IMAGE" cat /proc/self/status
	outputs 'NoNewPrivs:.0' box "$IMAGE" cat /proc/self/status
	outputs ' /sys/firmware ' box "$IMAGE" cat /proc/mounts
	run ! grep -q ' /sys/firmware ' <(box --security-opt systempaths=unconfined "$IMAGE" cat /proc/mounts)
}

# bats test_tags=short
@test "stop, kill, wait, start again, restart, rm -f" {
	detached c1
	docker stop -t 20 c1
	outputs '^3 exited$' docker inspect -f '{{.State.ExitCode}} {{.State.Status}}' c1
	docker start c1
	docker kill c1
	[ "$(docker wait c1)" = 137 ]
	docker restart -t 1 c1
	outputs '^running$' docker inspect -f '{{.State.Status}}' c1
	docker kill -s TERM c1
	[ "$(docker wait c1)" = 3 ]
	docker start c1
	docker rm -f c1
	fails 1 'No such' docker inspect c1
}

# bats test_tags=short
@test "pause, unpause, top, stats, cp, logs, diff, rename, port" {
	detached c1
	docker pause c1
	outputs '^paused$' docker inspect -f '{{.State.Status}}' c1
	fails 1 'is paused' docker exec c1 true
	docker unpause c1
	outputs 'sleep|sh -c' docker top c1
	outputs 'sh -c' docker top c1 -o pid,args
	outputs '[0-9.]+[KkM]iB' docker stats --no-stream c1
	echo carried > "$CLIENTS_SCRATCH/carried"
	docker cp "$CLIENTS_SCRATCH/carried" c1:/tmp/
	outputs '^carried$' docker exec c1 cat /tmp/carried
	docker cp c1:/etc/os-release "$CLIENTS_SCRATCH/copied"
	grep -q doboz-test "$CLIENTS_SCRATCH/copied"
	outputs '^ready$' docker logs c1
	outputs 'A /tmp/carried' docker diff c1
}

@test "a paused container is stopped and removed" {
	detached c1
	docker pause c1
	docker rm -f c1
	detached c1
	docker pause c1
	docker kill c1
	[ "$(docker wait c1)" = 137 ]
}

@test "attach sees the output and the status; start -a too" {
	docker create -i --name c1 --network none "$IMAGE" sh -c 'read line; echo "got $line"; exit 4' > /dev/null
	run -4 bash -c 'echo word | /usr/bin/docker start -ai c1'
	[ "$output" = 'got word' ]
	docker create -i --name d1 --network none "$IMAGE" sh -c 'read line; echo "got $line"; exit 5' > /dev/null
	docker start d1
	run -5 bash -c 'echo word | /usr/bin/docker attach d1'
	[ "$output" = 'got word' ]
}

@test "restart policy on-failure: as often as it says" {
	docker run -d --name c1 --network none --restart on-failure:2 "$IMAGE" sh -c 'echo once; exit 1' > /dev/null
	[ "$(timeout 30 docker events --since 0 --filter container=c1 --filter event=die --format '{{.Status}}' 3>&- |
		head -n 3 | wc -l)" = 3 ]
}

@test "healthcheck: healthy, and unhealthy when its file has gone" {
	docker run -d --name c1 --network none --health-cmd 'test -e /tmp/well' --health-interval 1s --health-retries 1 \
		"$IMAGE" sh -c 'touch /tmp/well; sleep 60' > /dev/null
	timeout 30 docker events --since 0 --filter container=c1 --filter event=health_status --format '{{.Status}}' 3>&- | head -n 1 |
		grep -q 'health_status: healthy'
	docker exec c1 rm /tmp/well
	timeout 30 docker events --since 0 --filter container=c1 --filter event=health_status --format '{{.Status}}' 3>&- | head -n 2 |
		grep -q 'health_status: unhealthy'
}

# bats test_tags=short
@test "build: RUN, USER, WORKDIR, ENV; a RUN that fails" {
	mkdir -p "$CLIENTS_SCRATCH/build"
	cat > "$CLIENTS_SCRATCH/build/Dockerfile" << END
FROM $IMAGE
ENV A=b
RUN echo made by \$A > /made
WORKDIR /w
USER app
RUN id -u > /tmp/uid
CMD ["sh", "-c", "cat /made /tmp/uid; pwd"]
END
	DOCKER_BUILDKIT=0 docker build -q -t built --network none "$CLIENTS_SCRATCH/build"
	run -0 box built
	[ "$output" = $'made by b\n1000\n/w' ]
	printf 'FROM %s\nRUN exit 5\n' "$IMAGE" > "$CLIENTS_SCRATCH/build/Dockerfile"
	DOCKER_BUILDKIT=0 fails 5 'returned a non-zero code: 5' docker build --network none "$CLIENTS_SCRATCH/build"
	docker rmi -f built
}

@test "twenty containers at once" {
	local i pids=()

	for i in $(seq 20); do
		docker run -d --name "c$i" --network none "$IMAGE" sh -c "echo $i; exit $i" > /dev/null 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in $(seq 20); do
		[ "$(docker wait "c$i")" = "$i" ]
		[ "$(docker logs "c$i")" = "$i" ]
	done
}

@test "live restore: dockerd restarts, the container stays, and is stopped by the new one" {
	detached c1
	pid=$(docker inspect -f '{{.State.Pid}}' c1)
	daemon=$(cat "$CLIENTS_SCRATCH/dockerd.pid")
	kill -TERM "$daemon"
	timeout 30 tail --pid="$daemon" -s 0.05 -f /dev/null
	[ -d "/proc/$pid" ]
	docker_start
	[ "$(docker inspect -f '{{.State.Pid}}' c1)" = "$pid" ]
	outputs '^in$' docker exec c1 echo in
	docker stop -t 20 c1
	outputs '^3$' docker inspect -f '{{.State.ExitCode}}' c1
}

# bats test_tags=short
@test "no container of Docker's leaves a cgroup, or state of the runtime" {
	box "$IMAGE" true
	[ -z "$(find /sys/fs/cgroup -path "*$CLIENTS_CGROUP/*" -type d -regextype posix-extended -regex '.*/[0-9a-f]{64}')" ]
	[ -z "$(find /run/docker/runtime-* -mindepth 2 2> /dev/null)" ]
}
