#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/clients/cri.bats - the calls that the kubelet makes, to containerd's CRI plugin with doboz-oci as its runtime
load clients

setup_file()
{
	clients_begin containerd ctr umoci jq
	/usr/bin/python3 -c 'import grpc' 2> /dev/null || clients_skip 'needs python3-grpcio'
	[ -x /usr/lib/cni/bridge ] || clients_skip 'needs containernetworking-plugins'
	mkdir -p "$CLIENTS_SCRATCH/cni" "$CLIENTS_SCRATCH/logs"
	cat > "$CLIENTS_SCRATCH/cni/10-pods.conflist" << END
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "pods0", "isGateway": true,
	"ipMasq": false, "ipam": {"type": "host-local", "dataDir": "/run/cni-pods", "ranges": [[{"subnet": "10.98.0.0/24"}]]}}]}
END
	{
		sed "s|/usr/local/bin/doboz-oci|$RUNTIME|" "$CLIENTS/../../contrib/containerd/config-v2.toml" |
			sed "s|^version = 2|&\nroot = \"$CLIENTS_SCRATCH/containerd\"\nstate = \"/run/containerd\"|"
		cat << END
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$IMAGE"
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "$CLIENTS_SCRATCH/cni"
END
	} > "$CLIENTS_SCRATCH/config.toml"
	start_daemon containerd containerd --config "$CLIENTS_SCRATCH/config.toml" > /dev/null
	"$CLIENTS/../make-image" "$CLIENTS_SCRATCH/layout" 1
	# The pod's own first process: the image says what it runs.
	umoci config --image "$CLIENTS_SCRATCH/layout:1" --config.cmd sleep --config.cmd 1000
	tar -C "$CLIENTS_SCRATCH/layout" -cf "$CLIENTS_SCRATCH/image.tar" .
	ctr -n k8s.io images import --base-name localhost/box "$CLIENTS_SCRATCH/image.tar"
}

setup() { pods=(); }

teardown()
{
	local id

	for id in "${pods[@]}"; do
		cri StopPodSandbox "{\"pod_sandbox_id\": \"$id\"}"
		cri RemovePodSandbox "{\"pod_sandbox_id\": \"$id\"}"
	done
}

cri() { timeout 90 "$CLIENTS/cri" /run/containerd/containerd.sock "$@"; }

# pod NAME [JQ]: a pod on the network of the host; its id is in $pod, its configuration in $pod_config
pod()
{
	rm -f "$CLIENTS_SCRATCH"/logs/* # names of containers come again
	pod_config=$(jq -n --arg name "$1" --arg parent "$CLIENTS_CGROUP" --arg logs "$CLIENTS_SCRATCH/logs" \
		'{metadata: {name: $name, uid: $name, namespace: "default"}, log_directory: $logs,
		linux: {cgroup_parent: $parent, security_context: {namespace_options: {network: 2}}}} | '"${2:-.}")
	pod=$(cri RunPodSandbox "$(jq -n --argjson config "$pod_config" '{$config, runtime_handler: "doboz"}')" | jq -r .pod_sandbox_id)
	[ -n "$pod" ] && pods+=("$pod")
}

# create NAME JQ [ARG...]: a container in the pod that runs ARG...; its id is in $c
create()
{
	local name=$1 change=$2 config
	shift 2

	config=$(jq -n --arg name "$name" --arg image "$IMAGE" '{metadata: {$name}, image: {$image}, command: $ARGS.positional,
		log_path: ($name + ".log")} | '"$change" --args -- "$@")
	c=$(cri CreateContainer "$(jq -n --arg pod "$pod" --argjson sandbox "$pod_config" --argjson config "$config" \
		'{pod_sandbox_id: $pod, $config, sandbox_config: $sandbox}')" | jq -r .container_id)
	[ -n "$c" ]
}
start() { cri StartContainer "{\"container_id\": \"$c\"}" > /dev/null; }
run_in() { create "$@" && start; }
status() { cri ContainerStatus "{\"container_id\": \"$c\"}" | jq -r ".status.${1:-state}"; }
# ended: wait for the container's end (2: exited)
ended() { until [ "$(status)" = 2 ]; do :; done; }
# Within half a minute; a loop, since what is waited for is a line that containerd writes.
eventually()
{
	local end=$((SECONDS + 30))
	until "$@"; do [ "$SECONDS" -lt "$end" ] || return 1; done
}
says() { [ "$(logged "$1")" = "$2" ]; }
logged() { cut -d' ' -f4- < "$CLIENTS_SCRATCH/logs/$1.log"; }
execute() { cri ExecSync "$(jq -n --arg id "$c" '{container_id: $id, timeout: 20, cmd: $ARGS.positional}' --args -- "$@")"; }
pid_of() { ctr -n k8s.io tasks ls | awk -v id="$c" '$1 == id { print $2 }'; }

# bats test_tags=short
@test "the runtime and its network are ready" {
	cri Status '{}' | jq -e '[.status.conditions[] | .status] == [1, 1]'
}

# bats test_tags=short
@test "pod, container, log, ExecSync, stop, remove" {
	pod p1
	run_in c1 . sh -c 'trap "exit 3" TERM; echo started; while :; do sleep 0.1; done'
	eventually grep -q started "$CLIENTS_SCRATCH/logs/c1.log"
	[ "$(logged c1)" = started ]
	[ "$(status)" = 1 ]
	execute echo in | jq -e '.stdout == "in\n"'
	execute sh -c 'echo wrong >&2; exit 9' | jq -e '.stderr == "wrong\n" and .exit_code == 9'
	fails 1 'executable file not found' execute nonexist
	fails 1 'DeadlineExceeded|timeout 1s exceeded|deadline' cri ExecSync "{\"container_id\": \"$c\", \"timeout\": 1, \"cmd\": [\"sleep\", \"100\"]}"
	cri StopContainer "{\"container_id\": \"$c\", \"timeout\": 20}"
	[ "$(status exit_code)" = 3 ]
	cri RemoveContainer "{\"container_id\": \"$c\"}"
}

# bats test_tags=short
@test "a program that is missing: StartContainer fails, and the kubelet's reason is StartError" {
	pod p2
	create c1 . /no/such
	fails 1 'no such file or directory' start
	[ "$(status reason)" = StartError ]
	[ "$(status exit_code)" = 128 ]
}

# bats test_tags=short
@test "the network of a pod, host name, sysctls; the namespaces of its containers" {
	pod p3 '.hostname = "h1" | .linux.security_context.namespace_options.network = 0 | .linux.sysctls = {"net.ipv4.ip_forward": "1"}'
	run_in c1 . sh -c 'hostname; cat /proc/sys/net/ipv4/ip_forward; exec sleep 1000'
	execute ip address show eth0 | jq -e '.stdout | contains("10.98.0.")'
	net=$(execute readlink /proc/self/ns/net | jq -r .stdout)
	run_in c2 . sleep 1000
	[ "$(execute readlink /proc/self/ns/net | jq -r .stdout)" = "$net" ]
	eventually says c1 $'h1\n1'
	[ "$(execute readlink /proc/1/ns/pid)" = "$(execute readlink /proc/self/ns/pid)" ]
}

# bats test_tags=short
@test "resources: as created, and as updated; statistics" {
	pod p4
	run_in c1 '.linux.resources = {memory_limit_in_bytes: 67108864, cpu_quota: 50000, cpu_period: 100000, cpu_shares: 512}' sleep 1000
	pid=$(pid_of)
	if on_v1 memory; then limit=memory.limit_in_bytes quota=cpu.cfs_quota_us; else limit=memory.max quota=cpu.max; fi
	[ "$(host_cgroup "$pid" memory "$limit")" = 67108864 ]
	[[ $(host_cgroup "$pid" cpu "$quota") == 50000* ]]
	cri UpdateContainerResources "{\"container_id\": \"$c\", \"linux\": {\"memory_limit_in_bytes\": 134217728, \"cpu_quota\": 25000, \"cpu_period\": 100000}}"
	[ "$(host_cgroup "$pid" memory "$limit")" = 134217728 ]
	[[ $(host_cgroup "$pid" cpu "$quota") == 25000* ]]
	cri ContainerStats "{\"container_id\": \"$c\"}" | jq -e '.stats.memory.working_set_bytes.value > 0'
}

@test "a container that needs too much memory is OOMKilled" {
	pod p5
	run_in c1 '.linux.resources = {memory_limit_in_bytes: 33554432}' sh -c 'x=$(cat /dev/zero | tr "\0" x | head -c 200000000); echo ${#x}'
	ended
	[ "$(status exit_code)" = 137 ]
	[ "$(status reason)" = OOMKilled ]
}

# bats test_tags=short
@test "security: RuntimeDefault, Unconfined, user, groups, capabilities, no_new_privs, read-only, masked paths" {
	pod p6
	run_in c1 '.linux.security_context = {seccomp: {profile_type: 0}, run_as_user: {value: 1000}, supplemental_groups: [2000],
		capabilities: {drop_capabilities: ["ALL"]}, no_new_privs: 1, masked_paths: ["/proc/timer_list"]}' \
		sh -c 'id; cat /proc/self/status; wc -c < /proc/timer_list; exec sleep 1000'
	eventually grep -q Speculation "$CLIENTS_SCRATCH/logs/c1.log"
	logged c1 | grep -q 'uid=1000.*2000'
	logged c1 | grep -qP 'Seccomp:\t2'
	logged c1 | grep -qP 'NoNewPrivs:\t1'
	logged c1 | grep -qP 'CapBnd:\t0000000000000000'
	run_in c2 '.linux.security_context = {seccomp: {profile_type: 1}, readonly_rootfs: 1}' sh -c 'touch /x; cat /proc/self/status; exec sleep 1000'
	eventually grep -q Speculation "$CLIENTS_SCRATCH/logs/c2.log"
	logged c2 | grep -qP 'Seccomp:\t0'
	logged c2 | grep -q 'Read-only file system'
}

# bats test_tags=short
@test "a privileged pod; mounts, devices, environment" {
	mkdir -p "$CLIENTS_SCRATCH/v"
	echo outside > "$CLIENTS_SCRATCH/v/file"
	pod p7 '.linux.security_context.privileged = 1'
	run_in c1 ".linux.security_context.privileged = 1 | .envs = [{key: \"A\", value: \"b\"}] | .working_dir = \"/tmp\" |
		.mounts = [{container_path: \"/v\", host_path: \"$CLIENTS_SCRATCH/v\", readonly: 1}]" \
		sh -c 'echo $A $(pwd); cat /v/file; touch /v/x; grep " /sys " /proc/mounts; ls /dev/kmsg; exec sleep 1000'
	eventually grep -q kmsg "$CLIENTS_SCRATCH/logs/c1.log"
	logged c1 | grep -qx 'b /tmp'
	logged c1 | grep -qx outside
	logged c1 | grep -q 'Read-only file system'
	logged c1 | grep -q 'sysfs rw'
	logged c1 | grep -qx /dev/kmsg
}

# bats test_tags=short
@test "nothing of a removed pod stays" {
	pod p8
	run_in c1 . sleep 1000
	cri StopPodSandbox "{\"pod_sandbox_id\": \"$pod\"}"
	cri RemovePodSandbox "{\"pod_sandbox_id\": \"$pod\"}"
	pods=()
	[ -z "$(find /sys/fs/cgroup -path "*$CLIENTS_CGROUP/*$pod*")" ]
	[ -z "$(find /sys/fs/cgroup -path "*$CLIENTS_CGROUP/*$c*")" ]
	[ -z "$(find /run/containerd/runc -mindepth 2)" ]
}
