#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/notify.bats - READY=1 of a payload, relayed to who started it: MAINPID, and the barrier behind it

load helpers

# manager HOLD: a service manager that writes down what it is sent; it drops the barrier's pipe after HOLD
manager()
{
	cat > "$SCRATCH/manager" << 'END'
import array, os, socket, sys, time
path, log, hold = sys.argv[1], sys.argv[2], float(sys.argv[3])
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
open(log, "w").close()
print("bound", flush=True)
while True:
    data, control, _, _ = s.recvmsg(4096, 64)
    with open(log, "a") as f: f.write(data.decode() + "\n")
    fds = array.array("i")
    for _, _, c in control: fds.frombytes(c[:len(c) - len(c) % fds.itemsize])
    if data == b"BARRIER=1":
        time.sleep(hold)
        with open(log, "a") as f: f.write("dropped\n")
        for fd in fds: os.close(fd)
END
	mkfifo "$SCRATCH/bound"
	python3 "$SCRATCH/manager" "$SCRATCH/manager.sock" "$SCRATCH/log" "$1" > "$SCRATCH/bound" 3>&- &
	MANAGER=$!
	read -r < "$SCRATCH/bound"
}

setup()
{
	test_begin
	# shellcheck disable=SC2034 # bundle uses it
	CGROUP=/$TAG
	MANAGER=
}

teardown()
{
	[ -z "$MANAGER" ] || kill "$MANAGER" || true
	test_end
}

# The payload says READY=1 when its standard input lets it.
ready_bundle()
{
	cat > "$SCRATCH/ready.c" << 'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main(void)
{
	struct sockaddr_un a = { AF_UNIX };
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);
	char c;
	if (read(0, &c, 1) != 1)
		return 9;
	strcpy(a.sun_path, getenv("NOTIFY_SOCKET"));
	if (sendto(s, "STATUS=x\nREADY=1", 16, 0, (void *)&a, sizeof a) < 0)
		return 8;
	return pause();
}
END
	bundle "$SCRATCH/b" /ready
	"${CC:-cc}" -static -D_GNU_SOURCE -o "$SCRATCH/b/rootfs/ready" "$SCRATCH/ready.c"
}

@test "start returns when the payload is ready and the manager has read it" {
	need_root
	manager 0.3
	ready_bundle
	mkfifo "$SCRATCH/go"
	exec 9<> "$SCRATCH/go"
	NOTIFY_SOCKET=$SCRATCH/manager.sock oci create --bundle "$SCRATCH/b" c <&9 > /dev/null 2>&1
	pid=$(oci state c | jq .pid)
	NOTIFY_SOCKET=$SCRATCH/manager.sock timeout 20 "$DOBOZ_OCI" --root "$STATE" start c 3>&- &
	starter=$!
	# control: nothing is said, and start waits, until the payload has its byte
	timeout 10 sh -c "until [ \"\$(readlink /proc/$pid/exe)\" = /ready ]; do sleep 0.02; done"
	[ ! -s "$SCRATCH/log" ]
	kill -0 "$starter"
	echo >&9
	wait "$starter"
	cat "$SCRATCH/log"
	[ "$(cat "$SCRATCH/log")" = "READY=1
MAINPID=$pid
BARRIER=1
dropped" ]
	exec 9>&-
	oci delete --force c
	no_leftovers
}

@test "start ends, too, when the payload dies without a word" {
	need_root
	manager 0
	ready_bundle
	NOTIFY_SOCKET=$SCRATCH/manager.sock oci create --bundle "$SCRATCH/b" c < /dev/null > /dev/null 2>&1
	NOTIFY_SOCKET=$SCRATCH/manager.sock timeout 20 "$DOBOZ_OCI" --root "$STATE" start c
	[ ! -s "$SCRATCH/log" ]
	oci delete --force c
	no_leftovers
}
