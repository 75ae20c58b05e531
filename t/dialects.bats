#!/usr/bin/env bats
# Dialect files: their schema, a site's own, and what is said of wrong ones.

load lib/helpers

@test "every dialect obeys the schema" {
	local path
	for path in "$MIG_TOP"/share/dialects/*.json; do
		"$PYTHON" "$MIG_TOP/t/validate.py" --schema dialect \
			<(jq -c . "$path") || fail "$path"
	done
}

# view SQL: the plan of a view over one table, in plan.jsonl
view() {
	printf '%s\n' 'create table dbo.t (a varchar(9), n int)' GO \
		"create view dbo.v as $1" >v.sql
	mssql-extract --ddl v.sql | mig-assess | mig-plan >plan.jsonl
}

# site TEXT: the site's own duckdb.json
site() {
	mkdir -p site
	printf '%s\n' "$1" >site/duckdb.json
	export MIG_DIALECTS=$PWD/site
}

model() {
	mig-gen plan.jsonl | jq -r 'select(.object == "dbo.v") |
		.generated.claim, (.files[0].content |
		capture("(?<x>\\S.* as x)").x)'
}

@test "a site's file adds a function" {
	view 'select checksum(a) as x from dbo.t'
	is "$(model | head -1)" manual
	site '{"extends": "duckdb", "functions": {"CHECKSUM": "ours({0}, {*})"}}'
	is "$(model)" $'exact\nselect cast(ours(a, a) as integer) as x'
}

@test "a site's file changes an operator and its claim" {
	view 'select n / 2 as x from dbo.t'
	site '{"extends": "duckdb", "sql": {"int_div":
		{"sql": "quotient({0}, {1})", "claim": "differs", "note": "so"}}}'
	is "$(model | head -1)" differs
	model | grep -q 'quotient(n, 2)'
}

# wrong TEXT MESSAGE
wrong() {
	site "$1"
	run mig-gen plan.jsonl
	status_is 1
	has "site/duckdb.json: $2"
}

@test "a wrong file is told, member by member" {
	view 'select n as x from dbo.t'
	wrong '{"extends": "duckdb", "function": {}}' \
		'no member "function" is known'
	wrong '{"extends": "duckdb", "sql": []}' 'sql: not an object'
	wrong '{"extends": "duckdb", "sql": {"len": 3}}' \
		'sql.len: neither a template nor an object'
	wrong '{"extends": "duckdb", "sql": {"len": "length({0"}}' \
		"sql.len: a brace of {0} or {*} isn't closed"
	wrong '{"extends": "duckdb", "sql": {"len": {"sql": "l", "claim":
		"sure"}}}' 'sql.len: the claim is exact, differs or manual'
	wrong '{"extends": "duckdb", "sql": {"len": {"sql": "l", "why": ""}}}' \
		'sql.len: no text "why" is known there'
	wrong '{"extends": "duckdb", "functions": {"soundex": "s({0})"}}' \
		'functions.soundex: the name of a function is in upper case'
	wrong '{"extends": "duckdb", "types": {"int": 4}}' \
		'types.int: not a text'
	site '{"extends": "nosuch"}'
	run mig-gen plan.jsonl
	has 'extends nosuch, which is no shared dialect'
}

@test "an independent parser reads every view of the oracle in each" {
	[ -x "$VENV/bin/python" ] || skip 'no virtual environment (make setup)'
	[ -d "$MIG_TOP/../shared/oracle" ] || skip 'no oracle'
	export BUILD=$MIG_BUILD
	for d in snowflake bigquery databricks redshift tsql fabric; do
		run "$VENV/bin/python" "$MIG_TOP/t/emit/parses" "$d"
		[ "$status" -eq 0 ] || grep -A3 '^not ok' <<<"$output"
		[ "$status" -eq 0 ]
		echo "# $d: $(grep -c '^ok' <<<"$output") views parse" >&3
	done
}

@test "an independent parser reads the demo's models in each" {
	"$PYTHON" -c 'import sqlglot' 2>/dev/null || skip 'no sqlglot'
	mssql-extract --ddl "$MIG_TOP/share/demo/shop.sql" | mig-assess |
		mig-plan >plan.jsonl
	for d in snowflake bigquery databricks redshift tsql fabric; do
		mig-gen -d "$d" -C "$d" plan.jsonl >gen.jsonl 2>err || true
		"$PYTHON" "$MIG_TOP/t/lib/parse_models.py" "$d" "$d"
		echo "# $d: $(find "$d/models" -name '*.sql' | wc -l) models" >&3
	done
}

# in_dialect D EXPR: what becomes of an expression
in_dialect() {
	printf '%s\n' 'create table dbo.t (id int, d date, at datetime,' \
		's varchar(20), b int)' GO >v.sql
	printf 'create view dbo.v as select %s as x from dbo.t\n' "$2" >>v.sql
	mssql-extract --ddl v.sql | mig-assess | mig-plan >plan.jsonl
	mig-gen -d "$1" plan.jsonl | jq -r 'select(.object == "dbo.v") |
		.files[0].content' | sed -n '/^    select/,/^    from/p' |
		tr -s ' \n' ' ' | sed 's/( /(/g; s/ )/)/g'
}

# Databricks counts elapsed units, SQL Server the boundaries between.
@test "DATEDIFF counts boundaries, whatever the target's counts" {
	in_dialect databricks 'datediff(month, d, at)' | tee out
	grep -q "datediff(month, date_trunc('month', d), date_trunc('month'" out
	in_dialect databricks 'datediff(week, d, d)' | tee out
	grep -q "date_trunc('week', dateadd(day, 1, d))" out
	for d in snowflake redshift; do
		in_dialect "$d" 'datediff(week, d, d)' | tee out
		run cat out
		has_not 'datediff(week'
		grep -q "datediff(day, cast('1752-12-31' as date), d) / 7" out
	done
}

@test "days of the week count from 1 for Sunday" {
	in_dialect databricks 'datepart(weekday, d)' | tee out
	run cat out
	has_not 'dayofweek(d) +'
	grep -q 'dayofweek(d)' out
	in_dialect snowflake 'datepart(weekday, d)' | tee out
	grep -q 'dayofweek(d) + 1' out
}

# A rounded quotient would be one too many: 9999999 / 10000000.
@test "integers divide without rounding on Snowflake" {
	in_dialect snowflake 'id / b' | tee out
	grep -q 'cast((id - mod(id, b)) / b as bigint)' out
}

@test "a backslash in a string stays one where it escapes" {
	for d in snowflake bigquery databricks redshift; do
		in_dialect "$d" "s + '\\'" | tee out
		grep -qF "|| '\\\\'" out
	done
	in_dialect duckdb "s + '\\'" | tee out
	grep -qF "|| '\\'" out
}

@test "strings are aggregated by the target's own function" {
	local agg="string_agg(s, ',') within group (order by id)"
	for d in snowflake databricks redshift; do
		in_dialect "$d" "$agg" | tee out
		grep -q "listagg(s, ',') within group (order by id" out
	done
	in_dialect bigquery "$agg" | tee out
	grep -q "string_agg(s, ',' order by id" out
}
