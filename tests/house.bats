#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/house.bats - installing, and that the helpers of the other files see what they claim to see

load helpers

@test "make install honours prefix and DESTDIR" {
	need make
	cd "$DOBOZ_BUILD"
	make -s install DESTDIR="$SCRATCH/stage" prefix=/opt/box
	[ -x "$SCRATCH/stage/opt/box/bin/doboz" ]
	[ "$(readlink "$SCRATCH/stage/opt/box/bin/doboz-oci")" = doboz ]
	[ -x "$SCRATCH/stage/opt/box/libexec/doboz/doboz-image" ]
	cmp "$SCRATCH/stage/opt/box/share/doboz/contrib/docker/daemon.json" "$TESTS/../contrib/docker/daemon.json"
	make -s uninstall DESTDIR="$SCRATCH/stage" prefix=/opt/box
	[ -z "$(find "$SCRATCH/stage" ! -type d)" ]
}

@test "nothing is left behind by a test that makes nothing" {
	no_leftovers
}

@test "a cgroup, a mount and a state folder that stay behind are seen" {
	need_root
	local cgroup

	for cgroup in /sys/fs/cgroup/unified /sys/fs/cgroup/pids /sys/fs/cgroup; do
		mkdir "$cgroup/$TAG" 2> /dev/null && break
	done
	mkdir -p "$SCRATCH/mounted" "$STATE/box"
	mount -t tmpfs none "$SCRATCH/mounted"
	run no_leftovers
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"cgroup $cgroup/$TAG"* ]]
	[[ $output == *"mount $SCRATCH/mounted"* ]]
	[[ $output == *"state $STATE/box"* ]]
}

@test "a process in a mount namespace over our folder is seen, and ended with the test" {
	need_root
	need unshare
	mkdir "$SCRATCH/inside"
	# The fifo is opened for writing when the mount is there.
	mkfifo "$SCRATCH/ready"
	unshare --mount sh -c 'mount -t tmpfs none "$0/inside"; echo > "$0/ready"; exec tail -f /dev/null' \
		"$SCRATCH" 3>&- &
	[ -e "/proc/$!/root" ]
	read -r < "$SCRATCH/ready"
	run no_leftovers
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"process $!"* ]]
	test_end
	test_begin
	[ ! -e "/proc/$!/root" ] # gone, or a zombie that is not yet waited for
}

@test "the ordinary user can use its folder and the programs" {
	need_root
	need_user
	[ "$(as_user id -un)" = "$TEST_USER" ]
	as_user touch "$USER_DIR/file"
	as_user "$DOBOZ" --version
	run as_user touch "$SCRATCH/file"
	[ "$status" != 0 ]
}

@test "the test image has two layers and a whiteout" {
	need umoci jq
	make_image "$SCRATCH/layout" latest
	manifest=$(jq -r '.manifests[0].digest' "$SCRATCH/layout/index.json")
	layers=$(jq -r '.layers[].digest' "$SCRATCH/layout/blobs/${manifest/://}")
	[ "$(wc -l <<< "$layers")" = 2 ]
	second=$(tail -n 1 <<< "$layers")
	tar -tzf "$SCRATCH/layout/blobs/${second/://}" | grep -q '^\(\./\)\?\.wh\.removed$'
}
