#!/usr/bin/env bats
# mig-review: decisions at checkpoints.

load lib/helpers

prepare() {
	mig-assess "$FIXTURES/shop.jsonl" >assessed
	mig-plan assessed >plan
}

review() { mig-review --by ann "$@"; }

field() { # RECORD-NAME EXPRESSION
	"$PYTHON" -c 'import json,sys
for o in map(json.loads, open("out")):
    if sys.argv[1] in (o.get("name"), o.get("id")) and (
            o["kind"] == "model" or "id" in o):
        print(eval(sys.argv[2]))' "$@"
}

@test "without decisions the stream passes and the gate is shut" {
	mig-review -k plan d.json plan >out
	cmp plan out
	run mig-review -k plan --gate d.json plan
	status_is 1
	has 'checkpoint plan: 7 of the items are undecided'
	[ ! -e d.json ]
}

@test "accepting all opens the gate; the file obeys its schema" {
	review -k plan -a '*' -n 'looks fine' d.json plan >out
	valid out
	valid --schema decisions d.json
	run mig-review -k plan --gate d.json plan
	status_is 0
}

@test "a decision is about what was seen: a change wants a new one" {
	review -k plan -a '*' d.json plan >/dev/null
	sed 's/"materialized":"incremental"/"materialized":"table"/' plan >changed
	run mig-review -k plan --list d.json changed
	is "$(grep -c ^open <<<"$output")" 1
	has 'open	fct_order	table	etl.usp_append_orders'
}

@test "editing sets fields, the second time too" {
	review -k plan -e int_open_order -s materialized=table \
		-s 'vars={"a":1}' d.json plan >out
	is "$(field int_open_order '(o["materialized"], o["vars"])')" \
		"('table', {'a': 1})"
	mig-review -k plan d.json plan >out
	is "$(field int_open_order 'o["materialized"]')" table
	is "$(field int_open_order 'o["review"]["decision"]')" edit
}

@test "names that others refer to can't be set" {
	run review -k plan -e '*' -s name=x d.json plan
	status_is 2
	has "'name' can't be set"
}

@test "rejected: a model becomes manual, an object is left" {
	review -k plan -r 'fct_*' d.json plan >out
	is "$(field fct_order 'o["status"]')" manual
	review -k assess -r sales.vw_OpenOrder d.json assessed >out
	is "$(field sales.vw_OpenOrder 'o["assessment"]["action"]')" leave
}

@test "eval: only what differs is asked about, accepted it is completed" {
	"$PYTHON" - >in <<'END'
import json
for n, s, v in (("a", "completed", "equal"), ("b", "needs_review", "different")):
    print(json.dumps({"kind": "model", "name": n, "object": "s." + n,
        "status": s, "attempts": 0, "errors": [], "validation_score": 0.9,
        "evaluation": {"verdict": v}}))
END
	run mig-review -k eval --list d.json in
	is "$output" "open	b	different	s.b"
	review -k eval -a b -n 'rounding agreed' d.json in >out
	is "$(field b '(o["status"], o["review"]["note"])')" \
		"('completed', 'rounding agreed')"
}

@test "a file that is none of ours is left alone" {
	echo '[]' >d.json
	run review -k plan -a '*' d.json plan
	status_is 2
	is "$(cat d.json)" '[]'
}
