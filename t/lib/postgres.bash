# A PostgreSQL server of the test file's own: no port, a socket in a private
# directory, an unprivileged user (it refuses to run as root).
#
#   postgres_start   in setup_file; sets PGHOST, PGPORT, PGUSER
#   postgres_stop    in teardown_file
#   need_postgres    in a test

postgres_bin() {
	local dir
	for dir in /usr/lib/postgresql/*/bin; do
		[ -x "$dir/initdb" ] && printf '%s\n' "$dir" && return 0
	done
	dir=$(command -v initdb) && dirname "$dir"
}

as_postgres() {
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u nobody -- "$@"
	else
		"$@"
	fi
}

postgres_start() {
	local bin
	bin=$(postgres_bin) || return 0
	MIG_PG_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mig-pg.XXXXXX")
	[ "$(id -u)" -ne 0 ] || chown nobody "$MIG_PG_DIR"
	(
		cd "$MIG_PG_DIR" || exit 1
		as_postgres "$bin/initdb" -D data -A trust -U postgres \
			-E UTF8 --locale=C.UTF-8 --no-sync
		as_postgres "$bin/pg_ctl" -D data -w -l log -o "-k $MIG_PG_DIR \
			-c listen_addresses= -c fsync=off" start
	) >"$MIG_PG_DIR.out" 2>&1 3>&- 4>&- || {
		cat "$MIG_PG_DIR.out" >&2
		return 1
	}
	PGHOST=$MIG_PG_DIR PGPORT=5432 PGUSER=postgres
	export MIG_PG_DIR PGHOST PGPORT PGUSER
}

postgres_stop() {
	[ -n "${MIG_PG_DIR-}" ] || return 0
	(
		cd "$MIG_PG_DIR" || exit 1
		as_postgres "$(postgres_bin)/pg_ctl" -D data -m immediate stop
	) >/dev/null 2>&1
	rm -rf "$MIG_PG_DIR" "$MIG_PG_DIR.out"
}

need_postgres() {
	[ -n "${MIG_PG_DIR-}" ] || skip 'no PostgreSQL server programs'
}
