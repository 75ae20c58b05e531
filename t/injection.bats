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

@test "every refusal says where" {
	"$MIG_BUILD/t/guard_drive" "$MIG_TOP/t/injection/guard.jsonl" |
		jq -r 'select(.why and .sql) | .why' >whys
	run grep -vE '^line [0-9]+: .+' whys
	is "$output" ""
}
