#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/images_forms.bats - further forms of images and ways to a store: zstd, podman's archives, archives that
# change, images that share a layer, a helper that is killed by the clock

load helpers

setup()
{
	test_begin
	need_root
	need jq umoci skopeo
	cd "$SCRATCH" || return
	mkdir store
}

teardown()
{
	cd /
	test_end
}

unpack() { "$DOBOZ_IMAGE" unpack --store store "$@"; }

# same_bundle REFERENCE LAYOUT:TAG: the bundle of ours is the one that umoci makes of the layout
same_bundle()
{
	umoci unpack --image "$2" theirs > /dev/null 2>&1
	[ -s theirs/rootfs/etc/passwd ]
	mkdir ours
	"$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle "$1" ours > config.json
	diff <(tree theirs/rootfs) <(tree ours/rootfs) > difference || { head -n 20 difference; return 1; }
	rm -r ours theirs
}

# the answer's fields, and what the store holds of layers
field() { jq -r "$2" "$1"; }
layers() { find store/layers -mindepth 1 -maxdepth 1 | wc -l; }

@test "layers that skopeo compressed with zstd, or not at all" {
	make_image layout v1
	skopeo copy -q --dest-decompress oci:layout:v1 dir:plain
	skopeo copy -q --dest-compress-format zstd dir:plain oci:zstd:v1
	manifest=zstd/blobs/$(jq -r '.manifests[0].digest | sub(":"; "/")' zstd/index.json)
	[ "$(jq -r '[.layers[].mediaType | endswith("+zstd")] | all' "$manifest")" = true ]
	same_bundle oci:zstd:v1 layout:v1

	skopeo copy -q oci:layout:v1 docker-archive:plain.tar
	same_bundle docker-archive:plain.tar layout:v1
}

@test "podman's save of an image of buildah, in both forms" {
	need buildah podman
	containers=(--root "$SCRATCH/containers" --runroot "$SCRATCH/run" --storage-driver vfs)
	make_rootfs root
	printf 'FROM scratch\nCOPY root /\nENTRYPOINT ["/bin/sh"]\n' > Containerfile
	buildah "${containers[@]}" build -q --isolation chroot -t example/built -f Containerfile . > /dev/null ||
		skip_unless_must 'buildah cannot build here'
	buildah "${containers[@]}" push -q example/built oci:layout:v1
	podman "${containers[@]}" save -q --format oci-archive -o oci.tar example/built
	podman "${containers[@]}" save -q --format docker-archive -o docker.tar example/built
	same_bundle oci-archive:oci.tar layout:v1
	same_bundle docker-archive:docker.tar layout:v1
	same_bundle docker-archive:docker.tar:localhost/example/built layout:v1
	[ "$(field config.json '.config.Entrypoint[0]')" = /bin/sh ]
}

@test "an archive that was replaced is unpacked anew; its layers are those that are there already" {
	make_image layout v1
	skopeo copy -q oci:layout:v1 oci-archive:image.tar:v1
	unpack oci-archive:image.tar:v1 > first
	unpack oci-archive:image.tar:v1 | cmp - first
	before=$(layers)

	umoci config --image layout:v1 --author somebody
	rm image.tar
	skopeo copy -q oci:layout:v1 oci-archive:image.tar:v1
	unpack oci-archive:image.tar:v1 > second
	[ "$(field first .manifest)" != "$(field second .manifest)" ]
	[ "$(field first .layers)" = "$(field second .layers)" ]
	[ "$(layers)" = "$before" ]
}

@test "four at once on four images that share their layers" {
	make_image layout v1
	for i in 1 2 3 4; do
		umoci tag --image layout:v1 "t$i"
		umoci config --image "layout:t$i" --config.env "N=$i"
	done
	for i in 1 2 3 4; do
		unpack "oci:layout:t$i" > "answer$i" &
		pids[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}"
	done
	[ "$(jq -s 'map(.layers) | unique | length' answer[1-4])" = 1 ]
	[ "$(jq -s 'map(.manifest) | unique | length' answer[1-4])" = 4 ]
	[ "$(layers)" = "$(jq '.layers | length' answer1)" ]
	[ -z "$(ls store/tmp)" ]
}

# A kill that chance places; the points that matter are enumerated in images.bats.
@test "killed by the clock with its child left alone: nothing unfinished is visible, the next completes it" {
	make_image layout v1
	start=${EPOCHREALTIME/./}
	unpack oci:layout:v1 > alone
	took=$((${EPOCHREALTIME/./} - start))
	killed=0
	for i in {1..12}; do
		rm -r store
		mkdir store
		status=0
		timeout --foreground -s KILL "$(printf '%d.%06d' $((took * i / 13 / 1000000)) $((took * i / 13 % 1000000)))" \
			"$DOBOZ_IMAGE" unpack --store store oci:layout:v1 > /dev/null 2>&1 || status=$?
		[ "$status" = 0 ] || killed=$((killed + 1))
		for layer in store/layers/*; do
			[ ! -e "$layer" ] || [ -e "$layer/complete" ]
		done
		unpack oci:layout:v1 | cmp - alone
		unpack oci:layout:v1 | cmp - alone # the first may have met the killed one's dying child
		[ -z "$(ls store/tmp)" ]
	done
	echo "killed $killed times"
	[ "$killed" -gt 0 ]
}

@test "a store of one user is refused to another, whose ids are others" {
	need_user
	make_image layout v1
	chmod -R go+rX layout
	as_user mkdir -m 700 "$USER_DIR/store"
	as_user "$DOBOZ_IMAGE" unpack --store "$USER_DIR/store" "oci:$SCRATCH/layout:v1"
	refused 1 'id map' "$DOBOZ_IMAGE" unpack --store "$USER_DIR/store" oci:layout:v1
}
