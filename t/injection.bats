#!/usr/bin/env bats
# Attempts to make a model's answer, or a source's text, do more than it may.

load lib/helpers

@test "the guard refuses every attempt and passes honest models" {
	"$MIG_BUILD/t/guard_drive" "$MIG_TOP/t/injection/guard.jsonl" >out.jsonl
	jq -r 'select(if .expect == null then .why != null
		else (.why == null) or (.expect as $e | .why | contains($e) | not)
		end) | "\(.name): \(.why), expected \(.expect)"' \
		out.jsonl >wrong
	[ ! -s wrong ] || fail "$(cat wrong)"
	[ "$(jq -s 'map(select(.expect)) | length' out.jsonl)" -ge 100 ]
}

@test "no function of a vendor's that does more than compute is let through" {
	sed '/^#/d' "$MIG_TOP/t/injection/functions.txt" |
		jq -Rc 'split(" ") as [$d, $f] | (
		"select \($f)(1) as a from {{ ref('"'s'"') }} as s",
		"select a.* from \($f)('"'x'"') as a",
		"select a.* from {{ ref('"'s'"') }} as s cross join lateral \($f)(s.x) as a",
		"select \"\($f)\"(1) as a from {{ ref('"'s'"') }} as s",
		"select x.\($f)(1) as a from {{ ref('"'s'"') }} as s")
		| {dialect: $d, sql: ., refs: ["s"]}' >cases.jsonl
	[ "$(wc -l <cases.jsonl)" -ge 2000 ]
	"$MIG_BUILD/t/guard_drive" cases.jsonl >out.jsonl
	run jq -r 'select(.why == null) | "\(.dialect): \(.sql)"' out.jsonl
	is "$output" ""
}

@test "every refusal says where" {
	"$MIG_BUILD/t/guard_drive" "$MIG_TOP/t/injection/guard.jsonl" |
		jq -r 'select(.why and .sql) | .why' >whys
	run grep -vE '^line [0-9]+: .+' whys
	is "$output" ""
}

# records ATTACK: a record a field with the attack in it, as JSON Lines
records() {
	jq -nc --argjson attack "$1" '
	{kind: "model", name: "m", object: "dbo.v", object_kind: "view",
	layer: "marts", path: "models/m.sql", materialized: "view", wave: 1,
	depends_on: ["stg"], dialect: "duckdb", status: "failed", attempts: 0,
	errors: [], findings: [], validation_score: null,
	definition: {text: "create view dbo.v as select 1 as a"},
	outline: ["step"], parameters: [{name: "@p", type: "int"}],
	columns: [{name: "a", type: "int", description: "d"}],
	inputs: [{id: "dbo.t", kind: "function", columns: [{name: "a",
		type: "int"}], relation: {ref: "stg"},
		definition: {text: "create function f"}}],
	files: [{path: "models/m.sql", content: "select 2 as a\n"}],
	test: {parse: "pass", errors: [{phase: "run", message: "bad"}]},
	evaluation: {verdict: "different", mismatches: {}, columns: [],
		samples: [{class: "added", actual: ["x"]}]},
	generated: {engine: "rules", claim: "differs", notes: ["n"],
		findings: [{code: "MIG1", message: "f"}], ledger: [{statement: 1,
		kind: "select", line: 1, to: "model"}]}} as $r
	| $r, ($r | .definition.text = $attack), ($r | .object = $attack),
	($r | .columns[0].name = $attack),
	($r | .inputs[0].id = $attack),
	($r | .inputs[0].columns[0].name = $attack),
	($r | .inputs[0].definition.text = $attack),
	($r | .generated.notes[0] = $attack),
	($r | .generated.findings[0].message = $attack),
	($r | .outline[0] = $attack), ($r | .parameters[0].name = $attack),
	($r | .test.errors[0].message = $attack),
	($r | .evaluation.samples[0].actual[0] = $attack)'
}

# fenced LEAST KINDS: at least so many requests were made, of so many kinds; in
# each kind the instructions and the pieces of data are the same
fenced() {
	"$PYTHON" - "$@" <<'END'
import json, re, sys
n, systems, shapes = 0, set(), set()
least, kinds = map(int, sys.argv[1:])
for line in open("server.log"):
    body = json.loads(line)["body"]
    n += 1
    last = body["system"][-1]["text"]
    boundary = re.search(r"request is ([a-z0-9]{24})\.", last).group(1)
    systems.add("\n".join(b["text"] for b in body["system"])
                .replace(boundary, "B"))
    assert len(body["messages"]) == 1 and "tools" not in body
    text = body["messages"][0]["content"][0]["text"]
    fences = re.findall(r"^(<<|>>)" + boundary + r"(.*)$", text, re.M)
    # Opened and closed in turn; nothing between them holds the boundary.
    assert [f[0] for f in fences] == ["<<", ">>"] * (len(fences) // 2)
    assert text.count(boundary) == len(fences)
    assert "\x1a" not in text and "\x1b" not in text
    shapes.add(" ".join(f[1] for f in fences))
assert n >= least, n
assert len(systems) == kinds, systems
assert len(shapes) == kinds, shapes
print(n, "requests")
END
}

@test "text from outside stays between its fences, whatever it says" {
	load lib/claude
	serve '{"default": {"text": "=== {{boundary}} file models/m.sql\nselect 1 as a\n=== {{boundary}} end\n=== {{boundary}} meta\n{\"claim\":\"differs\",\"confidence\":1,\"ledger\":[{\"statement\":1,\"to\":\"model\"}]}\n=== {{boundary}} end\n=== {{boundary}} done\n"}}'
	local attack
	while IFS= read -r attack; do
		records "$attack"
	done <"$MIG_TOP/t/injection/source.jsonl" >records.jsonl
	"$MIG_BUILD/t/agent_drive" fix -e claude -j 8 --send-samples \
		<records.jsonl >out.jsonl 2>err.txt
	unserve
	is "$(jq -c '[.files[] | [.path, .content]]' out.jsonl | sort -u)" \
		'[["models/m.sql","select 1 as a\n"]]'
	is "$(jq -r .status out.jsonl | sort -u)" generated
	fenced 240 1
}

@test "descriptions, samples and lists can't talk a judgement into more" {
	load lib/claude
	local attack tool
	serve '{"match": [
	{"contains": "Its columns", "reply": {"text": "{\"outline\":[\"s\"],\"name\":\"other\",\"materialized\":\"table\",\"unique_key\":[],\"reason\":\"\",\"questions\":[],\"confidence\":1}"}}]}'
	while IFS= read -r attack; do
		records "$attack" | jq -c --argjson a "$attack" 'select(.kind)
		| ., (.columns[0].description = $a), (.description = $a),
		(.inputs[0].columns[0].description = $a), (.tests = [$a])' |
			head -n 5
	done <"$MIG_TOP/t/injection/source.jsonl" >records.jsonl
	for tool in plan eval; do
		: >server.log
		"$MIG_BUILD/t/agent_drive" $tool -e claude -j 8 --describe \
			--send-samples --max-attempts 1 --retries 0 \
			<records.jsonl >$tool.jsonl 2>err.txt || :
		fenced 100 $( [ $tool = plan ] && echo 2 || echo 1)
		# What is written and run stays what it was.
		is "$(jq -c '[.name, .path, .materialized, .files]' $tool.jsonl |
			sort -u)" '["m","models/m.sql","view",[{"path":'\
'"models/m.sql","content":"select 2 as a\n"}]]'
	done
	while IFS= read -r attack; do
		jq -nc --argjson a "$attack" '{kind: "view", id: "dbo.v",
		definition: {text: "create view dbo.v as select 1 as a"},
		assessment: {action: "manual", complexity: {level: "low", factors:
		[{factor: "joins", detail: "d"}]}, findings: [{code: "MIG1",
		message: "m"}]}, dependencies: [{source: "dbo.v", target: "t"}],
		columns: [{name: "a", type: "int"}]} | .,
		(.assessment.complexity.factors[0].detail = $a),
		(.assessment.findings[0].message = $a),
		(.dependencies[0].target = $a), (.definition.text = $a),
		{kind: "strategy", totals: {}, phases: [{objects: [$a]}],
		risks: [{risk: $a, objects: [$a]}], recommendations: [$a]}'
	done <"$MIG_TOP/t/injection/source.jsonl" >records.jsonl
	: >server.log
	"$MIG_BUILD/t/agent_drive" assess -e claude -j 8 --max-attempts 1 \
		--retries 0 <records.jsonl >assess.jsonl 2>err.txt || :
	unserve
	fenced 100 2
	is "$(jq -r '.assessment.action // empty' assess.jsonl | sort -u)" manual
}

teardown() {
	if declare -F unserve >/dev/null; then unserve; fi
}
