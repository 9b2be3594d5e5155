# SPDX-License-Identifier: Apache-2.0
# tests/user.bats - doboz run as an ordinary user: mapped owners, limits in delegated cgroups, detached ones
# shellcheck disable=SC2153 # IMAGE and USER_IMAGE are of images.bash
load helpers
load images

setup()
{
	images_begin
	need_root # hands out the cgroup folders, and becomes the user
	need_user
	user_ready
}

# host_id CONTAINER-ID: which id of the host that is, by the user's line of /etc/subuid
host_id()
{
	[ "$1" != 0 ] || { id -u "$TEST_USER"; return; }
	awk -F: -v user="$TEST_USER" -v id="$1" '$1 == user { print $2 + id - 1; exit }' /etc/subuid
}

@test "root inside is the user outside, and others are its subordinate ids" {
	run -0 user_box "$USER_IMAGE"
	[ "$output" = 'Unpacked from two layers.' ]
	[ "$(user_box "$USER_IMAGE" sh -c 'id -u; stat -c %u /bin /home/app /etc/motd')" = $'0\n0\n1000\n0' ]
	mkdir "$USER_DIR/shared"
	chown "$TEST_USER:" "$USER_DIR/shared"
	user_box -v "$USER_DIR/shared:/mnt" "$USER_IMAGE" sh -c 'touch /mnt/root; touch /mnt/app; chown app:app /mnt/app'
	[ "$(stat -c %u "$USER_DIR/shared/root")" = "$(host_id 0)" ]
	[ "$(stat -c %u "$USER_DIR/shared/app")" = "$(host_id 1000)" ]
	[ "$(user_box -u app "$USER_IMAGE" sh -c 'id -u; id -G; touch ~/file; stat -c %u ~/file')" = $'1000\n1000 2000\n1000' ]
	# not root of the host: its files stay its own
	run ! user_box -v "$SCRATCH:/mnt" "$USER_IMAGE" touch /mnt/file
	user_nothing_left
}

@test "the same confinement as for root" {
	run -0 user_box "$USER_IMAGE" sed -n 's/^\(CapEff\|CapBnd\|CapInh\|NoNewPrivs\|Seccomp\):.//p' /proc/self/status
	[ "$output" = "$(box "$IMAGE" sed -n 's/^\(CapEff\|CapBnd\|CapInh\|NoNewPrivs\|Seccomp\):.//p' /proc/self/status)" ]
	[ "${#lines[@]}" = 5 ]
	[ "$(user_box "$USER_IMAGE" ls /sys/class/net)" = lo ]
	run -1 user_box "$USER_IMAGE" sh -c 'echo x > /proc/sys/kernel/domainname'
	run -1 user_box --read-only "$USER_IMAGE" touch /file
	user_nothing_left
}

@test "limits are in delegated cgroup folders, and bind" {
	[ "$(user_box --memory 64m "$USER_IMAGE" sh -c "$(cgroup_file memory/memory.limit_in_bytes memory.max)")" = 67108864 ]
	[[ $(user_box --cpus 0.5 "$USER_IMAGE" sh -c "$(cgroup_file cpu/cpu.cfs_quota_us cpu.max)") == 50000* ]]
	[ "$(user_box --pids-limit 20 "$USER_IMAGE" sh -c "$(cgroup_file pids/pids.max pids.max)")" = 20 ]
	[ "$(user_box --cpuset-cpus 0 "$USER_IMAGE" nproc)" = 1 ]
	[ "$(user_box "$USER_IMAGE" sh -c "$(cgroup_file pids/pids.max pids.max)")" = 2048 ]
	thirty='for i in $(seq 30); do sleep 0.5 & done; wait'
	run -0 user_box --pids-limit 40 "$USER_IMAGE" sh -c "$thirty"
	run -2 user_box --pids-limit 20 "$USER_IMAGE" sh -c "$thirty"
	fill='exec dd if=/dev/zero of=/dev/null bs=100M count=1'
	run -0 user_box --memory 256m "$USER_IMAGE" sh -c "$fill"
	run -137 user_box --memory 32m "$USER_IMAGE" sh -c "$fill"
	throttled='i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; (cat /sys/fs/cgroup/cpu/cpu.stat 2> /dev/null ||
		cat /sys/fs/cgroup/cpu.stat) | sed -n "s/^nr_throttled //p"'
	[ "$(user_box --cpus 0.2 "$USER_IMAGE" sh -c "$throttled")" -gt 0 ]
	user_nothing_left
}

@test "a limit without a delegated cgroup is refused, and the error says what helps" {
	run -0 user_undelegated run --rm "$USER_IMAGE" true
	for option in --memory=64m --pids-limit=20 --cpus=0.5; do
		run -125 user_undelegated run --rm "$option" "$USER_IMAGE" true
		[ "${#lines[@]}" = 1 ]
		[[ $output == *'let root make a folder'* ]]
	done
	user_nothing_left
}

@test "detached, exec, logs, stop, rm" {
	run -0 user_doboz run -d --name c --memory 64m "$USER_IMAGE" \
		sh -c 'trap "exit 9" TERM; touch ~/made; chown app ~/made; echo ready; while :; do sleep 0.05; done'
	read -r -t 20 line < <(user_doboz logs -f c 3>&-)
	[ "$line" = ready ]
	[ "$(user_doboz exec c id -u)" = 0 ]
	[ "$(user_doboz exec -u app c id -u)" = 1000 ]
	[ "$(user_doboz exec c sh -c "$(cgroup_file memory/memory.limit_in_bytes memory.max)")" = 67108864 ]
	init=$(user_doboz inspect c | jq '.[0].State.Pid')
	[ "$(stat -c %u "/proc/$init")" = "$(host_id 0)" ] || [ "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$init/status")" = "$(host_id 0)" ]
	run -125 user_doboz rm c
	user_doboz stop c
	[ "$(user_doboz wait c)" = 9 ]
	user_doboz rm c
	user_doboz run -d --name d "$USER_IMAGE" sh -c 'touch /file; chown 55 /file; sleep 1000'
	user_doboz rm -f d
	user_nothing_left
}

@test "a killed run of the user's is cleaned up by the user" {
	user_doboz run -d --name c "$USER_IMAGE" sh -c 'mkdir /owned; chown 1000 /owned; touch /owned/file; chown -R 1000 /owned; sleep 1000'
	init=$(user_doboz inspect c | jq '.[0].State.Pid')
	kill -KILL "$(sed -n 's/^PPid:\t//p' "/proc/$init/status")"
	user_doboz rm -f c
	user_nothing_left
}

# As rootless podman does: its runtime is root of the user's namespace.
@test "the default state root: real root's, the user's, and the user's as root of a user namespace" {
	need_root
	need_user
	need unshare
	# shellcheck disable=SC2054 # a list of one option
	local ask=(strace -f -qq -e trace=open,mkdir,mkdirat,openat "$DOBOZ_OCI" list)

	need strace
	XDG_RUNTIME_DIR=$USER_DIR/run run -0 "${ask[@]}"
	[[ $output == *'"/run/doboz"'* && $output != *"$USER_DIR/run/doboz"* ]]
	run -0 as_user "${ask[@]}"
	[[ $output == *"\"$USER_DIR/run/doboz\""* ]]
	run -0 as_user unshare --user --map-root-user "${ask[@]}"
	[[ $output == *"\"$USER_DIR/run/doboz\""* && $output != *'"/run/doboz"'* ]]
	# A folder that the caller does not own is somebody else's.
	run -0 as_user unshare --user --map-current-user "${ask[@]}"
	[[ $output == *"\"$USER_DIR/run/doboz\""* ]]
	run as_user unshare --user --map-root-user env XDG_RUNTIME_DIR=/run "${ask[@]}"
	[[ $output == *'"/run/doboz"'* ]]
}

# oci_life [PROGRAM ARGUMENT...]: create, start, exec, kill and delete of $USER_DIR/b as the user, by that program
oci_life()
{
	local oci=("$@" setpriv "--reuid=$TEST_USER" "--regid=$TEST_USER" --init-groups -- env -i "PATH=$PATH"
		"HOME=$USER_DIR" "$DOBOZ_OCI" --root "$USER_DIR/run/oci")

	"${oci[@]}" create --bundle "$USER_DIR/b" c < /dev/null > "$SCRATCH/created" 2>&1 || { cat "$SCRATCH/created"; return 1; }
	"${oci[@]}" start c
	[ "$("${oci[@]}" state c | jq -r .status)" = running ]
	[ "$("${oci[@]}" exec c id -u)" = 0 ]
	"${oci[@]}" kill c KILL
	"${oci[@]}" delete c
	[ -z "$(ls -A "$USER_DIR/run/oci")" ]
}

# oci_nothing_left: no state and no cgroup of a container of doboz-oci
oci_nothing_left() { [ -z "$(ls -A "$USER_DIR/run/oci")" ] && nothing_left; }

# map_range: the user, and 2000 of its subordinate ids
map_range()
{
	edit "$USER_DIR/b" --argjson uid "$(host_id 0)" --argjson gid "$(id -g "$TEST_USER")" --argjson first "$(host_id 1)" '
		.linux.uidMappings = [{ containerID: 0, hostID: $uid, size: 1 }, { containerID: 1, hostID: $first, size: 2000 }] |
		.linux.gidMappings = [{ containerID: 0, hostID: $gid, size: 1 }, { containerID: 1, hostID: $first, size: 2000 }]'
}

@test "doboz-oci of an ordinary user: a range of ids, and one id, with and without newuidmap" {
	need unshare
	user_bundle "$USER_DIR/b" sleep 1000
	# shellcheck disable=SC2016 # of the inner shell
	local unhelped=(unshare --mount sh -c 'for program in newuidmap newgidmap; do
		mount --bind /dev/null "$(command -v "$program")"; done; exec "$@"' _)
	oci_life # with all that /etc/subuid gives
	run -1 oci_life "${unhelped[@]}"
	[[ $output == *'is not installed; it is needed for more than one id'* && ${#lines[@]} = 1 ]]
	[ -z "$(ls -A "$USER_DIR/run/oci")" ]
	# an id that is not the user's to give
	edit "$USER_DIR/b" '.linux.uidMappings[1].hostID = 1 | .linux.gidMappings[1].hostID = 1'
	run -1 oci_life
	[ "${#lines[@]}" = 1 ]
	[ -z "$(ls -A "$USER_DIR/run/oci")" ]
	# one id alone needs no help
	edit "$USER_DIR/b" '.linux |= (.uidMappings |= .[:1] | .gidMappings |= .[:1])'
	oci_life
	oci_life "${unhelped[@]}"
	oci_nothing_left
}

@test "doboz-oci of an ordinary user: on the host's network" {
	user_bundle "$USER_DIR/b" ls /sys/class/net
	edit "$USER_DIR/b" '.linux.namespaces |= map(select(.type != "network")) |
		.mounts |= map(if .destination == "/sys" then .type = "none" | .source = "/sys" | .options = ["rbind", "ro", "nosuid", "noexec", "nodev"] else . end)'
	run -0 user_undelegated_oci run --bundle "$USER_DIR/b" c
	[ "$output" = "$(ls /sys/class/net)" ]
	oci_nothing_left
}

user_undelegated_oci() { as_user "$DOBOZ_OCI" --root "$USER_DIR/run/oci" "$@"; }
user_delegated_oci() { (enter_cgroups && user_undelegated_oci "$@"); }

@test "doboz-oci of an ordinary user: without a cgroup, and in delegated ones" {
	user_bundle "$USER_DIR/b" sleep 1000
	user_undelegated_oci run -d --bundle "$USER_DIR/b" c
	run -1 user_undelegated_oci pause c
	[[ $output == *cgroup* && ${#lines[@]} = 1 ]]
	[ "$(user_undelegated_oci ps --format json c | jq length)" = 1 ]
	user_undelegated_oci kill --all c KILL
	user_undelegated_oci delete c
	# a limit needs one
	edit "$USER_DIR/b" '.linux.resources.pids = { limit: 20 }'
	run -1 user_undelegated_oci run --bundle "$USER_DIR/b" c
	[ "${#lines[@]}" = 1 ]
	user_delegated_oci run -d --bundle "$USER_DIR/b" c
	init=$(user_delegated_oci state c | jq .pid)
	user_delegated_oci pause c
	[ "$(user_delegated_oci state c | jq -r .status)" = paused ]
	user_delegated_oci resume c
	user_delegated_oci update --pids-limit 30 c
	[ "$(user_delegated_oci exec c sh -c "$(cgroup_file pids/pids.max pids.max)")" = 30 ] ||
		[ "$(cat "/sys/fs/cgroup/pids$(sed -n 's/^[0-9]*:pids://p' "/proc/$init/cgroup")/pids.max")" = 30 ]
	# killed while it is frozen
	user_delegated_oci pause c
	user_delegated_oci delete --force c
	[ ! -e "/proc/$init/root" ]
	oci_nothing_left
}

@test "a foreground run of the user's is killed: the container ends" {
	mkfifo "$SCRATCH/said"
	user_bundle "$USER_DIR/b" sh -c 'echo ready; exec sleep 1000'
	for map in single range; do
		if [ "$map" = range ]; then
			map_range
			edit "$USER_DIR/b" '.process.capabilities |= map_values(["CAP_SETUID", "CAP_SETGID"]) |
				.process.args = ["su", "app", "-s", "/bin/sh", "-c", "echo ready; exec sleep 1000"]'
		fi
		# shellcheck disable=SC2016 # of the inner shell
		as_user sh -c 'echo $$ > "$1"; exec "$2" --root "$3" run --bundle "$4" c' _ "$USER_DIR/runner" "$DOBOZ_OCI" \
			"$USER_DIR/run/oci" "$USER_DIR/b" < /dev/null > "$SCRATCH/said" 3>&- &
		read -r -t 60 < "$SCRATCH/said"
		init=$(user_undelegated_oci state c | jq .pid)
		kill -KILL "$(< "$USER_DIR/runner")"
		timeout 20 tail --pid="$init" -s 0.02 -f /dev/null
		user_undelegated_oci delete --force c
		oci_nothing_left
	done
}
