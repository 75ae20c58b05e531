#!/usr/bin/env bats
# The Claude client against the loopback server.

load lib/helpers
load lib/claude

teardown() {
	unserve
	[ -z "${PROXY-}" ] || kill "$PROXY" 2>/dev/null || :
}

# proxy [STATUS]: starts one; its address is in $VIA, what it saw in proxy.log
proxy() {
	[ -z "${PROXY-}" ] || kill "$PROXY"
	rm -f proxy.port
	: >proxy.log
	python3 "$MIG_TOP/t/servers/proxy.py" proxy.port proxy.log "$@" 3>&- &
	PROXY=$!
	for _ in $(seq 200); do [ -s proxy.port ] && break; sleep 0.05; done
	VIA=127.0.0.1:$(cat proxy.port)
}

# drive OPTION...: the driver on the lines in requests.jsonl, words apart
drive() {
	"$DRIVE" "$@" <requests.jsonl >out.jsonl 2>err.txt
}

one() {
	ask 1 >requests.jsonl
}

@test "a request has the documented headers and body" {
	serve '{"default": {"text": "ok"}}'
	echo '{"id":"1","system":[{"text":"rules","cache":true}],
		"user":"q"}' | tr -d '\n' >requests.jsonl
	drive
	is "$(logged '.headers["x-api-key"]')" "$SECRET"
	is "$(logged '.headers | has("authorization")')" false
	is "$(logged '.headers["content-type"]')" application/json
	is "$(logged '.headers["anthropic-version"]')" 2026-10-21
	is "$(logged '.body | keys_unsorted | join(" ")')" \
		"model max_tokens system messages thinking output_config stream"
	is "$(logged '.body.system')" \
		'[{"type":"text","text":"rules","cache_control":{"type":"ephemeral"}}]'
	is "$(logged '.body.thinking.type')" adaptive
	is "$(logged '.body.stream')" true
}

@test "a bearer token, beta and custom headers, a base address with /v1" {
	serve '{}'
	export ANTHROPIC_BASE_URL=$ANTHROPIC_BASE_URL/v1/
	unset ANTHROPIC_API_KEY
	export ANTHROPIC_AUTH_TOKEN=$SECRET
	export ANTHROPIC_CUSTOM_HEADERS='X-Team: data
anthropic-version: 2023-06-01'
	one
	drive --beta a-2026 --beta b-2026
	is "$(logged '.headers.authorization')" "Bearer $SECRET"
	is "$(logged '.headers["x-team"]')" data
	is "$(logged '.headers["anthropic-beta"]')" a-2026,b-2026
	is "$(logged '.headers["anthropic-version"]')" 2023-06-01
	is "$(logged .path)" /v1/messages
}

@test "key and token: the token is ignored with a warning" {
	serve '{}'
	export ANTHROPIC_AUTH_TOKEN=other
	one
	drive
	grep -q 'ANTHROPIC_AUTH_TOKEN is ignored' err.txt
	is "$(logged '.headers | has("authorization")')" false
}

@test "no key and the public endpoint: status 2 before anything is read" {
	unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL
	run "$DRIVE" </dev/null
	status_is 2
	has "ANTHROPIC_API_KEY is not set"
}

@test "a schema becomes output_config.format and the answer is held to it" {
	serve '{"sequence": [{"text": "{\"a\": 1}"}, {"text": "{\"a\": \"x\"}"},
		{"text": "no JSON"}]}'
	for i in 1 2 3; do
		printf '{"id":"%s","schema":{"type":"object","required":["a"],' $i
		printf '"additionalProperties":false,'
		printf '"properties":{"a":{"type":"integer"}}}}\n'
	done >requests.jsonl
	run drive -j 1
	status_is 1
	is "$(jq -c '[.status,.json,.error]' out.jsonl)" \
'["ok",{"a":1},null]
["invalid",null,"$.a: not of type integer"]
["invalid",null,"the answer is not JSON"]'
	is "$(logged '.body.output_config.format.type' | uniq)" json_schema
}

@test "documented errors that don't pass are reported once, with their id" {
	local s
	for s in 400 401 402 403 404 413; do
		serve '{"default": {"status": '$s', "error": {"message": "why"},
			"headers": {"request-id": "req_x'$s'"}}}'
		one
		run drive --retries 3
		status_is 1
		is "$(jq -r .status out.jsonl)" failed
		[[ $(jq -r .error out.jsonl) == *"why ("*"status $s, request req_"* ]]
		is "$(wc -l <server.log)" 1 "requests for $s"
	done
}

@test "documented errors that pass are tried again" {
	local s
	for s in 408 409 429 500 504 529; do
		serve '{"sequence": [{"status": '$s',
			"headers": {"retry-after-ms": "10"}}],
			"default": {"text": "fine"}}'
		one
		drive
		is "$(jq -r .text out.jsonl)" fine
		is "$(wc -l <server.log)" 2 "requests for $s"
	done
}

@test "retry-after in seconds, as a date, and none" {
	serve '{"sequence": [{"status": 429, "headers": {"retry-after": "1"}}]}'
	one
	drive
	logged .time | python3 -c '
import sys
a, b = map(float, sys.stdin)
assert 0.95 <= b - a < 2, b - a'
	serve '{"sequence": [{"status": 529,
		"headers": {"retry-after": "{{http_date}}"}}]}'
	one
	drive
	logged .time | python3 -c '
import sys
a, b = map(float, sys.stdin)
assert 0.3 <= b - a < 2.5, b - a'
	local status
	for status in 429 500 529; do
		serve '{"sequence": [{"status": '$status'}]}'
		one
		drive
		logged .time | python3 -c '
import sys
a, b = map(float, sys.stdin)
assert 0.37 <= b - a < 1, b - a'
	done
}

@test "x-should-retry overrides; a spend limit is final" {
	serve '{"default": {"status": 529, "headers": {"x-should-retry": "false"}}}'
	one
	run drive --model m
	is "$(wc -l <server.log)" 1
	serve '{"sequence": [{"status": 400, "headers":
		{"x-should-retry": "true", "retry-after-ms": "5"}}]}'
	one
	drive
	is "$(jq -r .status out.jsonl)" ok
	serve '{"default": {"status": 429, "error": {"message": "limit",
		"details": {"error_code": "enforced_spend_limit_reached"}}}}'
	one
	run drive
	is "$(wc -l <server.log)" 1
	[[ $(jq -r .error out.jsonl) == *enforced_spend_limit_reached* ]]
}

@test "an error event in a stream counts as its status would" {
	serve '{"sequence": [{"text": "half a file", "fault": {"kind":
		"error_event", "after": 4, "error": {"type": "overloaded_error",
		"message": "Overloaded"}}}], "default": {"text": "whole"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" whole
	is "$(jq -c '[.calls[].error]' out.jsonl)" '["Overloaded",null]'
	serve '{"default": {"fault": {"kind": "error_event", "after": 2,
		"error": {"type": "invalid_request_error", "message": "bad"}}}}'
	one
	run drive
	status_is 1
	is "$(wc -l <server.log)" 1
}

@test "every stop reason is handled" {
	local reason
	serve '{"default": {"text": "half", "stop_reason": "max_tokens"}}'
	one
	run drive
	status_is 1
	is "$(jq -c '[.status,.text]' out.jsonl)" '["truncated",""]'
	is "$(logged .body.max_tokens | xargs)" "16000 32000" "the cap, raised once"

	serve '{"sequence": [{"stop_reason": "max_tokens"}],
		"default": {"text": "whole"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" whole

	serve '{"default": {"text": "half",
		"stop_reason": "model_context_window_exceeded"}}'
	one
	run drive
	is "$(jq -c '[.status,.text]' out.jsonl)" '["truncated",""]'
	is "$(wc -l <server.log)" 1

	serve '{"default": {"text": "x", "stop_reason": "stop_sequence",
		"stop_sequence": "END"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" x

	for reason in tool_use something_new; do
		serve '{"default": {"text": "x", "stop_reason": "'$reason'"}}'
		one
		run drive
		is "$(jq -c '[.status,.text]' out.jsonl)" '["failed",""]'
	done
}

@test "a pause is resent with what was said, at most five times" {
	serve '{"sequence": [{"text": "one…paused", "stop_reason": "pause_turn"}],
		"default": {"text": ", two"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" "one…paused, two"
	is "$(logged '[.body.messages[].role] | join(" ")' | tail -n 1)" \
		"user assistant"
	serve '{"default": {"text": "on…paused", "stop_reason": "pause_turn"}}'
	one
	run drive
	is "$(jq -r .status out.jsonl)" failed
	is "$(wc -l <server.log)" 6
}

@test "a refusal goes to the next model, never again to the same" {
	serve '{"match": [{"contains": "\"claude-sonnet-5-5\"",
		"reply": {"text": "no", "stop_reason": "refusal"}}],
		"default": {"text": "by {{model}}"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" "by claude-opus-5-5"
	is "$(jq -c '[.calls[].stop_reason]' out.jsonl)" '["refusal","end_turn"]'
	run drive --model claude-sonnet-5-5
	is "$(jq -r .status out.jsonl)" refused
}

@test "an overload that lasts goes to the next model" {
	serve '{"match": [{"contains": "\"claude-sonnet-5-5\"",
		"reply": {"status": 529, "headers": {"retry-after-ms": "5"}}}],
		"default": {"text": "by {{model}}"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" "by claude-opus-5-5"
	is "$(wc -l <server.log)" 4
}

@test "streams cut at any byte, reset, dripped, stalled" {
	local n
	for n in 0 1 100 400 700 900; do
		serve '{"sequence": [{"text": "half", "fault":
			{"kind": "truncate", "bytes": '$n'}}],
			"default": {"text": "whole"}}'
		one
		drive
		is "$(jq -r .text out.jsonl)" whole "cut at $n"
	done
	serve '{"sequence": [{"fault": {"kind": "reset", "bytes": 300}}],
		"default": {"text": "whole"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" whole
	serve '{"default": {"text": "dripped", "fault":
		{"kind": "drip", "bytes": 20, "interval": 0.02}}}'
	one
	drive --idle-timeout 0.5
	is "$(jq -r .text out.jsonl)" dripped
	serve '{"sequence": [{"fault": {"kind": "stall", "bytes": 200}}],
		"default": {"text": "whole"}}'
	one
	drive --idle-timeout 0.3
	is "$(jq -r .text out.jsonl)" whole
}

@test "a stream cut at every one of its bytes is never taken for whole" {
	jq -nc '{sequence: [range(0; 1500) | {text: "the whole answer", fault:
		{kind: "truncate", bytes: .}}]}' >cuts.json
	serve "$(cat cuts.json)"
	ask 1500 >requests.jsonl
	run drive -j 1 --retries 0
	is "$(wc -l <out.jsonl)" 1500
	"$PYTHON" - <<'END'
import json
ok = [r["status"] == "ok" for r in map(json.loads, open("out.jsonl"))]
whole = ok.index(True)
assert whole > 500, whole
assert not any(ok[:whole]) and all(ok[whole:]), "a cut one passed"
for r in map(json.loads, open("out.jsonl")):
    assert r["status"] != "ok" or r["text"] == "the whole answer", r
    assert r["status"] == "ok" or not r.get("text"), r
END
}

@test "a stream of pings doesn't outlast the total timeout" {
	serve '{"default": {"fault": {"kind": "pings", "count": 100,
		"interval": 0.1}}}'
	one
	run drive --timeout 0.6 --retries 0
	status_is 1
	[[ $(jq -r .error out.jsonl) == *"imed out"* ]]
}

@test "line ends, split bytes, comments, joined data, unknown events" {
	local fault
	for fault in crlf cr split multiline comments unknown_event; do
		serve '{"default": {"text": "grün €", "blocks": [
			{"type": "thinking", "thinking": "hm"},
			{"type": "text", "text": "grün € 😀"}],
			"fault": {"kind": "'$fault'"}}}'
		one
		drive
		is "$(jq -r .text out.jsonl)" "grün € 😀" "$fault"
	done
}

@test "a server that doesn't stream, a proxy's page, garbage" {
	serve '{"default": {"status": 502, "body": "<html>Bad gateway</html>",
		"headers": {"retry-after-ms": "5"}}}'
	one
	run drive
	[[ $(jq -r .error out.jsonl) == "the server gives no reason (http_error, status 502"* ]]
	serve '{"default": {"fault": {"kind": "garbage"}}}'
	one
	run drive --retries 0
	[[ $(jq -r .error out.jsonl) == "broken stream: "* ]]
	serve '{"default": {"fault": {"kind": "disorder"}}}'
	one
	run drive --retries 0
	[[ $(jq -r .error out.jsonl) == "broken stream: "* ]]
}

@test "no server, a hanging one, a bad certificate" {
	serve '{"default": {"fault": {"kind": "hang"}}}'
	one
	run drive --idle-timeout 0.3 --retries 0
	[[ $(jq -r .error out.jsonl) == *"nothing came for 300 ms"* ]]
	unserve
	one
	run drive --retries 1
	status_is 1
	[[ $(jq -r .error out.jsonl) == *"after 1 retry"* ]]
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem \
		-days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null ||
		skip "no openssl"
	cat k.pem c.pem >server.pem
	serve '{"default": {"text": "sealed"}}' --cert server.pem
	export ANTHROPIC_BASE_URL=https${ANTHROPIC_BASE_URL#http}
	one
	run drive --retries 3
	status_is 1
	[[ $(jq -r .error out.jsonl) == *certificate*"(no answer)" ]]
	drive --ca-file c.pem
	is "$(jq -r .text out.jsonl)" sealed
	SSL_CERT_FILE=c.pem drive
	is "$(jq -r .text out.jsonl)" sealed
}

@test "proxies: by the environment, with a password, not for no_proxy, refusing" {
	serve '{"default": {"text": "through"}}'
	proxy
	one
	http_proxy=http://$VIA drive
	is "$(jq -r .text out.jsonl)" through
	is "$(head -n 1 proxy.log | tr -d '\r')" \
		"POST $ANTHROPIC_BASE_URL/v1/messages HTTP/1.1"
	proxy
	http_proxy=http://$VIA no_proxy=127.0.0.1 drive
	is "$(jq -r .text out.jsonl)$(cat proxy.log)" through

	# TLS goes through it unseen: the proxy gets its own password only.
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem \
		-days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null ||
		skip "no openssl"
	cat k.pem c.pem >server.pem
	serve '{"default": {"text": "sealed"}}' --cert server.pem
	export ANTHROPIC_BASE_URL=https${ANTHROPIC_BASE_URL#http}
	https_proxy=http://user:secret@$VIA drive --ca-file c.pem
	is "$(jq -r .text out.jsonl)" sealed
	grep -q "^CONNECT ${ANTHROPIC_BASE_URL#https://} " proxy.log
	grep -qi "^proxy-authorization: Basic $(printf user:secret | base64)" \
		proxy.log
	run grep -ci "x-api-key\|$SECRET" proxy.log
	is "$output" 0

	proxy 407
	run env https_proxy=http://"$VIA" "$DRIVE" --retries 0 --ca-file c.pem \
		<requests.jsonl
	status_is 1
	[[ $output == *407* ]]
}

@test "an endpoint that lacks optional parameters is met without them" {
	serve '{"default": {"text": "ok"}}'
	one
	drive --model claude-haiku-4-5
	is "$(jq -r .text out.jsonl)" ok
	is "$(logged '.body | has("thinking")')" false
	serve '{"match": [{"contains": "effort", "reply": {"status": 400,
		"error": {"message": "output_config.effort: unknown"}}},
		{"contains": "adaptive", "reply": {"status": 400,
		"error": {"message": "thinking: unknown"}}}],
		"default": {"text": "ok"}}'
	one
	drive
	is "$(jq -r .text out.jsonl)" ok
	is "$(logged '.body | has("thinking")' | tail -n 1)" false
}

@test "-j N takes N*latency/j, in input order" {
	serve '{"default": {"text": "{{user}}", "latency": 0.2}}'
	ask 64 >requests.jsonl
	local start end
	start=$(date +%s%N)
	drive -j 8
	end=$(date +%s%N)
	is "$(jq -r .text out.jsonl | head -n 64)" \
		"$(jq -r .user requests.jsonl)"
	# 64 * 0.2 / 8 = 1.6 s and 10 %, and what a busy machine adds to all
	[ -n "${MIG_SAN-}" ] || [ $(((end - start) / 1000000)) -lt 2400 ]
	is "$(curl -s "$ANTHROPIC_BASE_URL/peak" | jq .peak)" 8
}

@test "--unordered writes what is done first" {
	serve '{"match": [{"contains": "question 1\"",
		"reply": {"text": "slow", "latency": 0.5}}]}'
	ask 3 >requests.jsonl
	drive -j 3
	is "$(jq -r .id out.jsonl | xargs)" "1 2 3"
	drive -j 3 --unordered
	is "$(jq -r .id out.jsonl | tail -n 1)" 1
}

@test "rate-limit headers pace what is sent: no 429 is provoked" {
	serve '{"rate": {"requests": 10, "window": 0.8}}'
	ask 40 >requests.jsonl
	drive -j 6 --retries 0
	is "$(jq -r .status out.jsonl | sort | uniq -c | xargs)" "40 ok"
}

@test "tokens of the last window hold the next request back" {
	serve '{"sequence": [{"text": "a", "headers": {
		"anthropic-ratelimit-input-tokens-limit": "1000",
		"anthropic-ratelimit-input-tokens-remaining": "0",
		"anthropic-ratelimit-input-tokens-reset": "{{in:1.0}}"}}]}'
	ask 2 >requests.jsonl
	drive -j 1
	logged .time | python3 -c '
import sys
a, b = map(float, sys.stdin)
assert 0.9 <= b - a < 2, b - a'
}

@test "usage and cost to the cent, the cache told apart" {
	serve '{"default": {"text": "x", "usage": {"input_tokens": 1000,
		"cache_creation_input_tokens": 2000,
		"cache_read_input_tokens": 30000, "output_tokens": 500}}}'
	one
	drive --model claude-sonnet-5-5
	# 1000*2 + 2000*2.5 + 30000*0.10 + 500*10 = 15000 per million
	is "$(jq -c '[.cost_usd, .calls[0].cost_usd]' out.jsonl)" '[0.015,0.015]'
	grep -q '33000 tokens in (30000 from the cache), 500 out, 0.015 USD' err.txt
}

@test "the stable prefix is cached: the second request reads it" {
	serve '{}'
	printf '{"id":"%s","system":[{"text":"%s","cache":true}],"user":"%s"}\n' \
		1 "$(printf 'rule %.0s' $(seq 500))" a \
		2 "$(printf 'rule %.0s' $(seq 500))" b >requests.jsonl
	drive -j 1
	is "$(jq -c '.calls[0].usage | [.cache_creation_input_tokens,
		.cache_read_input_tokens]' out.jsonl)" '[625,0]
[0,625]'
	drive -j 1 --cache 1h
	is "$(logged '.body.system[0].cache_control.ttl' | tail -n 1)" 1h
	drive -j 1 --cache off
	is "$(logged '.body.system[0] | has("cache_control")' | tail -n 1)" false
}

@test "--max-cost is never exceeded, also by many at a time" {
	serve '{"default": {"text": "x", "usage": {"input_tokens": 1000,
		"output_tokens": 1000}}}'
	ask 40 >requests.jsonl
	run drive -j 8 --max-cost 0.10 --model claude-sonnet-5-5
	status_is 1
	jq -s 'map(.cost_usd) | add' out.jsonl | python3 -c '
import sys
spent = float(sys.stdin.read())
assert 0.05 < spent <= 0.10, spent'
	is "$(jq -r .status out.jsonl | sort -u | xargs)" "no_budget ok"
	is "$(wc -l <out.jsonl)" 40
	run drive --max-cost 1 --model unpriced-model
	status_is 1
	grep -q 'no price is known for unpriced-model' err.txt
}

@test "--max-tokens is never exceeded" {
	serve '{"default": {"text": "x", "usage": {"input_tokens": 500,
		"output_tokens": 500}}}'
	ask 30 >requests.jsonl
	run drive -j 4 --max-tokens 8000
	status_is 1
	jq -s 'map(.calls[].usage | .input_tokens + .output_tokens) | add' \
		out.jsonl | python3 -c '
import sys
used = int(sys.stdin.read())
assert 3000 < used <= 8000, used'
}

@test "--dry-run counts and prices, and sends nothing" {
	serve '{}'
	one
	drive --dry-run
	is "$(logged .path)" /v1/messages/count_tokens
	grep -q 'tokens in (counted), at most 16000 out' err.txt
	serve '{"no_count": true}'
	drive --dry-run
	grep -q '(estimated)' err.txt
	is "$(logged .path)" /v1/messages/count_tokens
	unserve
	unset ANTHROPIC_API_KEY ANTHROPIC_BASE_URL
	drive --dry-run
	grep -q 'would send 1 requests: ' err.txt
}

@test "a cassette replays bit for bit, without network" {
	serve '{"sequence": [{"status": 529, "headers": {"retry-after-ms": "5"}},
		{"fault": {"kind": "error_event", "after": 4, "error":
		{"type": "overloaded_error", "message": "Overloaded"}}},
		{"text": "x", "stop_reason": "max_tokens"},
		{"stop_reason": "refusal"}, {"status": 400}],
		"default": {"text": "{{n}} {{user}}"}}'
	ask 12 >requests.jsonl
	run drive -j 4 --record tape
	mv out.jsonl first.jsonl
	unserve
	unset ANTHROPIC_BASE_URL ANTHROPIC_API_KEY
	run drive -j 3 --replay tape
	cmp first.jsonl out.jsonl
	run grep -c "$SECRET" tape
	is "$output" 0
	is "$(stat -c %a tape)" 600
}

@test "a replay of another request says what changed" {
	serve '{}'
	one
	drive --record tape
	echo '{"id":"1","user":"question 2"}' >requests.jsonl
	run drive --replay tape
	status_is 1
	is "$(jq -r .error out.jsonl)" "the request is not on the cassette tape:\
 messages differs at line 1: \"question 2\", recorded \"question 1\""
	printf '%s' '{"id":"1","user":"a line\nthe next one"}' >requests.jsonl
	drive --record lines
	printf '%s' '{"id":"1","user":"a line\nthe last one"}' >requests.jsonl
	run drive --replay lines
	is "$(jq -r .error out.jsonl)" "the request is not on the cassette lines:\
 messages differs at line 2: \"the last one\", recorded \"the next one\""
	one
	run drive --replay tape --effort high
	[[ $(jq -r .error out.jsonl) == *'output_config differs'* ]]
	head -c 100 tape >half
	one
	run drive --replay half
	[[ $(jq -r .error out.jsonl) == *'is empty'* ]]
}

@test "a batch: unordered results come back in input order at half the price" {
	serve '{"batch": {"polls": 2, "lose": ["expired", "errored"]},
		"default": {"text": "{{user}}", "usage": {"input_tokens": 1000,
		"output_tokens": 100}}}'
	ask 5 >requests.jsonl
	drive --batch --poll 0.05 --model claude-sonnet-5-5
	is "$(jq -r .text out.jsonl)" "$(jq -r .user requests.jsonl)"
	is "$(jq -c .cost_usd out.jsonl | uniq)" 0.0015
	is "$(logged 'select(.path == "/v1/messages/batches")
		| .body.requests | length' | xargs)" "5 2"
	is "$(logged 'select(.body.requests) | .body.requests[].params
		| has("stream")' | sort -u)" false
}

@test "a batch whose sender was killed is resumed by its id" {
	serve '{"batch": {"polls": 12}, "default": {"text": "{{user}}"}}'
	ask 3 >requests.jsonl
	drive --batch --poll 0.1 &
	local pid=$!
	while ! grep -q msgbatch batches.jsonl 2>/dev/null; do sleep 0.05; done
	kill -9 $pid
	wait $pid || true
	[ ! -s out.jsonl ]
	ask 4 >requests.jsonl
	drive --batch --poll 0.1
	grep -q 'batch msgbatch_0001 is resumed' err.txt
	is "$(jq -r .text out.jsonl)" "$(jq -r .user requests.jsonl)"
	is "$(logged 'select(.path == "/v1/messages/batches")
		| .body.requests | length' | xargs)" "3 1"
	rm batches.jsonl
	ask 3 >requests.jsonl
	drive --batch --poll 0.1 --batch-id msgbatch_0001
	is "$(logged 'select(.path == "/v1/messages/batches")
		| .body.requests | length' | xargs)" "3 1"
}

@test "SIGINT leaves whole records and keeps what was paid for" {
	serve '{"match": [{"contains": "question 2\"",
		"reply": {"fault": {"kind": "hang"}}}],
		"default": {"text": "{{user}}"}}'
	ask 20 >requests.jsonl
	"$DRIVE" -j 4 <requests.jsonl >out.jsonl 2>err.txt &
	local pid=$!
	while [ "$(wc -l <server.log)" -lt 10 ]; do sleep 0.05; done
	sleep 0.2
	kill -INT $pid
	status=0
	wait $pid || status=$?
	status_is 130
	jq -es 'length >= 10' out.jsonl
	is "$(jq -r .id out.jsonl | xargs)" \
		"$(seq "$(wc -l <out.jsonl)" | xargs)"
	is "$(jq -r 'select(.id == "2") | .status' out.jsonl)" cancelled
}

@test "the key is in no output, record, cassette, core or /proc" {
	serve '{}' --key another
	one
	run drive --record tape
	status_is 1
	run grep -l "$SECRET" out.jsonl err.txt tape
	is "$output" "" "an echoed key is struck out"
	serve '{"default": {"text": "x"}}'
	one
	"$DRIVE" --hold 30 <requests.jsonl >out.jsonl 2>err.txt &
	local pid=$!
	while [ ! -s err.txt ]; do sleep 0.05; done
	run grep -l "$SECRET" "/proc/$pid/environ" "/proc/$pid/cmdline"
	[[ $output != "/proc/$pid/"* ]]
	ulimit -c unlimited 2>/dev/null || true
	kill -ABRT $pid
	wait $pid || true
	run grep -rl "$SECRET" . --include='core*' --include='*.jsonl'
	is "$output" ""
}

@test "tools that don't ask Claude forget the key at once" {
	local tool pid n
	for tool in mig-split mig-review mig-load mig-test mig-gen; do
		mkfifo "in.$tool"
		ANTHROPIC_API_KEY=$SECRET ANTHROPIC_AUTH_TOKEN=$SECRET \
			"$MIG_BUILD/bin/$tool" "in.$tool" >"out.$tool" 2>&1 &
		pid=$!
		exec 7<>"in.$tool"
		# Before the tool runs it is a shell without the key.
		for n in {1..400}; do
			case $(readlink "/proc/$pid/exe") in
			*"/$tool" | '')
				grep -qa "$SECRET" "/proc/$pid/environ" || break
				;;
			esac
			sleep 0.05
		done
		run grep -qa "$SECRET" "/proc/$pid/environ"
		[ "$status" -ne 0 ] || fail "$tool keeps the key in its environment"
		kill $pid 2>/dev/null || true
		wait $pid || true
		exec 7>&-
	done
}

@test "a thousand requests, -j 32, flat memory" {
	serve '{"default": {"text": "short"}}'
	ask 100 >requests.jsonl
	peak() {
		python3 - "$DRIVE" "$@" <<'END'
import resource, subprocess, sys
with open("requests.jsonl") as f, open("out.jsonl", "w") as o:
    subprocess.run(sys.argv[1:], stdin=f, stdout=o, stderr=o)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
END
	}
	local small large
	[ -z "${MIG_SAN-}" ] || skip "sanitizers keep freed memory"
	small=$(peak -j 32)
	ask 1000 >requests.jsonl
	large=$(peak -j 32)
	is "$(grep -c '"status":"ok"' out.jsonl)" 1000
	echo "$small KB, then $large KB"
	[ "$large" -lt $((small + 2048)) ]
}
