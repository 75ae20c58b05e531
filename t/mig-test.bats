#!/usr/bin/env bats
# mig-test: dbt's verdict on each model record.

load lib/helpers
load lib/dbt
load lib/postgres

setup_file() { postgres_start; }
teardown_file() { postgres_stop; }

prepare() {
	need_dbt
	shop
	mkdir -p shop/target
}

loaded() {
	mig-load -C shop "$FIXTURES/shop_rows" >/dev/null
}

# bad NAME: adds a model of standard input, and its record to ./extra
bad() {
	cat >"shop/models/marts/$1.sql"
	model "$1" "models/marts/$1.sql" >>extra
}

# errors_of NAME FILE
errors_of() {
	jq -r --arg n "$1" 'select(.name == $n) | .errors[] |
		[.phase, .file, .line, .column, .node, .message] | @tsv' "$2"
}

good_project() {
	loaded
	run -0 --separate-stderr mig-test -C shop <(shop_models)
	is "$stderr" ''
	is "$(jq -rs 'map(.status) | unique[]' <<<"$output")" tested
	is "$(jq -c 'select(.name == "order_totals") |
		.test | [.parse, .compile, .run, .data_tests.pass,
		.unit_tests.pass]' <<<"$output")" '["pass","pass","pass",1,1]'
	is "$(jq -sc 'map(.errors | length) | add' <<<"$output")" 0
	valid <<<"$output"
}

@test "DuckDB: models are built and their tests counted" {
	bats_require_minimum_version 1.5.0
	good_project
}

@test "PostgreSQL: models are built and their tests counted" {
	bats_require_minimum_version 1.5.0
	need_postgres
	export SHOP_TARGET=postgres
	good_project
}

@test "every kind of error is on its own record, the rest is built" {
	loaded
	bad bad_sql <<-'EOF'
		{{ config(materialized='table') }}

		with x as (
		    select * from {{ ref('stg_sales__order') }}
		)

		select
		    "OrderID",
		    nosuch as y
		from x
	EOF
	bad bad_syntax <<-'EOF'
		select 1 as a
		from where
	EOF
	bad bad_jinja <<-'EOF'
		select *
		from {{ ref('stg_sales__order') }}
		where {% foo %}
	EOF
	bad bad_macro <<-'EOF'
		select 1 as a,
		    {{ no_such_macro(3) }} as b
	EOF
	bad bad_ref <<-'EOF'
		select * from {{ ref('nowhere') }}
	EOF
	bad below_jinja <<<"select * from {{ ref('bad_jinja') }}"
	bad below_sql <<<"select * from {{ ref('bad_sql') }}"
	bad bad_yaml <<<'select 1 as a'
	printf 'models:\n  - name: bad_yaml\n    columns: [\n' \
		>shop/models/marts/bad_yaml.yml
	bad bad_test <<<'select 1 as a union all select 1'
	cat >shop/models/marts/bad_test.yml <<-'EOF'
		models:
		  - name: bad_test
		    columns:
		      - name: a
		        data_tests: [unique]
		unit_tests:
		  - name: tells
		    model: bad_unit
		    given: []
		    expect: {rows: [{a: 2}]}
	EOF
	bad bad_unit <<<'select 1 as a'
	model absent models/marts/absent.sql >>extra

	run mig-test -C shop <(cat extra; shop_models)
	status_is 1
	grep '^{' <<<"$output" >out
	valid out
	is "$(jq -rs 'map(select(.status == "tested").name) | sort[]' out)" \
		"$(shop_models | jq -r .name | sort)"
	e() { errors_of "$1" out | cut -f 1-5; }
	is "$(e bad_sql)" "$(printf 'run\tmodels/marts/bad_sql.sql\t9\t5\t')"
	is "$(e bad_syntax)" \
		"$(printf 'run\tmodels/marts/bad_syntax.sql\t2\t6\t')"
	is "$(e bad_jinja)" \
		"$(printf 'parse\tmodels/marts/bad_jinja.sql\t3\t1\t')"
	is "$(e bad_macro)" \
		"$(printf 'compile\tmodels/marts/bad_macro.sql\t2\t8\t')"
	is "$(e bad_ref)" "$(printf 'parse\tmodels/marts/bad_ref.sql\t1\t23\t')"
	is "$(e below_jinja | cut -f 1,5)" "$(printf 'parse\tbad_jinja')"
	is "$(e below_sql | cut -f 1,5)" "$(printf 'run\tbad_sql')"
	is "$(e bad_yaml | cut -f 1,2)" \
		"$(printf 'parse\tmodels/marts/bad_yaml.yml')"
	is "$(e bad_test | cut -f 1,2)" \
		"$(printf 'data_test\tmodels/marts/bad_test.yml')"
	is "$(e bad_unit | cut -f 1,2)" \
		"$(printf 'unit_test\tmodels/marts/bad_test.yml')"
	is "$(errors_of absent out | cut -f 6)" \
		'the project has no model of this name'
	errors_of bad_sql out | grep -q 'column "nosuch" not found'
}

@test "a model alone brings the upstream models that the warehouse lacks" {
	loaded
	mig-test -C shop <(shop_models | grep '"order_totals"') >out
	is "$(jq -r .status out)" tested
}

@test "a file that changes is read again by the running helper" {
	loaded
	model one models/marts/one.sql >in
	echo 'select 1 as a' >shop/models/marts/one.sql
	mig-test -C shop in | jq -e '.status == "tested"'
	is "$(sockets shop)" 1
	echo 'select x as a' >shop/models/marts/one.sql
	run mig-test -C shop in
	status_is 1
	echo 'select 2 as a' >shop/models/marts/one.sql
	mig-test -C shop in | jq -e '.status == "tested"'
	"$PYTHON" "$MIG_TOP/t/lib/ask.py" shop rows model=one | grep -F '[2]'
}

@test "ephemeral models are compiled, and compiled again" {
	loaded
	printf '%s\n' "{{ config(materialized='ephemeral') }}" \
		'select 41 as a' >shop/models/marts/inner.sql
	printf '%s\n' "{{ config(materialized='table') }}" \
		"select a + 1 as a from {{ ref('inner') }}" \
		>shop/models/marts/outer.sql
	{
		model inner models/marts/inner.sql
		model outer models/marts/outer.sql
	} >in
	for i in 1 2; do
		mig-test -C shop in >out
		is "$(jq -r .status out | sort -u)" tested "status, time $i"
	done
	"$PYTHON" "$MIG_TOP/t/lib/ask.py" shop rows model=outer | grep -F '[42]'
	"$PYTHON" "$MIG_TOP/t/lib/ask.py" shop rows model=inner | grep -F '[41]'
}

@test "other kinds pass byte for byte and in place; bad lines are told" {
	loaded
	{
		echo '{"kind":"table",  "id":"sales.Order", "n":1.50}'
		shop_models | head -n 1
		echo '{"kind":"mystery",  "x":1e2}'
		echo 'not json'
		model manual_one models/marts/manual_one.sql 'files=[]' \
			'status="manual"'
	} >in
	run mig-test -C shop in
	status_is 1
	has 'in:4:'
	grep '^{' <<<"$output" >out
	is "$(sed -n 1p out)" "$(sed -n 1p in)"
	is "$(sed -n 3p out)" "$(sed -n 3p in)"
	is "$(sed -n 4p out)" "$(sed -n 5p in)"
	is "$(sed -n 2p out | jq -r .status)" tested
}

@test "a project that can't be parsed fails every record, with the place" {
	loaded
	printf 'name: shop\nprofile: [\n' >shop/dbt_project.yml
	run mig-test -C shop <(shop_models)
	status_is 1
	is "$(grep -c '"status":"failed"' <<<"$output")" 4
	has dbt_project.yml
}

@test "a broken sources file fails just the models that read it" {
	loaded
	for i in 1 2 3; do
		printf '%s\n' 'select * from' "{{ source('sales', 'Order') }}" |
			bad "reader$i"
	done
	bad alone <<<'select 1 as a'
	printf 'sources: [\n' >shop/models/staging/sales/_sales__sources.yml
	run mig-test -C shop <(cat extra; shop_models)
	status_is 1
	grep '^{' <<<"$output" >out
	is "$(jq -r 'select(.status == "tested") | .name' out)" alone
	# dbt speaks of one reader, we of the others: at the name in both.
	is "$(errors_of reader2 out | cut -f 1-4)" \
		"$(printf 'parse\tmodels/marts/reader2.sql\t2\t21')"
	is "$(errors_of reader3 out | cut -f 1-4)" \
		"$(printf 'parse\tmodels/marts/reader3.sql\t2\t21')"
	grep -q '_sales__sources.yml:2: error' <<<"$output"
}

@test "nothing to test starts nothing" {
	run mig-test -C shop </dev/null
	status_is 0
	is "$(sockets shop)" 0
}
