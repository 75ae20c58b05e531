#!/usr/bin/env bats
# mig-report: the table, Markdown, HTML, JSON.

load lib/helpers

prepare() {
	mig-plan "$FIXTURES/shop.jsonl" | "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    o = json.loads(line)
    if o.get("name") == "dim_customer" and o["kind"] == "model":
        o.update(status="completed", validation_score=1.0, generated={
            "engine": "claude", "claim": "exact", "confidence": 1.0,
            "findings": [{"code": "MIG3001", "severity": "warning",
                "line": 3, "column": 4, "message": "<b>bold</b> | x",
                "remedy": "r"}],
            "ledger": [{"kind": "insert", "to": "model"},
                {"kind": "set", "to": "left_out", "reason": "SET NOCOUNT"}],
            "usage": {"calls": 2, "input_tokens": 10, "output_tokens": 5,
                      "cost_usd": 0.25}},
            evaluation={"rows_expected": 3, "rows_actual": 3,
                        "verdict": "equal", "score": 1.0})
    if o.get("name") == "fct_order" and o["kind"] == "model":
        o.update(status="failed", attempts=3, errors=[
            {"phase": "run", "message": "no such column <x>"}],
            evaluation={"rows_expected": 3, "rows_actual": 2,
                "verdict": "different", "score": 0.5,
                "samples": [{"class": "removed", "expected": [1, "a"]}]},
            validation_score=0.5)
    print(json.dumps(o))' >in
}

@test "the table: object, action, model, status, claim, rows, score" {
	run mig-report -f text in
	status_is 0
	is "${lines[0]}" \
		"object                     action   model                status       claim     rows  score"
	has "etl.usp_load_dim_customer  migrate  dim_customer         completed    exact        3  1.000"
	has "etl.usp_append_orders      migrate  fct_order            failed       -      2 for 3  0.500"
	has "sales.tr_order             manual   -                    not planned"
	has "9 objects:"
}

@test "colour only where it is wanted" {
	run mig-report -f text in
	has_not $'\033'
	run mig-report -f text --color always in
	has $'\033[32mcompleted'
}

@test "--check tells whether all is well" {
	run mig-report -f text --check in
	status_is 1
}

@test "HTML: one file, escaped, with the graph" {
	mig-report --no-dot in >r.html
	run cat r.html
	has '<svg'
	has '&lt;b&gt;bold&lt;/b&gt;'
	has_not '<b>bold'
	has 'no such column &lt;x&gt;'
	has 'Left out'
	has '0.2500'
	for word in 'src=' 'href=' '<script' '@import' 'url('; do
		has_not "$word"
	done
	"$PYTHON" - <<'END'
from html.parser import HTMLParser
import re
class P(HTMLParser):
    stack = []
    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "path", "rect"):
            self.stack.append(tag)
    def handle_startendtag(self, tag, attrs):
        pass
    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1] == tag, (tag, self.stack)
        self.stack.pop()
p = P()
p.feed(open("r.html").read())
assert not p.stack, p.stack
svg = re.search(r"<svg.*?</svg>", open("r.html").read(), re.S).group(0)
import xml.etree.ElementTree as E
assert len(E.fromstring(svg).findall(".//{http://www.w3.org/2000/svg}rect")) == 7
END
}

@test "HTML with Graphviz" {
	needs dot
	mig-report in >r.html
	run cat r.html
	has '<svg'
	has 'fct_order'
	has_not '<?xml'
}

@test "Markdown escapes what would be markup" {
	run mig-report -f markdown in
	has '\<b\>bold\</b\> \| x'
	has '| etl.usp\_load\_dim\_customer | migrate | dim\_customer | completed'
}

@test "JSON can be read by programs" {
	mig-report -f json in >r.json
	is "$("$PYTHON" -c 'import json
r=json.load(open("r.json"))
print(r["statuses"]["completed"], r["ledger"], r["cost"]["gen"]["cost_usd"],
      [o["rows_actual"] for o in r["objects"] if o["model"] == "fct_order"])')" \
		"1 {'model': 1, 'left_out': 1} 0.25 [2]"
}

@test "of two records of one model the last one counts" {
	{ cat in; grep '"fct_order"' in | sed 's/"failed"/"completed"/'; } >two
	run mig-report -f text two
	is "$(grep -c fct_order <<<"$output")" 1
	has "fct_order            completed"
}

@test "--output writes whole or not at all" {
	mig-report -o sub/r.html in
	[ -s sub/r.html ]
	run mig-report -o /dev/full/x in
	status_is 2
	has '/dev/full/x'
}

@test "nothing in, an empty report out" {
	run mig-report -f text </dev/null
	status_is 0
	has '0 objects'
	mig-report </dev/null >r.html
	grep -q '</html>' r.html
}

@test "control characters never reach the terminal" {
	printf '{"kind":"model","name":"a\\u001b[31m","object":"x\\ny"}\n' >bad
	run mig-report -f text bad
	has 'a?[31m'
	has 'x?y'
}

@test "what Claude cost is summed by agent, model and object, each call once" {
	call() {
		printf '{"agent":"%s","model":"%s","request_id":"%s","usage":' \
			"$1" "$2" "$3"
		printf '{"input_tokens":100,"output_tokens":10},'
		printf '"cost_usd":%s}' "$4"
	}
	local head='{"kind":"model","name":"m","object":"s.m","status":"failed"'
	{
		echo "$head,\"calls\":[$(call gen big r1 0.012)]}"
		echo "$head,\"calls\":[$(call gen big r1 0.012),"\
"$(call fix small r2 0.003)]}"
	} >calls.jsonl
	mig-report --format json calls.jsonl >out.json || true
	[ "$(jq -c '[.cost.gen.cost_usd, .cost.fix.calls,
		.cost_by_model.big.input_tokens, .cost_by_object["s.m"].calls,
		.cost_by_object["s.m"].cost_usd]' out.json)" = \
		'[0.012,1,100,2,0.015]' ] || { cat out.json; false; }
}
