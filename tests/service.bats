# SPDX-License-Identifier: Apache-2.0
# tests/service.bats - unmodified Debian with its own services: nginx, postgresql
# shellcheck disable=SC2153 # IMAGE and USER_IMAGE are of images.bash
load helpers
load images

setup_file()
{
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	export LAYOUT=$BATS_FILE_TMPDIR/image
	[ "$EUID" = 0 ] || return 0
	command -v debootstrap umoci > /dev/null || return 0
	"$TESTS/make-debian" "$LAYOUT" nginx-light postgresql 2> "$BATS_FILE_TMPDIR/why" || rm -rf "$LAYOUT"
	[ ! -e "$LAYOUT" ] || DOBOZ_STORE=$BATS_FILE_TMPDIR/store "$DOBOZ" --root "$BATS_FILE_TMPDIR/state" \
		run --rm "oci:$LAYOUT:t" true
}

# The store is the file's own: a copy of it for each test would take longer than the tests.
setup()
{
	need_root
	need debootstrap umoci jq
	[ -e "$LAYOUT" ] || skip_unless_must "no Debian image: $(cat "$BATS_FILE_TMPDIR/why")"
	test_begin
	IMAGE=oci:$LAYOUT:t
	export DOBOZ_STORE=$BATS_FILE_TMPDIR/store
}

# ask CONTAINER PORT: what http://localhost:PORT/ answers inside, as soon as somebody listens there
ask()
{
	doboz exec "$1" timeout 30 bash -c "until exec 5<> /dev/tcp/127.0.0.1/$2; do sleep 0.05; done 2> /dev/null
		printf 'GET / HTTP/1.0\r\n\r\n' >&5; cat <&5"
}

# users_of CONTAINER PROGRAM: the users that run it, sorted, each once
users_of()
{
	doboz exec "$1" sh -c "for p in /proc/[0-9]*; do [ \"\$(cat \$p/comm 2> /dev/null)\" != $2 ] || stat -c %U \$p; done" | sort -u
}

@test "Debian runs a program, as root and as an ordinary user, with limits" {
	words='cat /etc/os-release; grep ^Seccomp: /proc/self/status'
	run -0 box --memory 128m --pids-limit 50 --cpus 1.5 "$IMAGE" sh -c "$words"
	[[ $output == *'ID=debian'* ]]
	[[ $output == *$'Seccomp:\t2' ]]
	as_root=$output
	need_user
	user_ready
	run -0 user_box --memory 128m --pids-limit 50 --cpus 1.5 "$USER_IMAGE" sh -c "$words"
	[ "$output" = "$as_root" ]
	[ "$(user_box --memory 128m "$USER_IMAGE" sh -c "$(cgroup_file memory/memory.limit_in_bytes memory.max)")" = 134217728 ]
	# owners of the distribution's files are as in the image
	owners='stat -c "%u %g %a %n" /var/lib/postgresql /var/log/nginx /usr/bin/passwd /etc/shadow /tmp'
	[ "$(user_box "$USER_IMAGE" sh -c "$owners")" = "$(box "$IMAGE" sh -c "$owners")" ]
	user_nothing_left
}

@test "apt and dpkg of the image work in the container" {
	run -0 box "$IMAGE" dpkg --audit
	[ -z "$output" ]
	run -0 box "$IMAGE" sh -c 'dpkg --purge --force-all nginx-light > /dev/null 2>&1; ! test -e /usr/share/doc/nginx-light'
	run -0 box "$IMAGE" test -e /usr/share/doc/nginx-light
	nothing_left
}

@test "nginx: starts as root, serves as www-data, ends by its stop signal with 0" {
	image=$(variant nginx --config.cmd nginx --config.cmd -g --config.cmd 'daemon off;' --config.stopsignal SIGQUIT \
		--config.exposedports 80/tcp)
	doboz run -d --name web --memory 128m "$image"
	run -0 ask web 80
	[[ $output == *'200 OK'* ]]
	[[ $output == *'Welcome to nginx'* ]]
	[ "$(users_of web nginx)" = $'root\nwww-data' ]
	doboz stop -t 30 web
	[ "$(doboz wait web)" = 0 ]
	doboz rm web
	nothing_left
}

@test "nginx on the host's network" {
	port=$((20000 + RANDOM % 10000))
	printf 'server {\n\tlisten 127.0.0.1:%s;\n\troot /var/www/html;\n\tindex index.nginx-debian.html;\n}\n' "$port" > "$SCRATCH/site"
	doboz run -d --name web --network host --stop-signal QUIT -v "$SCRATCH/site:/etc/nginx/sites-enabled/default:ro" \
		"$IMAGE" nginx -g 'daemon off;'
	run -0 ask web "$port"
	# and from the host itself
	exec 5<> "/dev/tcp/127.0.0.1/$port"
	printf 'GET / HTTP/1.0\r\n\r\n' >&5
	[[ $(cat <&5) == *'Welcome to nginx'* ]]
	exec 5>&-
	doboz stop -t 30 web
	[ "$(doboz wait web)" = 0 ]
	doboz rm web
	nothing_left
}

@test "nginx with a read-only root and no capability but those it needs" {
	doboz run -d --name web --read-only --tmpfs /run --tmpfs /var/lib/nginx --tmpfs /var/log/nginx --stop-signal QUIT \
		--cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN --cap-add DAC_OVERRIDE "$IMAGE" nginx -g 'daemon off;'
	run -0 ask web 80
	[[ $output == *'Welcome to nginx'* ]]
	[ "$(users_of web nginx)" = $'root\nwww-data' ]
	doboz stop -t 30 web
	[ "$(doboz wait web)" = 0 ]
	doboz rm web
	# without those it cannot drop its rights, and says so
	run ! box --cap-drop ALL "$IMAGE" nginx -g 'daemon off;'
	nothing_left
}

@test "nginx of an ordinary user, with limits" {
	need_user
	user_ready
	user_doboz run -d --name web --memory 128m --pids-limit 50 --stop-signal QUIT "$USER_IMAGE" nginx -g 'daemon off;'
	doboz() { user_doboz "$@"; }
	run -0 ask web 80
	[[ $output == *'Welcome to nginx'* ]]
	[ "$(users_of web nginx)" = $'root\nwww-data' ]
	doboz stop -t 30 web
	[ "$(doboz wait web)" = 0 ]
	doboz rm web
	user_nothing_left
}

@test "postgresql: set up by root, run as postgres, stopped fast" {
	cat > "$SCRATCH/entry" << 'END'
#!/bin/bash
set -e
bin=$(echo /usr/lib/postgresql/*/bin)
if [ "$(id -u)" = 0 ]; then
	mkdir -p /data /var/run/postgresql
	chown postgres: /data /var/run/postgresql
	chmod 700 /data
	exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0"
fi
[ -s /data/PG_VERSION ] || "$bin/initdb" -D /data -A trust > /dev/null
exec "$bin/postgres" -D /data
END
	chmod 755 "$SCRATCH/entry"
	doboz run -d --name db --stop-signal INT -v "$SCRATCH/entry:/entry:ro" --entrypoint /entry --memory 512m "$IMAGE"
	run -0 doboz exec -u postgres db timeout 60 sh -c 'until pg_isready -q; do sleep 0.1; done
		psql -qAt -c "create table t as select generate_series(1, 1000) n" -c "select sum(n) from t"'
	[ "$output" = 500500 ]
	[ "$(users_of db postgres)" = postgres ]
	doboz stop -t 60 db
	[ "$(doboz wait db)" = 0 ]
	[[ $(doboz logs db 2>&1) == *'database system is shut down'* ]]
	doboz rm db
	nothing_left
}
