#!/usr/bin/env bats
# mig-eval: rows of the models beside the rows of the originals.

load lib/helpers
load lib/dbt
load lib/postgres

setup_file() { postgres_start; }
teardown_file() { postgres_stop; }

prepare() {
	need_dbt
	shop
	cp -R "$FIXTURES/shop_rows" rows
	totals '[1,"Ada","21.25000"]' '[2,"bo ","21.0"]' \
		'[3,"Größe \"x\" \\ '"'y'"'","-1"]'
}

# totals ROW...: what SQL Server returned for the view
totals() {
	printf '{"kind":"rowset","object":"sales.order_totals","columns":[%s],' \
		'{"name":"OrderID","type":"int"},'`
		`'{"name":"customer","type":"nvarchar(50)"},'`
		`'{"name":"Total","type":"numeric"}' \
		>rows/sales.order_totals.jsonl
	printf '"rows":%d}\n' $# >>rows/sales.order_totals.jsonl
	printf '%s\n' "$@" >>rows/sales.order_totals.jsonl
}

built() {
	mig-load -C shop "$FIXTURES/shop_rows" >/dev/null
	shop_models | mig-test -C shop >tested
}

# of NAME FILTER FILE: a value of a model's record
of() {
	jq -r --arg n "$1" "select(.name == \$n) | $2" "$3"
}

all_equal() {
	built
	mig-eval -C shop --rows rows tested >out
	is "$(jq -r '[.status, .evaluation.verdict, .validation_score] | @tsv' \
		out | sort | uniq -c | xargs)" '4 completed equal 1'
	valid out
	is "$(of stg_sales__order '.evaluation.key[]' out)" OrderID
	is "$(of order_totals '.evaluation.key' out)" null
	is "$(of order_totals '[.evaluation.columns[].verdict] | unique[]' \
		out)" perfect_match
}

@test "DuckDB: equal rows complete a model" {
	all_equal
}

@test "PostgreSQL: equal rows complete a model" {
	need_postgres
	export SHOP_TARGET=postgres
	all_equal
}

@test "one different value: told, and the claim of exactness falls" {
	built
	totals '[1,"Ada","21.25"]' '[2,"bo","21.00"]' \
		'[3,"Größe \"x\" \\ '"'y'"'","-1"]'
	run mig-eval -C shop --rows rows tested
	status_is 1
	echo "$output" >out
	valid out
	is "$(of order_totals '[.status, .generated.claim, .evaluation.verdict,
		.evaluation.claim, .generated.findings[0].code] | @tsv' out)" \
		"$(printf 'failed\tdiffers\tdifferent\texact\tMIG6001')"
	is "$(of order_totals '.evaluation.mismatches' out | jq -c .)" \
		'{"identical":2,"modified":0,"added":1,"removed":1,"nonunique_pk":0}'
	is "$(of order_totals '.evaluation.samples[0]' out |
		jq -c '[.expected, .actual, .columns]')" \
		'[[2,"bo","21"],[2,"bo ","21"],["customer"]]'
	is "$(of order_totals '.validation_score < 1' out)" true
	is "$(of order_totals '.errors[0].phase' out)" eval
}

@test "by key: modified, added and removed rows, per column" {
	built
	model order_totals models/marts/order_totals.sql \
		'object="sales.order_totals"' 'keys=[["Nope"],["OrderID"]]' \
		'status="tested"' >one
	totals '[1,"Ada",null]' '[2,"bo ","21.00"]' '[4,"new","1"]'
	run mig-eval -C shop --rows rows one
	status_is 1
	echo "$output" >out
	is "$(jq -c .evaluation.mismatches out)" \
		'{"identical":1,"modified":1,"added":1,"removed":1,"nonunique_pk":0}'
	is "$(jq -c '[.evaluation.columns[] | [.name, .verdict]]' out)" \
		'[["OrderID","perfect_match"],["customer","perfect_match"],["Total","null_in_a"]]'
	is "$(jq -r '[.evaluation.samples[].class] | sort | join(" ")' out)" \
		'added modified removed'
}

@test "columns that one side lacks, and other types, are differences" {
	built
	echo "select \"OrderID\", \"Customer\", cast(\"Total\" as varchar)
		as \"total\", 1 as extra from {{ ref('order_totals') }}" \
		>shop/models/marts/typed.sql
	model typed models/marts/typed.sql 'object="sales.order_totals"' |
		mig-test -C shop >one
	run mig-eval -C shop --rows rows one
	status_is 1
	echo "$output" >out
	is "$(jq -c '[.evaluation.columns[] | [.name, .verdict]]' out)" \
		'[["OrderID","perfect_match"],["customer","perfect_match"],["Total","conflicting_values"],["extra","missing_from_a"]]'
	is "$(jq -r .status out)" failed
}

@test "what was not compared is never completed" {
	built
	rm rows/sales.order_totals.jsonl
	mig-eval -C shop --rows rows tested >out || :
	is "$(of order_totals '[.status, .evaluation.verdict,
		.validation_score] | @json' out)" \
		'["needs_review","not_compared",null]'
	run mig-eval -C shop tested
	status_is 1
	is "$(jq -r .status <<<"$output" | sort -u)" needs_review
	# a rowset that is cut short, or is something else
	totals '[1,"Ada","21.25"]' '[2,"bo ","21"]' '[3,"x","-1"]'
	sed -i '$d' rows/sales.order_totals.jsonl
	mig-eval -C shop --rows rows tested >out 2>err || :
	is "$(of order_totals .evaluation.verdict out)" not_compared
	grep -q 'the header says 3 rows, 2 are there' err
	echo garbage >rows/sales.order_totals.jsonl
	mig-eval -C shop --rows rows tested >out 2>err || :
	is "$(of order_totals .evaluation.verdict out)" not_compared
	# a model that is not there
	model gone models/marts/gone.sql 'object="sales.Order"' \
		'status="tested"' >one
	mig-eval -C shop --rows rows one >out || :
	is "$(jq -r '[.status, .evaluation.verdict] | @tsv' out)" \
		"$(printf 'needs_review\tnot_compared')"
}

@test "equal rows alone complete nothing" {
	built
	one() {
		model order_totals models/marts/order_totals.sql \
			'object="sales.order_totals"' "$@" >one
		mig-eval -C shop --rows rows ${accept-} one >out || :
		jq -r '[.status, .evaluation.verdict] | @tsv' out
	}
	is "$(one 'status="tested"')" "$(printf 'completed\tequal')"
	is "$(one 'status="generated"')" "$(printf 'needs_review\tequal')"
	is "$(one 'status="failed"')" "$(printf 'failed\tnot_compared')"
	is "$(one 'status="manual"')" "$(printf 'manual\tnot_compared')"
	local g='generated={"engine":"rules","claim":'
	is "$(one 'status="tested"' "$g\"manual\"}")" \
		"$(printf 'manual\tnot_compared')"
	is "$(one 'status="tested"' "$g\"differs\"}")" \
		"$(printf 'needs_review\tequal')"
	accept='--accept differs'
	is "$(one 'status="tested"' "$g\"differs\"}")" \
		"$(printf 'completed\tequal')"
	accept=
	is "$(one 'status="tested"' "$g\"exact\",\"ledger\":[
		{\"statement\":1,\"kind\":\"exec\",\"to\":\"manual\"}]}")" \
		"$(printf 'needs_review\tequal')"
	is "$(one 'status="tested"' "$g\"exact\",\"ledger\":[{\"statement\":1,
		\"kind\":\"set\",\"to\":\"left_out\",\"reason\":\"x\"}]}")" \
		"$(printf 'completed\tequal')"
}

@test "a known difference that shows is for a person, not for mig-fix" {
	built
	totals '[1,"Ada","0"]'
	model order_totals models/marts/order_totals.sql \
		'object="sales.order_totals"' 'status="tested"' \
		'generated={"engine":"rules","claim":"differs"}' >one
	run mig-eval -C shop --rows rows one
	status_is 1
	is "$(jq -r '[.status, .generated.claim] | @tsv' <<<"$output")" \
		"$(printf 'needs_review\tdiffers')"
}

@test "a procedure's target is found with and without the schema" {
	built
	model order_totals models/marts/order_totals.sql 'status="tested"' \
		'object="etl.load totals"' 'target="dw.Order Totals"' >one
	mkdir with without
	sed 's/"sales.order_totals"/"dw.Order Totals"/' \
		rows/sales.order_totals.jsonl >rowset
	cp rowset with/etl.load_totals.run1.dw.Order_Totals.jsonl
	cp rowset without/load_totals.run1.dw.Order_Totals.jsonl
	for dir in with without; do
		mig-eval -C shop --rows $dir one >out
		is "$(jq -r '[.status, .evaluation.run] | @tsv' out)" \
			"$(printf 'completed\t1')" $dir
	done
	run mig-eval -C shop --rows with --run 2 one
	status_is 1
}

@test "floats agree to twelve digits, and a tolerance is said" {
	built
	echo 'select 1 as id, cast(0.1 as double precision) +
		cast(0.2 as double precision) as f, 10.04 as d' \
		>shop/models/marts/floats.sql
	model floats models/marts/floats.sql 'object="x.f"' |
		mig-test -C shop >one
	printf '%s\n' '{"kind":"rowset","object":"x.f","columns":[
		{"name":"id","type":"int"},{"name":"f","type":"float"},
		{"name":"d","type":"decimal(9,2)"}],"rows":1}' |
		tr -d '\n\t' >rows/x.f.jsonl
	printf '\n[1,"0.3","10.05"]\n' >>rows/x.f.jsonl
	run mig-eval -C shop --rows rows one
	status_is 1
	is "$(jq -c '[.evaluation.columns[] | [.name, .verdict]]' \
		<<<"$output")" \
		'[["id","perfect_match"],["d","conflicting_values"],["f","perfect_match"]]'
	mig-eval -C shop --rows rows --tolerance d=0.02 one >out
	is "$(jq -r .status out)" completed
	is "$(jq -c .evaluation.tolerance.d.absolute out)" 0.02
	run mig-eval -C shop --rows rows --float-digits 17 one
	status_is 1
	run mig-eval -C shop --rows rows --tolerance d one
	status_is 2
}

@test "a large table: sampled when asked, whole otherwise, both found wrong" {
	built
	# one wrong row of 20000, and then one in ten
	big() {
		"$PYTHON" - "$1" >rows/x.big.jsonl <<-'EOF'
		import json, sys
		n = 20000
		print(json.dumps({"kind": "rowset", "object": "x.big", "columns":
		    [{"name": "id", "type": "int"},
		     {"name": "s", "type": "varchar(20)"}], "rows": n}))
		for i in range(n, 0, -1):
		    bad = eval(sys.argv[1])
		    print(json.dumps([i, "bad" if bad else "row %d" % i]))
		EOF
	}
	echo "select cast(x as integer) as id, 'row ' || x as s
		from range(1, 20001) as t(x)" >shop/models/marts/big.sql
	model big models/marts/big.sql 'object="x.big"' 'keys=[["id"]]' |
		mig-test -C shop >one
	big False
	mig-eval -C shop --rows rows one >out
	is "$(jq -c '[.status, .evaluation.rows_actual, .evaluation.sampling]' \
		out)" '["completed",20000,null]'
	mig-eval -C shop --rows rows --sample 1000 one >out
	is "$(jq -r '.evaluation | [.verdict, .sampling.of, .sampling.confidence,
		(.sampling.rows > 800 and .sampling.rows < 1200)] | @tsv' out)" \
		"$(printf 'equal\t20000\t0.95\ttrue')"
	valid out
	big 'i == 777'
	run mig-eval -C shop --rows rows one
	status_is 1
	is "$(jq -c '.evaluation.samples[0].key' <<<"$output")" '[777]'
	big 'i % 10 == 0'
	run mig-eval -C shop --rows rows --sample 1000 one
	status_is 1
}

@test "other kinds pass byte for byte; nothing to compare asks nobody" {
	printf '%s\n' '{"kind":"plan",  "n":1.50}' \
		'{"kind":"mystery","x":[1e2]}' >in
	mig-eval -C nowhere --rows rows in >out
	cmp in out
}

@test "of a rowset that is a sample the model's same rows are compared" {
	built
	python3 - 3 >sample.jsonl <<-'EOF'
		import hashlib, json, pathlib, sys
		header, *rows = map(json.loads, pathlib.Path(
		    "rows/sales.Order.jsonl").read_text().splitlines())
		def inside(row):
		    key = json.dumps(row[:1], separators=(",", ":")).encode()
		    first = int(hashlib.sha256(key).hexdigest()[:8], 16)
		    return first < int(sys.argv[1]) / 100 * 2 ** 32
		kept = [r for r in rows if inside(r)]
		assert 0 < len(kept) < len(rows), len(kept)
		header |= {"rows": len(kept), "sampling": {
		    "method": "key_hash", "percent": int(sys.argv[1]),
		    "key": [header["columns"][0]["name"]]}}
		for o in [header] + kept:
		    print(json.dumps(o, ensure_ascii=False))
	EOF
	mv sample.jsonl rows/sales.Order.jsonl
	run mig-eval -C shop --rows rows tested
	echo "$output" >out
	is "$(of stg_sales__order '[.status, .evaluation.verdict,
		.evaluation.sampling.percent] | @tsv' out)" \
		"$(printf 'completed\tequal\t3')"
	valid out
}
