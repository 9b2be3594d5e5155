# SPDX-License-Identifier: Apache-2.0
# tests/kernel.bats - what older kernels and other cgroup hierarchies do another way; `make check-vm` runs it there
load helpers

setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
}

teardown()
{
	"$DOBOZ" --root "$STATE" rm -f --all > /dev/null 2>&1
	test_end
}

# deep_image LAYOUT N: an OCI layout of N layers. Each adds /layers/I and replaces /last; the last removes /layers/1.
deep_image()
{
	make_rootfs "$SCRATCH/first"
	python3 - "$1" "$2" "$SCRATCH/first" << 'END'
import hashlib, io, json, os, sys, tarfile

layout, count, first = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.makedirs(layout + "/blobs/sha256")

def blob(data):
    digest = hashlib.sha256(data).hexdigest()
    with open(layout + "/blobs/sha256/" + digest, "wb") as f:
        f.write(data)
    return "sha256:" + digest

def descriptor(kind, data):
    return {"mediaType": "application/vnd.oci.image." + kind, "digest": blob(data), "size": len(data)}

layers = []
for i in range(1, count + 1):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        if i == 1:
            tar.add(first, ".")
        files = {"layers/%d" % i: b"%d\n" % i, "last": b"%d\n" % i}
        if i == count:
            files["layers/.wh.1"] = b""
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    layers.append(out.getvalue())
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(l).hexdigest() for l in layers]}}).encode()
manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": descriptor("config.v1+json", config),
    "layers": [descriptor("layer.v1.tar", l) for l in layers]}).encode()
entry = descriptor("manifest.v1+json", manifest)
entry["annotations"] = {"org.opencontainers.image.ref.name": "t"}
with open(layout + "/index.json", "w") as f:
    json.dump({"schemaVersion": 2, "manifests": [entry]}, f)
with open(layout + "/oci-layout", "w") as f:
    f.write('{"imageLayoutVersion": "1.0.0"}')
END
}

# where PID CONTROLLER: the folder of a process in the hierarchy that has the controller
where()
{
	local path

	path=$(awk -F: -v c="$2" '{ n = split($2, a, ","); for (i = 1; i <= n; i++) if (a[i] == c) print $3 }' "/proc/$1/cgroup")
	if [ "$path" ]; then
		echo "$(awk -v c="$2" '{ n = split($NF, a, ","); for (i = 1; i <= n; i++) if ($9 == "cgroup" && a[i] == c) print $5 }' \
			/proc/self/mountinfo | head -n 1)$path"
	else
		echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")"
	fi
}

@test "images of 12 and of 40 layers, in a store whose name is long" {
	need_root
	need python3
	DOBOZ_STORE=$SCRATCH/$(printf 'long%.0s' {1..50})
	export DOBOZ_STORE
	for n in 12 40; do
		deep_image "$SCRATCH/image$n" "$n"
		run doboz run --rm --cgroup-parent "/$TAG" "oci:$SCRATCH/image$n:t" sh -c \
			'cat /last; ls /layers | wc -l; echo x > /layers/2; rm /layers/3; ls /layers | wc -l; cat /layers/2; stat -f -c %t /'
		echo "$output"
		[ "$output" = "$n"$'\n'"$((n - 1))"$'\n'"$((n - 2))"$'\nx\n794c7630' ]
		run doboz run --rm --read-only --cgroup-parent "/$TAG" "oci:$SCRATCH/image$n:t" sh -c 'cat /layers/3; echo x > /last'
		[ "$status" = 1 ]
		[[ $output == 3$'\n'*'Read-only file system'* ]]
	done
}

@test "an image of 40 layers, of an ordinary user" {
	need_user
	need python3
	deep_image "$USER_DIR/image" 40
	chown -R "$TEST_USER:" "$USER_DIR"
	run as_user "$DOBOZ" --root "$USER_DIR/run/state" run --rm "oci:$USER_DIR/image:t" \
		sh -c 'cat /last; ls /layers | wc -l; echo x > /layers/2; cat /layers/2'
	echo "$output"
	[ "$(tail -n 3 <<< "$output")" = $'40\n39\nx' ]
}

@test "exec into a time namespace: the same clock, the same namespaces" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 5000000}}'
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci start c
	pid=$(oci state c | jq .pid)
	[ "$(oci exec c cut -d. -f1 /proc/uptime)" -ge 5000000 ]
	[ "$(cut -d. -f1 /proc/uptime)" -lt 5000000 ] # the control
	for ns in cgroup ipc mnt net pid time uts; do
		[ "$(oci exec c readlink "/proc/self/ns/$ns")" = "$(readlink "/proc/$pid/ns/$ns")" ]
	done
	oci delete --force c
	no_leftovers
}

@test "exec into a user namespace" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	chown -R 100000:100000 "$SCRATCH/b/rootfs"
	edit "$SCRATCH/b" '.linux.namespaces += [{type: "user"}, {type: "time"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci start c
	pid=$(oci state c | jq .pid)
	for ns in mnt pid time user; do
		[ "$(oci exec c readlink "/proc/self/ns/$ns")" = "$(readlink "/proc/$pid/ns/$ns")" ]
	done
	[ "$(oci exec --user 5:6 c id -u)" = 5 ]
	oci delete --force c
	no_leftovers
}

@test "pause, resume and update" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	edit "$SCRATCH/b" '.linux.resources += {memory: {limit: 67108864}, pids: {limit: 20}, cpu: {quota: 50000, period: 100000}}'
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci start c
	pid=$(oci state c | jq .pid)
	[ "$(cat "$(where "$pid" memory)"/memory.{limit_in_bytes,max} 2> /dev/null)" = 67108864 ]
	[ "$(cat "$(where "$pid" pids)/pids.max")" = 20 ]
	oci pause c
	[ "$(oci state c | jq -r .status)" = paused ]
	refused_exec=$(oci exec c true 2>&1) && false
	[[ $refused_exec == *'paused'* ]]
	oci resume c
	[ "$(oci state c | jq -r .status)" = running ]
	oci exec c true
	oci update --memory 33554432 --pids-limit 30 --cpu-quota 25000 c
	[ "$(cat "$(where "$pid" memory)"/memory.{limit_in_bytes,max} 2> /dev/null)" = 33554432 ]
	[ "$(cat "$(where "$pid" pids)/pids.max")" = 30 ]
	[[ $(cat "$(where "$pid" cpu)"/cpu.{cfs_quota_us,max} 2> /dev/null) == 25000* ]]
	oci delete --force c
	no_leftovers
}

@test "device rules: a node that is not allowed opens with EPERM, an allowed one opens" {
	need_root
	bundle "$SCRATCH/b" sh -c 'echo x > /dev/null && echo null; mknod /tmp/kmsg c 1 11 && echo made; : > /tmp/kmsg && echo opened'
	edit "$SCRATCH/b" '.mounts += [{destination: "/tmp", type: "tmpfs", source: "t", options: ["nosuid"]}] |
		.process.capabilities |= map_values(. + ["CAP_MKNOD"]) |
		.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", access: "m"}]'
	run oci run --bundle "$SCRATCH/b" c
	[ "$status" != 0 ]
	[[ $output == $'null\nmade\n'*'peration not permitted' ]]
	edit "$SCRATCH/b" '.linux.resources.devices += [{allow: true, type: "c", major: 1, minor: 11, access: "w"}]'
	run oci run --bundle "$SCRATCH/b" c # the control
	[ "$output" = $'null\nmade\nopened' ]
	no_leftovers
}

@test "an idmapped bind mount" {
	need_root
	bundle "$SCRATCH/b" stat -c '%u %g' /data/file
	mkdir "$SCRATCH/data"
	touch "$SCRATCH/data/file"
	chown 1000:1000 "$SCRATCH/data/file"
	edit "$SCRATCH/b" --arg src "$SCRATCH/data" '.mounts += [{destination: "/data", source: $src, options: ["bind"]}]'
	[ "$(oci run --bundle "$SCRATCH/b" c)" = '1000 1000' ] # the control
	edit "$SCRATCH/b" '.mounts[-1].options = ["bind", "idmap"] |
		.mounts[-1].uidMappings = [{containerID: 1000, hostID: 5000, size: 1}] |
		.mounts[-1].gidMappings = [{containerID: 1000, hostID: 6000, size: 1}]'
	[ "$(oci run --bundle "$SCRATCH/b" c)" = '5000 6000' ]
	no_leftovers
}
