# SPDX-License-Identifier: Apache-2.0
# tests/cgroup_systemd.bats - the systemd cgroup driver, where systemd is process 1: `make check-vm` has such a guest
load helpers

bats_require_minimum_version 1.5.0 # run -N

setup()
{
	test_begin
	[ -d /run/systemd/system ] || skip 'systemd is not process 1 here; the guest "systemd" of make check-vm runs these'
	need_root
	need systemctl
	[ -x "$DOBOZ_BIN/doboz-systemd" ] || skip_unless_must 'needs doboz-systemd (configure found no libsystemd)'
	export DOBOZ_HELPER_DIR=$DOBOZ_BIN
	# The unit's name begins with what helpers.bash looks for.
	UNIT=$TAG-box.scope
	CGROUP=:$TAG:box
	[ -e /sys/fs/cgroup/cgroup.controllers ] && V2=1 || V2=
}

teardown()
{
	local unit

	[ -z "${UNIT:-}" ] || for unit in $(units); do
		systemctl stop "$unit"
	done
	test_end
}

# units [--user ...]: every unit of this test that systemd has
units() { systemctl list-units --all --plain --no-legend "$TAG*" | awk '{ print $1 }'; }

# property NAME [UNIT]
property() { systemctl show --value -p "$1" "${2:-$UNIT}"; }

# file CONTROLLER V1-NAME V2-NAME: what is in a file of the container's
file()
{
	if [ -n "$V2" ]; then
		cat "/sys/fs/cgroup/system.slice/$UNIT/$3"
	else
		cat "/sys/fs/cgroup/$1/system.slice/$UNIT/$2"
	fi
}

memory() { file memory memory.limit_in_bytes memory.max; }
pids() { file pids pids.max pids.max; }
quota() { file cpu cpu.cfs_quota_us cpu.max | awk '{ print $1 }'; }

# start_box [ARG...]: a container that sleeps
start_box()
{
	[ -e "$SCRATCH/b" ] || bundle "$SCRATCH/b" sleep 1000
	oci --systemd-cgroup "$@" run --detach --bundle "$SCRATCH/b" c < /dev/null > "$SCRATCH/out" 2>&1 || {
		cat "$SCRATCH/out"
		return 1
	}
}

gone()
{
	[ -z "$(units)" ] || { systemctl status --no-pager "$(units)"; return 1; }
	no_leftovers
}

@test "a container is a scope, and is collected with its delete" {
	start_box
	[ "$(property ActiveState)" = active ]
	[ "$(property ControlGroup)" = "/system.slice/$UNIT" ]
	[ "$(property Delegate)" = yes ]
	[ "$(property CollectMode)" = inactive-or-failed ]
	[ "$(property Slice)" = system.slice ]
	grep -q "/system.slice/$UNIT$" "/proc/$(oci state c | jq .pid)/cgroup"
	! grep -v "/system.slice/$UNIT$" "/proc/$(oci state c | jq .pid)/cgroup"
	oci delete --force c
	gone
}

@test "the default name, a name in a slice, and names that are none" {
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" 'del(.linux.cgroupsPath)'
	oci --systemd-cgroup run --detach --bundle "$SCRATCH/b" "$TAG" < /dev/null > /dev/null 2>&1
	[ "$(property ControlGroup "doboz-$TAG.scope")" = "/system.slice/doboz-$TAG.scope" ]
	oci delete --force "$TAG"
	edit "$SCRATCH/b" --arg tag "$TAG" '.linux.cgroupsPath = "doboz_t-\($tag | gsub("[-.]"; "_")).slice:\($tag):box"'
	slice=doboz_t-${TAG//[-.]/_}.slice
	oci --systemd-cgroup run --detach --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1
	[ "$(property ControlGroup)" = "/doboz_t.slice/$slice/$UNIT" ]
	oci delete --force c
	systemctl stop "$slice" doboz_t.slice
	edit "$SCRATCH/b" '.linux.cgroupsPath = "/a/b"'
	refused 1 'expected cgroupsPath to be of format' oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" '.linux.cgroupsPath = "a--b.slice:p:n"'
	refused 1 'invalid slice name' oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	# With cgroupfs it is a path like any other.
	edit "$SCRATCH/b" --arg path "a.slice:$TAG:box" '.linux.cgroupsPath = $path'
	oci run --detach --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1
	grep -q "/a.slice:$TAG:box$" "/proc/$(oci state c | jq .pid)/cgroup"
	oci delete --force c
	gone
}

@test "limits are files and properties, and outlive a reload of systemd" {
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.resources += { memory: { limit: 67108864 }, pids: { limit: 5 },
		cpu: { shares: 512, quota: 33333, period: 100000 } }'
	start_box
	for turn in before after; do
		[ "$(memory)" = 67108864 ]
		[ "$(pids)" = 5 ]
		# to a whole percent, which is what systemd keeps
		[ "$(quota)" = 34000 ]
		[ "$(property TasksMax)" = 5 ]
		[ "$(property CPUQuotaPerSecUSec)" = 340ms ]
		if [ -n "$V2" ]; then
			[ "$(property MemoryMax)" = 67108864 ]
			[ "$(property CPUWeight)" = 59 ]
			[ "$(file cpu - cpu.weight)" = 59 ]
		else
			[ "$(property MemoryLimit)" = 67108864 ]
			[ "$(file cpu cpu.shares -)" = 512 ]
		fi
		systemctl daemon-reload
	done
	# Control: systemd does write what it was told of.
	systemctl set-property --runtime "$UNIT" TasksMax=7
	[ "$(pids)" = 7 ]
	oci delete --force c
	gone
}

@test "v2: every limit that has a property outlives a reload, and so do those that have none" {
	[ -n "$V2" ] || skip 'cgroup v1'
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.resources += { memory: { limit: 67108864, reservation: 33554432, swap: 83886080 },
		cpu: { cpus: "0", mems: "0", quota: 20000, burst: 1000 }, pids: { limit: 100 },
		unified: { "memory.high": "60000000", "memory.min": "4096" } }'
	start_box
	show() { (cd "/sys/fs/cgroup/system.slice/$UNIT" && grep . memory.{max,low,min,high,swap.max} cpuset.{cpus,mems} cpu.max{,.burst} pids.max); }
	before=$(show)
	echo "$before"
	[[ $before == *memory.low:33554432*memory.high:59998208*memory.swap.max:16777216*cpuset.cpus:0*burst:1000*pids.max:100* ]]
	systemctl daemon-reload
	diff <(echo "$before") <(show)
	oci update --cpuset-cpus 0-1 --memory 50331648 --memory-swap 83886080 c
	before=$(show)
	[[ $before == *memory.max:50331648*memory.swap.max:33554432*cpuset.cpus:0-1* ]]
	systemctl daemon-reload
	diff <(echo "$before") <(show)
	oci delete --force c
	gone
}

@test "update changes both, and puts both back when it fails" {
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.resources += { memory: { limit: 67108864 }, pids: { limit: 50 } }'
	start_box
	oci update --memory 33554432 --pids-limit 0 c
	[ "$(memory)" = 33554432 ]
	[ "$(pids)" = 0 ]
	[ "$(property TasksMax)" = 1 ]
	oci update --pids-limit 40 --cpu-quota 5000 c
	[ "$(quota)" = 5000 ]
	# The state cannot be written: what was set already is taken back.
	chattr +i "$STATE/c" 2> /dev/null || mount --bind -o ro "$STATE/c" "$STATE/c"
	run -1 oci update --pids-limit 30 --memory 16777216 c
	chattr -i "$STATE/c" 2> /dev/null || umount "$STATE/c"
	[ "$(memory)" = 33554432 ]
	[ "$(pids)" = 40 ]
	[ "$(property TasksMax)" = 40 ]
	systemctl daemon-reload
	[ "$(memory)" = 33554432 ]
	oci delete --force c
	gone
}

@test "devices stay denied when systemd reloads" {
	bundle "$SCRATCH/b" sleep 1000
	local disk
	read -r -a disk < <(findmnt -n -o MAJ:MIN / | tr : ' ')
	[ "${disk[0]}" != 0 ] || skip_unless_must 'needs a root file system on a disk'
	mknod "$SCRATCH/b/rootfs/disk" b "${disk[@]}"
	mknod "$SCRATCH/b/rootfs/full" c 1 7
	edit "$SCRATCH/b" '.mounts += [{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"] }]'
	start_box
	for turn in before after; do
		run -1 oci exec c head -c 1 /disk
		[[ $output == *'Operation not permitted'* ]]
		[ "$(oci exec c head -c 3 /full | wc -c)" = 3 ]
		systemctl daemon-reload
		systemctl set-property --runtime "$UNIT" TasksMax=60
	done
	# Control: where it is allowed, it is read.
	oci update --resources - c <<< '{ "devices": [{ "allow": true, "access": "rwm" }] }'
	oci exec c head -c 1 /disk > /dev/null
	oci delete --force c
	gone
}

@test "exec joins the scope, pause and kill work in it" {
	start_box
	oci exec --detach --pid-file "$SCRATCH/pid" c sleep 1000
	! grep -v "/system.slice/$UNIT$" "/proc/$(cat "$SCRATCH/pid")/cgroup"
	oci pause c
	[ "$(oci state c | jq -r .status)" = paused ]
	oci resume c
	oci kill c KILL
	# Empty, it is collected without us.
	timeout 10 sh -c "while systemctl is-active -q $UNIT; do sleep 0.1; done"
	oci delete c
	gone
}

@test "twenty loops leave nothing, and a name is free at once" {
	bundle "$SCRATCH/b" true
	for _ in {1..20}; do
		oci --systemd-cgroup run --bundle "$SCRATCH/b" c < /dev/null
	done
	gone
	[ -z "$(systemctl list-units --plain --no-legend --state=failed "doboz*" "$TAG*")" ]
}

@test "somebody else's scope is not taken, and stays" {
	start_box
	cp -r "$SCRATCH/b" "$SCRATCH/b2"
	run -1 oci --systemd-cgroup create --bundle "$SCRATCH/b2" d
	echo "$output"
	[[ $output == *"unable to start unit '$UNIT'"*already* ]]
	[ "$(property ActiveState)" = active ]
	[ "$(oci state c | jq -r .status)" = running ]
	oci delete --force c
	gone
}

@test "a create that is killed at any point leaves no scope behind its delete --force" {
	need strace
	bundle "$SCRATCH/b" sleep 1000
	local points=0
	# Around what makes the unit, and what is made in it. What one libc calls otherwise is no point of another's.
	for point in recvfrom:1 mkdirat:1 renameat:1 sendto:1 poll:2 recvfrom:2 bpf:1 clone3:1 clone3:2 recvmsg:1 \
		renameat:3 shutdown:1 wait4:1; do
		strace -o "$SCRATCH/trace" -e "trace=${point%:*}" -e "inject=${point%:*}:signal=KILL:when=${point#*:}" \
			"$DOBOZ_OCI" --root "$STATE" --systemd-cgroup create --bundle "$SCRATCH/b" c \
			< /dev/null > /dev/null 2>&1 3>&- || :
		! grep -q 'killed by SIGKILL' "$SCRATCH/trace" || points=$((points + 1))
		oci delete --force c
		# A job that was on its way ends by itself.
		timeout 20 sh -c "while [ -n \"\$(systemctl list-units --all --plain --no-legend '$TAG*')\" ]; do sleep 0.1; done" ||
			{ echo "at $point: $(units)"; return 1; }
		no_leftovers || { echo "at $point"; return 1; }
	done
	echo "$points points"
	[ "$points" -ge 8 ]
}

@test "a create that fails takes its scope back" {
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.mounts += [{ destination: "/x", source: "/nonexistent", type: "bind", options: ["bind"] }]'
	refused 1 nonexistent oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" 'del(.mounts[-1]) | .linux.resources.hugepageLimits = [{ pageSize: "3MB", limit: 0 }]'
	run -1 oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" 'del(.linux.resources.hugepageLimits) | .linux.resources.cpu.cpus = "999"'
	run -1 oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	gone
}

@test "annotations org.systemd.property: values, seconds, and what is refused" {
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.annotations = { "org.systemd.property.TimeoutStopSec": "7", "org.systemd.property.Description":
		"\u0027a box\u0027", "org.systemd.property.CollectMode": "\u0027inactive\u0027",
		"org.systemd.property.BindsTo": "[\u0027-.mount\u0027]", "org.systemd.property.RuntimeMaxUSec": "uint64 100000000" }'
	start_box
	[ "$(property TimeoutStopUSec)" = 7s ]
	[ "$(property Description)" = 'a box' ]
	[ "$(property CollectMode)" = inactive ]
	[[ " $(property BindsTo) " == *' -.mount '* ]]
	[ "$(property RuntimeMaxUSec)" = '1min 40s' ]
	oci delete --force c
	edit "$SCRATCH/b" '.annotations = { "org.systemd.property.Description": "a box" }'
	refused 1 'value parse error' oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	edit "$SCRATCH/b" '.annotations = { "org.systemd.property.NoSuchThing": "1" }'
	refused 1 'NoSuchThing' oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	# Elsewhere than where it was journaled: refused, and taken back.
	edit "$SCRATCH/b" '.annotations = { "org.systemd.property.Slice": "\u0027user.slice\u0027" }'
	refused 1 "has put unit '$UNIT' into '/user.slice/$UNIT'" oci --systemd-cgroup create --bundle "$SCRATCH/b" c
	# With cgroupfs they mean nothing.
	edit "$SCRATCH/b" --arg cgroup "/$TAG" '.linux.cgroupsPath = $cgroup'
	oci run --detach --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1
	oci delete --force c
	gone
}

@test "doboz run --cgroup-manager systemd, in front and detached" {
	need umoci
	make_image "$SCRATCH/layout" latest
	[ "$(doboz --cgroup-manager systemd run --rm "oci:$SCRATCH/layout:latest" echo hi)" = hi ]
	id=$(doboz --cgroup-manager systemd run -d --memory 64m "oci:$SCRATCH/layout:latest" sleep 1000)
	grep -q "/system.slice/doboz-$id.scope$" "/proc/$(oci state "$id" | jq .pid)/cgroup"
	doboz rm -f "$id"
	[ -z "$(systemctl list-units --all --plain --no-legend "doboz-$id*")" ]
	gone
}

@test "the driver is not asked where --cgroup-manager says otherwise" {
	bundle "$SCRATCH/b" true
	edit "$SCRATCH/b" --arg cgroup "/$TAG" '.linux.cgroupsPath = $cgroup'
	DOBOZ_HELPER_DIR=/nonexistent oci --systemd-cgroup --cgroup-manager cgroupfs run --bundle "$SCRATCH/b" c < /dev/null
	DOBOZ_HELPER_DIR=/nonexistent oci --systemd-cgroup --cgroup-manager disabled run --bundle "$SCRATCH/b" c < /dev/null
	# Control: it is what would be started.
	edit "$SCRATCH/b" 'del(.linux.cgroupsPath)'
	DOBOZ_HELPER_DIR=/nonexistent refused 1 'is not installed' oci --systemd-cgroup create --bundle "$SCRATCH/b" c
}

# ---- the user's manager ----

need_manager()
{
	[ -n "$V2" ] || skip 'the user manager has nothing on cgroup v1'
	need_user
	USER_ID=$(id -u "$TEST_USER")
	systemctl start "user@$USER_ID.service" || skip_unless_must 'the user manager does not start'
	MANAGER=/user.slice/user-$USER_ID.slice/user@$USER_ID.service
	as_user() { setpriv --reuid="$TEST_USER" --regid="$TEST_USER" --init-groups -- env -i "PATH=$PATH" "HOME=$USER_DIR" \
		"XDG_RUNTIME_DIR=/run/user/$USER_ID" "DOBOZ_HELPER_DIR=$DOBOZ_HELPER_DIR" "$@"; }
}

@test "an ordinary user's container is a scope of the user's manager, from outside of it too" {
	need_manager
	user_bundle "$USER_DIR/b" sleep 1000
	edit "$USER_DIR/b" --arg path "$CGROUP" '.linux.cgroupsPath = $path | .linux.resources = { memory: { limit: 67108864 }, pids: { limit: 5 } }'
	user_oci --systemd-cgroup run --detach --bundle "$USER_DIR/b" c < /dev/null > "$SCRATCH/out" 2>&1 || { cat "$SCRATCH/out"; false; }
	folder=/sys/fs/cgroup$MANAGER/user.slice/$UNIT
	[ "$(cat "/proc/$(user_oci state c | jq .pid)/cgroup")" = "0::$MANAGER/user.slice/$UNIT" ]
	[ "$(cat "$folder/memory.max") $(cat "$folder/pids.max")" = '67108864 5' ]
	as_user systemctl --user daemon-reload
	[ "$(cat "$folder/memory.max") $(cat "$folder/pids.max")" = '67108864 5' ]
	user_oci exec c true
	user_oci update --memory 33554432 c
	[ "$(as_user systemctl --user show --value -p MemoryMax "$UNIT")" = 33554432 ]
	user_oci delete --force c
	[ -z "$(as_user systemctl --user list-units --all --plain --no-legend "$TAG*" 'doboz*')" ]
	no_leftovers
}

@test "no manager of the user's: a clear error" {
	need_manager
	user_bundle "$USER_DIR/b" true
	run -1 as_user env XDG_RUNTIME_DIR="$USER_DIR/run" "$DOBOZ_OCI" --root "$USER_DIR/state" --systemd-cgroup create \
		--bundle "$USER_DIR/b" c
	[[ $output == "connect to the user's D-Bus: "* ]]
	no_leftovers
}

@test "systemd that does not answer is given up" {
	need_manager
	need python3
	user_bundle "$USER_DIR/b" true
	as_user mkdir -p "$USER_DIR/run/systemd"
	# Accepts, and says nothing.
	as_user python3 -c 'import os, signal, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(os.getpid(), flush=True)
signal.alarm(300); signal.pause()' "$USER_DIR/run/systemd/private" > "$SCRATCH/listening" 2>&1 3>&- < /dev/null &
	timeout 10 sh -c "until [ -s $SCRATCH/listening ]; do sleep 0.1; done"
	run -1 as_user timeout 60 env XDG_RUNTIME_DIR="$USER_DIR/run" "$DOBOZ_OCI" --root "$USER_DIR/state" --systemd-cgroup \
		create --bundle "$USER_DIR/b" c
	kill "$(cat "$SCRATCH/listening")"
	echo "$output"
	[[ $output == *'systemd does not answer'* ]]
	no_leftovers
}

@test "podman with --cgroup-manager systemd, as root and as an ordinary user" {
	need podman conmon
	make_rootfs "$SCRATCH/rootfs"
	printf '#!/bin/sh\nDOBOZ_HELPER_DIR=%s exec %s "$@"\n' "$DOBOZ_BIN" "$DOBOZ_OCI" > "$SCRATCH/doboz-oci"
	chmod 755 "$SCRATCH/doboz-oci"
	podman=(podman --root "$SCRATCH/podman" --runroot "$SCRATCH/run" --storage-driver vfs --cgroup-manager systemd
		--runtime "$SCRATCH/doboz-oci" --events-backend file)
	run -0 "${podman[@]}" run --rm --network none --memory 64m --pids-limit 20 --rootfs "$SCRATCH/rootfs" cat /proc/self/cgroup
	echo "$output"
	id=$("${podman[@]}" run -d --network none --memory 64m --rootfs "$SCRATCH/rootfs" sleep 1000)
	unit=libpod-$id.scope
	[ "$(property ControlGroup "$unit")" = "/machine.slice/$unit" ]
	"${podman[@]}" exec "$id" true
	"${podman[@]}" update --memory 32m "$id" > /dev/null || echo 'this podman has no update'
	"${podman[@]}" rm -f -t 0 "$id" > /dev/null
	[ -z "$(systemctl list-units --all --plain --no-legend "libpod-$id.scope")" ]
	no_leftovers
	[ -n "$V2" ] || return 0
	need_manager
	make_rootfs "$USER_DIR/rootfs"
	chown -R "$TEST_USER:" "$USER_DIR/rootfs"
	podman=(as_user podman --root "$USER_DIR/podman" --runroot "$USER_DIR/run/c" --storage-driver vfs --cgroup-manager systemd
		--runtime "$SCRATCH/doboz-oci" --events-backend file)
	id=$("${podman[@]}" run -d --network none --memory 64m --rootfs "$USER_DIR/rootfs" sleep 1000 3>&-)
	[ "$(cat "/sys/fs/cgroup$MANAGER/user.slice/libpod-$id.scope/memory.max")" = 67108864 ]
	"${podman[@]}" exec "$id" true
	"${podman[@]}" rm -f -t 0 "$id" > /dev/null
	[ -z "$(as_user systemctl --user list-units --all --plain --no-legend "libpod-$id.scope")" ]
}
