#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/clients/buildah.bats - buildah with --isolation oci: bud and run start doboz-oci themselves, without conmon
load clients
load containers

setup_file()
{
	clients_begin buildah
	containers_begin
	from=$(buildah from scratch)
	buildah add -q "$from" "$CLIENTS_SCRATCH/rootfs.tar" / > /dev/null
	buildah config --cmd /bin/sh "$from"
	buildah commit -q "$from" "$IMAGE" > /dev/null
}

setup() { c1=$(buildah from --cgroup-parent "$CLIENTS_CGROUP" "$IMAGE"); }
teardown() { buildah rm -a > /dev/null; }

# shellcheck disable=SC2154 # containers_storage is containers.bash's
buildah() { timeout 60 /usr/bin/buildah "${containers_storage[@]}" "$@"; }
# box OPTION...: `buildah run` in c1
box()
{
	buildah run --isolation oci --runtime "$RUNTIME" "$@"
}
# bud DIR OPTION...: build the Dockerfile from standard input
bud()
{
	local dir=$1
	shift

	mkdir -p "$dir" && cat > "$dir/Dockerfile"
	buildah bud --isolation oci --runtime "$RUNTIME" --cgroup-parent "$CLIENTS_CGROUP" --layers "$@" "$dir"
}

# bats test_tags=short
@test "run: output, input, the exit status, what cannot be executed" {
	outputs '^hi$' box "$c1" echo hi
	[ "$(echo through | box "$c1" cat)" = through ]
	run -7 box "$c1" sh -c 'exit 7'
	run -137 box "$c1" sh -c 'sh -c "kill -KILL \$\$"; exit $?'
	fails 1 'executable file not found in \$PATH' box "$c1" nonexist
	fails 1 'no such file or directory' box "$c1" /no/such
	fails 1 'permission denied' box "$c1" /etc/passwd
}

# bats test_tags=short
@test "run: user, folder, environment, host name, capabilities, terminal" {
	outputs '^1000 b /tmp h1$' box --user app --env A=b --workingdir /tmp --hostname h1 "$c1" sh -c 'echo $(id -u) $A $(pwd) $(hostname)'
	outputs 'CapEff:.0000000000000000' box --cap-drop ALL "$c1" cat /proc/self/status
	outputs 'Seccomp:.2' box "$c1" cat /proc/self/status
	outputs '/dev/pts/0' script -qec "/usr/bin/buildah ${containers_storage[*]} run -t --isolation oci --runtime $RUNTIME $c1 tty" /dev/null
}

# bats test_tags=short
@test "run: volumes, mounts, the network" {
	mkdir -p "$CLIENTS_SCRATCH/v"
	echo outside > "$CLIENTS_SCRATCH/v/file"
	outputs '^outside$' box -v "$CLIENTS_SCRATCH/v:/v:ro" "$c1" cat /v/file
	fails 1 'Read-only file system' box -v "$CLIENTS_SCRATCH/v:/v:ro" "$c1" touch /v/x
	outputs '^outside$' box --mount "type=bind,src=$CLIENTS_SCRATCH/v,dst=/v" "$c1" cat /v/file
	outputs 'tmpfs /t tmpfs .*size=1024k' box --mount type=tmpfs,dst=/t,tmpfs-size=1m "$c1" cat /proc/mounts
	outputs '^lo$' box --network none "$c1" ls /sys/class/net
	outputs outside0 box --network host "$c1" ls /sys/class/net
}

# bats test_tags=short
@test "bud: RUN, USER, WORKDIR, ENV, cached layers, a RUN that fails" {
	bud "$CLIENTS_SCRATCH/b1" -t built --network none << END
FROM $IMAGE
ENV A=b
RUN echo made by \$A > /made
WORKDIR /w
USER app
RUN id -u > /tmp/uid
RUN --mount=type=tmpfs,target=/scratch touch /tmp/here && ! touch /scratch/denied/x 2> /dev/null
END
	c2=$(buildah from --cgroup-parent "$CLIENTS_CGROUP" built)
	[ "$(box "$c2" sh -c 'cat /made /tmp/uid; pwd; ls -d /tmp/here')" = $'made by b\n1000\n/w\n/tmp/here' ]
	run bud "$CLIENTS_SCRATCH/b2" --network none <<< "$(printf 'FROM %s\nRUN exit 5\n' "$IMAGE")"
	[ "$status" = 5 ] || [ "$status" = 125 ]
	[[ $output == *'exit status 5'* ]]
	buildah rmi -f built
}

@test "bud: limits, secrets, a user namespace" {
	printf 'secret text' > "$CLIENTS_SCRATCH/secret"
	run -0 bud "$CLIENTS_SCRATCH/b3" --network none --memory 64m --secret "id=s,src=$CLIENTS_SCRATCH/secret" << END
FROM $IMAGE
RUN --mount=type=secret,id=s cat /run/secrets/s
END
	[[ $output == *'secret text'* ]]
	run -0 bud "$CLIENTS_SCRATCH/b4" --network none --userns-uid-map 0:100000:65536 --userns-gid-map 0:100000:65536 << END
FROM $IMAGE
RUN cat /proc/self/uid_map && touch /made
END
	[[ $output == *'0     100000      65536'* ]]
}
