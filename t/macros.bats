#!/usr/bin/env bats
# The macros that generated projects get: each has its own test and its own
# description, and passes on the engines that use it.

load lib/helpers
load lib/dbt
load lib/postgres

setup_file() { postgres_start; }
teardown_file() { postgres_stop; }

MACROS=$BATS_TEST_DIRNAME/../share/macros

# used DIALECT: the macros that its rules name, with those that they call
used() {
	{
		jq -r '.sql, .functions | .[] | objects | .macro // empty' \
			"$MIG_TOP/share/dialects/$1.json"
		printf '%s\n' last_state parameter
	} | sort -u
}

# project DIALECT: a project that has them all, as mig-gen would copy them
project() {
	local name
	mkdir -p project/macros project/tests/macros
	cp "$MACROS"/*.sql "$MACROS"/*.yml project/macros
	used "$1" | while read -r name; do
		cp "$MACROS/tests/$name.sql" project/tests/macros
	done
	cat >project/dbt_project.yml <<-EOF
	name: helpers
	version: "1.0.0"
	profile: helpers
	flags: {validate_macro_args: true}
	EOF
	cat >project/profiles.yml <<-'EOF'
	helpers:
	  target: "{{ env_var('TARGET') }}"
	  outputs:
	    duckdb: {type: duckdb, path: helpers.duckdb, threads: 2}
	    postgres:
	      {type: postgres, host: "{{ env_var('PGHOST', '') }}", port: 5432,
	      user: "{{ env_var('PGUSER', '') }}", password: "",
	      dbname: postgres, schema: public, threads: 2}
	EOF
}

# all_pass DIALECT
all_pass() {
	need_dbt
	project "$1"
	cd project
	TARGET=$1 run "$VENV/bin/dbt" --quiet --warn-error test --profiles-dir .
	status_is 0
	is "$(jq '[.results[] | select(.status == "pass")] | length' \
		target/run_results.json)" "$(used "$1" | wc -l)" 'tests passed'
}

@test "DuckDB: macros answer as SQL Server does" {
	all_pass duckdb
}

@test "PostgreSQL: macros answer as SQL Server does" {
	need_postgres
	all_pass postgres
}

@test "each macro has its own test" {
	local path name
	for path in "$MACROS"/*.sql; do
		name=$(basename "$path" .sql)
		case $name in
		# It only raises an error, which no test in SQL can catch.
		to_be_written | mig_unexpected) continue ;;
		esac
		grep -q "$name(" "$MACROS/tests/$name.sql" ||
			fail "$name has no test"
	done
}

@test "each macro and each of its arguments is described" {
	"$PYTHON" - "$MACROS" <<-'EOF'
	import pathlib, re, sys, yaml
	for path in pathlib.Path(sys.argv[1]).glob("*.sql"):
	    doc = yaml.safe_load(path.with_suffix(".yml").read_text())["macros"][0]
	    assert doc["name"] == path.stem and doc["description"].strip(), path
	    text = re.search(rf"macro {path.stem}\((.*?)\)", path.read_text())[1]
	    names = [a.split("=")[0].strip() for a in text.split(",") if a.strip()]
	    told = doc.get("arguments", [])
	    assert [a["name"] for a in told] == names, path
	    assert all(a["type"] and a["description"] for a in told), path
	EOF
}

@test "a test fails on a macro that answers as the target likes it" {
	need_dbt
	project duckdb
	printf '%s\n' '{% macro mig_divide(dividend, divisor, s, scale) %}' \
		'cast({{ dividend }} as double) / {{ divisor }}' \
		'{% endmacro %}' >project/macros/mig_divide.sql
	cd project
	TARGET=duckdb run "$VENV/bin/dbt" --quiet test --profiles-dir . -s mig_divide
	status_is 1
	has 'Got 4 results'
}
