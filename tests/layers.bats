#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/layers.bats - one layer into one folder: the same tree as other tools make, and nothing outside of it

load helpers

TOOL=${DOBOZ_BUILD:-$BATS_TEST_DIRNAME/..}/tests/layer_tool

setup()
{
	test_begin
	cd "$SCRATCH" || return
	mkdir out
}

teardown()
{
	cd /
	test_end
}

# unpack BLOB DIR [OPTION...]: confined, as the helper does it
unpack()
{
	local blob=$1 dir=$2

	shift 2
	"$TOOL" --confine "$@" "$blob" "$dir"
}

digest() { echo "sha256:$(sha256sum < "$1" | cut -d ' ' -f 1)"; }

# what tars hold: every type, long names, holes, links, attributes, times
make_tree()
{
	mkdir -p t/deep/er t/empty "t/$(printf 'l%.0s' {1..200})/$(printf 'o%.0s' {1..200})"
	echo plain > t/plain
	echo 'naïve' > t/naïve
	printf 'x' > $'t/bytes \xff\n end'
	ln -s ../plain t/deep/link
	ln -s /nowhere/at/all t/dangling
	ln t/plain t/deep/hard
	ln t/plain t/zz-hard
	mkfifo t/fifo
	truncate -s 5M t/holes
	printf 'end' | dd of=t/holes bs=1 seek=5000000 conv=notrunc status=none
	printf 'mid' | dd of=t/holes bs=1 seek=2000000 conv=notrunc status=none
	head -c 3000000 /dev/urandom > t/large
	cp /bin/true t/setuid
	chown 12:34 t/setuid
	chmod 6755 t/setuid
	cp /bin/true t/capable
	setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 t/capable
	setfattr -n user.note -v hello t/plain
	chown 3000000000:4294967294 t/large
	chmod 1777 t/empty
	chmod 2750 t/deep
	mknod t/null c 1 3
	touch -d '2001-02-03 04:05:06.123456789' t/deep/er t/plain
	touch -h -d '1999-01-01' t/dangling
	touch -d '1980-01-01' t/deep t/empty t
}

@test "the tree is tar's tree, for each format and compression" {
	need_root
	need getfattr zstd
	make_tree
	for format in gnu pax; do
		tar --format=$format --sparse --xattrs --xattrs-include='*' -C t -cf $format.tar .
		gzip -k $format.tar
		zstd -q $format.tar
		mkdir "$format"
		tar -C "$format" --xattrs --xattrs-include='*' --same-owner -xpf $format.tar
		[ "$format" = gnu ] || diff <(tree t) <(tree pax) # control: tar loses nothing
		for blob in $format.tar $format.tar.gz $format.tar.zst; do
			mkdir "$blob.out"
			unpack "$blob" "$blob.out" --devices --digest "$(digest "$blob")" --diff-id "$(digest $format.tar)"
			diff <(tree "$format") <(tree "$blob.out")
		done
	done
}

@test "holes stay holes" {
	truncate -s 64M holes
	printf end | dd of=holes bs=1 seek=60000000 conv=notrunc status=none
	for format in gnu pax; do
		rm -rf out && mkdir out
		tar --format=$format --sparse -cf a.tar holes
		unpack a.tar out
		cmp holes out/holes
		[ "$(stat -c %b out/holes)" -lt 2048 ] # of 512 bytes
	done
	tar -cf a.tar holes # control: without --sparse the zeros are written
	rm -rf out && mkdir out
	unpack a.tar out
	[ "$(stat -c %b out/holes)" -gt 2048 ]
}

@test "each hostile layer is refused or stays inside; its harmless twin unpacks" {
	need_root
	need python3
	local failures=0 name options expectation rest got status stat

	mkdir cases outside
	echo canary > outside/canary
	outside() { find outside -printf '%p %m %U %G %s %T@ %C@ %y %n %l\n' | LC_ALL=C sort; cat outside/canary; }
	complain() { echo "$name: expected '$expectation', got status $status, '$got' $1"; failures=$((failures + 1)); }
	python3 "$BATS_TEST_DIRNAME/make_hostile.py" "$SCRATCH/outside" cases
	[ "$(wc -l < cases/cases)" -ge 90 ]
	outside > before
	while IFS=$'\t' read -r name options expectation; do
		[ "$options" != - ] || options=
		rm -rf --one-file-system out && mkdir out
		status=0
		# shellcheck disable=SC2086 # options are words
		got=$(unpack cases/$name.bad.tar out $options 2>&1) || status=$?
		outside | cmp -s - before || complain 'OUTSIDE CHANGED'
		rest=${expectation#* }
		case $expectation in
		'refused '*) [[ $status = 1 && $got = *"$rest"* && $(wc -l <<< "$got") = 1 ]] || complain ;;
		'has '*) [[ $status = 0 && ( -e out/$rest || -L out/$rest ) ]] || complain ;;
		'hasnt '*) [[ $status = 0 && ! -e out/$rest ]] || complain ;;
		'is '*)
			stat=$(stat -c '%F:%a:%u:%g:%s:%Y:%h' "out/${rest%% *}")
			[[ $status = 0 && $stat = *"${rest#* }"* ]] || complain "$stat"
			;;
		*) complain 'unknown expectation' ;;
		esac
		rm -rf --one-file-system out && mkdir out
		# shellcheck disable=SC2086
		got=$(unpack cases/$name.good.tar out $options 2>&1) || complain 'CONTROL FAILS'
	done < cases/cases
	[ "$failures" = 0 ]
}

@test "overlay's own attributes and the host's are dropped, the others kept" {
	need_root
	need python3 getfattr
	mkdir cases outside
	python3 "$BATS_TEST_DIRNAME/make_hostile.py" "$SCRATCH/outside" cases
	unpack cases/xattr-overlay.bad.tar out
	[ -z "$(getfattr -d -m 'overlay' out/d)" ]
	unpack cases/xattr-host.bad.tar out
	[ -z "$(getfattr -d -m '^(trusted|security.ima|nonsense)' out/f)" ]
	unpack cases/xattr-overlay.good.tar out
	getfattr -n user.a out/d # control
	unpack cases/xattr-capability.bad.tar out
	getcap out/f | grep -q cap_net_bind_service
}

@test "a wrong digest, size or diffID is refused, whatever the blob" {
	local good bad='sha256:0000000000000000000000000000000000000000000000000000000000000000'

	head -c 300000 /dev/urandom > file
	tar -cf a.tar file
	gzip -k a.tar
	good=$(digest a.tar.gz)
	unpack a.tar.gz out --digest "$good" --diff-id "$(digest a.tar)" # control
	run unpack a.tar.gz out --digest $bad --diff-id "$(digest a.tar)"
	[ "$status" = 1 ] && [[ $output = *"the blob has digest $good, expected $bad"* ]]
	run unpack a.tar.gz out --digest "$good" --diff-id $bad
	[ "$status" = 1 ] && [[ $output = *"the uncompressed layer has digest $(digest a.tar), expected $bad"* ]]
	run unpack a.tar.gz out --digest "$good" --size $(($(stat -c %s a.tar.gz) - 1))
	[ "$status" = 1 ] && [[ $output = *"the blob has digest"* ]]
	run unpack a.tar.gz out --digest "$good" --size $(($(stat -c %s a.tar.gz) + 1))
	[ "$status" = 1 ] && [[ $output = *"the blob ends after"* ]]
	run unpack a.tar.gz out --digest "${good^^}"
	[ "$status" = 1 ]
	run unpack a.tar.gz out --digest md5:d41d8cd98f00b204e9800998ecf8427e
	[ "$status" = 1 ]
	unpack a.tar.gz out --digest "sha512:$(sha512sum < a.tar.gz | cut -d ' ' -f 1)"
}

@test "bytes behind the archive's end count for the diffID" {
	echo x > file
	tar -cf a.tar file
	cp a.tar b.tar
	head -c 300000 /dev/zero >> b.tar
	printf 'not a tar' >> b.tar
	gzip -k b.tar
	unpack b.tar.gz out --diff-id "$(digest b.tar)"
	run unpack b.tar.gz out --diff-id "$(digest a.tar)"
	[ "$status" = 1 ] && [[ $output = *'the uncompressed layer has digest'* ]]
}

@test "streams of several members or frames, with NULs or skippable frames between" {
	need zstd
	head -c 700000 /dev/urandom > file
	tar -cf a.tar file
	split -b 100000 a.tar piece.
	for p in piece.*; do gzip -c "$p" >> a.tar.gz; done
	head -c 5000 /dev/zero >> a.tar.gz
	unpack a.tar.gz out --diff-id "$(digest a.tar)"
	cmp file out/file
	printf '\x50\x2a\x4d\x18\x05\x00\x00\x00hello' > a.tar.zst
	for p in piece.*; do zstd -qc "$p" >> a.tar.zst; done
	printf '\x5f\x2a\x4d\x18\x00\x00\x00\x00' >> a.tar.zst
	rm out/file
	unpack a.tar.zst out --diff-id "$(digest a.tar)"
	cmp file out/file
	run unpack <(head -c 400000 a.tar.zst) out --size 400000 --diff-id "$(digest a.tar)"
	[ "$status" = 1 ] && [[ $output = *'zstd data is cut short'* ]]
	: > empty
	unpack empty out
}

@test "a zstd window above 32 MiB is refused" {
	need zstd
	head -c 70000000 /dev/zero > file
	tar -cf a.tar file
	zstd -q --long=25 -c a.tar > small.zst
	zstd -q --long=27 -c a.tar > large.zst
	unpack small.zst out --diff-id "$(digest a.tar)"
	run unpack large.zst out --diff-id "$(digest a.tar)"
	[ "$status" = 1 ] && [[ $output = *zstd* ]]
}

# two layers with everything that crosses from one to the other
make_layers()
{
	mkdir -p 1/usr/lib 1/tmp 1/root/dir 1/opaque/sub 1/gone/dir 1/both/old 1/links 1/late
	ln -s usr/lib 1/lib
	ln -s / 1/links/root
	echo 1 > 1/usr/lib/x
	echo 1 > 1/root/dir/file
	echo linked > 1/links/target
	setfattr -n user.note -v lower 1/root/dir
	touch 1/opaque/a 1/opaque/sub/b 1/gone/dir/c 1/both/old/d 1/both/e 1/late/low 1/plain
	chmod 1777 1/tmp
	chmod 700 1/root
	chown 5:6 1/root/dir
	find 1 -exec touch -h -d '2003-03-03' {} +
	tar -C 1 --xattrs --xattrs-include='*' --format=pax --sort=name -cf 1.tar .
	python3 - <<-'END'
	import io, tarfile
	t = tarfile.open("2.tar", "w", format=tarfile.PAX_FORMAT)
	def add(name, type=tarfile.REGTYPE, data=b"", link="", mode=0o644):
	    i = tarfile.TarInfo(name)
	    i.type, i.size, i.linkname, i.mode, i.mtime = type, len(data), link, mode, 1111111111
	    t.addfile(i, io.BytesIO(data))
	add("lib/y", data=b"through the symlink")
	add("tmp/f")
	add("root/dir/new")
	add("links/root/usr/z")
	add("links/second", tarfile.LNKTYPE, link="links/target")
	add("opaque/new")
	add("opaque/.wh..wh..opq")
	add("opaque/sub/mine")
	add("both/mine")
	add(".wh.both")
	add(".wh.gone")
	add("gone/fresh")
	add("late/.wh.low")
	add("late/added")
	add(".wh.plain")
	add("plain", tarfile.DIRTYPE, mode=0o711)
	add(".wh.never")
	t.close()
	END
}

@test "layers on top of each other mean the same merged, as overlay, and for umoci" {
	need_root
	need python3 umoci skopeo getfattr
	make_layers
	mkdir merged one two over
	unpack 1.tar merged --merged
	unpack 2.tar merged --merged
	unpack 1.tar one
	unpack 2.tar two --lower one
	mount -t overlay overlay -o userxattr,lowerdir=two:one over
	tree merged > merged.tree
	tree over > over.tree
	umount over
	diff merged.tree over.tree
	[ "$(cat merged/usr/lib/y)" = 'through the symlink' ]
	[ "$(stat -c %a:%u:%g merged/root/dir)" = 755:5:6 ]
	[ "$(stat -c %h merged/links/target)" = 2 ]
	[ -d merged/opaque/sub ] && ! [ -e merged/opaque/a ] && ! [ -e merged/opaque/sub/b ]
	[ -e merged/gone/fresh ] && ! [ -e merged/gone/dir ]
	[ -e merged/both/mine ] && ! [ -e merged/both/e ] && ! [ -e merged/both/old ]

	umoci init --layout image
	umoci new --image image:a
	umoci raw add-layer --image image:a 1.tar
	umoci raw add-layer --image image:a 2.tar
	umoci unpack --image image:a bundle
	# What an implicit parent gets differs (ours: in both orders as if the whiteout came first).
	names() { (cd "$1" && find . -printf '%P %y %l\n' | LC_ALL=C sort; find . -type f -exec sha256sum {} + | LC_ALL=C sort); }
	diff <(names merged) <(names bundle/rootfs)
}

@test "a layer says whether it depends on those below" {
	mkdir lower
	mkdir t
	touch t/f
	tar -C t -cf whole.tar .
	tar -cf part.tar t/f
	run unpack whole.tar out --lower lower
	[[ $output = *'depends 0'* ]]
	run unpack part.tar out --lower lower
	[[ $output = *'depends 1'* ]]
}

@test "a part of Debian is the same tree as tar makes" {
	need_root
	tar -C /usr/share --sort=name -cf a.tar perl5 zoneinfo bash-completion
	mkdir other
	tar -C other --same-owner -xpf a.tar
	unpack a.tar out
	diff <(tree other) <(tree out)
}

@test "memory stays flat, whatever the layer" {
	need zstd
	if ldd "$TOOL" | grep -q libasan; then skip 'AddressSanitizer reserves terabytes'; fi
	head -c 400000000 /dev/zero > file
	tar -cf - file | zstd -q --long=25 > a.tar.zst
	# The window, the ring of buffers, libraries and two stacks: far below the layer's size.
	(ulimit -v 262144 && "$TOOL" a.tar.zst out)
	cmp file out/file
}

@test "an archive that ends with the last file's data, as umoci insert writes it; not inside of it" {
	echo text > f
	head -c 1000 /dev/urandom > g
	tar -cf whole.tar f g
	head -c 2536 whole.tar > bare.tar
	unpack bare.tar out
	cmp g out/g
	for length in 2535 2100 2048 1300; do
		head -c "$length" whole.tar > cut.tar
		rm -rf out && mkdir out
		run unpack cut.tar out
		[ "$status" = 1 ] && [[ $output = *"entry 2 "*"the archive "* ]]
	done
}
