#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/clients/containerd.bats - containerd and ctr: the shim io.containerd.runc.v2 with doboz-oci in the place of runc
load clients

setup_file()
{
	clients_begin containerd ctr umoci skopeo
	cat > "$CLIENTS_SCRATCH/config.toml" << END
version = 2
root = "$CLIENTS_SCRATCH/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
END
	start_daemon containerd containerd --config "$CLIENTS_SCRATCH/config.toml" > /dev/null
	"$CLIENTS/../make-image" "$CLIENTS_SCRATCH/layout" 1
	tar -C "$CLIENTS_SCRATCH/layout" -cf "$CLIENTS_SCRATCH/image.tar" .
	ctr images import --base-name localhost/box "$CLIENTS_SCRATCH/image.tar"
}

teardown()
{
	local id

	for id in $(ctr tasks ls -q); do
		ctr tasks resume "$id" > /dev/null 2>&1 || true
		ctr tasks rm -f "$id" > /dev/null 2>&1
	done
	for id in $(ctr containers ls -q); do
		ctr containers rm "$id"
	done
}

ctr() { timeout 60 /usr/bin/ctr "$@"; }
# with OPTION...: `ctr run` with the runtime under test; each test has one container, c1, and exec ids of its own
with() { ctr run --runtime io.containerd.runc.v2 --runc-binary "$RUNTIME" --cgroup "$CLIENTS_CGROUP/c1" "$@"; }

# with_log CMD... -- OPTION...: the command with the output of its payload, which the shim writes to a file. Not
# through ctr: when the payload ends, ctr gives up a pipe that it has not opened by then, and what is in it is lost.
with_log()
{
	local command=() status=0

	while [ "$1" != -- ]; do command+=("$1"); shift; done
	shift
	rm -f "$CLIENTS_SCRATCH/log"
	"${command[@]}" --log-uri "file://$CLIENTS_SCRATCH/log" "$@" || status=$?
	[ ! -e "$CLIENTS_SCRATCH/log" ] || cat "$CLIENTS_SCRATCH/log"
	return "$status"
}
box() { with_log with --rm -- "$@"; }
# in_c1 EXEC-ID [OPTION...] c1 CMD...
in_c1() { with_log ctr tasks exec --exec-id "$1" -- "${@:2}"; }

# make_mark: a FIFO, /mark/ready in a container with the options "${mark[@]}"
make_mark()
{
	local dir=$CLIENTS_SCRATCH/mark

	mkdir -p "$dir" && rm -f "$dir/ready" && mkfifo "$dir/ready"
	mark=(--mount "type=bind,src=$dir,dst=/mark,options=rbind:rw")
}

# detached OPTION...: c1 waits, and ends with 3 on TERM; it is ready when its trap is set
detached()
{
	make_mark
	with -d "${mark[@]}" "$@" "$IMAGE" c1 sh -c \
		'trap "exit 3" TERM; echo > /mark/ready; while :; do sleep 0.1; done'
	timeout 30 cat "$CLIENTS_SCRATCH/mark/ready" > /dev/null
}

pid_of() { ctr tasks ls | awk -v id="$1" '$1 == id { print $2 }'; }

# bats test_tags=short
@test "run: output, the exit status, what cannot be executed" {
	outputs '^hi$' box "$IMAGE" c1 echo hi
	run -7 box "$IMAGE" c1 sh -c 'exit 7'
	fails 1 'exec: "nonexist": executable file not found in \$PATH' box "$IMAGE" c1 nonexist
	fails 1 'exec: "/no/such": stat /no/such: no such file or directory' box "$IMAGE" c1 /no/such
	fails 1 'exec: "/etc/passwd": permission denied' box "$IMAGE" c1 /etc/passwd
	[ -z "$(ctr containers ls -q)" ]
}

# bats test_tags=short
@test "run: output by ctr, of a payload that is still there" {
	make_mark
	with --rm "${mark[@]}" "$IMAGE" c1 sh -c 'echo hi; echo lost >&2; cat /mark/ready; exit 4' \
		> "$CLIENTS_SCRATCH/out" 2> "$CLIENTS_SCRATCH/err" 3>&- &
	until grep -qx hi "$CLIENTS_SCRATCH/out" && grep -qx lost "$CLIENTS_SCRATCH/err"; do kill -0 $!; done
	echo > "$CLIENTS_SCRATCH/mark/ready"
	status=0
	wait $! || status=$?
	[ "$status" = 4 ]
}

# bats test_tags=short
@test "exec: output, status, a terminal, what cannot be executed" {
	detached
	outputs '^in$' in_c1 e1 c1 echo in
	run -9 in_c1 e2 c1 sh -c 'exit 9'
	outputs '^uid=1000' in_c1 e3 --user 1000 c1 id
	outputs '^/tmp$' in_c1 e4 --cwd /tmp c1 pwd
	fails 1 'executable file not found' in_c1 e5 c1 nonexist
	outputs '/dev/pts/' script -qec "/usr/bin/ctr tasks exec -t --exec-id e6 c1 tty" /dev/null
}

# bats test_tags=short
@test "-t: a terminal" {
	outputs '/dev/pts/0' script -qec "/usr/bin/ctr run -t --rm --runtime io.containerd.runc.v2 --runc-binary $RUNTIME --cgroup $CLIENTS_CGROUP/c1 $IMAGE c1 tty" /dev/null
}

# bats test_tags=short
@test "limits, and metrics of them" {
	detached --memory-limit 67108864 --cpus 0.5
	pid=$(pid_of c1)
	if on_v1 memory; then
		[ "$(host_cgroup "$pid" memory memory.limit_in_bytes)" = 67108864 ]
		[ "$(host_cgroup "$pid" cpu cpu.cfs_quota_us)" = 50000 ]
	else
		[ "$(host_cgroup "$pid" memory memory.max)" = 67108864 ]
		[ "$(host_cgroup "$pid" cpu cpu.max)" = '50000 100000' ]
	fi
	outputs 'memory' ctr tasks metrics c1
	outputs '67108864' ctr tasks metrics --format json c1
}

# bats test_tags=short
@test "kill, wait, delete: the status of the payload, and of a signal" {
	detached
	outputs RUNNING ctr tasks ls
	ctr tasks kill -s TERM c1
	until ctr tasks ls | grep -q STOPPED; do :; done
	outputs 'exit code 3' ctr tasks delete c1
	ctr containers delete c1
	detached
	ctr tasks kill -s KILL c1
	until ctr tasks ls | grep -q STOPPED; do :; done
	outputs 'exit code 137' ctr tasks delete c1
	ctr containers delete c1
	detached
	ctr tasks exec --detach --exec-id e1 c1 sleep 100
	ctr tasks kill --all -s KILL c1
	until ctr tasks ls | grep -q STOPPED; do :; done
	fails 1 'not found' ctr tasks kill -s KILL nobody
}

# bats test_tags=short
@test "pause, resume, ps" {
	detached
	outputs PID ctr tasks ps c1
	[ "$(ctr tasks ps c1 | awk -v pid="$(pid_of c1)" '$1 == pid' | wc -l)" = 1 ]
	ctr tasks pause c1
	outputs PAUSED ctr tasks ls
	fails 1 'paused' in_c1 e1 c1 true
	ctr tasks resume c1
	outputs RUNNING ctr tasks ls
	outputs '^in$' in_c1 e2 c1 echo in
}

# bats test_tags=short
@test "filter, capabilities, no_new_privileges, --privileged, read-only" {
	outputs 'Seccomp:.2' box --seccomp "$IMAGE" c1 cat /proc/self/status
	outputs 'Seccomp:.0' box "$IMAGE" c1 cat /proc/self/status
	outputs 'NoNewPrivs:.1' box "$IMAGE" c1 cat /proc/self/status
	outputs 'NoNewPrivs:.0' box --allow-new-privs "$IMAGE" c1 cat /proc/self/status
	outputs 'CapEff:.00000000a80425fb' box "$IMAGE" c1 cat /proc/self/status
	outputs 'CapEff:.00000000a80435fb' box --cap-add CAP_NET_ADMIN "$IMAGE" c1 cat /proc/self/status
	outputs '^sysfs /sys sysfs rw' box --privileged "$IMAGE" c1 cat /proc/mounts
	fails 1 'Read-only file system' box --read-only "$IMAGE" c1 touch /x
}

# bats test_tags=short
@test "mounts, devices, environment, the network of the host and of a path" {
	mkdir -p "$CLIENTS_SCRATCH/v"
	echo outside > "$CLIENTS_SCRATCH/v/file"
	outputs '^outside$' box --mount "type=bind,src=$CLIENTS_SCRATCH/v,dst=/mnt,options=rbind:ro" "$IMAGE" c1 cat /mnt/file
	fails 1 'no such file or directory' box --mount "type=bind,src=/no/such,dst=/mnt,options=rbind:ro" "$IMAGE" c1 true
	outputs '^crw' box --device /dev/fuse "$IMAGE" c1 ls -l /dev/fuse
	outputs '^b /tmp$' box --env A=b --cwd /tmp "$IMAGE" c1 sh -c 'echo $A $(pwd)'
	outputs outside0 box --net-host "$IMAGE" c1 ls /sys/class/net
	ip netns add n1
	ip -n n1 link add inside0 type veth peer name inside1
	outputs inside0 box --with-ns network:/run/netns/n1 "$IMAGE" c1 ip link
	ip netns del n1
}

@test "a user namespace: ids are mapped, the root filesystem and /proc are usable" {
	outputs '^ +0 +100000 +65536$' box --uidmap 0:100000:65536 --gidmap 0:100000:65536 "$IMAGE" c1 cat /proc/self/uid_map
	outputs '^0 app$' box --uidmap 0:100000:65536 --gidmap 0:100000:65536 "$IMAGE" c1 sh -c 'echo $(stat -c %u /etc) $(stat -c %U /home/app)'
}

@test "twenty containers at once" {
	local i

	for i in $(seq 20); do
		(
			ctr run --rm --runtime io.containerd.runc.v2 --runc-binary "$RUNTIME" --cgroup "$CLIENTS_CGROUP/m$i" \
				"$IMAGE" "m$i" sh -c "exit $i" || echo "$?" > "$CLIENTS_SCRATCH/status.$i"
		) 3>&- &
	done
	wait
	for i in $(seq 20); do
		[ "$(cat "$CLIENTS_SCRATCH/status.$i")" = "$i" ]
	done
}

# bats test_tags=short
@test "no container leaves a cgroup, or state of the runtime" {
	box "$IMAGE" c1 true
	[ -z "$(find /sys/fs/cgroup -path "*$CLIENTS_CGROUP/*" -type d)" ]
	[ -z "$(find /run/containerd/runc -mindepth 2)" ]
}
