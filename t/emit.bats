#!/usr/bin/env bats
# The emitter: T-SQL expressions and queries with the values that SQL Server's
# documentation gives, run on both engines, and the oracle's views.

load lib/helpers

setup() {
	[ -x "$VENV/bin/python" ] || skip 'no virtual environment (make setup)'
	export BUILD=$MIG_BUILD
}

@test "DuckDB: each case gives SQL Server's value or is flagged" {
	run "$VENV/bin/python" "$MIG_TOP/t/emit/run" duckdb
	[ "$status" -eq 0 ] || grep -A12 '^not ok' <<<"$output"
	[ "$status" -eq 0 ]
}

@test "PostgreSQL: each case gives SQL Server's value or is flagged" {
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null || skip 'no PostgreSQL'
	run "$VENV/bin/python" "$MIG_TOP/t/emit/run" postgres
	[ "$status" -eq 0 ] || grep -A12 '^not ok' <<<"$output"
	[ "$status" -eq 0 ]
}

@test "the oracle's views: none is wrong and called exact" {
	[ -d "$MIG_TOP/../shared/oracle" ] || skip 'no oracle'
	if [ -n "${MIG_SAN-}" ]; then # the engines are none of the C
		for dialect in duckdb postgres; do
			cat "$MIG_TOP"/../shared/oracle/[ab]/views.sql |
				"$MIG_BUILD/t/emit_views" "$dialect" /dev/stdin \
					"$MIG_TOP"/../shared/oracle/[ab]/schema.sql \
					>"$BATS_TEST_TMPDIR/out"
			[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -gt 300 ]
		done
		return
	fi
	run "$VENV/bin/python" "$MIG_TOP/scripts/oracle" -n -t
	[ "$status" -eq 0 ] || echo "$output"
	[ "$status" -eq 0 ]
}
