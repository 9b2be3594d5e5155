# SPDX-License-Identifier: Apache-2.0
# tests/attack.bats - what a hostile container, image or neighbour tries against the host
# Each test has its control: the same setup with a harmless container, image or neighbour.
load helpers

setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle reads it
	CGROUP=/$TAG
}

@test "a masked file is not a way to the owner and mode of the host's /dev/null" {
	need_root
	before=$(stat -c '%a %u %g' /dev/null)
	bundle "$SCRATCH/b" sh -c 'cat /proc/keys && echo seen > /proc/keys && echo works
		chmod 600 /proc/keys 2> /dev/null || echo no chmod
		chown 1:1 /proc/keys 2> /dev/null || echo no chown
		touch /tmp/own && chmod 600 /tmp/own && chown 1:1 /tmp/own && echo control'
	edit "$SCRATCH/b" '.root.readonly = false | .linux.maskedPaths += ["/proc/keys"] |
		.process.capabilities |= map_values(. + ["CAP_CHOWN", "CAP_FOWNER"])'
	run oci run --bundle "$SCRATCH/b" c
	after=$(stat -c '%a %u %g' /dev/null)
	[ "$after" = "$before" ] || { chmod 666 /dev/null; chown 0:0 /dev/null; }
	[ "$after" = "$before" ]
	[ "$output" = $'works\nno chmod\nno chown\ncontrol' ]
	[ "$status" = 0 ]
	no_leftovers
}

@test "what a neighbour put beside the pid file is not taken for it" {
	need_root
	bundle "$SCRATCH/b" true
	mkdir -m 1777 "$SCRATCH/shared"
	as_user touch "$SCRATCH/shared/.pid"
	oci run --bundle "$SCRATCH/b" --pid-file "$SCRATCH/shared/pid" c
	[ "$(stat -c '%u %a' "$SCRATCH/shared/pid")" = '0 644' ]
	[[ $(cat "$SCRATCH/shared/pid") =~ ^[0-9]+$ ]]
	as_user rm "$SCRATCH/shared/.pid"
	as_user mkfifo "$SCRATCH/shared/.pid"
	timeout 20 "$DOBOZ_OCI" --root "$STATE" run --bundle "$SCRATCH/b" --pid-file "$SCRATCH/shared/pid" c
	[[ $(cat "$SCRATCH/shared/pid") =~ ^[0-9]+$ ]]
	# a link at the place itself is replaced, not followed
	echo precious > "$SCRATCH/precious"
	ln -sf "$SCRATCH/precious" "$SCRATCH/shared/pid"
	oci run --bundle "$SCRATCH/b" --pid-file "$SCRATCH/shared/pid" c
	[ "$(cat "$SCRATCH/precious")" = precious ]
	no_leftovers
}

@test "a terminal shows what an image says, and does not obey it" {
	need_root
	make_image "$SCRATCH/layout" latest
	umoci config --image "$SCRATCH/layout:latest" --config.cmd /bin/echo \
		--config.cmd $'\e]0;owned\a\xc2\x9b31mred'
	doboz run -d --name box "oci:$SCRATCH/layout:latest" > "$SCRATCH/id"
	doboz wait box
	run doboz ps -a
	[[ $output == *'/bin/echo ?]0;owned???31mred'* ]]
	run doboz run --dry-run "oci:$SCRATCH/layout:latest"
	[[ $output == *'?]0;owned???31mred'* ]]
	umoci config --image "$SCRATCH/layout:latest" --config.user $'\e[31mbob'
	run doboz run "oci:$SCRATCH/layout:latest"
	[ "$status" = 125 ]
	[[ $output == *'unable to find user ?[31mbob'* ]]
	doboz rm box
}

@test "a store or state folder that others may write to is refused" {
	need_root
	make_image "$SCRATCH/layout" latest
	mkdir -m 700 "$DOBOZ_STORE" "$STATE"
	doboz run --rm "oci:$SCRATCH/layout:latest"
	chmod 777 "$DOBOZ_STORE"
	run doboz run --rm "oci:$SCRATCH/layout:latest"
	[ "$status" = 125 ]
	[[ $output == *'may be written by others'* ]]
	chmod 700 "$DOBOZ_STORE"
	chown "$TEST_USER" "$DOBOZ_STORE"
	run doboz run --rm "oci:$SCRATCH/layout:latest"
	[ "$status" = 125 ]
	[[ $output == *'belongs to user'* ]]
	chown 0 "$DOBOZ_STORE"
	chmod 777 "$STATE"
	run doboz run --rm "oci:$SCRATCH/layout:latest"
	[[ $output == *'may be written by others'* ]]
}

@test "a device node in an image opens no device, with and without a cgroup" {
	need_root
	[ -c /dev/fuse ] || skip 'needs a device that containers may not use: /dev/fuse'
	: < /dev/fuse || skip 'needs a host that may open /dev/fuse itself'
	make_image "$SCRATCH/layout" latest
	mkdir "$SCRATCH/layer"
	mknod -m 666 "$SCRATCH/layer/node" c 10 229
	tar -C "$SCRATCH/layer" -cf "$SCRATCH/layer.tar" node
	umoci raw add-layer --image "$SCRATCH/layout:latest" "$SCRATCH/layer.tar"
	for manager in cgroupfs disabled; do
		run doboz --cgroup-manager=$manager run --rm "oci:$SCRATCH/layout:latest" \
			sh -c 'test -c /node && cat < /dev/null > /dev/null && echo control; : < /node && echo opened'
		[[ $output == control$'\n'*"can't open /node"* ]]
	done
}

# nested make|remove FOLDER [N]: N folders "d", one in the other, below FOLDER; the deepest gets the process $PID
nested()
{
	python3 - "$@" << 'END'
import os, sys
os.chdir(sys.argv[2])
if sys.argv[1] == 'make':
    for _ in range(int(sys.argv[3])):
        os.mkdir('d')
        os.chdir('d')
    with open('cgroup.procs', 'w') as procs:
        procs.write(os.environ['PID'])
else:
    depth = 0
    while os.path.isdir('d'):
        os.chdir('d')
        depth += 1
    for _ in range(depth):
        os.chdir('..')
        os.rmdir('d')
END
}

@test "cgroups nested deeper than a path can say: their process is found, and they are removed" {
	need_root
	need python3
	bundle "$SCRATCH/b" sleep 1000
	for depth in 2 2200; do
		oci run -d --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
		folder=$(left_cgroups | grep "freezer/$TAG\$") || folder=$(left_cgroups | head -n 1)
		PID=$(oci state c | jq .pid) nested make "$folder" $depth
		listed=$(oci ps --format json c) || true
		oci pause c && oci resume c
		run oci delete --force c
		[ ! -d "$folder" ] || nested remove "$folder"
		[ "$status" = 0 ]
		[[ $listed =~ ^\[[0-9]+\]$ ]]
		no_leftovers
	done
}

@test "a start that its container holds up does not hold up delete --force" {
	need_root
	bundle "$SCRATCH/b" sleep 1000
	# the control: left alone, start comes back
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	timeout 20 "$DOBOZ_OCI" --root "$STATE" start c
	oci delete --force c
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	kill -STOP "$(oci state c | jq .pid)" # as a container that shares its processes can
	"$DOBOZ_OCI" --root "$STATE" start c > "$SCRATCH/start" 2>&1 3>&- &
	started=$!
	# it says "running" when it has the lock and goes to wait
	for ((i = 0; i < 1000; i++)); do
		[ "$(oci state c | jq -r .status)" != running ] || break
	done
	timeout 20 "$DOBOZ_OCI" --root "$STATE" delete --force c
	wait "$started" || true
	no_leftovers
}
