#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/images.bats - images made by other tools come out as those tools unpack them; damaged ones are refused,
# and leave nothing in the store

load helpers

setup_file()
{
	"${DOBOZ_SRC:-$BATS_TEST_DIRNAME/..}/tests/make-image" "$BATS_FILE_TMPDIR/layout" v1
	umoci unpack --image "$BATS_FILE_TMPDIR/layout:v1" "$BATS_FILE_TMPDIR/umoci" > /dev/null 2>&1
	chmod -R go+rX "$BATS_FILE_TMPDIR/layout"
}

setup()
{
	test_begin
	need_root
	cd "$SCRATCH" || return
	mkdir store
	cp -r "$BATS_FILE_TMPDIR/layout" layout
	UMOCI=$BATS_FILE_TMPDIR/umoci/rootfs
}

teardown()
{
	cd /
	test_end
}

unpack() { "$DOBOZ_IMAGE" unpack --store store "$@"; }

# what a store holds, but for its own parts
store_content() { find store/layers store/images store/refs store/tmp -mindepth 1 2> /dev/null; }

store_is_empty()
{
	[ -z "$(store_content)" ] || { echo 'left in the store:'; store_content; return 1; }
}

# unpacks REFERENCE: into a bundle and into the store; both trees are the one that umoci made
unpacks()
{
	local lowers dir

	mkdir bundle merged
	"$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle "$1" bundle > config.json
	[ "$(jq -r '.config.Env[1]' config.json)" = GREETING=hello ]
	diff <(tree bundle/rootfs) <(tree "$UMOCI")

	unpack "$1" > answer.json
	lowers=$(jq -r '.layers | map("store/layers/" + . + "/fs") | join(":")' answer.json)
	dir=store/images/$(jq -r '.manifest | sub(":"; "/")' answer.json)
	[ "$(jq -c .layers "$dir/layers.json")" = "$(jq -c .layers answer.json)" ]
	cmp config.json "$dir/config.json"
	mount -t overlay -o "ro,userxattr,lowerdir=$lowers" overlay merged
	diff <(names merged) <(names "$UMOCI")
	diff -r --no-dereference merged "$UMOCI"
	umount merged
	[ -z "$(ls store/tmp)" ]
	rm -r bundle merged
}

# names, types, modes and owners; an overlay counts links otherwise
names() { (cd "$1" && find . -mindepth 1 -printf '%P %y %m %U %G %l\n' | LC_ALL=C sort); }

# ---- good forms ----

@test "the control of the trees: a changed file, mode or owner is seen" {
	cp -a "$UMOCI" copy
	chmod 711 copy/etc
	run diff <(names copy) <(names "$UMOCI")
	[ "$status" = 1 ]
	chmod 755 copy/etc && chown 1 copy/etc
	run diff <(names copy) <(names "$UMOCI")
	[ "$status" = 1 ]
	chown 0 copy/etc
	diff <(names copy) <(names "$UMOCI")
}

@test "an OCI layout, by its tag and alone" {
	unpacks oci:layout:v1
	unpacks oci:layout
}

@test "an oci-archive of skopeo, also with the index last and with names that begin with ./" {
	need skopeo
	skopeo copy -q oci:layout:v1 oci-archive:image.tar:v1
	unpacks oci-archive:image.tar:v1
	unpacks oci-archive:image.tar
	tar -C layout -cf dots.tar ./blobs ./oci-layout ./index.json
	unpacks oci-archive:dots.tar:v1
}

@test "a docker-archive of skopeo: links between layers, manifest.json last, several names" {
	need skopeo
	skopeo copy -q oci:layout:v1 docker-archive:image.tar:example.org/library/box:v1
	[ "$(tar -tf image.tar | grep -n manifest.json | cut -d : -f 1)" -gt 3 ]
	unpacks docker-archive:image.tar
	unpacks docker-archive:image.tar:box:v1
	unpacks docker-archive:image.tar:example.org/library/box:v1
	refused 1 "no such image in the archive" unpack docker-archive:image.tar:box:v2
	refused 1 "no such image in the archive" unpack docker-archive:image.tar:ox:v1
}

@test "a docker-archive whose list names links one level deep; not two" {
	need skopeo
	skopeo copy -q oci:layout:v1 docker-archive:image.tar:box:v1
	mkdir x && tar -C x -xf image.tar
	chmod -R u+w x
	jq -c '.[0].Layers |= map("links/" + .)' x/manifest.json > list && cp list x/manifest.json
	mkdir x/links x/more
	for layer in x/*.tar; do
		ln -s "../${layer#x/}" "x/links/${layer#x/}"
	done
	tar -C x -cf links.tar .
	unpacks docker-archive:links.tar
	for layer in x/links/*.tar; do
		mv "$layer" x/more/ && ln -s "../more/${layer#x/links/}" "$layer"
	done
	tar -C x -cf links.tar .
	refused 1 'layer 0: links/.*: not in the archive' unpack docker-archive:links.tar
}

@test "a docker-archive as docker 25 writes it: an OCI layout with a manifest.json" {
	config=$(jq -r .config.digest < "$(manifest_file)")
	jq -c --arg config "blobs/sha256/${config#*:}" '[{Config: $config, RepoTags: ["box:latest"],
		Layers: (.layers | map("blobs/sha256/" + (.digest | sub(".*:"; ""))))}]' \
		"$(manifest_file)" > layout/manifest.json
	tar -C layout -cf image.tar .
	unpacks docker-archive:image.tar:box
	unpacks oci-archive:image.tar
}

@test "an image of buildah, from scratch" {
	need buildah
	export STORAGE_DRIVER=vfs
	storage=(--root "$SCRATCH/b" --runroot "$SCRATCH/r" --storage-driver vfs)
	box=$(buildah "${storage[@]}" from scratch)
	cp -a "$UMOCI/." tree
	buildah "${storage[@]}" add -q "$box" tree /
	buildah "${storage[@]}" config --os linux --cmd /bin/true "$box"
	buildah "${storage[@]}" commit -q "$box" "oci:$SCRATCH/built:b1"
	buildah "${storage[@]}" commit -q --format docker "$box" "docker-archive:$SCRATCH/built.tar:b1"
	umoci unpack --image built:b1 reference > /dev/null 2>&1
	for image in oci:built:b1 docker-archive:built.tar; do
		mkdir bundle
		"$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle "$image" bundle > config.json
		diff <(tree bundle/rootfs) <(tree reference/rootfs)
		rm -r bundle
	done
}

@test "an image whose layers occur twice" {
	edit_manifest '.layers += .layers'
	edit_config '.rootfs.diff_ids += .rootfs.diff_ids'
	mkdir bundle merged
	"$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle oci:layout bundle > config.json
	lowers=$(unpack oci:layout | jq -r '.layers | map("store/layers/" + . + "/fs") | join(":")')
	mount -t overlay -o "ro,userxattr,lowerdir=$lowers" overlay merged
	diff <(names merged) <(names bundle/rootfs)
	umount merged
}

# ---- platforms and indexes ----

# index_of ARCH...: index.json names an index whose entries say these platforms
index_of()
{
	local arch entries='[]'

	for arch; do
		entries=$(jq -c --arg arch "$arch" --argjson entries "$entries" \
			'.manifests[0] | del(.annotations) | .platform = {os: "linux", architecture: $arch} | $entries + [.]' \
			layout/index.json)
	done
	jq -c --argjson entries "$entries" '{schemaVersion: 2, manifests: $entries}' layout/index.json > new
	put_blob < new
	jq -c --arg digest "$digest" --argjson size "$size" '.manifests = [.manifests[0] |
		.mediaType = "application/vnd.oci.image.index.v1+json" | .digest = $digest | .size = $size]' \
		layout/index.json > new && mv new layout/index.json
}

@test "a nested index; found again without the helper by its digest and platform" {
	index_of arm64 amd64
	index_of amd64
	unpacks oci:layout:v1
	[ "$(cat store/refs/index-*-linux-amd64-)" = "$(jq -r .manifest answer.json)" ]
	refused 1 "no image for linux/s390x in the index" unpack --platform linux/s390x oci:layout:v1
}

@test "indexes are nested without end" {
	for _ in 1 2 3 4 5 6 7; do index_of amd64; done
	unpack oci:layout:v1
	rm -r store && mkdir store
	index_of amd64
	index_of amd64
	refused 1 "nested deeper than 8" unpack oci:layout:v1
	store_is_empty
}

@test "the image is for another machine" {
	edit_config '.architecture = "s390x"'
	refused 1 "the image is for linux/s390x, not for linux/" unpack oci:layout:v1
	store_is_empty
	unpack --platform linux/s390x oci:layout:v1
}

# ---- damaged images ----

# put_blob: stdin becomes a blob of the layout; sets digest and size
put_blob()
{
	cat > "$SCRATCH/new-blob"
	digest=sha256:$(sha256sum < "$SCRATCH/new-blob" | cut -d ' ' -f 1)
	size=$(stat -c %s "$SCRATCH/new-blob")
	mv "$SCRATCH/new-blob" "layout/blobs/sha256/${digest#*:}"
}

blob() { echo "layout/blobs/sha256/${1#*:}"; }
manifest_file() { blob "$(jq -r '.manifests[0].digest' layout/index.json)"; }
config_file() { blob "$(jq -r .config.digest "$(manifest_file)")"; }
layer_file() { blob "$(jq -r ".layers[$1].digest" "$(manifest_file)")"; }

# edit_index, edit_manifest, edit_config PROGRAM: change a document; all digests and sizes above it follow
edit_index()
{
	jq -c "$1" layout/index.json > new && mv new layout/index.json
}

set_manifest()
{
	put_blob
	edit_index ".manifests[0].digest = \"$digest\" | .manifests[0].size = $size"
}

edit_manifest()
{
	jq -c "$1" "$(manifest_file)" > new
	set_manifest < new
}

edit_config()
{
	jq -c "$1" "$(config_file)" > new
	put_blob < new
	edit_manifest ".config.digest = \"$digest\" | .config.size = $size"
}

# damage PATTERN COMMAND...: what unpacked before the command is refused after it, in one line, and leaves nothing
damage()
{
	local pattern=$1
	shift

	rm -rf layout store
	cp -r "$BATS_FILE_TMPDIR/layout" layout
	mkdir store
	unpack oci:layout:v1 > /dev/null || { echo 'the control failed'; return 1; }
	rm -r store
	mkdir store bundle
	"$@"
	refused 1 "$pattern" unpack oci:layout:v1 &&
		store_is_empty &&
		refused 1 "$pattern" "$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle oci:layout:v1 bundle &&
		rmdir bundle
}

overwrite() { printf '%s' "$2" | dd of="$1" bs=1 seek=40 conv=notrunc status=none; }

@test "the editing functions keep an image whole (control)" {
	edit_config '.author = "nobody"'
	edit_manifest '.annotations = {"a": "b"}'
	edit_index '.annotations = {"a": "b"}'
	mv "$(manifest_file)" m && set_manifest < m
	unpack oci:layout:v1
}

@test "a wrong digest of manifest, config or layer" {
	damage "manifest has digest sha256:.*, expected" eval 'overwrite "$(manifest_file)" x'
	damage "config has digest sha256:.*, expected" eval 'overwrite "$(config_file)" x'
	damage "layer 0 .*the blob has digest sha256:.*, expected" eval 'overwrite "$(layer_file 0)" xyz'
	damage "layer 1 .*the blob has digest sha256:.*, expected" eval 'overwrite "$(layer_file 1)" xyz'
}

@test "a wrong size of manifest, config or layer" {
	damage "manifest .*bytes, its descriptor says" edit_index '.manifests[0].size += 1'
	damage "config .*bytes, its descriptor says" edit_manifest '.config.size -= 1'
	damage "layer 1: blob .* bytes, its descriptor says" edit_manifest '.layers[1].size += 1'
	damage "layers\[1\].size" edit_manifest '.layers[1].size = -1'
	damage "layers\[1\].size" edit_manifest '.layers[1].size = 1.5'
	damage "layers\[1\].size: required" edit_manifest 'del(.layers[1].size)'
}

@test "a truncated or missing blob" {
	damage "manifest .*bytes, its descriptor says" eval 'truncate -s -1 "$(manifest_file)"'
	damage "config .*bytes, its descriptor says" eval 'truncate -s -1 "$(config_file)"'
	damage "layer 0: blob .*bytes, its descriptor says" eval 'truncate -s -1 "$(layer_file 0)"'
	damage "manifest: blobs/.*no such file" eval 'rm "$(manifest_file)"'
	damage "config: blobs/.*no such file" eval 'rm "$(config_file)"'
	damage "layer 1: blobs/.*no such file" eval 'rm "$(layer_file 1)"'
	damage "oci-layout: no such file" rm layout/oci-layout
	damage "index.json: no such file" rm layout/index.json
}

@test "a blob that is a symlink, a folder or a FIFO" {
	damage "layer 0: .*symbolic links" eval 'l=$(layer_file 0); mv "$l" aside; ln -s "$SCRATCH/aside" "$l"'
	damage "not a regular file" eval 'l=$(layer_file 0); rm "$l"; mkdir "$l"'
	damage "not a regular file" eval 'l=$(layer_file 0); rm "$l"; mkfifo "$l"'
	damage "symbolic links" eval 'mv layout/blobs aside-blobs; ln -s ../aside-blobs layout/blobs'
	rm -r aside-blobs
}

@test "an ambiguous document" {
	damage "both an index and a manifest" edit_index '.layers = []'
	damage "ambiguous, both" edit_manifest '.manifests = []'
	damage "mediaType is '.*index.*', its descriptor says" \
		edit_manifest '.mediaType = "application/vnd.oci.image.index.v1+json"'
	damage "mediaType is|no list of manifests" \
		edit_index '.manifests[0].mediaType = "application/vnd.oci.image.index.v1+json"'
	damage "no list of manifests" edit_index '.manifests = {}'
}

@test "an unknown type of layer, before anything is unpacked; types of docker are known" {
	damage "layers\[1\]: unknown type of layer 'application/x-thing'" \
		edit_manifest '.layers[1].mediaType = "application/x-thing"'
	damage "layers\[1\].mediaType" edit_manifest 'del(.layers[1].mediaType)'
	cp -r "$BATS_FILE_TMPDIR/layout/." layout
	edit_manifest '.mediaType = "application/vnd.docker.distribution.manifest.v2+json" |
		.config.mediaType = "application/vnd.docker.container.image.v1+json" |
		.layers[].mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip"'
	edit_index '.manifests[0].mediaType = "application/vnd.docker.distribution.manifest.v2+json"'
	unpack oci:layout:v1
}

@test "schema 1, artifacts and other things that are no image" {
	damage "schema 1 is not supported" edit_manifest '.schemaVersion = 1'
	damage "schemaVersion is not 2" edit_manifest '.schemaVersion = "2"'
	damage "schema 1 is not supported" \
		edit_index '.manifests[0].mediaType = "application/vnd.docker.distribution.manifest.v1+prettyjws"'
	damage "an artifact \(config of type 'application/vnd.oci.empty.v1\+json'\), not a runnable image" \
		edit_manifest '.config.mediaType = "application/vnd.oci.empty.v1+json"'
	damage "'application/x' is not a runnable image" edit_index '.manifests[0].mediaType = "application/x"'
	damage "type 'tiles' is not 'layers'" edit_config '.rootfs.type = "tiles"'
}

@test "layers and diff_ids that do not fit each other" {
	damage "2 layers, the config 1 diff_ids" edit_config '.rootfs.diff_ids |= .[:1]'
	damage "1 layers, the config 2 diff_ids" edit_manifest '.layers |= .[:1]'
	damage "the uncompressed layer has digest" edit_config '.rootfs.diff_ids |= reverse'
	damage "diff_ids\[0\]: '.*' is not a digest" edit_config '.rootfs.diff_ids[0] = "sha256:../../../../etc"'
}

@test "digests that are paths, of unknown algorithms, of the wrong length or case" {
	damage "without a valid digest" edit_index '.manifests[0].digest = "sha256:../../etc/passwd"'
	damage "'sha256:../oci-layout' is not a digest" edit_manifest '.config.digest = "sha256:../oci-layout"'
	damage "'..:oci-layout' is not a digest" edit_manifest '.layers[0].digest = "..:oci-layout"'
	damage "'sha256:abc' is not a digest" edit_manifest '.layers[0].digest = "sha256:abc"'
	damage "is not a digest" edit_manifest '.layers[0].digest |= ascii_upcase'
	damage "'md5:.*': this algorithm is not supported" edit_manifest '.layers[0].digest = "md5:abc"'
	damage "digest: expected a string" edit_manifest '.layers[0].digest = 5'
}

# text_of_manifest SED-SCRIPT: what jq cannot write
text_of_manifest() { sed "$1" "$(manifest_file)" > new && set_manifest < new; }

@test "JSON with a key twice, too deep, too large, cut off, of other bytes" {
	damage "duplicate key 'schemaVersion'" text_of_manifest 's/{/{"schemaVersion":2,/'
	damage "deep" text_of_manifest "s/{/{\"x\":$(printf '[%.0s' {1..40})$(printf ']%.0s' {1..40}),/"
	damage "manifest" text_of_manifest 's/.$//'
	damage "manifest" text_of_manifest 's/{/{"\xff":2,/'
	damage "4194304|at most" eval 'head -c 5000000 /dev/zero | tr "\0" " " > new; cat "$(manifest_file)" >> new; set_manifest < new'
	damage "4194304|at most" eval 'head -c 5000000 /dev/zero | tr "\0" " " >> layout/index.json'
	damage "index.json" eval 'echo "{" > layout/index.json'
	damage "imageLayoutVersion" eval 'echo "{\"imageLayoutVersion\":\"7.0\"}" > layout/oci-layout'
}

@test "references that lead nowhere" {
	unpack oci:layout:v1
	rm -r store && mkdir store
	cp -r layout two
	jq -c '.manifests += .manifests' layout/index.json > two/index.json
	refused 1 "more than one image in the layout, name a tag: v1" unpack oci:two
	refused 1 "no such image in the layout; its tags: v1" unpack oci:layout:v2
	refused 1 "no such file" unpack oci:missing:v1
	refused 1 "not a folder" unpack oci:layout/index.json
	refused 1 "not a regular file" unpack oci-archive:layout
	mkfifo pipe
	refused 1 "not a regular file" unpack docker-archive:pipe
	refused 1 "not a tar archive" unpack oci-archive:layout/index.json
	gzip -k < layout/index.json > image.tar.gz
	refused 1 "compressed \(gzip\)" unpack docker-archive:image.tar.gz
	refused 1 "usage" unpack oci:layout:v1 more
	refused 1 "usage" "$DOBOZ_IMAGE" unpack oci:layout:v1
	refused 1 "usage" "$DOBOZ_IMAGE" unpack --what oci:layout:v1
	refused 1 "store 'nowhere'|'nowhere': no such" "$DOBOZ_IMAGE" unpack --store nowhere oci:layout:v1
	store_is_empty
}

@test "damaged archives" {
	need skopeo
	skopeo copy -q oci:layout:v1 docker-archive:good.tar:box:v1
	unpack docker-archive:good.tar
	rm -r store && mkdir store
	head -c 100000 good.tar > cut.tar
	refused 1 "cut off|damaged" unpack docker-archive:cut.tar
	mkdir x && tar -C x -xf good.tar && chmod -R u+w x
	changed() { jq -c "$1" x/manifest.json > list && tar -C x --exclude manifest.json -cf bad.tar . &&
		tar --transform s/list/manifest.json/ -rf bad.tar list; }
	changed . && unpack docker-archive:bad.tar
	rm -r store && mkdir store
	changed '.[0].Layers |= reverse' && refused 1 "the uncompressed layer has digest" unpack docker-archive:bad.tar
	changed '.[0].Layers |= .[:1]' && refused 1 "1 layers, the config 2 diff_ids" unpack docker-archive:bad.tar
	changed '.[0].Layers[0] = "../../etc/passwd"' && refused 1 "not in the archive" unpack docker-archive:bad.tar
	changed '.[0].Config = "/etc/passwd"' && refused 1 "not in the archive" unpack docker-archive:bad.tar
	changed '.[0].Config = "manifest.json"' && refused 1 "not named by its digest" unpack docker-archive:bad.tar
	changed '. + .' && refused 1 "2 images in the archive" unpack docker-archive:bad.tar
	changed '{}' && refused 1 "expected a list" unpack docker-archive:bad.tar
	echo >> "x/$(jq -r ".[0].Config" x/manifest.json)"
	changed . && refused 1 "has digest" unpack docker-archive:bad.tar
	store_is_empty
}

@test "a bundle that has a rootfs already is left alone" {
	mkdir -p bundle/rootfs
	refused 1 "rootfs' exists already" "$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle oci:layout:v1 bundle
	[ "$(ls -A bundle bundle/rootfs)" = "$(printf 'bundle:\nrootfs\n\nbundle/rootfs:')" ]
	refused 1 "open bundle 'none'" "$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle oci:layout:v1 none
}

# ---- several at once, and killed ones ----

# all_of_the_store: everything but times
all_of_the_store()
{
	(cd store && find . -printf '%p %y %m %U %G\n' | LC_ALL=C sort && cat images/*/*/layers.json)
}

@test "four at once: each succeeds, and the store is as after one" {
	unpack oci:layout:v1 > one
	all_of_the_store > expected
	rm -r store && mkdir store
	for i in 1 2 3 4; do
		unpack oci:layout:v1 > "four-$i" 3>&- &
		pids[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}"
		cmp one "four-$i"
	done
	diff expected <(all_of_the_store)
}

# killed_at CALL N: the helper is killed in its Nth call. Return: 1 when it makes fewer, and so is done
killed_at()
{
	local status=0

	{
		strace -o trace -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
			"$DOBOZ_IMAGE" unpack --store store oci:layout:v1 > killed || status=$?
	} 2> errors
	case $status in
	0) return 1 ;;
	137) return 0 ;;
	*) echo "status $status of call $2 of $1: $(< errors)" && exit 1 ;;
	esac
}

@test "killed at any system call that changes something: the next succeeds, and nothing is left" {
	need strace
	unpack oci:layout:v1 > one
	all_of_the_store > expected
	rm -r store && mkdir store
	total=0
	for call in mkdirat renameat syncfs unlinkat fcntl write fsync poll clone; do
		point=1
		while killed_at "$call" "$point"; do
			unpack oci:layout:v1 | cmp - one
			unpack oci:layout:v1 | cmp - one # the first may have met the killed one's dying child
			diff expected <(all_of_the_store)
			rm -r store && mkdir store
			point=$((point + 1))
		done
		cmp one killed
		rm -r store && mkdir store
		total=$((total + point - 1))
	done
	echo "killed $total times"
	[ "$total" -ge 20 ]
}

@test "the unpacking child is killed: one line, nothing left" {
	need strace
	killed() { strace -f -o trace -e trace=openat2 -e inject=openat2:signal=KILL:when="$1" \
		"$DOBOZ_IMAGE" unpack --store store oci:layout:v1; }

	for point in 1 2 5 8; do
		refused 1 "the confined process was killed by signal 9" killed "$point"
		store_is_empty
	done
	killed 60000
}

@test "a signal that ends a program: one line, nothing left" {
	need strace
	for signal in TERM INT HUP; do
		mkfifo "trace-$signal"
		strace -f -o "trace-$signal" -e trace=openat2 -e inject=openat2:signal=STOP:when=3 \
			"$DOBOZ_IMAGE" unpack --store store oci:layout:v1 > answer 2> errors &
		pid=$!
		exec 9< "trace-$signal"
		grep -qm 1 'stopped by SIGSTOP' <&9 # the child, in the midst of its work
		[ -n "$(store_content)" ]
		kill -s "$signal" "$(tr -d ' ' < "/proc/$pid/task/$pid/children")"
		cat <&9 > rest
		exec 9<&-
		status=0
		wait "$pid" || status=$?
		[ "$status" = 1 ]
		[ "$(< errors)" = "image 'oci:layout:v1': interrupted" ]
		store_is_empty
	done
	unpack oci:layout:v1
}

@test "a layer without its marker is unpacked anew" {
	unpack oci:layout:v1 > one
	all_of_the_store > expected
	layer=$(jq -r '.layers[1]' one)
	rm "store/layers/$layer/complete"
	rm -r "store/layers/$layer/fs/bin"
	unpack oci:layout:v1 | cmp - one
	diff expected <(all_of_the_store)
}

# ---- ordinary users ----

@test "an ordinary user: owners are those of the user's ranges" {
	need_user
	echo text > owned && chown 33:44 owned
	umoci insert --image layout:v1 owned /owned
	cp -r layout "$USER_DIR/"
	chown -R "$TEST_USER:" "$USER_DIR/layout"
	as_user mkdir "$USER_DIR/store" "$USER_DIR/bundle"
	as_user "$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle "oci:$USER_DIR/layout:v1" "$USER_DIR/bundle" > config.json
	as_user "$DOBOZ_IMAGE" unpack --store "$USER_DIR/store" "oci:$USER_DIR/layout:v1"
	[ "$(stat -c %U "$USER_DIR/bundle/rootfs/etc")" = "$TEST_USER" ]
	first() { awk -F : -v user="$TEST_USER" '$1 == user { print $2; exit }' "$1"; }
	for file in "$USER_DIR/bundle/rootfs/owned" "$USER_DIR"/store/layers/*/fs/owned; do
		[ "$(stat -c '%u %g' "$file")" = "$(($(first /etc/subuid) + 32)) $(($(first /etc/subgid) + 43))" ]
	done
	diff <(cd "$USER_DIR/bundle/rootfs" && rm owned && find . -mindepth 1 -printf '%P %y %m %l\n' | sort) \
		<(cd "$UMOCI" && find . -mindepth 1 -printf '%P %y %m %l\n' | sort)
	[ "$(jq -r '.uid_map | length' "$USER_DIR/store/idmap.json")" = 2 ]
}

@test "a user without a range of ids owns everything, and is told so once" {
	nobody=(setpriv --reuid=65533 --regid=65533 --clear-groups)
	mkdir own && chown 65533:65533 own
	"${nobody[@]}" true || skip_unless_must 'needs to become another user'
	"${nobody[@]}" mkdir own/store own/bundle
	"${nobody[@]}" "$DOBOZ_IMAGE" unpack --store own/store oci:layout:v1 > answer 2> warnings
	[ "$(wc -l < warnings)" = 1 ]
	[[ $(< warnings) == *'no range of subordinate ids'*', ignoring their owners' ]]
	[ "$(find own ! -uid 65533)" = '' ]
	"${nobody[@]}" "$DOBOZ_IMAGE" --store "$DOBOZ_STORE" bundle oci:layout:v1 own/bundle > config.json
	diff <(cd own/bundle/rootfs && find . -mindepth 1 -printf '%P %y %m %l\n' | LC_ALL=C sort) \
		<(cd "$UMOCI" && find . -mindepth 1 -printf '%P %y %m %l\n' | LC_ALL=C sort)
}

@test "the id map of a store has changed" {
	unpack oci:layout:v1
	mv store/idmap.json good
	jq -cj '.uid_map = ["0 1000 1"]' good > store/idmap.json
	refused 1 "made with the id map .* restore the old ranges" unpack oci:layout:v1
	mv good store/idmap.json
	unpack oci:layout:v1
}
