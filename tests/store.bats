#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/store.bats - images by name: load, tag, images, run, and what other tools say of the same bytes

load helpers
load images

# archives: the test image as every form that load takes
archives()
{
	need skopeo
	skopeo copy -q "oci:$LAYOUT:t" "docker-archive:$SCRATCH/docker.tar:some/tiny:v1"
	skopeo copy -q "oci:$LAYOUT:t" "oci-archive:$SCRATCH/oci.tar:q.example/tiny:v2"
	skopeo copy -q "oci:$LAYOUT:t" "dir:$SCRATCH/dir"
	skopeo copy -q "oci:$LAYOUT:t" "oci-archive:$SCRATCH/unnamed.tar"
}

# The config's digest, which every tool calls the image's id
image_id() { jq -r '.config.digest' "$LAYOUT/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$LAYOUT/index.json")"; }

@test "load takes every form, names it as podman does, and the image keeps its id" {
	need umoci jq
	archives
	[ "$(doboz load -i "$SCRATCH/docker.tar")" = 'Loaded image: docker.io/some/tiny:v1' ]
	[ "$(doboz load -i "$SCRATCH/oci.tar")" = 'Loaded image: q.example/tiny:v2' ]
	[ "$(doboz load -i "$LAYOUT")" = 'Loaded image: localhost/t:latest' ]
	[ "$(doboz load "oci:$LAYOUT")" = 'Loaded image: localhost/t:latest' ]
	[ "$(doboz load -i "$SCRATCH/dir")" = "Loaded image ID: $(image_id)" ]
	[ "$(doboz load -q -i "$SCRATCH/unnamed.tar")" = "$(image_id)" ]
	[ "$(doboz images -q --no-trunc)" = "$(image_id)" ]
	[ "$(doboz images --format json | jq 'length')" = 3 ]
	# each by name, by the first digits of its id, and by the id
	for name in some/tiny:v1 docker.io/some/tiny:v1 q.example/tiny:v2 t localhost/t "$(image_id)" "$(doboz images -q)"; do
		[ "$(box "$name")" = 'Unpacked from two layers.' ]
	done
	nothing_left
}

@test "podman gives the same names to the same archives" {
	need_root
	need podman umoci
	archives
	for archive in docker.tar oci.tar; do
		podman --root "$SCRATCH/podman" --runroot "$SCRATCH/podman.run" --storage-driver vfs load -q -i "$SCRATCH/$archive" \
			> "$SCRATCH/theirs"
		doboz load -i "$SCRATCH/$archive" > "$SCRATCH/ours"
		diff "$SCRATCH/theirs" "$SCRATCH/ours"
	done
}

@test "skopeo reads the store as the layout that it is, and every blob of it is what its name says" {
	need umoci jq
	archives
	doboz load -i "$SCRATCH/docker.tar"
	doboz load -i "$SCRATCH/oci.tar"
	skopeo copy -q "oci:$DOBOZ_STORE:docker.io/some/tiny:v1" "oci:$SCRATCH/back:t"
	skopeo inspect --config "oci:$DOBOZ_STORE:q.example/tiny:v2" > "$SCRATCH/config"
	skopeo inspect --config "oci:$LAYOUT:t" | diff - "$SCRATCH/config"
	(cd "$DOBOZ_STORE/blobs/sha256" && for blob in *; do echo "$blob  $blob"; done | sha256sum --check --quiet)
	umoci unpack --image "$SCRATCH/back:t" "$SCRATCH/bundle" > /dev/null 2>&1
	[ "$(cat "$SCRATCH/bundle/rootfs/etc/motd")" = 'Unpacked from two layers.' ]
}

@test "load reads a pipe, and archives that are packed as a whole" {
	need umoci zstd
	archives
	[ "$(doboz load < <(cat "$SCRATCH/docker.tar"))" = 'Loaded image: docker.io/some/tiny:v1' ]
	[ "$(gzip < "$SCRATCH/docker.tar" | doboz load)" = 'Loaded image: docker.io/some/tiny:v1' ]
	[ "$(zstd -q < "$SCRATCH/oci.tar" | doboz load -i -)" = 'Loaded image: q.example/tiny:v2' ]
	[ "$(box tiny:v2 2>&1)" = 'doboz: no such image: tiny:v2' ]
	[ "$(box q.example/tiny:v2)" = 'Unpacked from two layers.' ]
	[ -z "$(ls "$DOBOZ_STORE/tmp")" ]
}

@test "docker save and podman save are loaded: many images, both layouts in one archive, shared layers" {
	need_root
	need podman umoci jq
	archives
	podman() { command podman --root "$SCRATCH/podman" --runroot "$SCRATCH/podman.run" --storage-driver vfs "$@"; }
	podman load -q -i "$SCRATCH/docker.tar"
	podman tag some/tiny:v1 localhost/second:x
	podman save -q -m -o "$SCRATCH/many.tar" some/tiny:v1 localhost/second:x
	[ "$(doboz load -i "$SCRATCH/many.tar" | sort)" = "$(printf 'Loaded image: %s\n' docker.io/some/tiny:v1 localhost/second:x)" ]
	# since version 25 docker writes both: names are in its own annotation
	mkdir "$SCRATCH/both"
	tar -C "$SCRATCH/both" -xf "$SCRATCH/oci.tar"
	jq '.manifests[0].annotations = {"io.containerd.image.name": "docker.io/library/new:1", "org.opencontainers.image.ref.name": "1"}' \
		"$SCRATCH/both/index.json" > "$SCRATCH/index" && mv "$SCRATCH/index" "$SCRATCH/both/index.json"
	echo '[{"Config": "nothing.json", "RepoTags": ["new:1"], "Layers": []}]' > "$SCRATCH/both/manifest.json"
	tar -C "$SCRATCH/both" -cf "$SCRATCH/both.tar" .
	[ "$(doboz load -i "$SCRATCH/both.tar")" = 'Loaded image: docker.io/library/new:1' ]
	[ "$(box new:1)" = 'Unpacked from two layers.' ]
}

@test "tag gives names, and moves them" {
	need umoci
	cp -r "$LAYOUT" "$SCRATCH/image"
	umoci config --image "$SCRATCH/image:t" --tag u --config.cmd true
	doboz load -i "$SCRATCH/image" > /dev/null
	refused 125 'no such image: nothing' doboz tag nothing x
	refused 125 'invalid reference format' doboz tag t X
	refused 125 'cannot be given a digest' doboz tag t "x@sha256:$(printf '%064d' 0)"
	doboz tag t b:1 q.example/c
	[ "$(box q.example/c)" = 'Unpacked from two layers.' ]
	[ "$(box localhost/b:1)" = 'Unpacked from two layers.' ]
	doboz tag u b:1
	[ -z "$(box b:1)" ]
	[ "$(box t)" = 'Unpacked from two layers.' ]
}

@test "run: a name that is not there, and what is no name" {
	refused_run 125 '^doboz: no such image: nothing$' nothing
	refused_run 125 '^doboz: no such image: deadbeef$' deadbeef
	refused_run 125 'invalid reference format' ../../etc
	refused_run 125 'invalid reference format' 'a@sha256:../../etc/passwd'
	refused_run 125 'invalid reference format' $'a\nb'
}

@test "inspect and history say what skopeo and podman say" {
	need_root
	need umoci skopeo podman jq
	archives
	doboz load -i "$SCRATCH/docker.tar" > /dev/null
	doboz tag some/tiny:v1 q.example/other:x
	doboz inspect some/tiny:v1 > "$SCRATCH/ours"
	podman() { command podman --root "$SCRATCH/podman" --runroot "$SCRATCH/podman.run" --storage-driver vfs "$@"; }
	podman load -q -i "$SCRATCH/docker.tar" > /dev/null
	podman inspect some/tiny:v1 > "$SCRATCH/theirs"
	for field in Architecture Os Created Config.Env Config.Cmd Config.WorkingDir RootFS.Layers; do
		query=".[0].$field // .[0].RootFS.diff_ids"
		diff <(jq -c "$query" "$SCRATCH/ours") <(jq -c "$query" "$SCRATCH/theirs")
	done
	jq -e --arg id "$(image_id)" '.[0] | .Id == $id and .RepoTags == ["docker.io/some/tiny:v1", "q.example/other:x"] and
		.Unpacked == false and (.Layers | length) == 2 and .Size > 1000000' "$SCRATCH/ours"
	box some/tiny:v1 > /dev/null
	jq -e '.[0].Unpacked' <<< "$(doboz inspect --type image some/tiny:v1)"
	diff <(doboz history --format json some/tiny:v1 | jq -c '.[].CreatedBy') \
		<(podman history --format json --no-trunc some/tiny:v1 | jq -c '.[].CreatedBy')
	[ "$(doboz history some/tiny:v1 | wc -l)" = "$(podman history some/tiny:v1 | wc -l)" ]
	run doboz inspect nothing
	[ "$status" = 125 ]
	[[ $output = *'no such container or image: nothing' ]]
	run doboz inspect --type image c-nothing
	[[ $output = *'no such image: c-nothing' ]]
}

# ---- rmi and gc ----

blobs() { find "$DOBOZ_STORE/blobs" -type f | wc -l; }
layer_folders() { find "$DOBOZ_STORE/layers" -mindepth 1 -maxdepth 1 | wc -l; }
images() { find "$DOBOZ_STORE/images" -mindepth 2 -maxdepth 2 | wc -l; }

@test "rmi takes names, and the image with the last one" {
	need umoci
	doboz load -i "$LAYOUT" > /dev/null
	doboz tag t u q.example/v
	box t > /dev/null
	id=$(doboz images -q --no-trunc)
	[ "$(doboz rmi u)" = 'Untagged: localhost/u:latest' ]
	[ "$(blobs)" = 4 ]
	run doboz rmi "$id"
	[ "$status" = 125 ]
	[[ $output = *'has 2 names'* ]]
	[ "$(doboz rmi q.example/v)" = 'Untagged: q.example/v:latest' ]
	[ "$(doboz rmi t)" = "$(printf 'Untagged: localhost/t:latest\nDeleted: %s' "$id")" ]
	[ "$(blobs) $(ls "$DOBOZ_STORE/tmp")" = '0 ' ]
	# the unpacked image of setup_file is the same one; nothing is left of it either
	[ "$(layer_folders) $(images)" = '0 0' ]
	run doboz rmi t nothing u
	[ "$status" = 125 ]
	[ "${#lines[@]}" = 3 ]
	# all at once by its id
	doboz load -i "$LAYOUT" > /dev/null
	doboz tag t u
	doboz rmi -f "$id"
	[ "$(blobs)" = 0 ]
	nothing_left
}

@test "rmi leaves what another image shares, and what containers lie on" {
	need umoci
	cp -r "$LAYOUT" "$SCRATCH/image"
	umoci config --image "$SCRATCH/image:t" --tag u --config.cmd true
	doboz load -i "$SCRATCH/image" > /dev/null
	[ "$(blobs)" = 6 ]
	box t > /dev/null
	box u
	doboz rmi u
	[ "$(blobs)" = 4 ]
	[ "$(box t)" = 'Unpacked from two layers.' ]
	doboz run -d --name holder t sleep 1000
	run doboz rmi t
	[ "$status" = 125 ]
	[[ $output = *'used by container holder'* ]]
	doboz rmi -f t
	[ "$(blobs)" = 0 ]
	[ "$(doboz exec holder cat /etc/motd)" = 'Unpacked from two layers.' ]
	doboz gc
	[ "$(doboz exec holder cat /etc/motd)" = 'Unpacked from two layers.' ]
	[ "$(layer_folders)" = 2 ]
	doboz rm -f holder
	doboz gc
	[ "$(layer_folders)" = 0 ]
	nothing_left
}

@test "gc removes what no name and no container needs: blobs, unpacked images, layers, references, and no more" {
	need umoci
	doboz load -i "$LAYOUT" > /dev/null
	box t > /dev/null
	doboz gc
	[ "$(blobs) $(layer_folders) $(images)" = '4 2 1' ]
	# what others left
	echo x > "$DOBOZ_STORE/blobs/sha256/$(printf '%064d' 0)"
	mkdir -p "$DOBOZ_STORE/layers/$(printf '%064d' 0)/fs/a/b" "$DOBOZ_STORE/images/sha256/$(printf '%064d' 0)"
	echo "sha256:$(printf '%064d' 0)" > "$DOBOZ_STORE/refs/index-x"
	mkdir "$DOBOZ_STORE/tmp/old"
	touch "$DOBOZ_STORE/.index.json.1234"
	[[ "$(doboz gc)" = 'Deleted: 1 blobs, 1 layers, 1 unpacked images'* ]]
	[ "$(blobs) $(layer_folders) $(images)" = '4 2 1' ]
	[ -z "$(ls "$DOBOZ_STORE/tmp")" ]
	[ ! -e "$DOBOZ_STORE/refs/index-x" ]
	[ ! -e "$DOBOZ_STORE/.index.json.1234" ]
	[ "$(box t)" = 'Unpacked from two layers.' ]
	# an image that is damaged hides what it needs
	manifest=$(jq -r '.manifests[0].digest[7:]' "$DOBOZ_STORE/index.json")
	echo '{' > "$DOBOZ_STORE/blobs/sha256/$manifest"
	run doboz gc
	[ "$status" = 125 ]
	[[ $output = *'is damaged'* ]]
	[ "$(layer_folders)" = 2 ]
	doboz rmi t
	doboz gc
	[ "$(blobs) $(layer_folders) $(images)" = '0 0 0' ]
}

@test "gc waits for who is at work, and a container that starts keeps gc waiting" {
	need umoci
	doboz load -i "$LAYOUT" > /dev/null
	mkfifo "$SCRATCH/pipe"
	doboz load < "$SCRATCH/pipe" > "$SCRATCH/loaded" 2>&1 3>&- &
	loading=$!
	exec 8> "$SCRATCH/pipe"
	tar -C "$LAYOUT" -cf "$SCRATCH/layout.tar" .
	# more than a pipe holds: behind it load has begun to copy, and so holds its lock
	head -c 200000 "$SCRATCH/layout.tar" >&8
	run -124 timeout 1 "$DOBOZ" --root "$STATE" gc 3>&- 8>&-
	tail -c +200001 "$SCRATCH/layout.tar" >&8
	exec 8>&-
	wait "$loading"
	doboz gc # the control
	[ "$(box t)" = 'Unpacked from two layers.' ]
}

# ---- verify and repair ----

# found PATTERN: verify says so, with status 1; repair makes it good, and the image runs
found()
{
	run doboz verify
	if [ "$status" != 1 ] || ! [[ $output =~ $1 ]]; then
		printf 'verify: status %s, expected 1 and: %s\n%s\n' "$status" "$1" "$output"
		return 1
	fi
	doboz repair > "$SCRATCH/repaired"
	doboz verify | grep -q ' 0 are not$'
	[ "$(box t)" = 'Unpacked from two layers.' ]
}

@test "verify finds every kind of change of a layer, and repair takes it back" {
	need_root
	need umoci
	doboz load -i "$LAYOUT" > /dev/null
	box t > /dev/null
	[ "$(doboz verify)" = '4 blobs and 2 layers are right, 0 are not' ]
	motd=$(find "$DOBOZ_STORE"/layers/*/fs/etc/motd)
	fs=${motd%/etc/motd}
	[ -f "$motd" ]
	stamp() { touch -d "$(stat -c %y "$SCRATCH/motd")" "$motd" && touch -d "$(stat -c %y "$SCRATCH/etc")" "${motd%/*}"; }
	cp -a "$motd" "$SCRATCH/motd"
	cp -a "${motd%/*}" "$SCRATCH/etc"
	printf X | dd of="$motd" conv=notrunc status=none; stamp; found 'bad layer .*/etc/motd: content'
	printf X >> "$motd"; stamp; found '/etc/motd: size'
	chmod u+s "$motd"; found '/etc/motd: type or mode'
	chown 7 "$motd"; stamp; found '/etc/motd: owner'
	touch "$motd"; found '/etc/motd: modification time'
	setfattr -n user.x -v y "$motd"; stamp; found '/etc/motd: .*attributes'
	rm "$motd"; stamp 2> /dev/null || touch -d "$(stat -c %y "$SCRATCH/etc")" "${motd%/*}"; rm -f "$motd"
	touch -d "$(stat -c %y "$SCRATCH/etc")" "${motd%/*}"; found '/etc/motd: missing'
	touch "$fs/etc/new"; touch -d "$(stat -c %y "$SCRATCH/etc")" "$fs/etc"; found '/etc: entries that do not belong'
	ln "$motd" "$fs/etc/link"; rm "$fs/etc/link"; touch -d "$(stat -c %y "$SCRATCH/etc")" "$fs/etc"
	doboz verify # the control: nothing has changed
	ln -f "$motd" "$SCRATCH/outside"; found '/etc/motd: number of links'
	mv "$motd" "$SCRATCH/moved"; ln -s /etc/passwd "$motd"; found '/etc/motd: type or mode|/etc: modification'
	nothing_left
}

@test "repair removes bad blobs and says which; a good load brings them back" {
	need umoci jq
	doboz load -i "$LAYOUT" > /dev/null
	box t > /dev/null
	layer=$(jq -r '.layers[1].digest' "$DOBOZ_STORE/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$DOBOZ_STORE/index.json")")
	printf X | dd of="$DOBOZ_STORE/blobs/sha256/${layer#*:}" bs=1 seek=5 conv=notrunc status=none
	run doboz verify --format json
	[ "$status" = 1 ]
	[ "$(jq -r '.badBlobs[].name' <<< "$output")" = "$layer" ]
	[ "$(jq '.unproven | length' <<< "$output")" = 2 ]
	doboz repair | grep -q "removed blob $layer"
	[ ! -e "$DOBOZ_STORE/blobs/sha256/${layer#*:}" ]
	doboz load -i "$LAYOUT" > /dev/null
	[ "$(doboz verify)" = '4 blobs and 2 layers are right, 0 are not' ]
}

@test "repair leaves a layer that a container lies on, and says so" {
	need_root
	need umoci
	doboz load -i "$LAYOUT" > /dev/null
	doboz run -d --name holder t sleep 1000
	echo x > "$(find "$DOBOZ_STORE"/layers/*/fs/etc/motd)"
	run doboz repair
	[ "$status" = 1 ]
	[[ $output = *'a container lies on it'* ]]
	[ "$(doboz exec holder cat /etc/motd)" = x ]
	doboz rm -f holder
	doboz repair
	[ "$(box t)" = 'Unpacked from two layers.' ]
	nothing_left
}

@test "killed at 100 random points of load, unpack, tag, rmi, gc and repair, the store verifies each time" {
	need_root
	need umoci skopeo python3
	skopeo copy -q "oci:$LAYOUT:t" "docker-archive:$SCRATCH/docker.tar:some/tiny:v1"
	rm -rf "$DOBOZ_STORE"
	"$TESTS/kill_store" "$DOBOZ" "$SCRATCH/docker.tar" 100
}

# ---- hostile sources ----

# edited FILTER: a copy of the image's layout with another index.json, as DIR
edited()
{
	rm -rf "$SCRATCH/hostile"
	cp -r "$LAYOUT" "$SCRATCH/hostile"
	jq "$1" "$LAYOUT/index.json" > "$SCRATCH/hostile/index.json"
}

# nothing_came PATTERN: load of it is refused in one line, and the store is as it was
nothing_came()
{
	refused 125 "$1" doboz load -i "${2:-$SCRATCH/hostile}"
	[ "$(jq '.manifests | length' "$DOBOZ_STORE/index.json")" = 0 ]
	[ -z "$(find "$DOBOZ_STORE/blobs" "$DOBOZ_STORE/tmp" -mindepth 2)" ]
}

name() { edited ".manifests[0].annotations[\"org.opencontainers.image.ref.name\"] = $1"; }

@test "hostile names, digests and indexes are refused, and nothing of them stays" {
	need umoci jq
	name '"../../x"'; nothing_came 'invalid reference format'
	name '"a/../../x:t"'; nothing_came 'invalid reference format'
	name '"a\u001b[2J\nb"'; nothing_came 'invalid reference format'
	name "\"$(printf '%0300d' 0)\""; nothing_came 'invalid reference format'
	edited '.manifests[0].digest = "sha256:../../../../etc/passwd"'; nothing_came 'is not a digest'
	edited '.manifests[0].digest = "sha256/x:y"'; nothing_came 'not a digest|not supported'
	edited '.manifests[0].size += 1'; nothing_came 'descriptor says'
	edited '.manifests = [range(100000) | {}]'; nothing_came 'mediaType'
	edited '.manifests = [.manifests[0] as $m | range(20000) | $m]'; nothing_came 'larger|more than|bytes'
	edited '.manifests = []'; nothing_came 'no image'
	edited '.manifests = {}'; nothing_came 'no list'
	printf '{"schemaVersion":2,"manifests":[],"manifests":[]}' > "$SCRATCH/hostile/index.json"; nothing_came 'index.json'
	# the control: the same name twice is one image
	edited '.manifests += .manifests'
	doboz load -i "$SCRATCH/hostile"
	[ "$(jq '.manifests | length' "$DOBOZ_STORE/index.json")" = 1 ]
}

@test "a blob that is not what its name says, or a layer that is not what the config says, never comes in" {
	need umoci jq
	local blob
	archives
	edited .
	for blob in "$SCRATCH"/hostile/blobs/sha256/*; do
		cp -r "$SCRATCH/hostile" "$SCRATCH/bad"
		printf 'X' | dd of="$SCRATCH/bad/blobs/sha256/${blob##*/}" bs=1 seek=5 conv=notrunc status=none
		nothing_came 'digest' "$SCRATCH/bad"
		rm -r "$SCRATCH/bad"
		cp -r "$SCRATCH/hostile" "$SCRATCH/bad"
		rm "$SCRATCH/bad/blobs/sha256/${blob##*/}"
		nothing_came 'no such file' "$SCRATCH/bad"
		rm -r "$SCRATCH/bad"
	done
	mkdir "$SCRATCH/docker"
	tar -C "$SCRATCH/docker" -xf "$SCRATCH/docker.tar"
	jq '.[0].Layers |= reverse' "$SCRATCH/docker/manifest.json" > "$SCRATCH/m" && mv "$SCRATCH/m" "$SCRATCH/docker/manifest.json"
	tar -C "$SCRATCH/docker" -cf "$SCRATCH/swapped.tar" .
	nothing_came 'layer 0 has digest' "$SCRATCH/swapped.tar"
	jq '.[0].RepoTags = ["a", "../x"]' "$SCRATCH/docker/manifest.json" > "$SCRATCH/m" && mv "$SCRATCH/m" "$SCRATCH/docker/manifest.json"
	tar -C "$SCRATCH/docker" -cf "$SCRATCH/named.tar" .
	nothing_came 'layer 0 has digest|invalid reference' "$SCRATCH/named.tar"
	doboz load -i "$SCRATCH/docker.tar" # the control
}

@test "an ordinary user loads, tags and runs" {
	need_root
	need_user
	need umoci
	archives
	user_ready
	cp "$SCRATCH/docker.tar" "$USER_DIR/docker.tar"
	chmod a+r "$USER_DIR/docker.tar"
	user_doboz load -i "$USER_DIR/docker.tar"
	user_doboz tag some/tiny:v1 mine
	[ "$(user_box mine)" = 'Unpacked from two layers.' ]
	user_nothing_left
}
