#!/usr/bin/env bats
# mig-plan: names, order, circles, sources, materialization.

load lib/helpers

# Objects in short: `table ID [COLUMN...]`, `view ID TEXT USES...`.
table() {
	"$PYTHON" - "$@" <<'END'
import json, sys
id, cols = sys.argv[1], sys.argv[2:] or ["id"]
print(json.dumps({"kind": "table", "id": id, "schema": id.split(".")[0],
    "name": id.split(".", 1)[1], "row_count": None,
    "columns": [{"name": c, "type": "int", "nullable": False} for c in cols],
    "primary_key": {"name": "pk", "columns": [cols[0]]}}))
END
}

view() {
	"$PYTHON" - "$@" <<'END'
import json, sys
id, text, uses = sys.argv[1], sys.argv[2], sys.argv[3:]
print(json.dumps({"kind": "view", "id": id, "schema": id.split(".")[0],
    "name": id.split(".", 1)[1], "row_count": None,
    "definition": {"text": text, "line": 1, "column": 1},
    "dependencies": [{"target": u, "type": "select"} for u in uses]}))
END
}

procedure() { # ID BODY [VERB:TARGET...]
	"$PYTHON" - "$@" <<'END'
import json, sys
id, text = sys.argv[1:3]
deps = [u.split(":") for u in sys.argv[3:]]
print(json.dumps({"kind": "procedure", "id": id, "schema": id.split(".")[0],
    "name": id.split(".", 1)[1], "row_count": None, "parameters": [],
    "definition": {"text": "create procedure %s as %s" % (id, text),
                   "line": 1, "column": 1},
    "dependencies": [{"target": t, "type": v} for v, t in deps]}))
END
}

# planned EXPRESSION: over m (models by name), p (the plan), s (sources).
planned() {
	"$PYTHON" -c 'import json,sys
r=[json.loads(l) for l in open("out")]
m={o["name"]:o for o in r if o["kind"]=="model"}
p=[o for o in r if o["kind"]=="plan"][0]
s={o["name"]:o for o in r if o["kind"]=="source"}
order=[o["name"] for o in r if o["kind"]=="model"]
codes=lambda n: [f["code"] for f in m[n]["findings"]]
print(eval(sys.argv[1]))' "$1"
}

@test "the records obey their schemas, the input passes byte for byte" {
	mig-plan "$FIXTURES/shop.jsonl" >out
	valid out
	head -n "$(wc -l <"$FIXTURES/shop.jsonl")" out | cmp - "$FIXTURES/shop.jsonl"
}

@test "the same input gives the same bytes" {
	mig-plan "$FIXTURES/shop.jsonl" >one
	mig-plan "$FIXTURES/shop.jsonl" >two
	cmp one two
}

@test "names, layers and waves of the shop" {
	mig-plan "$FIXTURES/shop.jsonl" >out
	is "$(planned '"\n".join("%d %s %s" % (m[n]["wave"], n, m[n]["layer"])
		for n in order)')" "1 stg_sales__customer staging
1 stg_sales__order staging
1 stg_audit__run_log staging
2 dim_customer marts
2 int_open_order intermediate
3 fct_order marts
3 rpt_region_total marts"
}

@test "models come after what they depend on" {
	mig-plan "$FIXTURES/shop.jsonl" >out
	is "$(planned 'all(order.index(d) < order.index(n)
		for n in order for d in m[n]["depends_on"])')" True
}

@test "a model record is self-contained" {
	mig-plan "$FIXTURES/shop.jsonl" >out
	is "$(planned '[(i["id"], i["kind"], i["relation"],
		len(i["columns"])) for i in m["rpt_region_total"]["inputs"]]')" \
		"[('sales.vw_OpenOrder', 'view', {'ref': 'int_open_order'}, 3), ('sales.Customer', 'table', {'ref': 'stg_sales__customer'}, 4), ('sales.fn_region', 'function', None, 0)]"
	is "$(planned '"RETURNS varchar" in m["rpt_region_total"]["inputs"][2]["definition"]["text"]')" True
	is "$(planned '[c["name"] + " " + c["type"]
		for c in m["rpt_region_total"]["columns"]]')" \
		"['Region varchar(20)', 'Amount decimal(38,2)']"
}

@test "what is not planned is listed with its reason" {
	mig-plan "$FIXTURES/shop.jsonl" >out
	is "$(planned '[(n["object"], n["reason"][:9])
		for n in p["not_planned"]]')" \
		"[('etl.usp_run_all', 'it only r'), ('sales.tr_order', 'a trigger')]"
	is "$(planned 'p["inlined"]')" "['sales.fn_region']"
}

@test "tests from keys, foreign keys and checks" {
	mig-plan "$FIXTURES/shop.jsonl" >out
	is "$(planned '[(t["test"], t["columns"], t.get("to"),
		t.get("expression")) for t in m["stg_sales__order"]["tests"]]')" \
		"[('not_null', ['OrderID'], None, None), ('unique', ['OrderID'], None, None), ('relationships', ['CustomerID'], 'stg_sales__customer', None), ('expression', ['Amount'], None, '([Amount]>=(0))')]"
}

@test "materialization by the pattern of the writes" {
	table dbo.a id d >base
	table dbo.b id d >>base
	while IFS='|' read -r expected body deps; do
		# shellcheck disable=SC2086 # a list of words
		{ cat base; procedure dbo.p "$body" select:dbo.b $deps; } |
			mig-plan >out
		is "$(planned '[(x["materialized"],
			x.get("incremental", {}).get("strategy"),
			x.get("incremental", {}).get("unique_key"))
			for x in m.values() if x["object"] == "dbo.p"]')" \
			"$expected" "$body"
	done <<'END'
[('table', None, None)]|truncate table dbo.a; insert dbo.a select id, d from dbo.b|insert:dbo.a
[('incremental', 'append', None)]|insert dbo.a select id, d from dbo.b|insert:dbo.a
[('incremental', 'delete+insert', ['d'])]|delete dbo.a where d = @d; insert dbo.a select id, d from dbo.b|insert:dbo.a
[('incremental', 'delete+insert', ['id'])]|delete dbo.a where d > @d; insert dbo.a select id, d from dbo.b|insert:dbo.a
[('incremental', 'merge', ['id'])]|update t set d = b.d from dbo.a t join dbo.b b on b.id = t.id; insert dbo.a select id, d from dbo.b|insert:dbo.a
[('incremental', 'merge', ['d'])]|merge dbo.a as t using dbo.b as b on t.d = b.d when not matched then insert (id) values (b.id);|merge:dbo.a
[('table', None, None)]|select id into dbo.n from dbo.b|insert:dbo.n
[('table', None, None)]|update t set d = b.d from dbo.a t join dbo.b b on b.id = t.id|update:dbo.a
[('table', None, None)]|select id from dbo.b|
[]|insert dbo.a values (@x, @y)|insert:dbo.a
[]|update dbo.a set d = @d where id = @id|update:dbo.a
END
}

@test "columns of a table that SELECT INTO makes" {
	{
		table dbo.b id d
		procedure dbo.p 'select id, d * 1.5 as x into dbo.n from dbo.b' \
			select:dbo.b insert:dbo.n
	} | mig-plan >out
	is "$(planned '[(c["name"], c["type"]) for c in m["rpt_n"]["columns"]]')" \
		"[('id', 'int'), ('x', 'numeric(13,1)')]"
}

@test "a circle of views is named, broken and not silent" {
	{
		view dbo.a 'create view dbo.a as select x from dbo.b' dbo.b
		view dbo.b 'create view dbo.b as select x from dbo.c' dbo.c
		view dbo.c 'create view dbo.c as select x from dbo.a' dbo.a
	} >in
	run mig-plan in
	status_is 1
	printf '%s\n' "$output" >out
	is "$(planned 'p["cycles"]')" "[['dbo.a', 'dbo.b', 'dbo.c']]"
	is "$(planned '[(n, m[n]["status"], codes(n)) for n in sorted(m)]')" \
		"[('int_a', 'planned', ['MIG5001']), ('int_b', 'planned', ['MIG5001']), ('int_c', 'manual', ['MIG5001', 'MIG5002'])]"
	valid out
}

@test "a view on a missing table reads a declared source" {
	view dbo.v 'create view dbo.v as select x from dbo.gone' dbo.gone >in
	mig-plan in >out
	valid out
	is "$(planned '(codes("rpt_v"), m["rpt_v"]["inputs"][0]["relation"],
		s["dbo"]["tables"][0]["missing"])')" \
		"(['MIG5003'], {'source': ['dbo', 'gone']}, True)"
}

@test "collisions of names are settled by the objects alone" {
	{ table a.x; table b.x; table 'a.X y'; table 'a.x_y'; } >one
	{ table 'a.x_y'; table 'a.X y'; table b.x; table a.x; } >two
	mig-plan one >out
	is "$(planned 'len(m)')" 4
	names=$(planned 'sorted((o["object"], n) for n, o in m.items())')
	mig-plan two >out
	is "$(planned 'sorted((o["object"], n) for n, o in m.items())')" "$names"
}

@test "hostile names stay inside and keep their meaning" {
	"$PYTHON" - >in <<'END'
import json
for n in ["../../etc/passwd", "a'b", 'a"b', "a\nb", "{{ x }}", "日付",
          "x" * 128, "-rf", ".", "a;b", "%s%n"]:
    print(json.dumps({"kind": "table", "id": "dbo." + n, "schema": "dbo",
        "name": n, "row_count": None,
        "columns": [{"name": n, "type": "int", "nullable": True}]}))
END
	mig-plan in >out
	valid out
	is "$(planned 'all(__import__("re").fullmatch(
		r"models/staging/dbo/[a-z0-9_]{1,60}\.sql", o["path"])
		for o in m.values()) and len(m)')" 11
	is "$(planned 'all(not set("{}\x27\"\n/") & set(t["name"])
		for t in s["dbo"]["tables"])')" True
	is "$(planned '[t["identifier"] for t in s["dbo"]["tables"]
		if "identifier" in t][0]')" "../../etc/passwd"
}

@test "an existing project is respected" {
	mkdir -p proj/models/marts
	printf 'name: theirs\nversion: 1\n' >proj/dbt_project.yml
	echo 'select 1' >proj/models/marts/dim_customer.sql
	mig-plan -C proj "$FIXTURES/shop.jsonl" >out
	is "$(planned '(p["project"], p["existing_models"])')" \
		"('theirs', ['dim_customer'])"
	is "$(planned '[n for n in m if n.startswith("dim_customer")]')" \
		"['dim_customer__usp_load_dim_customer']"
	# The same names again once the files are ours.
	mkdir -p proj/models/marts/dw
	rm proj/models/marts/dim_customer.sql
	echo 'select 1' >proj/models/marts/dw/dim_customer.sql
	cat >proj/models/marts/dw/dim_customer.yml <<'END'
models:
  - name: dim_customer
    config: {meta: {mig: {object: etl.usp_load_dim_customer}}}
END
	mig-plan -C proj "$FIXTURES/shop.jsonl" >out
	is "$(planned '"dim_customer" in m')" True
}

@test "--select: what is not selected is a source" {
	mig-plan --select 'sales.Region*' "$FIXTURES/shop.jsonl" >out
	is "$(planned '(list(m), [i["relation"]
		for i in m["rpt_region_total"]["inputs"]][:2])')" \
		"(['rpt_region_total'], [{'source': ['sales', 'vw_OpenOrder']}, {'source': ['sales', 'Customer']}])"
}

@test "two procedures that write one table" {
	{
		table dbo.a
		table dbo.b
		procedure dbo.p1 'insert dbo.a select id from dbo.b' insert:dbo.a select:dbo.b
		procedure dbo.p2 'truncate table dbo.a; insert dbo.a select id from dbo.b' insert:dbo.a select:dbo.b
		view dbo.v 'create view dbo.v as select id from dbo.a' dbo.a
	} | mig-plan >out
	is "$(planned '(sorted(n for n in m if m[n]["object"][:5] == "dbo.p"),
		m["rpt_v"]["depends_on"], codes("rpt_a"), m["rpt_a"]["writers"])')" \
		"(['rpt_a', 'rpt_a__p1'], ['rpt_a'], ['MIG5006'], ['dbo.p1', 'dbo.p2'])"
}

@test "what the assessment leaves behind is not planned" {
	{
		table dbo.b
		view dbo.v 'create view dbo.v as select id from dbo.b' dbo.b |
			"$PYTHON" -c 'import json,sys
o=json.loads(input()); o["assessment"]={"action":"deprecate"}
print(json.dumps(o))'
	} | mig-plan >out
	is "$(planned '(list(m), p["not_planned"][0]["reason"])')" \
		"(['stg_dbo__b'], 'assessed as no longer needed')"
}

@test "an unknown dialect is refused" {
	run mig-plan -d klingon </dev/null
	status_is 2
	has "no dialect 'klingon'"
	run mig-plan -d ../x </dev/null
	status_is 2
}

@test "bad input: nothing, binary, unknown kinds, a cut line" {
	run mig-plan </dev/null
	status_is 0
	is "$output" ""
	run mig-plan < <(head -c 2000 /dev/zero)
	status_is 1
	run mig-plan < <(printf '{"kind":"whatever"}\n{"kind":"table","id"')
	status_is 1
	has 'cut short'
	has '{"kind":"whatever"}'
}

@test "20,000 objects are planned in seconds" {
	"$PYTHON" - >in <<'END'
import json
for i in range(10000):
    print(json.dumps({"kind": "table", "id": "dbo.t%d" % i, "schema": "dbo",
        "name": "t%d" % i, "row_count": None,
        "columns": [{"name": "a", "type": "int", "nullable": False}]}))
for i in range(10000):
    on = "dbo.v%d" % (i - 1) if i % 50 else "dbo.t%d" % i
    print(json.dumps({"kind": "view", "id": "dbo.v%d" % i, "schema": "dbo",
        "name": "v%d" % i, "row_count": None,
        "definition": {"text": "create view dbo.v%d as select a from %s"
                       % (i, on), "line": 1, "column": 1},
        "dependencies": [{"target": on, "type": "select"}]}))
END
	start=$SECONDS
	mig-plan in >out
	took_at_most 20
	is "$(planned '(len(m), p["waves"])')" "(20000, 51)"
}

@test "a procedure's models of long names are told apart, within the limit" {
	local word
	word=$(printf 'word%.0s' {1..20})
	{
		printf 'create table dbo.%s (a int);\ngo\n' "${word}_one" "${word}_two"
		printf 'create procedure dbo.fill as begin\n'
		printf 'truncate table dbo.%s; insert into dbo.%s select 1;\n' \
			"${word}_one" "${word}_one" "${word}_two" "${word}_two"
		printf 'end\n'
	} >long.sql
	mssql-extract --ddl long.sql | mig-plan -d postgres >plan.jsonl
	jq -r 'select(.kind == "model" and .object == "dbo.fill") | .name' \
		plan.jsonl >names
	is "$(sort -u names | wc -l | tr -d ' ')" 2
	[ "$(wc -L <names)" -le 63 ] || fail "$(cat names)"
}

@test "a site's dialect says how long a model's name may be" {
	mkdir site
	printf '%s\n' '{"extends": "duckdb", "name_bytes": 30}' >site/small.json
	view dbo.a_view_whose_name_is_rather_long 'create view
		dbo.a_view_whose_name_is_rather_long as select 1 as a' >v.jsonl
	MIG_DIALECTS=site mig-plan -d small v.jsonl >plan.jsonl
	is "$(jq -r 'select(.kind == "model") | .name | length <= 30' \
		plan.jsonl)" true
}
