#!/usr/bin/env bats
# mig-load: rowset files into the tables that sources name.

load lib/helpers
load lib/dbt
load lib/postgres

setup_file() { postgres_start; }
teardown_file() { postgres_stop; }

prepare() {
	need_dbt
	shop
}

# ask DIR SQL: rows of the warehouse, through the helper
ask() {
	"$PYTHON" "$MIG_TOP/t/lib/ask.py" "$1" rows "sql=$2"
}

every_value() {
	ask shop 'select * from "sales"."Every Type" order by "id"' |
		grep '^\[' >got
	# what the file says, with the digits that the types fix
	tail -n +2 "$FIXTURES/shop_rows/sales.Every_Type.jsonl" >want
	"$PYTHON" - <<-'EOF'
	import json
	from decimal import Decimal

	def norm(v):
	    if isinstance(v, str):
	        if "T" in v[:11] or v[2:3] == ":":  # fraction's zeros
	            head, dot, tail = v.partition(".")
	            digits = tail.rstrip("0123456789")
	            frac = tail[: len(tail) - len(digits)].rstrip("0")
	            return head + ("." + frac if frac else "") + digits
	        try:
	            return Decimal(v).normalize()
	        except ArithmeticError:
	            return v
	    return v

	for g, w in zip(open("got"), open("want")):
	    g, w = json.loads(g), json.loads(w)
	    real = 8  # 4 bytes: seven digits
	    for i, (a, b) in enumerate(zip(g, w)):
	        if i == real and a is not None:
	            assert abs(float(a) / float(b) - 1) < 1e-6, (a, b)
	        else:
	            assert norm(a) == norm(b), (i, a, b)
	EOF
}

@test "DuckDB: every type comes back as it went in" {
	run mig-load -C shop "$FIXTURES"/shop_rows/*.jsonl
	status_is 0
	is "$(jq -r '[.object, .status, .rows] | @tsv' <<<"$output" | sort)" \
		"$(printf 'sales.%s\tloaded\t%s\n' 'Every Type' 3 Order 3 \
			'Order Details' 4)"
	valid <<<"$output"
	every_value
}

@test "PostgreSQL: every type comes back as it went in" {
	need_postgres
	export SHOP_TARGET=postgres
	run mig-load -C shop "$FIXTURES/shop_rows"
	status_is 0
	every_value
}

@test "PostgreSQL: loading again keeps the views that read the table" {
	need_postgres
	export SHOP_TARGET=postgres
	mig-load -C shop "$FIXTURES/shop_rows" >/dev/null
	shop_models | mig-test -C shop >/dev/null
	sed 's/"Ada"/"Eve"/' "$FIXTURES/shop_rows/sales.Order.jsonl" >o.jsonl
	mig-load -C shop o.jsonl >/dev/null
	ask shop 'select customer from analytics.stg_sales__order
		where orderid = 1' | grep -F '["Eve"]'
}

@test "a file that no source names is told, and an error with --strict" {
	sed 's/sales.Order"/sales.Nowhere"/' \
		"$FIXTURES/shop_rows/sales.Order.jsonl" >nowhere.jsonl
	cp "$FIXTURES/shop_rows/sales.Order.jsonl" .
	run mig-load -C shop nowhere.jsonl sales.Order.jsonl
	status_is 0
	has '"object":"sales.Nowhere","status":"no_source"'
	run mig-load -C shop --strict nowhere.jsonl sales.Order.jsonl
	status_is 1
	has 'nowhere.jsonl:1: error: no source of the project names'
}

@test "a wrong rowset is refused whole and the old rows stay" {
	cp "$FIXTURES/shop_rows/sales.Order.jsonl" .
	mig-load -C shop sales.Order.jsonl >/dev/null
	head -n 3 sales.Order.jsonl >cut.jsonl
	{ cat sales.Order.jsonl; echo '[4,"x"]'; } >short.jsonl
	sed 's/\[1,/["one",/' sales.Order.jsonl >text.jsonl
	printf 'not json\n' >bad.jsonl
	: >empty.jsonl
	printf '\0\1\2' >binary.jsonl
	for f in cut short text bad empty binary missing; do
		run mig-load -C shop $f.jsonl
		status_is 1
		has "$f.jsonl"
	done
	is "$(ask shop 'select count(*) from sales."Order"' | grep '^\[')" '[3]'
}

@test "usage and environment" {
	run mig-load -C shop
	status_is 2
	mkdir none
	run mig-load -C none "$FIXTURES/shop_rows"
	status_is 2
	has 'none is no dbt project'
	DBT=/nowhere/dbt run mig-load -C shop "$FIXTURES/shop_rows"
	status_is 2
	has 'no dbt found'
}

@test "PostgreSQL: a type that changed takes the views along, and they return" {
	need_postgres
	export SHOP_TARGET=postgres
	mig-load -C shop "$FIXTURES/shop_rows" >/dev/null
	shop_models | mig-test -C shop >/dev/null
	sed '1s/"type":"varchar([0-9]*)"/"type":"varchar(77)"/
		1s/"type":"int"/"type":"bigint"/' \
		"$FIXTURES/shop_rows/sales.Order.jsonl" >o.jsonl
	run mig-load -C shop o.jsonl
	status_is 0
	shop_models | mig-test -C shop >again.jsonl
	is "$(jq -r '.test.run' again.jsonl | sort -u)" pass
	ask shop 'select orderid from analytics.stg_sales__order' |
		grep -F bigint
}
