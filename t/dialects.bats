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
	view 'select soundex(a) as x from dbo.t'
	is "$(model | head -1)" manual
	site '{"extends": "duckdb", "functions": {"SOUNDEX": "ours({0}, {*})"}}'
	is "$(model)" $'exact\nselect ours(a, a) as x'
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
