# SPDX-License-Identifier: Apache-2.0
# tests/run_host.bats - doboz run: what of the host a container gets: mounts, limits, devices, network
# shellcheck disable=SC2153 # IMAGE and USER_IMAGE are of images.bash
load helpers
load images

@test "-v: writable, read-only, options, and what is refused" {
	need_root
	mkdir "$SCRATCH/folder"
	echo inside > "$SCRATCH/folder/file"
	run -0 box -v "$SCRATCH/folder:/mnt/here" "$IMAGE" sh -c 'cat /mnt/here/file; echo new > /mnt/here/new'
	[ "$output" = inside ]
	[ "$(cat "$SCRATCH/folder/new")" = new ]
	run -1 box -v "$SCRATCH/folder:/mnt:ro" "$IMAGE" touch /mnt/denied
	[[ $output == *'Read-only file system'* ]]
	[ ! -e "$SCRATCH/folder/denied" ]
	run -0 box -v "$SCRATCH/folder/file:/etc/motd:ro,z" "$IMAGE"
	[ "$output" = inside ]
	run -126 box -v "$SCRATCH/folder:/mnt:noexec" -v "$(command -v busybox):/mnt2/busybox:noexec" "$IMAGE" /mnt2/busybox true
	run -0 box -v "$SCRATCH/folder:/mnt" "$IMAGE" sh -c 'grep " /mnt " /proc/mounts | grep nosuid | grep nodev'
	(cd "$SCRATCH" && run -0 box -v ./folder:/mnt "$IMAGE" cat /mnt/file && [ "$output" = inside ])
	refused_run 125 "unknown option 'bogus'" -v "$SCRATCH/folder:/mnt:bogus" "$IMAGE"
	refused_run 125 'no such file' -v /no/such:/mnt "$IMAGE"
	refused_run 125 'named volumes are not supported' -v data:/mnt "$IMAGE"
	refused_run 125 'absolute path' -v "$SCRATCH/folder:mnt" "$IMAGE"
	refused_run 125 'absolute path and not /' -v "$SCRATCH/folder:/" "$IMAGE"
	refused_run 125 'expected HOST:DIR' -v "$SCRATCH/folder" "$IMAGE"
	refused_run 125 "two mounts at '/mnt'" -v "$SCRATCH/folder:/mnt" --tmpfs /mnt "$IMAGE"
	nothing_left
}

@test "--mount: bind and tmpfs, key by key" {
	need_root
	mkdir "$SCRATCH/folder"
	run -0 box --mount "type=bind,source=$SCRATCH/folder,target=/mnt" "$IMAGE" touch /mnt/file
	[ -e "$SCRATCH/folder/file" ]
	for read_only in readonly ro readonly=true; do
		run -1 box --mount "type=bind,src=$SCRATCH/folder,dst=/mnt,$read_only" "$IMAGE" touch /mnt/other
	done
	[ "$(box --mount type=tmpfs,destination=/mnt,tmpfs-size=1m,tmpfs-mode=0711 "$IMAGE" \
		sh -c 'stat -c %a /mnt; df -k /mnt | tail -n 1 | tr -s " " | cut -d " " -f 2')" = $'711\n1024' ]
	refused_run 125 "unknown key 'bogus'" --mount type=tmpfs,target=/mnt,bogus=1 "$IMAGE"
	refused_run 125 'needs source' --mount type=bind,target=/mnt "$IMAGE"
	refused_run 125 "'volume' is not supported" --mount source=data,target=/mnt "$IMAGE"
	nothing_left
}

@test "--tmpfs: modes, sizes, and what the image has there" {
	need_root
	[ "$(box --tmpfs /new --tmpfs /own:mode=0700,size=1m --tmpfs /home/app --tmpfs /opaque "$IMAGE" \
		sh -c 'stat -c "%a %u" /new /own /home/app; cat /opaque/new')" = $'1777 0\n700 0\n755 1000\nof the second layer' ]
	run -1 box --tmpfs /own:size=1m "$IMAGE" sh -c 'dd if=/dev/zero of=/own/file bs=1M count=2'
	[[ $output == *'No space left'* ]]
	run -0 box -u app --tmpfs /new "$IMAGE" touch /new/file
	run -126 box --tmpfs /own:noexec "$IMAGE" sh -c 'cp /bin/busybox /own/true && /own/true'
	nothing_left
}

@test "--shm-size" {
	need_root
	[ "$(box --shm-size 3m "$IMAGE" sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2')" = 3072 ]
	[ "$(box "$IMAGE" sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2')" = 65536 ]
	refused_run 125 'not a size' --shm-size much "$IMAGE"
}

@test "--read-only: the root is, the image's volumes are not" {
	need_root
	run -0 box "$IMAGE" touch /file
	run -1 box --read-only "$IMAGE" touch /file
	[[ $output == *'Read-only file system'* ]]
	run -0 box --read-only --tmpfs /run "$IMAGE" touch /run/file /dev/shm/file
	image=$(variant volumes --config.volume /opaque --config.volume /data)
	[ "$(box --read-only "$image" sh -c 'touch /opaque/file /data/file && cat /opaque/new')" = 'of the second layer' ]
	run -1 box --read-only "$image" touch /etc/file
	nothing_left
}

@test "limits are in the container's own cgroup" {
	need_root
	[ "$(box --memory 64m "$IMAGE" sh -c "$(cgroup_file memory/memory.limit_in_bytes memory.max)")" = 67108864 ]
	[ "$(box --memory-reservation 32m "$IMAGE" sh -c "$(cgroup_file memory/memory.soft_limit_in_bytes memory.low)")" = 33554432 ]
	[[ "$(box --cpus 0.5 "$IMAGE" sh -c "$(cgroup_file cpu/cpu.cfs_quota_us cpu.max)")" == 50000* ]]
	[ "$(box --cpuset-cpus 0 "$IMAGE" sh -c "$(cgroup_file cpuset/cpuset.cpus cpuset.cpus)")" = 0 ]
	[ "$(box --pids-limit 20 "$IMAGE" sh -c "$(cgroup_file pids/pids.max pids.max)")" = 20 ]
	[ "$(box "$IMAGE" sh -c "$(cgroup_file pids/pids.max pids.max)")" = 2048 ]
	[ "$(box --pids-limit -1 "$IMAGE" sh -c "$(cgroup_file pids/pids.max pids.max)")" = max ]
	[ "$(box --cpuset-cpus 0 "$IMAGE" nproc)" = 1 ]
	while IFS='|' read -r option words; do
		# shellcheck disable=SC2086 # a list
		refused_run 125 "$words" $option "$IMAGE"
	done << 'END'
--memory much|'much' is not a size
--memory 0|'0' is not a size
--cpus 0|at least 0.01
--cpus 1x|at least 0.01
--cpuset-cpus bogus|'bogus' is not a list
--pids-limit -2|neither a limit nor -1
END
	nothing_left
}

@test "limits bind" {
	need_root
	thirty='for i in $(seq 30); do sleep 0.5 & done; wait'
	run -0 box --pids-limit 40 "$IMAGE" sh -c "$thirty"
	run -2 box --pids-limit 20 "$IMAGE" sh -c "$thirty"
	[[ $output == *"can't fork"* ]]
	fill='exec dd if=/dev/zero of=/dev/null bs=100M count=1'
	run -0 box --memory 256m "$IMAGE" sh -c "$fill"
	run -137 box --memory 32m "$IMAGE" sh -c "$fill"
	# a child is killed, its parent lives and tells
	run -0 box --memory 32m "$IMAGE" sh -c "($fill); echo \$?"
	[[ $output == *137 ]]
	# half a processor: the scheduler has held it back
	throttled='i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; (cat /sys/fs/cgroup/cpu/cpu.stat 2> /dev/null ||
		cat /sys/fs/cgroup/cpu.stat) | sed -n "s/^nr_throttled //p"'
	[ "$(box --cpus 0.2 "$IMAGE" sh -c "$throttled")" -gt 0 ]
	[ "$(box --cpus 64 "$IMAGE" sh -c "$throttled")" = 0 ]
	nothing_left
}

@test "--ulimit, --oom-score-adj, --sysctl" {
	need_root
	[ "$(box --ulimit nofile=100:200 --ulimit core=0 "$IMAGE" sh -c 'ulimit -n; ulimit -Hn; ulimit -c')" = $'100\n200\n0' ]
	[ "$(box --ulimit nofile=100 "$IMAGE" sh -c 'ulimit -Hn')" = 100 ]
	refused_run 125 'RLIMIT_BOGUS' --ulimit bogus=1 "$IMAGE"
	refused_run 125 'SOFT <= HARD' --ulimit nofile=2:1 "$IMAGE"
	[ "$(box --oom-score-adj 500 "$IMAGE" cat /proc/self/oom_score_adj)" = 500 ]
	[ "$(box --sysctl net.ipv4.ip_forward=1 "$IMAGE" cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
	refused_run 125 'sysctl' --sysctl vm.swappiness=1 "$IMAGE"
	nothing_left
}

@test "--network: none by default, host on demand" {
	need_root
	[ "$(box --network host "$IMAGE" readlink /proc/self/ns/net)" = "$(readlink /proc/self/ns/net)" ]
	[ "$(box --net none "$IMAGE" ls /sys/class/net)" = lo ]
	# a low port without a capability, and a ping of oneself, in an own network
	run -0 box -u app --cap-drop ALL "$IMAGE" sh -c 'timeout 0.2 nc -l -p 80; [ $? = 143 ] || [ $? = 124 ]'
	refused_run 125 "'bridge' is not supported yet" --network bridge "$IMAGE"
	nothing_left
}

@test "devices: the usual ones, and no others" {
	need_root
	run -0 box "$IMAGE" sh -c 'head -c 4 /dev/zero | wc -c; echo x > /dev/null; head -c 4 /dev/urandom | wc -c; ls /dev'
	[[ $output != *vda* && $output != *sda* && $output != *kmsg* && $output != *mem* ]]
	# a node that the container makes itself opens nothing: CAP_MKNOD is given, the cgroup still refuses
	run -0 box --cap-add MKNOD "$IMAGE" sh -c 'mknod /null c 1 3 && echo x > /null'
	run -1 box --cap-add MKNOD "$IMAGE" sh -c 'mknod /kmsg c 1 11 && head -c 1 /kmsg'
	[[ $output == *'not permitted'* ]]
	run -1 box "$IMAGE" mknod /null c 1 3
}

@test "--cgroup-parent, and where a container is without it" {
	need_root
	doboz run -d --name c "$IMAGE" sleep 1000
	doboz inspect c | jq -e --arg tail "/$TAG/$(doboz inspect c | jq -r '.[0].Id')" '.[0].Cgroups | length > 0 and all(endswith($tail))'
	"$DOBOZ" --root "$STATE" run -d --name d "$IMAGE" sleep 1000
	folders=$(doboz inspect d | jq -r '.[0].Cgroups[]')
	[[ $folders == */doboz/* ]]
	doboz rm -f c d
	for folder in $folders; do [ ! -e "$folder" ]; done
	refused_run 125 "holds '..'" --cgroup-parent /a/../.. "$IMAGE"
	nothing_left
}
