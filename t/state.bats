#!/usr/bin/env bats
# mig-state: the state file of a migration.

load lib/helpers

model() {
	printf '{"kind":"model","name":"%s","object":"s.%s","status":"%s",' \
		"$1" "$1" "$2"
	printf '"attempts":%s,"errors":[],"validation_score":%s,"layer":"marts",' \
		"${3:-0}" "${4:-null}"
	printf '"path":"models/%s.sql","materialized":"view","wave":1,' "$1"
	printf '"depends_on":[],"inputs":[],"columns":[]}\n'
}

state() { "$PYTHON" -c 'import json,sys
s=json.load(open("state.json"))
print(eval(sys.argv[1]))' "$1"; }

@test "the stream passes byte for byte" {
	{
		model a planned
		printf '{"kind":"mystery",  "n": 1.50, "s":"\\u00e4"}\n'
	} >in
	mig-state state.json in >out
	cmp in out
}

@test "models are folded by name and the file obeys its schema" {
	{ model b planned; model a completed 1 0.5; } | mig-state state.json >/dev/null
	model b completed 2 1.0 | mig-state state.json >/dev/null
	valid --schema state state.json
	is "$(state '[(m["name"],m["status"],m["attempts"]) for m in s["models"]]')" \
		"[('a', 'completed', 1), ('b', 'completed', 2)]"
	is "$(state 's["status"]')" completed
}

@test "the same input gives the same bytes in any order" {
	{ model b planned; model a planned; } | mig-state one.json >/dev/null
	{ model a planned; model b planned; } | mig-state two.json >/dev/null
	cmp one.json two.json
}

@test "a failed model makes exit status 1 and the project failed" {
	run mig-state state.json < <(model a failed 3)
	status_is 1
	is "$(state 's["status"]')" failed
}

@test "twenty writers at once lose nothing" {
	for i in $(seq 20); do
		model "m$i" completed | mig-state state.json >/dev/null &
	done
	wait
	is "$(state 'len(s["models"])')" 20
}

@test "a file that is no state is left alone" {
	echo 'not a state' >state.json
	run mig-state state.json < <(model a planned)
	status_is 2
	has 'state.json: this is not a state file'
	is "$(cat state.json)" 'not a state'
}

@test "SIGTERM keeps what was read" {
	mkfifo pipe
	mig-state state.json pipe >out 2>err &
	pid=$!
	exec 7>pipe
	model a completed >&7
	for _ in $(seq 50); do [ -s out ] && break; sleep 0.1; done
	kill -TERM $pid
	run wait $pid
	exec 7>&-
	is "$(state '[m["name"] for m in s["models"]]')" "['a']"
}

@test "a full disk is said" {
	run sh -c 'mig-state state.json >/dev/full' < <(model a planned)
	status_is 2
	has 'No space left'
}

@test "a directory that can't be made is said" {
	touch file
	run mig-state file/state.json < <(model a planned)
	status_is 2
	has 'file/state.json.lock'
}

@test "a bad line is reported with its place and the rest is kept" {
	run mig-state state.json < <(echo '{"kind":'; model a planned)
	status_is 1
	has '<stdin>:1:'
	is "$(state 'len(s["models"])')" 1
}

@test "--list prints models of a status" {
	{ model a failed; model b planned; } | mig-state state.json >/dev/null || true
	run mig-state --list --status failed state.json
	status_is 0
	is "$output" "a	failed	0	s.a"
}

@test "--retry sets a model back" {
	model a failed 3 | mig-state state.json >/dev/null || true
	run mig-state --retry s.a state.json
	status_is 0
	is "$(state '[(m["status"],m["attempts"]) for m in s["models"]]')" \
		"[('planned', 0)]"
	run mig-state --retry nobody state.json
	status_is 1
	has "no model 'nobody'"
}

@test "50,000 models are folded in seconds" {
	"$PYTHON" - >in <<'END'
for i in range(50000):
    print('{"kind":"model","name":"m%d","object":"s.m%d","status":"planned",'
          '"attempts":0,"errors":[],"validation_score":null,"wave":1}' % (i, i))
END
	start=$SECONDS
	mig-state state.json in >/dev/null
	took_at_most 10
	is "$(state 'len(s["models"])')" 50000
}
