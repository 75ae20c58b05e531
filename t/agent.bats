#!/usr/bin/env bats
# The agents' Claude engine, driven as their tools drive it.

load lib/helpers
load lib/claude

AGENT=$MIG_BUILD/t/agent_drive

teardown() {
	unserve
}

# a record that the rules of mig-gen gave up on; FILTER changes it
model() {
	jq -nc --argjson n "${2:-1}" '{
	kind: "model", name: "rpt_big\($n)", object: "dbo.Big\($n)",
	object_kind: "view", layer: "marts",
	path: "models/marts/rpt_big\($n).sql", materialized: "view", wave: 2,
	depends_on: ["stg_dbo__orders"], dialect: "duckdb",
	definition: {text: "create view dbo.Big\($n) as select o.OrderID, o.Qty / 2 as Half from dbo.Orders o where o.Note <> N'"'x'"'",
		file: "a.sql", line: 1, column: 1},
	columns: [{name: "OrderID", type: "int", nullable: false},
		{name: "Half", type: "int", nullable: true}],
	inputs: [{id: "dbo.Orders", kind: "table",
		columns: [{name: "OrderID", type: "int", nullable: false},
			{name: "Qty", type: "int"},
			{name: "Note", type: "nvarchar(50)"}],
		keys: [["OrderID"]], relation: {ref: "stg_dbo__orders"}}],
	keys: [], tests: [], findings: [], status: "manual", attempts: 0,
	errors: [], validation_score: null,
	files: [{path: "models/marts/rpt_big\($n).sql",
		content: "{{ to_be_written('"'dbo.Big'"') }}\n"},
		{path: "models/marts/rpt_big\($n).yml", content:
		"models:\n  - name: rpt_big\n    config:\n      meta:\n        mig:\n          engine: rules\n          claim: manual\n"}],
	generated: {engine: "rules", claim: "manual", confidence: 0.1,
		ledger: [{statement: 1, kind: "select", line: 1, column: 20,
			to: "manual", reason: "not understood"}]}} | '"${1:-.}"
}

SQL='select "OrderID", cast(trunc("Qty" / 2) as integer) as "Half"
from {{ ref('"'stg_dbo__orders'"') }}
where "Note" <> '"'x'"'
'

# reply SQL [META-FILTER] [N]: a reply of the server with a file
reply() {
	jq -nc --arg sql "$1" --arg path "models/marts/rpt_big${3:-1}.sql" '
	({claim: "exact", confidence: 0.9, notes: [], changelog: ["new"],
		ledger: [{statement: 1, to: "model", reason: ""}]} |
		'"${2:-.}"') as $meta |
	{text: ("=== {{boundary}} file \($path)\n\($sql)=== {{boundary}} end\n" +
		"=== {{boundary}} meta\n\($meta)\n=== {{boundary}} end\n" +
		"=== {{boundary}} done\n")}'
}

say() {
	jq -nc --arg text "$1" '{text: $text}'
}

# script DEFAULT [REPLY...]: what the server shall answer, the rest in order
script() {
	local default=$1
	shift
	printf '%s\n' "$@" | jq -sc --argjson d "$default" \
		'{sequence: ., default: $d}'
}

# agent TOOL OPTION...: records.jsonl to out.jsonl
agent() {
	local tool=$1
	shift
	"$AGENT" "$tool" -e claude "$@" <records.jsonl >out.jsonl 2>err.txt
}

# user_text [N]: what the N-th request (default: the last) asked
user_text() {
	jq -rs --argjson n "${1:-0}" \
		'.[$n - 1].body.messages[0].content[0].text' server.log
}

@test "gen: a model that passes the gates replaces the draft" {
	serve "$(script "$(reply "$SQL")")"
	model >records.jsonl
	agent gen
	is "$(jq -r '.files[0].content' out.jsonl)" "${SQL%$'\n'}"
	is "$(jq -c '[.status, .generated.engine, .generated.claim,
		.generated.ledger[0].to, .generated.usage.calls]' out.jsonl)" \
		'["generated","claude","exact","model",1]'
	is "$(jq -r .generated.prompt out.jsonl)" \
		"gen@$(sha256sum "$MIG_TOP/share/prompts/gen.md" | cut -c1-12)"
	is "$(jq -r '.files[1].content' out.jsonl | grep -c 'claude\|exact')" 2
	is "$(jq -r '.calls[0].agent' out.jsonl)" gen
}

@test "gen: what the rules are sure of is not asked" {
	serve '{}'
	model '.generated |= (.claim = "exact" | .confidence = 0.99)
		| .status = "generated"' >records.jsonl
	agent gen
	is "$(wc -l <server.log)" 0
	cmp records.jsonl out.jsonl
}

@test "gen: an attempt that fails a gate is told why" {
	serve "$(script "$(reply "$SQL")" "$(say 'Of course!')" \
		"$(reply "select * from read_csv('x')
")")"
	model >records.jsonl
	agent gen
	is "$(jq -r '.generated.attempts' out.jsonl)" 3
	is "$(jq -r .status out.jsonl)" generated
	user_text 2 | grep -q 'text outside of the blocks: Of course'
	user_text 3 | grep -q 'read_csv() is not allowed'
}

@test "gen: after --max-attempts it needs a person, the rules' draft stays" {
	serve "$(script "$(say nonsense)")"
	model >records.jsonl
	run agent gen --max-attempts 2
	status_is 1
	is "$(wc -l <server.log)" 2
	is "$(jq -r '.files[0].content' out.jsonl)" "{{ to_be_written('dbo.Big') }}"
	is "$(jq -c '[.status, .errors[0].phase]' out.jsonl)" \
		'["needs_review","gen"]'
}

@test "gen: no progress twice in a row ends it early" {
	serve "$(script "$(say nonsense)")"
	model >records.jsonl
	run agent gen --max-attempts 9
	is "$(wc -l <server.log)" 3
}

@test "gen: a statement that is in no ledger is a failed attempt" {
	serve "$(script "$(reply "$SQL")" \
		"$(reply "$SQL" '.ledger = [{statement: 7, to: "model"}]')" \
		"$(reply "$SQL" '.ledger[0] |= (.to = "left_out")')")"
	model >records.jsonl
	agent gen
	user_text 2 | grep -q 'statement 1 (select, line 1) is not in'
	user_text 3 | grep -q 'statement 1 is left_out without a reason'
}

@test "gen: a claim falls with what the ledger admits" {
	serve "$(script "$(reply "$SQL" '.ledger = [{statement: 1, to: "model"},
		{statement: 2, to: "left_out", reason: "not needed"}]')")"
	model '.generated.ledger += [{statement: 2, kind: "delete", line: 3,
		to: "manual"}]' >records.jsonl
	agent gen
	is "$(jq -r .generated.claim out.jsonl)" differs
	serve "$(script "$(reply "$SQL" '.ledger[0] = {statement: 1,
		to: "manual", reason: "?"}')")"
	model >records.jsonl
	agent gen
	is "$(jq -r .generated.claim out.jsonl)" manual
}

@test "gen: truncated, refused and failed answers never become files" {
	local r
	for r in '{"text": "half", "stop_reason": "max_tokens"}' \
		'{"text": "no", "stop_reason": "refusal"}' '{"status": 400}'; do
		serve '{"default": '"$r"'}'
		model >records.jsonl
		run agent gen
		status_is 1
		is "$(jq -c '[.status, .files[0].content]' out.jsonl)" \
			"[\"needs_review\",\"{{ to_be_written('dbo.Big') }}\\n\"]"
	done
}

@test "gen: other paths, several files, half files are refused" {
	local path
	for path in ../x.sql /etc/passwd models/other.sql dbt_project.yml \
		models/marts/rpt_big1.yml; do
		serve "$(script "$(jq -nc --arg p "$path" '{text:
			("=== {{boundary}} file \($p)\nselect 1\n" +
			"=== {{boundary}} end\n=== {{boundary}} done\n")}')")"
		model >records.jsonl
		run agent gen --max-attempts 1
		status_is 1
		grep -q 'a file that was not asked for' err.txt
	done
	serve "$(script "$(reply "$SQL" |
		jq -c '.text |= split("=== {{boundary}} done")[0]')")"
	run agent gen --max-attempts 1
	grep -q "it is not whole" err.txt
}

@test "gen: answers that claim, hide or forge more than they may" {
	model '.generated.ledger += [{statement: 2, kind: "insert", line: 2,
		to: "manual"}]' >records.jsonl
	refused() { # WHY REPLY
		serve "$(script "$2")"
		run agent gen --max-attempts 1
		status_is 1
		grep -q "$1" err.txt || fail "not '$1': $(cat err.txt)"
		is "$(jq -c '[.status, .files[0].content, .path]' out.jsonl)" \
			"$(jq -c '["needs_review", .files[0].content, .path]' \
				records.jsonl)"
	}
	# all is in the model, it says: one statement is nowhere
	refused 'statement 2 (insert, line 2) is not in the ledger' \
		"$(reply "$SQL" '.confidence = 1')"
	refused 'the meta block' \
		"$(reply "$SQL" '.status = "completed" | .path = "../x"')"
	refused 'the meta block' "$(reply "$SQL" '.claim = "perfect"')"
	refused 'the meta block' "$(reply "$SQL" '.ledger[0].to = "nowhere"')"
	# lines that look like the boundary's, of a boundary that isn't
	refused 'text outside of the blocks\|not whole\|not asked for\|no file' \
		"$(say '=== 000000000000000000000000 file models/marts/rpt_big1.sql
select 1
=== 000000000000000000000000 done')"
	refused 'text outside of the blocks' \
		"$(reply "$SQL" | jq -c '.text = "Sure!\n" + .text')"
	local hidden=$'\xe2\x80\x8b'
	refused "odd character" "$(reply "select 1 as a fr${hidden}om x
")"
	refused "env_var" "$(reply "select '{{ env_var(\"HOME\") }}' as a
")"
}

@test "gen: a link in the project is no way out of it" {
	serve "$(script "$(reply "$SQL")")"
	model >records.jsonl
	mkdir -p p/models/marts
	echo 'keep me' >outside.txt
	ln -s ../../../outside.txt p/models/marts/rpt_big1.sql
	agent gen -C p
	is "$(cat outside.txt)" 'keep me'
	grep -q 'a link leads out of the project' err.txt
	is "$(logged .path)" ""

	# A directory on the way, and the directory of the hashes.
	rm -r p
	mkdir -p p out
	ln -s ../out p/models
	agent gen -C p
	is "$(ls -A out)" ""
	rm p/models
	mkdir -p p/.mig p/models/marts
	ln -s ../../out p/.mig/hashes
	agent gen -C p
	is "$(ls -A out)$(ls -A p/models/marts)" ""

	# What stays inside is followed, and so is a link to the project itself.
	rm -r p
	mkdir -p real/inner/marts
	ln -s real p
	ln -s inner real/models
	agent gen -C p
	is "$(cat real/inner/marts/rpt_big1.sql)" "${SQL%$'\n'}"
}

@test "gen: -C writes the accepted file, not what was edited by hand" {
	serve "$(script "$(reply "$SQL")")"
	model >records.jsonl
	mkdir -p p/models/marts
	agent gen -C p
	is "$(cat p/models/marts/rpt_big1.sql)" "${SQL%$'\n'}"
	echo '-- mine' >p/models/marts/rpt_big1.sql
	agent gen -C p
	is "$(cat p/models/marts/rpt_big1.sql)" "-- mine"
	grep -q 'edited by hand' err.txt
}

@test "records keep their order and the rest passes byte for byte" {
	serve '{"match": [{"contains": "dbo.Big1",
		"reply": '"$(reply "$SQL" . 1 | jq -c '.latency = 0.4')"'},
		{"contains": "dbo.Big2", "reply": '"$(reply "$SQL" . 2)"'}]}'
	{
		model . 1
		echo '{"kind":"database","name":"x","odd":1.50}'
		model . 2
	} >records.jsonl
	agent gen -j 4
	is "$(jq -r .name out.jsonl | xargs)" "rpt_big1 x rpt_big2"
	is "$(jq -r 'select(.kind == "model") | .status' out.jsonl | uniq)" \
		generated
}

@test "auto without a key is the rules engine" {
	unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL
	model >records.jsonl
	"$AGENT" gen -e auto <records.jsonl >out.jsonl
	cmp records.jsonl out.jsonl
	run "$AGENT" gen -e claude <records.jsonl
	status_is 2
	has "ANTHROPIC_API_KEY is not set"
}

@test "a cassette replays a whole run of attempts bit for bit" {
	serve "$(script "$(reply "$SQL")" "$(say nonsense)")"
	model >records.jsonl
	agent gen --record tape
	mv out.jsonl first.jsonl
	unserve
	unset ANTHROPIC_API_KEY ANTHROPIC_BASE_URL
	agent gen --replay tape
	cmp first.jsonl out.jsonl
}

@test "batches: attempts go in waves" {
	serve "$(script "$(reply "$SQL")" "$(say nonsense)")"
	model >records.jsonl
	agent gen --batch --poll 0.05
	is "$(jq -r .status out.jsonl)" generated
	is "$(logged 'select(.path == "/v1/messages/batches") | 1' | wc -l)" 2
	is "$(jq -r '[.calls[].batch] | unique | .[0]' out.jsonl)" true
}

@test "--prompt uses a file of the user's, named in the record" {
	serve "$(script "$(reply "$SQL")")"
	model >records.jsonl
	{
		printf '# System\nTranslate.\n# Request\nThe boundary of this'
		printf ' request is {{boundary}}.\n# Data\n{{sql}}\n'
	} >mine.md
	agent gen --prompt mine.md
	is "$(logged '.body.system[0].text')" Translate.
	is "$(jq -r .generated.prompt out.jsonl)" \
		"gen@$(sha256sum mine.md | cut -c1-12)"
	echo '{{nonsense}}' >>mine.md
	run agent gen --prompt mine.md
	status_is 2
	grep -q 'mine.md:7: error: unknown placeholder {{nonsense}}' err.txt
}

@test "fix: gets the error, gives a whole file and a changelog line" {
	serve "$(script "$(reply "$SQL" '.changelog = ["Qty was misspelt."]')")"
	model '.status = "failed" | .generated.claim = "exact"
		| .files[0].content = "select Qyt from x\n" | .test = {parse: "pass",
		compile: "fail", errors: [{phase: "compile", file:
		"models/marts/rpt_big1.sql", line: 1,
		message: "column Qyt not found"}]}' >records.jsonl
	agent fix
	is "$(jq -c '[.status, .attempts, .generated.changelog]' out.jsonl)" \
		'["generated",1,["Qty was misspelt."]]'
	user_text | grep -q 'compile: models/marts/rpt_big1.sql: line 1: column Qyt'
	user_text | grep -q 'select Qyt from x'
}

@test "fix: attempts of earlier runs count, and only failed records" {
	serve '{}'
	model '.status = "failed" | .attempts = 3' >records.jsonl
	model '.status = "tested"' >>records.jsonl
	agent fix
	is "$(wc -l <server.log)" 0
	cmp records.jsonl out.jsonl
}

DIFFERENT='.status = "failed" | .evaluation = {verdict: "different", score: 0.5,
	mismatches: {modified: 1}, samples: [{class: "modified",
	key: {OrderID: 1}, expected: ["Alice Liddell"], actual: ["x"]}]}'

@test "samples leave the machine only with --send-samples" {
	serve "$(script "$(reply "$SQL")")"
	model "$DIFFERENT" >records.jsonl
	agent fix
	run grep -c Liddell server.log
	is "$output" 0
	agent fix --send-samples
	user_text | grep -q 'Liddell'
}

@test "eval: an explanation; score and verdict stay" {
	serve "$(script "$(say '{"cause": "model", "explanation": "because",
		"expression": "a", "suggestion": "b", "confidence": 0.8}')")"
	model "$DIFFERENT" >records.jsonl
	agent eval
	is "$(jq -c '.evaluation | [.verdict, .score, .cause, .explanation,
		.engine]' out.jsonl)" '["different",0.5,"model","because","claude"]'
	run grep -c Liddell server.log
	is "$output" 0
}

object() {
	jq -nc '{kind: "procedure", id: "dbo.p", schema: "dbo", name: "p",
	columns: [], definition: {text: "create proc dbo.p as delete from dbo.t"},
	assessment: {action: "manual", complexity: {score: 30, level: "high",
	factors: {}}, priority: 1, effort_hours: 2, findings: [],
	engine: "rules"}}'
}

judge() {
	say '{"action": "'"$1"'", "reason": "r", "risks": [], "confidence": 0.7,
		"recommendations": ["x"], "effort_hours": 5}'
}

@test "assess: a judgement with its reason" {
	serve "$(script "$(judge rewrite)")"
	object >records.jsonl
	agent assess
	is "$(jq -c '.assessment | [.action, .rules_action, .reason, .engine,
		.effort_hours, .usage.calls]' out.jsonl)" \
		'["rewrite","manual","r","claude",5,1]'
}

@test "assess: work is dropped only with context from the user" {
	serve "$(script "$(judge deprecate)")"
	object >records.jsonl
	agent assess
	is "$(jq -c '.assessment | [.action, .proposed_action]' out.jsonl)" \
		'["manual","deprecate"]'
	echo 'Nobody uses dbo.p.' >context.txt
	agent assess --context context.txt
	is "$(jq -c '.assessment.action' out.jsonl)" '"deprecate"'
	logged '.body.system[].text' | grep -q 'Nobody uses dbo.p.'
}

@test "assess: no usable answer leaves the rules' judgement and a finding" {
	serve "$(script "$(say '{"action": "explode"}')")"
	object >records.jsonl
	run agent assess
	status_is 1
	is "$(jq -c '.assessment | [.action, .engine, .findings[0].code]' \
		out.jsonl)" '["manual","rules","MIG8001"]'
}

@test "assess: the strategy of the whole" {
	serve "$(script "$(say '{"document": "# Plan", "risks": [],
		"recommendations": ["begin"]}')")"
	echo '{"kind":"strategy","totals":{},"phases":[],"risks":[],
		"recommendations":["old"],"engine":"rules"}' | tr -d '\n\t' \
		>records.jsonl
	agent assess
	is "$(jq -c '[.document, .recommendations, .engine]' out.jsonl)" \
		'["# Plan",["old","begin"],"claude"]'
}

@test "plan: an outline, and proposals that a person decides on" {
	serve "$(script "$(say '{"outline": ["Read orders."], "name": "fct_x",
		"materialized": "table", "unique_key": [], "reason": "r",
		"questions": [], "confidence": 0.5}')")"
	model '.status = "planned" | del(.generated, .files)' >records.jsonl
	agent plan
	is "$(jq -c '[.outline, .name, .materialized, .proposal.name]' \
		out.jsonl)" '[["Read orders."],"rpt_big1","view","fct_x"]'
}

@test "plan: --accept-proposals puts them into effect, names everywhere" {
	propose() {
		jq -nc --arg n "$1" --argjson p "$2" '{kind: "model", name: $n,
		object: "dbo.\($n)", path: "models/marts/\($n).sql",
		materialized: "view", status: "planned", depends_on: ["a", "b"],
		columns: [{name: "a", type: "int"}], inputs: [{id: "dbo.x",
		columns: [{name: "b"}], relation: {ref: "a"}}],
		tests: [{kind: "relationships", to: "a"}], proposal: $p}'
	}
	{
		echo '{"kind": "plan",  "models": 5}'
		propose a '{"name": "fct_a", "materialized": "table"}'
		propose b '{"name": "../x", "materialized": "snapshot"}'
		propose c '{"name": "b", "materialized": "incremental",
			"unique_key": ["zz"]}'
		propose d '{"name": "fct_a", "materialized": null}'
		propose e '{"name": null, "materialized": "incremental",
			"unique_key": ["a"]}'
	} >plan.jsonl
	status=0
	"$MIG_BUILD/bin/mig-plan" --accept-proposals '*' plan.jsonl \
		>new.jsonl 2>err.txt || status=$?
	status_is 1
	is "$(head -n 1 new.jsonl)" '{"kind": "plan",  "models": 5}'
	is "$(jq -c 'select(.name) | [.name, .path, .materialized]' new.jsonl)" \
'["fct_a","models/marts/fct_a.sql","table"]
["b","models/marts/b.sql","view"]
["c","models/marts/c.sql","view"]
["d","models/marts/d.sql","view"]
["e","models/marts/e.sql","incremental"]'
	is "$(jq -c 'select(.name) | [.depends_on[0], .inputs[0].relation.ref,
		.inputs[0].columns[0].name, .tests[0].to, .columns[0].name]' \
		new.jsonl | sort -u)" '["fct_a","fct_a","b","fct_a","a"]'
	is "$(grep -c 'is not accepted' err.txt)" 5
	"$MIG_BUILD/bin/mig-plan" --accept-proposals dbo.a plan.jsonl |
		jq -e 'select(.name == "e") | .materialized == "view"'
}

@test "plan --describe: words where the source has none, never Jinja" {
	serve '{"match": [{"contains": "outline", "reply": '"$(say '{"outline":
		[], "name": null, "materialized": null, "unique_key": [],
		"reason": "", "questions": [], "confidence": 1}')"'},
		{"contains": "Your last", "reply": '"$(say '{"description":
		"One row an order.", "columns": [{"name": "Half",
		"description": "Half of it."}]}')"'}],
		"default": '"$(say '{"description":
		"{{ env_var(1) }}", "columns": []}')"'}'
	model '.columns[0].description = "Its number."' >records.jsonl
	agent plan --describe
	is "$(jq -c '[.description, .columns[].description]' out.jsonl)" \
		'["One row an order.","Its number.","Half of it."]'
	grep -q . out.jsonl
}

@test "--redact masks names and literals, and the answer is unmasked" {
	model '.definition.text = "create view dbo.Big1 as select o.OrderID, o.Qty / 2 as Half -- for Alice\nfrom dbo.Orders o where o.Note <> N'"'secret'"'"' \
		>records.jsonl
	serve '{}'
	run agent gen --redact --max-attempts 1
	user_text >sent
	run grep -ciE 'orderid|half|secret|alice|big1|stg_dbo' sent
	is "$output" 0 "names in what was sent"
	user_text | grep -q "<> N'text[0-9]*'"
	text=$(user_text | grep -o 'text[0-9]*' | head -n 1)
	# The masks of this request, put into an answer.
	local qty ref path
	path=$(user_text | grep -o 'models/marts/name[0-9]*.sql')
	ref=$(user_text | grep -o "ref('name[0-9]*')" | head -n 1)
	qty=$(user_text | grep -o 'Name[0-9]* / 2' | cut -d' ' -f1)
	serve "$(script "$(reply "select $qty as x from {{ $ref }} where y = '$text'
" | jq -c --arg p "$path" '.text |= sub("models/marts/rpt_big1.sql"; $p)')")"
	agent gen --redact
	is "$(jq -r '.files[0].content' out.jsonl)" \
"select Qty as x from {{ ref('stg_dbo__orders') }} where y = 'secret'"
}

@test "fix: a file that was edited by hand costs no call" {
	serve "$(script "$(reply "$SQL")")"
	mkdir -p p/models/marts
	echo '-- mine' >p/models/marts/rpt_big1.sql
	model '.status = "failed" | .files[0].content = "select Qyt from x\n"' \
		>records.jsonl
	run agent fix -C p
	status_is 1
	is "$(wc -l <server.log)" 0
	grep -q '(edited by hand): it is not asked for; delete the file' err.txt
	is "$(jq -c '[.status, .errors[-1].phase]' out.jsonl)" '["failed","fix"]'
}

# parts: the names of the pieces of data of the last request, in order
parts() {
	user_text | sed -n 's/^<<[a-z0-9]* //p' | paste -sd' '
}

@test "plan: what its request holds, and what not" {
	serve '{}'
	echo 'Paid monthly.' >context.txt
	model '.status = "planned" | .outline = ["line 1: select from dbo.Orders"]
		| .inputs[0].columns[1].description = "Pieces."
		| .findings = [{code: "MIG1", message: "odd", line: 1}]
		| .tests = [{test: "unique", columns: ["OrderID"]}]' >records.jsonl
	run agent plan --max-attempts 1 --context context.txt
	is "$(parts)" 'object sql plan outline columns inputs findings'
	user_text >sent
	grep -q 'create view dbo.Big1 as select o.OrderID' sent
	grep -q '"name":"rpt_big1"' sent
	grep -q '"materialized":"view"' sent
	grep -q 'Qty int, described: Pieces.' sent
	grep -q 'select from dbo.Orders `create view' sent
	grep -q '^odd `create view' sent
	# neither the rules' draft nor where things are
	run grep -cE 'to_be_written|models/marts|generated|a\.sql|/tmp' sent
	is "$output" 0
	logged '.body.system[1].text' | grep -q 'Paid monthly'
	logged '.body.output_config.format.schema.required[0]' | grep -q outline
	is "$(logged '.body | [.tools, .messages[0].role]')" '[null,"user"]'
}

@test "doc: what its request holds, and what not" {
	serve '{"default": '"$(say '{"outline": [], "name": null,
		"materialized": null, "unique_key": [], "reason": "",
		"questions": [], "confidence": 1}')"'}'
	model '.status = "planned" | .columns[0].description = "Its number."
		| .inputs[0].columns[1].description = "Pieces."' >records.jsonl
	run agent plan --describe --max-attempts 1
	is "$(parts)" 'object sql columns inputs'
	user_text >sent
	grep -q 'OrderID int not null, described: Its number.' sent
	grep -q 'Qty int, described: Pieces.' sent
	run grep -cE 'to_be_written|models/marts|generated|MIG|a\.sql' sent
	is "$output" 0
	is "$(logged '.body.output_config.format.schema.required' | tail -n 1)" \
		'["description","columns"]'
}

@test "eval: what its request holds, and what not" {
	serve '{}'
	model '.status = "failed" | .files[0].content = "select 1 as half\n"
		| .generated.findings = [{code: "MIG1", message: "odd"}]
		| .evaluation = {verdict: "different", rows_expected: 3, rows_actual: 2,
		key: ["OrderID"], mismatches: {value: 2, missing: 1},
		columns: [{name: "OrderID", verdict: "perfect_match"},
			{name: "Half", verdict: "different"}],
		samples: [{class: "value", expected: [1, 7], actual: [1, 8]}]}' \
		>records.jsonl
	run agent eval --max-attempts 1
	is "$(parts)" 'object sql columns inputs model findings evaluation'
	user_text >sent
	grep -q 'select 1 as half' sent
	grep -q 'rows of SQL Server: 3, of the model: 2' sent
	grep -q 'rows are matched by: \["OrderID"\]' sent
	grep -q '^missing: 1' sent
	grep -q '^column Half: different, in T-SQL `o.Qty / 2`$' sent
	grep -q 'Notes on DuckDB' <<<"$(logged '.body.system[].text')"
	# no row without --send-samples, no column that agrees
	run grep -cE 'Half = |column OrderID|described|/tmp' sent
	is "$output" 0
	serve '{}'
	run agent eval --max-attempts 1 --send-samples
	is "$(parts)" 'object sql columns inputs model findings evaluation samples'
	user_text | grep -q 'SQL Server has: OrderID = 1, Half = 7'
	user_text | grep -q 'the model has: OrderID = 1, Half = 8'
}

@test "each target has its notes, and its agents get no other's" {
	local pair
	for pair in duckdb:DuckDB postgres:PostgreSQL snowflake:Snowflake \
		bigquery:BigQuery databricks:Databricks redshift:Redshift \
		tsql:'SQL Server as' fabric:"Microsoft Fabric's"; do
		serve '{}'
		model ".dialect = \"${pair%%:*}\"" >records.jsonl
		run agent gen --max-attempts 1
		is "$(logged '.body.system[].text' | grep -o 'Notes on .*' |
			sed 's/:\\n.*//;s/:$//')" "Notes on $(sed "s/.*://" <<<"$pair" |
			sed "s/as$/as the target/;s/'s$/'s warehouse/")"
	done
	for pair in "$MIG_TOP"/share/dialects/*.json; do
		[ -e "$MIG_TOP/share/prompts/dialects/$(basename "$pair" .json).md" ]
	done
}

@test "gen: what a procedure's request says of its target and parameters" {
	serve "$(script "$(reply "$SQL")")"
	model '.object_kind = "procedure" | .target = "dbo.Sums"
		| .parameters = [{name: "@Low", type: "money", default: "0"},
			{name: "@Note", type: "varchar(9)"}]
		| .vars = {Low: 0, Note: null}
		| .definition.line = 40 | .outline = ["line 40: insert dbo.Sums"]
		| .files += [{path: "macros/mig_div.sql",
			content: "{% macro mig_div(a) %}trunc(a){% endmacro %}\n"}]
		| .files[0].content = "select {{ mig_div(1) }}\n"' >records.jsonl
	agent gen
	user_text >sent
	grep -q '^dbo.Sums$' sent
	grep -qF "@Low money: {{ var('Low', 0) }}" sent
	grep -qF "@Note varchar(9): {{ var('Note', 'null') }}, null unless" sent
	grep -q '^- insert dbo.Sums `create view' sent
	grep -q 'macro mig_div' sent
	grep -q 'collation of columns that name none: not known' sent
}

@test "fix: the first claim, the unit test's rows, rows by column" {
	serve "$(script "$(reply "$SQL")")"
	model "$DIFFERENT"' | .generated.claim = "exact"
		| .evaluation.columns = [{name: "Who", verdict: "conflicting_values"}]
		| .test = {errors: [{phase: "unit_test", message: "big__a: differs"}]}
		| .files[1].content = "models:\n  - name: x\n\nunit_tests:\n  - name: big__a\n    given: A1\n  - name: big__b\n    given: B1\n"' \
		>records.jsonl
	agent fix --send-samples
	user_text >sent
	grep -q '^exact$' sent
	grep -q 'given: A1' sent
	run grep -c 'given: B1' sent
	is "$output" 0
	grep -q 'SQL Server has: Who = "Alice Liddell"' sent
	grep -q 'column Who: conflicting_values' sent
}

@test "fix: the smallest example of each class, and the expressions behind it" {
	serve '{}'
	model '.status = "failed" | .object_kind = "procedure"
		| .definition.text = "create proc p as insert dbo.T (OrderID, Half) select OrderID, Qty / 2 from dbo.Orders; update dbo.T set Half += 1 where Half > 5; merge dbo.T t using dbo.Orders o on t.OrderID = o.OrderID when not matched then insert (OrderID, Half) values (o.OrderID, -1);"
		| .files[0].content = "select 1 as half\n"
		| .evaluation = {verdict: "different", mismatches: {value: 3},
		explanation: "It rounds.", expression: "Qty / 2.0",
		columns: [{name: "OrderID", verdict: "perfect_match"},
			{name: "Half", verdict: "different"}],
		samples: [{class: "value", expected: [1, 70000], actual: [1, 80000]},
			{class: "value", expected: [2, 71111], actual: [1, 81111]},
			{class: "value", expected: [3, 7], actual: [3, 8]},
			{class: "missing", expected: [4, 700000000], actual: null}]}' \
		>records.jsonl
	run agent fix --max-attempts 1 --send-samples
	user_text >sent
	grep -qF 'column Half: different, in T-SQL `Qty / 2`, `1`, `-1`' sent
	grep -q '^explained as: It rounds.' sent
	grep -q '^which blames: Qty / 2.0' sent
	is "$(grep -A 1 'row:$' sent | grep -o 'OrderID = .*' | paste -sd';')" \
		'OrderID = 3, Half = 7;OrderID = 4, Half = 700000000;OrderID = 1, Half = 70000'
}

@test "gen: var() gets the plan's default, the style is mended or told" {
	local long='"OrderID" + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15 + 16'
	serve "$(script "$(reply "$SQL")" "$(reply "SELECT $long as \"Half\"
from {{ ref('stg_dbo__orders') }}
")" "$(reply "WITH o as (select * from {{ ref('stg_dbo__orders') }}),
b as (select * from o)
select * from b
")")"
	model '.vars = {Low: 0}' >records.jsonl
	agent gen
	is "$(jq -c '[.status, .generated.attempts]' out.jsonl)" '["generated",3]'
	user_text 2 | grep -q 'style: line 1: longer than 80 columns'
	user_text 3 | grep -q 'line 2: select \* of a CTE'
	user_text 3 | grep -q 'should end in a CTE `final`'
	user_text 3 | grep -q '^with o as'
	serve "$(script "$(reply "SELECT \"A\" As \"SELECT\",$(printf '\t')'OR$(printf '\t')'   
from {{ ref('stg_dbo__orders') }} where \"Qty\" > {{ var('Low') }}

")")"
	agent gen
	is "$(jq -r '.files[0].content' out.jsonl)" \
"select \"A\" as \"SELECT\",    'OR$(printf '\t')'
from {{ ref('stg_dbo__orders') }} where \"Qty\" > {{ var('Low', 0) }}"
}

@test "gen: the style alone doesn't lose a model: findings at the end" {
	serve "$(script "$(reply "with o as (select * from {{ ref('stg_dbo__orders') }})
select o.\"Qty\" from o
")")"
	model >records.jsonl
	agent gen --max-attempts 2
	is "$(jq -c '[.status, .generated.engine, .generated.findings[0].code,
		.generated.attempts]' out.jsonl)" '["generated","claude","MIG8002",2]'
}

@test "--redact: descriptions stay here, the context is masked" {
	echo 'Orders of Big1 are paid monthly.' >context.txt
	model '.status = "planned" | del(.generated, .files)
		| .description = "Payroll of Bob"
		| .columns[0].description = "Salary of Bob"
		| .inputs[0].columns[1].description = "Wage of Bob"' >records.jsonl
	serve '{}'
	for tool in plan gen; do
		run agent $tool --redact --describe --context context.txt \
			--max-attempts 1
	done
	cp server.log sent
	run grep -ciE 'salary|payroll|wage|bob|big1' sent
	is "$output" 0
	grep -q 'Name[0-9]* of Name[0-9]* are paid monthly' sent
}

# A record whose every text holds something that --redact must keep here.
private() {
	jq -nc '
	{kind: "model", name: "rpt_payroll", object: "Hr Dept.Payroll Run",
	object_kind: "procedure", layer: "marts", dialect: "duckdb", wave: 1,
	path: "models/marts/hr_dept/rpt_payroll.sql", status: "failed",
	materialized: "table", target: "Hr Dept.Net Pay", attempts: 0,
	depends_on: ["stg_wages"], keys: [["Emp No"]], tests: [], findings: [
	{code: "MIG1", message: "Net Pay is compared with Acme Corp"}],
	description: "Zebra words", outline: ["line 1: insert into Net Pay"],
	definition: {line: 1, text: "create proc [Hr Dept].[Payroll Run] @Boss varchar(9) = '"'Acme Corp'"' as /* a /* b */ Zebra */ insert into [Hr Dept].[Net Pay] select w.[Emp No], w.wageSum, YEAR(w.[Year]) from [Hr Dept].Wages w where w.Firm = @Boss and w.Code in (N'"'Q7X', 'O''Brien'"', '"'--', 'k'"') order by [Order]; declare @e varchar(99) = '"'coalesce(Code, ''Zulu'')'"'; exec sp_executesql N'"'select WageSum from Payroll where Firm = ''Acme'' and k = ''--'' -- Zebra'"' -- Zebra"},
	columns: [{name: "Emp No", type: "int", description: "Zebra"},
		{name: "WageSum", type: "[Hr Dept].Cash"}, {name: "Year", type: "int"}],
	parameters: [{name: "@Boss", type: "varchar(9)"}],
	vars: {Boss: "Acme Corp"},
	inputs: [{id: "Hr Dept.Wages", kind: "table", keys: [["Emp No"]],
		relation: {source: ["hr_dept", "Wages"]}, columns: [
		{name: "Emp No", type: "int"}, {name: "WageSum", type: "money"},
		{name: "Firm", type: "varchar(9)"}, {name: "Code", type: "varchar(9)"},
		{name: "Year", type: "date"}, {name: "Order", type: "int"}]}],
	files: [{path: "models/marts/hr_dept/rpt_payroll.sql", content:
		"with wages_2 as (select * from {{ source('"'hr_dept', 'Wages'"') }} where lower(\"Firm\") = '"'acme corp' and coalesce(x, 'Zulu') <> 'y'"') -- Zebra, '"'x', select WageSum, 'Zulu'"' x\nselect \"Emp No\", year(\"Year\") from wages_2 order by \"Order\"\n"}],
	test: {parse: "pass", errors: [{phase: "test", file:
		"models/marts/hr_dept/rpt_payroll.yml", message:
		"not_null_rpt_payroll_Emp_No: value \"Acme Corp\" of Firm, Q7X"}]},
	evaluation: {verdict: "different", key: ["Emp No"], rows_expected: 2,
		rows_actual: 2, mismatches: {value: 1}, columns: [
		{name: "Emp No", verdict: "perfect_match"},
		{name: "WageSum", verdict: "different"}],
		samples: [{class: "value", expected: [1, "Acme Corp"],
			actual: [1, "O'"'"'Brien"]}]},
	generated: {engine: "rules", claim: "differs", confidence: 0.4,
		notes: ["Firm is Acme Corp"], findings: [{code: "MIG2",
		message: "wageSum of Wages"}], ledger: [{statement: 1,
		kind: "insert", line: 1, to: "model"}]},
	assessment: {action: "manual", complexity: {level: "low",
		factors: [{factor: "joins", detail: "Wages"}]}, findings: [
		{code: "MIG1", message: "Net Pay"}]},
	dependencies: [{source: "Hr Dept.Payroll Run", target: "Hr Dept.Wages",
		columns: ["Emp No"]}]} | '"${1:-.}"
}

SECRETS='hr.?dept|payroll|net.pay|emp.no|wage|firm|boss|acme|q7x|brien|zebra|cash|zulu'

@test "--redact: nothing of a name, a literal or a comment leaves, by any agent" {
	echo 'Payroll Run pays Wages at Acme Corp.' >context.txt
	private >model.jsonl
	private '.kind = "procedure" | .id = .object | .schema = "Hr Dept"
		| .name = "Payroll Run"' >procedure.jsonl
	jq -nc '{kind: "strategy", totals: {objects: 2}, phases: [{phase: 1,
		name: "tables", objects: ["Hr Dept.Wages", "Hr Dept.Net Pay"]}],
		risks: [{risk: "Payroll Run has Wages in it", severity: "low",
		objects: ["Hr Dept.Payroll Run"]}],
		recommendations: ["first Hr Dept.Wages"], engine: "rules"}' \
		>one.jsonl
	cat procedure.jsonl one.jsonl >strategy.jsonl
	local tool
	for tool in assess strategy plan gen fix eval; do
		serve '{}'
		cp model.jsonl records.jsonl
		case $tool in assess | strategy) cp -f $( [ $tool = assess ] &&
			echo procedure.jsonl || echo strategy.jsonl) records.jsonl ;; esac
		[ $tool != gen ] || sed -i 's/"status":"failed"/"status":"manual"/' \
			records.jsonl
		run agent "$( [ $tool = strategy ] && echo assess || echo $tool)" \
			--redact --send-samples --describe --context context.txt \
			--max-attempts 1
		[ "$(wc -l <server.log)" -ge "$(wc -l <records.jsonl)" ] ||
			fail "$tool asked nothing"
		jq -r '.body.messages[].content[].text,
			.body.system[].text' server.log >sent
		run grep -niE "$SECRETS" sent
		is "$output" "" "$tool"
		grep -q 'are masked in this request' sent
		# What T-SQL knows stays, and the separator isn't cut as a comment.
		case $tool in gen | fix)
			grep -q "YEAR(w.\[Year\])" sent
			grep -q "'--', 'text[0-9]*') order by \[Order\]" sent ;;
		esac
	done
}

@test "--redact: what comes back is unmasked, by any agent" {
	private >records.jsonl
	serve '{}'
	run agent fix --redact --max-attempts 1
	user_text >sent
	local path wages emp acme q7x
	path=$(grep -om1 'models/marts/name[0-9]*/name[0-9]*.sql' sent)
	wages=$(grep -om1 "source('name[0-9]*', 'Name[0-9]*')" sent)
	emp=$(grep -om1 '^  Name[0-9]* int' sent | grep -o 'Name[0-9]*')
	acme=$(grep -om1 "= 'text[0-9]*' as" sent | grep -o 'text[0-9]*')
	q7x=$(grep -om1 "in (N'text[0-9]*'" sent | grep -o 'text[0-9]*')
	serve "$(script "$(reply "select \"$emp\" as \"${emp}\", '$q7x' as x, 1 as ${emp}l_2
from {{ $wages }} where \"y\" = '$acme'
" ".notes = [\"$emp of $acme\"] | .changelog = [\"$q7x\"]" |
		jq -c --arg p "$path" '.text |= sub("models/marts/rpt_big1.sql"; $p)')")"
	agent fix --redact
	is "$(jq -r '.files[0].content' out.jsonl)" \
"select \"Emp No\" as \"Emp No\", 'Q7X' as x, 1 as emp no_2
from {{ source('hr_dept', 'Wages') }} where \"y\" = 'Acme Corp'"
	is "$(jq -c '[.generated.notes[-1], .generated.changelog]' out.jsonl)" \
		'["Emp No of Acme Corp",["Q7X"]]'

	# judgements, every field of them
	serve "$(script "$(say '{"outline": ["'"$emp"'"], "name": "rpt_'"$emp"'l",
		"materialized": null, "unique_key": ["'"$emp"'"], "reason":
		"'"$acme"'", "questions": ["'"$q7x"'?"], "confidence": 1}')")"
	agent plan --redact
	is "$(jq -c '[.outline, .proposal.name, .proposal.unique_key,
		.proposal.reason, .proposal.questions]' out.jsonl)" \
		'[["Emp No"],"rpt_emp no",["Emp No"],"Acme Corp",["Q7X?"]]'
	serve "$(script "$(say '{"cause": "data", "explanation": "'"$emp"'",
		"expression": "'"$acme"'", "suggestion": "'"$q7x"'",
		"confidence": 1}')")"
	agent eval --redact
	is "$(jq -c '.evaluation | [.explanation, .expression, .suggestion]' \
		out.jsonl)" '["Emp No","Acme Corp","Q7X"]'
	private '.kind = "procedure" | .id = .object' >records.jsonl
	serve "$(script "$(say '{"action": "migrate", "reason": "'"$emp"'",
		"risks": [{"risk": "'"$acme"'", "severity": "low"}],
		"recommendations": ["'"$q7x"'"], "effort_hours": 1,
		"confidence": 1}')")"
	agent assess --redact
	is "$(jq -c '.assessment | [.reason, .risks[0].risk, .recommendations]' \
		out.jsonl)" '["Emp No","Acme Corp",["Q7X"]]'
}

@test "accepted objects are shown with later ones of their shape" {
	serve "$(script "$(reply "$SQL" . 2)")"
	mkdir p
	model '.status = "completed" | .files[0].content = "select 1 as it"' 1 \
		>records.jsonl
	model . 2 >>records.jsonl
	agent gen -C p
	user_text | grep -q 'dbo.Big1 was, in T-SQL'
	user_text | grep -q 'select 1 as it'
	[ -s p/.mig/accepted/rpt_big1.json ]
	model . 2 >records.jsonl
	: >server.log
	serve "$(script "$(reply "$SQL" . 2)")"
	agent gen -C p
	user_text | grep -q 'dbo.Big1 was, in T-SQL'
}

@test "an accepted repair is kept as a rule: the next object needs no call" {
	serve "$(script "$(reply "$SQL" . 1)")"
	mkdir p
	model . 1 >records.jsonl
	agent gen -C p
	jq -c '.status = "completed"' out.jsonl >records.jsonl
	agent gen -C p
	jq -e '.rules[0] | .code and .shape and .template' p/.mig/rules/*.json
	model '.inputs[0] |= (.id = "dbo.Lines" | .relation.ref = "stg_lines"
		| .columns[1].name = "Amount") | .depends_on = ["stg_lines"]
		| .columns[1].name = "Part" | .definition.text = "CREATE VIEW dbo.Big2 AS SELECT o.OrderID, o.Amount / 2 AS Part FROM dbo.Lines o WHERE o.Note <> N'"'y'"'"' 2 \
		>records.jsonl
	: >server.log
	agent gen -C p
	is "$(wc -l <server.log)" 0
	is "$(jq -r '.files[0].content' out.jsonl)" \
"select \"OrderID\", cast(trunc(\"Amount\" / 2) as integer) as \"Part\"
from {{ ref('stg_lines') }}
where \"Note\" <> 'y'"
	is "$(jq -r '.generated.engine' out.jsonl)" rules
	jq -r '.generated.notes[]' out.jsonl | grep -q "site's rule SITE-"
}

@test "SIGINT: what is done is written, the rest passes unchanged" {
	serve '{"match": [{"contains": "dbo.Big2",
		"reply": {"fault": {"kind": "hang"}}}],
		"default": '"$(reply "$SQL" . 1)"'}'
	{ model . 1; model . 2; } >records.jsonl
	: >out.jsonl
	"$AGENT" gen -e claude <records.jsonl >out.jsonl 2>err.txt &
	local pid=$!
	while [ "$(wc -l <out.jsonl)" -lt 1 ]; do sleep 0.05; done
	kill -INT $pid
	status=0
	wait $pid || status=$?
	status_is 130
	is "$(jq -r .status out.jsonl | xargs)" "generated needs_review"
}

@test "what the agents add obeys the schemas" {
	"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "no jsonschema"
	valid() {
		"$PYTHON" "$MIG_TOP/t/validate.py" out.jsonl
	}
	serve "$(script "$(reply "$SQL")")"
	model >records.jsonl
	agent gen
	valid
	serve "$(script "$(judge rewrite)")"
	object >records.jsonl
	agent assess
	valid
	serve "$(script "$(say '{"cause": "data", "explanation": "e",
		"expression": "x", "suggestion": "s", "confidence": 1}')")"
	model "$DIFFERENT" >records.jsonl
	agent eval
	valid
	serve "$(script "$(say '{"description": "d", "columns": []}')" \
		"$(say '{"outline": ["o"], "name": "n", "materialized": null,
		"unique_key": [], "reason": "r", "questions": ["q"],
		"confidence": 1}')")"
	model '.status = "planned" | del(.generated, .files)' >records.jsonl
	agent plan --describe
	valid
}
