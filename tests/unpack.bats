#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/unpack.bats - `doboz unpack`: a bundle that every OCI runtime runs

load helpers

# A bundle of the test image whose process prints what all runtimes must agree on, once a runtime.
probe='id; cat /etc/motd; echo "$GREETING"; pwd; cat /proc/self/status | grep -E "^(Seccomp|NoNewPrivs|Cap)"; ls / | sort'

unpacked_bundle()
{
	make_image "$SCRATCH/image" v1
	doboz unpack "oci:$SCRATCH/image:v1" "$SCRATCH/bundle"
	edit "$SCRATCH/bundle" --arg probe "$probe" --arg cgroup "/$TAG" '.process.args = ["sh", "-c", $probe] |
		.linux.cgroupsPath = $cgroup'
}

@test "runc and crun run the bundle, and the container says the same as ours" {
	need_root
	need umoci runc crun jq
	unpacked_bundle
	oci run --bundle "$SCRATCH/bundle" ours > "$SCRATCH/ours"
	grep -q 'Unpacked from two layers' "$SCRATCH/ours"
	grep -q '^Seccomp:.2' "$SCRATCH/ours"
	runc --root "$SCRATCH/runc" run --bundle "$SCRATCH/bundle" runc > "$SCRATCH/runc.out"
	diff "$SCRATCH/ours" "$SCRATCH/runc.out"
	# crun refuses hosts with controllers on both v1 and v2; in a mount namespace of its own it sees none on v2
	: > "$SCRATCH/empty"
	unshare --mount --propagation private sh -c '
		list=/sys/fs/cgroup/unified/cgroup.controllers
		[ ! -e $list ] || mount --bind "$1/empty" $list
		exec crun --root "$1/crun" run --bundle "$1/bundle" crun' _ "$SCRATCH" > "$SCRATCH/crun.out"
	diff "$SCRATCH/ours" "$SCRATCH/crun.out"
}

@test "the config has the image's process, and its user as numbers" {
	need umoci jq
	make_image "$SCRATCH/image" v1
	umoci config --image "$SCRATCH/image:v1" --config.user app:extra --config.workingdir /home/app --config.cmd greet \
		--config.entrypoint /bin/echo --config.env A=b --config.label run.oci.handler=evil --config.label kept=yes
	doboz unpack "oci:$SCRATCH/image:v1" "$SCRATCH/bundle"
	jq -e '.process | .args == ["/bin/echo", "greet"] and .cwd == "/home/app" and .user.uid == 1000 and
		.user.gid == 2000 and (.env | index("A=b"))' "$SCRATCH/bundle/config.json"
	jq -e '.annotations | .kept == "yes" and (has("run.oci.handler") | not)' "$SCRATCH/bundle/config.json"
}

@test "what fails leaves nothing: an image that is not there, a user that is not there, a bundle that is" {
	need umoci
	make_image "$SCRATCH/image" v1
	refused 125 'no such image' doboz unpack "oci:$SCRATCH/image:none" "$SCRATCH/bundle"
	[ ! -e "$SCRATCH/bundle" ]
	umoci config --image "$SCRATCH/image:v1" --tag nobody --config.user nobody-here
	refused 125 'nobody-here' doboz unpack "oci:$SCRATCH/image:nobody" "$SCRATCH/bundle"
	[ ! -e "$SCRATCH/bundle" ]
	doboz unpack "oci:$SCRATCH/image:v1" "$SCRATCH/bundle" # the control
	refused 125 'rootfs' doboz unpack "oci:$SCRATCH/image:v1" "$SCRATCH/bundle"
	[ -x "$SCRATCH/bundle/rootfs/bin/busybox" ]
}

@test "an ordinary user unpacks and runs too" {
	need_root
	need_user
	need umoci
	make_image "$SCRATCH/image" v1
	chmod -R a+rX "$SCRATCH/image"
	user_doboz unpack "oci:$SCRATCH/image:v1" "$USER_DIR/bundle"
	run user_oci run --bundle "$USER_DIR/bundle" mine
	[ "$status" = 0 ]
	[ "$output" = 'Unpacked from two layers.' ]
}
