#!/usr/bin/env bats
# The client beside others' programs: the official SDK as an oracle for what is
# sent and read, aimock as a server. Needs node and a directory with both
# packages (npm install @anthropic-ai/sdk @copilotkit/aimock) named by
# MIG_NODE_MODULES; skipped otherwise.

load lib/helpers
load lib/claude

prepare() {
	[ -d "${MIG_NODE_MODULES-}/@anthropic-ai/sdk" ] ||
		skip "no node modules (MIG_NODE_MODULES)"
	command -v node >/dev/null || skip "no node"
	ln -s "$MIG_NODE_MODULES" node_modules
	cat >sdk.mjs <<'END'
import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({apiKey: process.env.ANTHROPIC_API_KEY,
	baseURL: process.env.ANTHROPIC_BASE_URL});
try {
	const m = await client.messages.stream({model: 'claude-sonnet-5-5',
		max_tokens: 16000, system: [{type: 'text', text: 'rules',
		cache_control: {type: 'ephemeral'}}], messages: [{role: 'user',
		content: [{type: 'text', text: 'hi'}]}], thinking: {type:
		'adaptive'}, output_config: {effort: 'medium'}}).finalMessage();
	console.log(m.content.filter(b => b.type === 'text')
		.map(b => b.text).join(''));
} catch (e) {
	console.log('error', e.status ?? '');
}
END
	printf '%s' '{"id":"1","system":[{"text":"rules","cache":true}],' \
		'"user":"hi"}' >requests.jsonl
}

teardown() {
	unserve
	[ -z "${MOCK-}" ] || kill "$MOCK"
}

@test "the SDK sends the same body and reads the same text" {
	local reply
	for reply in '{"blocks": [{"type": "thinking", "thinking": "hm"},
		{"type": "text", "text": "grün € 😀"}]}' \
		'{"text": "x", "fault": {"kind": "crlf"}}' \
		'{"text": "x", "fault": {"kind": "cr"}}' \
		'{"text": "x y", "fault": {"kind": "multiline"}}' \
		'{"text": "x", "fault": {"kind": "split", "bytes": 3}}'; do
		serve '{"default": '"$reply"'}'
		run node sdk.mjs
		"$DRIVE" <requests.jsonl >out.jsonl
		is "$(jq -r .text out.jsonl)" "$output"
		is "$(logged .body | sed -n 2p)" "$(logged .body | sed -n 1p)"
		is "$(logged '.headers["content-length"]' | uniq | wc -l)" 1
	done
}

@test "the SDK tries again as often, after the same time" {
	local script
	for script in '{"sequence": [{"status": 529}, {"status": 500}]}' \
		'{"sequence": [{"status": 429, "headers": {"retry-after": "1"}}]}' \
		'{"default": {"status": 400}}' '{"default": {"status": 413}}' \
		'{"sequence": [{"status": 408}, {"status": 409}]}'; do
		serve "$script"
		node sdk.mjs >/dev/null
		cp server.log sdk.log
		serve "$script"
		"$DRIVE" --model claude-sonnet-5-5 <requests.jsonl \
			>out.jsonl 2>/dev/null || true
		is "$(wc -l <server.log)" "$(wc -l <sdk.log)" "$script"
		for f in sdk.log server.log; do
			jq -s '.[-1].time - .[0].time' "$f"
		done | python3 -c '
import sys
a, b = map(float, sys.stdin)
assert abs(a - b) < 0.25 * max(a, b) + 0.5, (a, b)'
	done
}

@test "aimock's answers and faults" {
	[ -d "$MIG_NODE_MODULES/@copilotkit/aimock" ] || skip "no aimock"
	cat >mock.mjs <<'END'
import { LLMock } from '@copilotkit/aimock';
const mock = new LLMock({ port: 0 });
mock.onMessage(/hello/, { content: 'Hi € 😀' });
mock.onMessage(/think/, { content: 'answer', reasoning: 'hm' });
mock.onMessage(/limit/, { error: { message: 'slow down', type:
	'rate_limit_error' }, status: 429 });
mock.onMessage(/over/, { error: { message: 'Overloaded', type:
	'overloaded_error' }, status: 529 });
mock.onMessage(/cut/, { content: 'long '.repeat(99), chunkSize: 5 },
	{ truncateAfterChunks: 3 });
mock.onMessage(/gone/, { content: 'long '.repeat(99) },
	{ disconnectAfterMs: 30, latency: 20 });
mock.onMessage(/tool/, { toolCalls: [{ name: 'x', arguments: '{}' }] });
console.log(await mock.start());
setTimeout(() => process.exit(0), 60000);
END
	node mock.mjs >url 2>/dev/null 3>&- &
	MOCK=$!
	for _ in $(seq 100); do [ -s url ] && break; sleep 0.1; done
	export ANTHROPIC_API_KEY=k ANTHROPIC_BASE_URL
	ANTHROPIC_BASE_URL=$(cat url)
	for q in hello think limit over cut gone tool; do
		printf '{"id":"%s","user":"%s"}\n' $q $q
	done >requests.jsonl
	run "$DRIVE" --retries 1 --model m <requests.jsonl
	is "$(grep '^{' <<<"$output" | jq -rc '[.id, .status, .text]')" \
'["hello","ok","Hi € 😀"]
["think","ok","answer"]
["limit","failed",""]
["over","failed",""]
["cut","failed",""]
["gone","failed",""]
["tool","failed",""]'
}
